package org.headwater.api;

import java.util.Arrays;
import java.util.Optional;

/**
 * The shape of the unknown field that a prior acts on: a vector {d}, an image {H, W}, a matrix {m,
 * n} (row-major), or a mesh with one unknown per triangle.
 *
 * @param mesh the mesh whose triangles carry the unknowns, in its order; empty for a grid
 * @param sizes the extents, outermost first; of a mesh the number of triangles
 */
public record FieldShape(Optional<Geometry> mesh, int... sizes) {
    /** Copies the extents. */
    public FieldShape {
        sizes = sizes.clone();
        if (mesh.isPresent() && !Arrays.equals(sizes, new int[] {mesh.get().triangleCount()})) {
            throw new IllegalArgumentException(
                    "a field on a mesh has one unknown for each of its "
                            + mesh.get().triangleCount()
                            + " triangles");
        }
    }

    /** A grid of the given extents. */
    public FieldShape(int... sizes) {
        this(Optional.empty(), sizes);
    }

    /** One unknown per triangle of a mesh. */
    public static FieldShape mesh(Geometry geometry) {
        return new FieldShape(Optional.of(geometry), geometry.triangleCount());
    }

    /** The number of unknowns, the product of the extents. */
    public int dimension() {
        int d = 1;
        for (int s : sizes) {
            d = Math.multiplyExact(d, s);
        }
        return d;
    }

    @Override
    public int[] sizes() {
        return sizes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FieldShape s
                && Arrays.equals(sizes, s.sizes)
                && mesh.equals(s.mesh);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sizes) + mesh.hashCode();
    }

    @Override
    public String toString() {
        if (mesh.isPresent()) {
            return "a mesh of " + sizes[0] + " triangles";
        }
        StringBuilder s = new StringBuilder();
        for (int n : sizes) {
            s.append(s.isEmpty() ? "" : " × ").append(n);
        }
        return s.toString();
    }
}
