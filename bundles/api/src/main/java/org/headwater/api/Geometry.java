package org.headwater.api;

import java.util.List;

/**
 * A triangle mesh in the plane on which fields live, one value per triangle.
 *
 * @param nodes x and y of each node, 2·n values, in {@code unit}
 * @param triangles three node numbers of each triangle, counter-clockwise, 3·e values
 * @param unit length unit, e.g. {@code m}
 * @param markers curves to draw with the field, e.g. electrodes
 */
public record Geometry(double[] nodes, int[] triangles, String unit, List<Marker> markers) {
    /** Number of nodes. */
    public int nodeCount() {
        return nodes.length / 2;
    }

    /** Number of triangles. */
    public int triangleCount() {
        return triangles.length / 3;
    }

    /**
     * A curve with a label.
     *
     * @param label text, e.g. the electrode's number
     * @param line x and y of the points of a polyline
     */
    public record Marker(String label, double[] line) {}
}
