package org.headwater.api;

import java.util.Arrays;

/**
 * The shape of the unknown field that a prior acts on: a vector {d}, an image {H, W}, a matrix {m,
 * n} (row-major).
 *
 * @param sizes the extents, outermost first
 */
public record FieldShape(int... sizes) {
    /** Copies the extents. */
    public FieldShape {
        sizes = sizes.clone();
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
        return other instanceof FieldShape s && Arrays.equals(sizes, s.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        for (int n : sizes) {
            s.append(s.isEmpty() ? "" : " × ").append(n);
        }
        return s.toString();
    }
}
