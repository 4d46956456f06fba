package org.headwater.api;

/**
 * A dense matrix, row-major; the array is shared, not copied.
 *
 * @param rows number of rows
 * @param columns number of columns
 * @param data the entries, {@code data[i*columns + j]}
 */
public record DenseMatrix(int rows, int columns, double[] data) {
    /** Checks that the array has rows·columns entries. */
    public DenseMatrix {
        if (data.length != (long) rows * columns) {
            throw new IllegalArgumentException(
                    "a "
                            + rows
                            + " × "
                            + columns
                            + " matrix needs as many numbers, got "
                            + data.length);
        }
    }

    /** Entry (i, j). */
    public double get(int i, int j) {
        return data[i * columns + j];
    }

    /** The transposed matrix, a copy. */
    public DenseMatrix transpose() {
        double[] t = new double[data.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                t[j * rows + i] = data[i * columns + j];
            }
        }
        return new DenseMatrix(columns, rows, t);
    }
}
