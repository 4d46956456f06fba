package org.headwater.model.linear.internal;

import java.util.Arrays;

/** A sparse matrix by rows; 2·nonzeros operations a product. */
final class SparseMap implements LinearMap, LinearMap.Products {
    private final int columns;

    /** Where each row's entries start, m + 1 values. */
    private final int[] start;

    private final int[] column;
    private final double[] value;

    private SparseMap(int columns, int[] start, int[] column, double[] value) {
        this.columns = columns;
        this.start = start;
        this.column = column;
        this.value = value;
    }

    /** The identity. */
    static SparseMap identity(int size) {
        Builder b = new Builder(size, size);
        for (int i = 0; i < size; i++) {
            b.add(i, 1);
            b.endRow();
        }
        return b.build();
    }

    @Override
    public int rows() {
        return start.length - 1;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public Products products() {
        return this;
    }

    @Override
    public void apply(double[] x, int xo, int count, double[] y, int yo) {
        int m = rows();
        for (int k = 0; k < count; k++) {
            int from = xo + k * columns;
            for (int i = 0; i < m; i++) {
                double sum = 0;
                for (int p = start[i]; p < start[i + 1]; p++) {
                    sum += value[p] * x[from + column[p]];
                }
                y[yo + k * m + i] = sum;
            }
        }
    }

    @Override
    public void adjoint(double[] y, int yo, int count, double[] x, int xo) {
        int m = rows();
        Arrays.fill(x, xo, xo + count * columns, 0);
        for (int k = 0; k < count; k++) {
            int to = xo + k * columns;
            for (int i = 0; i < m; i++) {
                double g = y[yo + k * m + i];
                for (int p = start[i]; p < start[i + 1]; p++) {
                    x[to + column[p]] += value[p] * g;
                }
            }
        }
    }

    /** Takes the entries row by row. */
    static final class Builder {
        private final int columns;
        private final int[] start;
        private int row;
        private int count;
        private int[] column = new int[64];
        private double[] value = new double[64];

        Builder(int rows, int columns) {
            this.columns = columns;
            start = new int[rows + 1];
        }

        /** Adds an entry to the current row. */
        void add(int j, double v) {
            if (count == column.length) {
                column = Arrays.copyOf(column, 2 * count);
                value = Arrays.copyOf(value, 2 * count);
            }
            column[count] = j;
            value[count++] = v;
        }

        /** Ends the current row. */
        void endRow() {
            start[++row] = count;
        }

        SparseMap build() {
            return new SparseMap(
                    columns, start, Arrays.copyOf(column, count), Arrays.copyOf(value, count));
        }
    }
}
