package org.headwater.prior.tv.internal;

import java.util.List;
import org.headwater.api.Geometry;

/**
 * The interior edges of a mesh: the triangles on both sides and the lengths. The arrays must not
 * change.
 */
record MeshEdges(int triangles, int[] left, int[] right, double[] length) {
    static MeshEdges of(Geometry mesh) {
        List<Geometry.Edge> edges =
                mesh.edges().stream().filter(Geometry.Edge::isInterior).toList();
        return new MeshEdges(
                mesh.triangleCount(),
                edges.stream().mapToInt(Geometry.Edge::left).toArray(),
                edges.stream().mapToInt(Geometry.Edge::right).toArray(),
                edges.stream().mapToDouble(Geometry.Edge::length).toArray());
    }

    /** Number of edges. */
    int count() {
        return left.length;
    }

    /** Number of parts of the mesh that share no edge. */
    int components() {
        int[] parent = new int[triangles];
        for (int t = 0; t < triangles; t++) {
            parent[t] = t;
        }
        int components = triangles;
        for (int e = 0; e < left.length; e++) {
            int a = root(parent, left[e]);
            int b = root(parent, right[e]);
            if (a != b) {
                parent[a] = b;
                components--;
            }
        }
        return components;
    }

    private static int root(int[] parent, int t) {
        int r = t;
        while (parent[r] != r) {
            parent[r] = parent[parent[r]];
            r = parent[r];
        }
        return r;
    }
}
