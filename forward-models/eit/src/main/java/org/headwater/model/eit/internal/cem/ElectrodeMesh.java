package org.headwater.model.eit.internal.cem;

/**
 * An immutable mesh of triangles with electrodes on boundary edges. Lengths in metres.
 *
 * <p>Cost: O(n + e) memory. All arrays that come out are copies.
 */
public final class ElectrodeMesh {
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
     * @throws org.headwater.api.InvalidInputException with key {@code forward-model.mesh} if an
     *     index is out of range, a coordinate is not finite, a triangle has no area, a node belongs
     *     to no triangle, the mesh is not connected, an electrode has no edge, an electrode's edge
     *     is not on the boundary or belongs to two electrodes, or there are fewer than two
     *     electrodes
     */
    public static ElectrodeMesh of(double[] nodes, int[] triangles, int[][] electrodeEdges) {
        return new ElectrodeMesh(nodes, triangles, electrodeEdges);
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
        throw new UnsupportedOperationException();
    }

    /** Areas of the triangles (length e, m²), all positive. */
    public double[] areas() {
        throw new UnsupportedOperationException();
    }

    /** Length of an electrode, the sum of its edges (m). */
    public double electrodeLength(int electrode) {
        throw new UnsupportedOperationException();
    }

    /** Centre of the bounding box (x, y) (m). */
    public double[] centre() {
        throw new UnsupportedOperationException();
    }

    /** The largest distance of a node from {@link #centre()} (m); of a round tank its radius. */
    public double radius() {
        throw new UnsupportedOperationException();
    }

    /** The smallest angle of any triangle (rad), a measure of quality. */
    public double smallestAngle() {
        throw new UnsupportedOperationException();
    }
}
