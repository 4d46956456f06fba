package org.headwater.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A triangle mesh in the plane on which fields live, one value per triangle. Two are equal if their
 * contents are.
 *
 * @param nodes x and y of each node, 2·n values, in {@code unit}
 * @param triangles three node numbers of each triangle, counter-clockwise, 3·e values
 * @param unit length unit, e.g. {@code m}
 * @param markers curves and places to draw with the field, e.g. electrodes and wells
 */
public record Geometry(double[] nodes, int[] triangles, String unit, List<Marker> markers) {
    /** What {@link Edge#right} is on the boundary. */
    public static final int NONE = -1;

    /** Number of nodes. */
    public int nodeCount() {
        return nodes.length / 2;
    }

    /** Number of triangles. */
    public int triangleCount() {
        return triangles.length / 3;
    }

    /**
     * All edges, each once, in the order in which the triangles name them: triangle t names those
     * opposite to its first, second and third node. O(e).
     */
    public List<Edge> edges() {
        Map<Long, Integer> numbers = new HashMap<>();
        List<Edge> edges = new ArrayList<>();
        for (int c = 0; c < triangles.length; c++) {
            int t = c / 3;
            int a = triangles[3 * t + (c + 1) % 3];
            int b = triangles[3 * t + (c + 2) % 3];
            long key = (long) Math.min(a, b) * nodeCount() + Math.max(a, b);
            Integer known = numbers.putIfAbsent(key, edges.size());
            if (known == null) {
                double dx = nodes[2 * b] - nodes[2 * a];
                double dy = nodes[2 * b + 1] - nodes[2 * a + 1];
                edges.add(new Edge(a, b, t, NONE, Math.sqrt(dx * dx + dy * dy)));
            } else {
                Edge e = edges.get(known);
                edges.set(known, new Edge(e.start(), e.end(), e.left(), t, e.length()));
            }
        }
        return edges;
    }

    /** The area of a triangle, in {@code unit}²; positive if it is counter-clockwise. */
    public double area(int triangle) {
        int a = 2 * triangles[3 * triangle];
        int b = 2 * triangles[3 * triangle + 1];
        int c = 2 * triangles[3 * triangle + 2];
        return 0.5
                * ((nodes[b] - nodes[a]) * (nodes[c + 1] - nodes[a + 1])
                        - (nodes[c] - nodes[a]) * (nodes[b + 1] - nodes[a + 1]));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Geometry g
                && Arrays.equals(nodes, g.nodes)
                && Arrays.equals(triangles, g.triangles)
                && unit.equals(g.unit)
                && markers.equals(g.markers);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(nodes) + Arrays.hashCode(triangles);
    }

    @Override
    public String toString() {
        return nodeCount() + " nodes, " + triangleCount() + " triangles";
    }

    /**
     * An edge of the mesh.
     *
     * @param start node where it starts
     * @param end node where it ends
     * @param left the triangle on its left
     * @param right the triangle on its right, {@link Geometry#NONE} on the boundary
     * @param length in the geometry's unit
     */
    public record Edge(int start, int end, int left, int right, double length) {
        /** Whether two triangles share it. */
        public boolean isInterior() {
            return right != NONE;
        }
    }

    /**
     * A curve or, if it has one point only, a place; with a label.
     *
     * @param label text, e.g. the electrode's number; empty for none
     * @param line x and y of the points of a polyline
     */
    public record Marker(String label, double[] line) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Marker m
                    && label.equals(m.label)
                    && Arrays.equals(line, m.line);
        }

        @Override
        public int hashCode() {
            return 31 * label.hashCode() + Arrays.hashCode(line);
        }

        @Override
        public String toString() {
            return label;
        }
    }
}
