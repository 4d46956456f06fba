package org.headwater.model.eit.internal.basis;

/**
 * The centroids of the 16 equal parts of each triangle: averages of piecewise constant functions
 * over a triangle are taken over these points. Immutable.
 */
public final class TrianglePoints {
    /** Points in each triangle. */
    public static final int COUNT = 16;

    private static final int PARTS = 4;

    private final double[] nodes;
    private final int[] triangles;
    private final double[] weights = barycentric();

    /**
     * @param nodes x and y of each node, kept
     * @param triangles three nodes of each triangle, kept
     */
    public TrianglePoints(double[] nodes, int[] triangles) {
        this.nodes = nodes;
        this.triangles = triangles;
    }

    /** Number of triangles. */
    public int triangles() {
        return triangles.length / 3;
    }

    /** Coordinate x (axis 0) or y (axis 1) of a point of a triangle. */
    public double coordinate(int triangle, int point, int axis) {
        double sum = 0;
        for (int corner = 0; corner < 3; corner++) {
            int node = triangles[3 * triangle + corner];
            sum += weights[3 * point + corner] * nodes[2 * node + axis];
        }
        return sum;
    }

    private static double[] barycentric() {
        double[] w = new double[3 * COUNT];
        int k = 0;
        for (int i = 0; i < PARTS; i++) {
            for (int j = 0; i + j < PARTS; j++) {
                k = put(w, k, (i + 1 / 3.0) / PARTS, (j + 1 / 3.0) / PARTS);
                if (i + j + 1 < PARTS) {
                    k = put(w, k, (i + 2 / 3.0) / PARTS, (j + 2 / 3.0) / PARTS);
                }
            }
        }
        return w;
    }

    private static int put(double[] w, int k, double a, double b) {
        w[k] = a;
        w[k + 1] = b;
        w[k + 2] = 1 - a - b;
        return k + 3;
    }
}
