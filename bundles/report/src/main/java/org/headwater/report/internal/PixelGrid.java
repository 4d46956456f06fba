package org.headwater.report.internal;

import java.util.Arrays;
import org.headwater.api.Geometry;

/**
 * A square grid of n × n pixels over a geometry's bounding square, row 0 at the top, column 0 at
 * the left: with the centre (c, d) and half the side R of the square, the centre of the pixel in
 * row i and column j is (c + ((j+½)/n·2−1)·R, d − ((i+½)/n·2−1)·R).
 *
 * <p>Triangle values become node values, the mean over a node's triangles weighted by their areas,
 * and these are interpolated linearly at pixel centres. Finding the pixels' triangles costs
 * O(triangles + pixels) once; a picture costs as much again.
 */
final class PixelGrid {
    private static final double EDGE = 1e-9;

    private final Geometry geometry;
    private final int size;
    private final double centreX;
    private final double centreY;
    private final double halfSide;
    private final int[] triangle;

    private PixelGrid(Geometry geometry, int size, double x, double y, double halfSide) {
        this.geometry = geometry;
        this.size = size;
        this.centreX = x;
        this.centreY = y;
        this.halfSide = halfSide;
        this.triangle = new int[size * size];
    }

    /** The grid of {@code size} × {@code size} pixels over a geometry. */
    static PixelGrid of(Geometry geometry, int size) {
        double[] box = bounds(geometry);
        PixelGrid grid =
                new PixelGrid(
                        geometry,
                        size,
                        (box[0] + box[1]) / 2,
                        (box[2] + box[3]) / 2,
                        Math.max(box[1] - box[0], box[3] - box[2]) / 2);
        Arrays.fill(grid.triangle, -1);
        for (int t = 0; t < geometry.triangleCount(); t++) {
            grid.cover(t);
        }
        return grid;
    }

    private static double[] bounds(Geometry geometry) {
        double[] box = {
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY
        };
        double[] xy = geometry.nodes();
        for (int i = 0; i < xy.length; i += 2) {
            box[0] = Math.min(box[0], xy[i]);
            box[1] = Math.max(box[1], xy[i]);
            box[2] = Math.min(box[2], xy[i + 1]);
            box[3] = Math.max(box[3], xy[i + 1]);
        }
        return box;
    }

    /** Half the side of the square, in the geometry's unit. */
    double halfSide() {
        return halfSide;
    }

    /** x of the square's centre. */
    double centreX() {
        return centreX;
    }

    /** y of the square's centre. */
    double centreY() {
        return centreY;
    }

    /** x of the centres of a column. */
    double x(int column) {
        return centreX + ((column + 0.5) / size * 2 - 1) * halfSide;
    }

    /** y of the centres of a row. */
    double y(int row) {
        return centreY - ((row + 0.5) / size * 2 - 1) * halfSide;
    }

    /** Takes the free pixels whose centres lie in triangle t. */
    private void cover(int t) {
        double[] xy = geometry.nodes();
        int a = 2 * geometry.triangles()[3 * t];
        int b = 2 * geometry.triangles()[3 * t + 1];
        int c = 2 * geometry.triangles()[3 * t + 2];
        int left = column(Math.min(xy[a], Math.min(xy[b], xy[c])));
        int right = column(Math.max(xy[a], Math.max(xy[b], xy[c])));
        int top = row(Math.max(xy[a + 1], Math.max(xy[b + 1], xy[c + 1])));
        int bottom = row(Math.min(xy[a + 1], Math.min(xy[b + 1], xy[c + 1])));
        double[] weight = new double[2];
        for (int i = top; i <= bottom; i++) {
            for (int j = left; j <= right; j++) {
                barycentric(t, x(j), y(i), weight);
                boolean inside =
                        weight[0] >= -EDGE
                                && weight[1] >= -EDGE
                                && weight[0] + weight[1] <= 1 + EDGE;
                if (inside && triangle[i * size + j] < 0) {
                    triangle[i * size + j] = t;
                }
            }
        }
    }

    /** The weights of a triangle's first and second node at a point. */
    private void barycentric(int t, double px, double py, double[] weight) {
        double[] xy = geometry.nodes();
        int a = 2 * geometry.triangles()[3 * t];
        int b = 2 * geometry.triangles()[3 * t + 1];
        int c = 2 * geometry.triangles()[3 * t + 2];
        double bx = xy[b] - px;
        double by = xy[b + 1] - py;
        double cx = xy[c] - px;
        double cy = xy[c + 1] - py;
        double ax = xy[a] - px;
        double ay = xy[a + 1] - py;
        double det = area2(t);
        weight[0] = (bx * cy - cx * by) / det;
        weight[1] = (cx * ay - ax * cy) / det;
    }

    private int column(double x) {
        return clamp((x - centreX) / halfSide);
    }

    private int row(double y) {
        return clamp((centreY - y) / halfSide);
    }

    private int clamp(double unit) {
        return (int) Math.max(0, Math.min(size - 1, Math.floor((unit + 1) / 2 * size)));
    }

    private double area2(int t) {
        double[] xy = geometry.nodes();
        int a = 2 * geometry.triangles()[3 * t];
        int b = 2 * geometry.triangles()[3 * t + 1];
        int c = 2 * geometry.triangles()[3 * t + 2];
        return (xy[b] - xy[a]) * (xy[c + 1] - xy[a + 1])
                - (xy[c] - xy[a]) * (xy[b + 1] - xy[a + 1]);
    }

    /**
     * The picture of a field.
     *
     * @param perTriangle one value per triangle, not modified
     * @return n × n row-major, NaN outside the mesh
     */
    double[] fromTriangles(double[] perTriangle) {
        return fromNodes(toNodes(perTriangle));
    }

    /** Node values: the mean of the triangles around a node, weighted by their areas. */
    double[] toNodes(double[] perTriangle) {
        double[] sum = new double[geometry.nodeCount()];
        double[] area = new double[geometry.nodeCount()];
        for (int t = 0; t < geometry.triangleCount(); t++) {
            double weight = Math.abs(area2(t));
            for (int k = 3 * t; k < 3 * t + 3; k++) {
                sum[geometry.triangles()[k]] += weight * perTriangle[t];
                area[geometry.triangles()[k]] += weight;
            }
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= area[i];
        }
        return sum;
    }

    /** The picture of the piecewise linear field with these node values. */
    double[] fromNodes(double[] nodal) {
        double[] out = new double[size * size];
        double[] weight = new double[2];
        for (int p = 0; p < out.length; p++) {
            int t = triangle[p];
            if (t < 0) {
                out[p] = Double.NaN;
            } else {
                double a = nodal[geometry.triangles()[3 * t]];
                double b = nodal[geometry.triangles()[3 * t + 1]];
                double c = nodal[geometry.triangles()[3 * t + 2]];
                barycentric(t, x(p % size), y(p / size), weight);
                out[p] = c + weight[0] * (a - c) + weight[1] * (b - c);
            }
        }
        return out;
    }
}
