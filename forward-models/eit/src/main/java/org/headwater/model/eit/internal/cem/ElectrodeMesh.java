package org.headwater.model.eit.internal.cem;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.headwater.api.InvalidInputException;

/**
 * An immutable, connected mesh of triangles with electrodes on boundary edges. Lengths in metres.
 *
 * <p>Cost: O(n + e) memory. All arrays that come out are copies.
 */
public final class ElectrodeMesh {
    private static final String KEY = "forward-model.mesh";

    /** Below this area, relative to the longest edge squared, a triangle counts as flat. */
    private static final double FLAT = 1e-12;

    private final double[] nodes;
    private final int[] triangles;
    private final int[][] electrodeEdges;

    private ElectrodeMesh(double[] nodes, int[] triangles, int[][] electrodeEdges) {
        this.nodes = nodes;
        this.triangles = triangles;
        this.electrodeEdges = electrodeEdges;
    }

    /**
     * A mesh from raw arrays, which are copied. Clockwise triangles are turned over.
     *
     * @param nodes coordinates x₀, y₀, x₁, y₁, … (length 2n, m)
     * @param triangles three node indices per triangle (length 3e)
     * @param electrodeEdges for each electrode l the boundary edges under it as node pairs (length
     *     2·edges of l)
     * @throws InvalidInputException with key {@code forward-model.mesh} if an index is out of
     *     range, a coordinate is not finite, a triangle has no area, a node belongs to no triangle,
     *     an edge belongs to more than two triangles, the mesh is not connected, an electrode has
     *     no edge, an electrode's edge is not on the boundary or belongs to two electrodes, or
     *     there are fewer than two electrodes
     */
    public static ElectrodeMesh of(double[] nodes, int[] triangles, int[][] electrodeEdges) {
        double[] xy = nodes.clone();
        int[] corners = triangles.clone();
        int[][] edges = new int[electrodeEdges.length][];
        for (int l = 0; l < edges.length; l++) {
            edges[l] = electrodeEdges[l].clone();
        }
        checkNodes(xy);
        orient(xy, corners);
        checkConnected(xy.length / 2, corners);
        checkElectrodes(corners, edges);
        return new ElectrodeMesh(xy, corners, edges);
    }

    /** Number of nodes n. */
    public int nodes() {
        return nodes.length / 2;
    }

    /** Number of triangles e. */
    public int triangles() {
        return triangles.length / 3;
    }

    /** Number of electrodes L. */
    public int electrodes() {
        return electrodeEdges.length;
    }

    /** Coordinates x₀, y₀, x₁, y₁, … (length 2n, m). */
    public double[] nodeCoordinates() {
        return nodes.clone();
    }

    /** Three node indices per triangle, counter-clockwise (length 3e). */
    public int[] triangleNodes() {
        return triangles.clone();
    }

    /** The boundary edges under an electrode as node pairs (length 2·edges). */
    public int[] electrodeEdges(int electrode) {
        return electrodeEdges[electrode].clone();
    }

    /** Centroids of the triangles x₀, y₀, x₁, y₁, … (length 2e, m). */
    public double[] centroids() {
        double[] result = new double[2 * triangles()];
        for (int t = 0; t < triangles(); t++) {
            for (int c = 0; c < 3; c++) {
                result[2 * t] += nodes[2 * triangles[3 * t + c]] / 3;
                result[2 * t + 1] += nodes[2 * triangles[3 * t + c] + 1] / 3;
            }
        }
        return result;
    }

    /** Areas of the triangles (length e, m²), all positive. */
    public double[] areas() {
        double[] result = new double[triangles()];
        for (int t = 0; t < result.length; t++) {
            result[t] = twiceArea(nodes, triangles, t) / 2;
        }
        return result;
    }

    /** Length of an electrode, the sum of its edges (m). */
    public double electrodeLength(int electrode) {
        int[] pairs = electrodeEdges[electrode];
        double length = 0;
        for (int k = 0; k < pairs.length; k += 2) {
            length += distance(nodes, pairs[k], pairs[k + 1]);
        }
        return length;
    }

    /** Centre of the bounding box (x, y) (m). */
    public double[] centre() {
        double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (int i = 0; i < nodes.length; i++) {
            low[i % 2] = Math.min(low[i % 2], nodes[i]);
            high[i % 2] = Math.max(high[i % 2], nodes[i]);
        }
        return new double[] {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2};
    }

    /** The largest distance of a node from {@link #centre()} (m); of a round tank its radius. */
    public double radius() {
        double[] centre = centre();
        double largest = 0;
        for (int i = 0; i < nodes.length; i += 2) {
            largest = Math.max(largest, Math.hypot(nodes[i] - centre[0], nodes[i + 1] - centre[1]));
        }
        return largest;
    }

    /** The smallest angle of any triangle (rad), a measure of quality; at best π/3. */
    public double smallestAngle() {
        double smallest = Math.PI;
        for (int t = 0; t < triangles(); t++) {
            double twiceArea = twiceArea(nodes, triangles, t);
            for (int c = 0; c < 3; c++) {
                int a = triangles[3 * t + c];
                int b = triangles[3 * t + (c + 1) % 3];
                int d = triangles[3 * t + (c + 2) % 3];
                double dot =
                        (nodes[2 * b] - nodes[2 * a]) * (nodes[2 * d] - nodes[2 * a])
                                + (nodes[2 * b + 1] - nodes[2 * a + 1])
                                        * (nodes[2 * d + 1] - nodes[2 * a + 1]);
                smallest = Math.min(smallest, Math.atan2(twiceArea, dot));
            }
        }
        return smallest;
    }

    private static void checkNodes(double[] nodes) {
        if (nodes.length % 2 != 0) {
            throw broken("must give two coordinates per node", nodes.length + " numbers");
        }
        for (int i = 0; i < nodes.length; i++) {
            if (!Double.isFinite(nodes[i])) {
                throw broken("must have finite coordinates", nodes[i] + " at node " + i / 2);
            }
        }
    }

    private static void orient(double[] nodes, int[] triangles) {
        if (triangles.length == 0 || triangles.length % 3 != 0) {
            throw broken(
                    "must have at least one triangle and three nodes per triangle",
                    triangles.length + " indices");
        }
        for (int t = 0; t < triangles.length / 3; t++) {
            double longest = 0;
            for (int c = 0; c < 3; c++) {
                int a = triangles[3 * t + c];
                int b = triangles[3 * t + (c + 1) % 3];
                checkIndex(a, nodes.length / 2, "triangle " + t);
                checkIndex(b, nodes.length / 2, "triangle " + t);
                longest = Math.max(longest, distance(nodes, a, b));
            }
            double twiceArea = twiceArea(nodes, triangles, t);
            if (!(Math.abs(twiceArea) > FLAT * longest * longest)) {
                throw broken("must have triangles with an area", "a flat triangle " + t);
            }
            if (twiceArea < 0) {
                int swap = triangles[3 * t + 1];
                triangles[3 * t + 1] = triangles[3 * t + 2];
                triangles[3 * t + 2] = swap;
            }
        }
    }

    private static void checkConnected(int n, int[] triangles) {
        int[] group = new int[n];
        boolean[] used = new boolean[n];
        for (int i = 0; i < n; i++) {
            group[i] = i;
        }
        for (int k = 0; k < triangles.length; k++) {
            used[triangles[k]] = true;
            group[find(group, triangles[k])] = find(group, triangles[k - k % 3]);
        }
        for (int i = 0; i < n; i++) {
            if (!used[i]) {
                throw broken("must use every node in a triangle", "a loose node " + i);
            }
            if (find(group, i) != find(group, 0)) {
                throw broken("must be connected", "no path of edges between nodes 0 and " + i);
            }
        }
    }

    private static int find(int[] group, int start) {
        int i = start;
        while (group[i] != i) {
            group[i] = group[group[i]];
            i = group[i];
        }
        return i;
    }

    private static void checkElectrodes(int[] triangles, int[][] electrodeEdges) {
        if (electrodeEdges.length < 2) {
            throw broken("must have at least two electrodes", electrodeEdges.length);
        }
        Map<Long, Integer> neighbours = new HashMap<>();
        for (int t = 0; t < triangles.length; t += 3) {
            for (int c = 0; c < 3; c++) {
                int count =
                        neighbours.merge(
                                edge(triangles[t + c], triangles[t + (c + 1) % 3]),
                                1,
                                Integer::sum);
                if (count > 2) {
                    throw broken(
                            "must not have an edge in more than two triangles",
                            "a third triangle " + t / 3 + " on one");
                }
            }
        }
        Map<Long, Integer> owner = new HashMap<>();
        for (int l = 0; l < electrodeEdges.length; l++) {
            int[] pairs = electrodeEdges[l];
            if (pairs.length == 0 || pairs.length % 2 != 0) {
                throw broken(
                        "must give each electrode edges as node pairs",
                        Arrays.toString(pairs) + " for electrode " + (l + 1));
            }
            for (int k = 0; k < pairs.length; k += 2) {
                long edge = edge(pairs[k], pairs[k + 1]);
                String name = "edge " + pairs[k] + "–" + pairs[k + 1] + " of electrode " + (l + 1);
                if (neighbours.getOrDefault(edge, 0) != 1) {
                    throw broken("must have electrodes on boundary edges only", name);
                }
                if (owner.put(edge, l) != null) {
                    throw broken("must have each edge in one electrode, once", name);
                }
            }
        }
    }

    private static long edge(int a, int b) {
        return ((long) Math.min(a, b) << 32) | Math.max(a, b);
    }

    private static void checkIndex(int i, int n, String where) {
        if (i < 0 || i >= n) {
            throw broken("must refer to nodes in [0, " + n + ")", i + " in " + where);
        }
    }

    private static double twiceArea(double[] nodes, int[] triangles, int t) {
        int a = 2 * triangles[3 * t];
        int b = 2 * triangles[3 * t + 1];
        int c = 2 * triangles[3 * t + 2];
        return (nodes[b] - nodes[a]) * (nodes[c + 1] - nodes[a + 1])
                - (nodes[c] - nodes[a]) * (nodes[b + 1] - nodes[a + 1]);
    }

    private static double distance(double[] nodes, int a, int b) {
        return Math.hypot(nodes[2 * a] - nodes[2 * b], nodes[2 * a + 1] - nodes[2 * b + 1]);
    }

    private static InvalidInputException broken(String rule, Object value) {
        return InvalidInputException.of(KEY, rule, value, "mend the mesh or make a new one");
    }
}
