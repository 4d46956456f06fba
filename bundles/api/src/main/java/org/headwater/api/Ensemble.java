package org.headwater.api;

import java.util.Arrays;

/**
 * N points of R^d, stored row-major in one array: point i occupies {@code data[i*d .. i*d+d-1]}.
 *
 * <p>The array is shared, not copied: kernels work on it in place. Values that cross the API are
 * copied with {@link #copy()} by whoever keeps them.
 */
public final class Ensemble {
    private final int size;
    private final int dimension;
    private final double[] data;

    private Ensemble(int size, int dimension, double[] data) {
        this.size = size;
        this.dimension = dimension;
        this.data = data;
    }

    /** An ensemble of {@code size} zero points of R^{@code dimension}. */
    public static Ensemble zeros(int size, int dimension) {
        return new Ensemble(size, dimension, new double[Math.multiplyExact(size, dimension)]);
    }

    /**
     * A view on {@code data}, which is not copied.
     *
     * @throws IllegalArgumentException if data.length ≠ size·dimension
     */
    public static Ensemble of(int size, int dimension, double[] data) {
        if (size < 0 || dimension < 0 || data.length != (long) size * dimension) {
            throw new IllegalArgumentException(
                    "an ensemble of "
                            + size
                            + " × "
                            + dimension
                            + " needs as many numbers, got "
                            + data.length);
        }
        return new Ensemble(size, dimension, data);
    }

    /** N, the number of points. */
    public int size() {
        return size;
    }

    /** d, the number of coordinates of a point. */
    public int dimension() {
        return dimension;
    }

    /** The numbers themselves, N × d row-major; shared. */
    public double[] data() {
        return data;
    }

    /** Where point i starts in {@link #data()}. */
    public int offset(int i) {
        return i * dimension;
    }

    /** Coordinate j of point i. */
    public double get(int i, int j) {
        return data[i * dimension + j];
    }

    /** A copy of point i. */
    public double[] point(int i) {
        return Arrays.copyOfRange(data, i * dimension, (i + 1) * dimension);
    }

    /** A deep copy. */
    public Ensemble copy() {
        return new Ensemble(size, dimension, data.clone());
    }
}
