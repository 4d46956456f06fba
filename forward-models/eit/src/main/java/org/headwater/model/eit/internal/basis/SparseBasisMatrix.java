package org.headwater.model.eit.internal.basis;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/** A basis matrix of which each triangle sees few functions, stored by rows. */
final class SparseBasisMatrix implements BasisMatrix {
    private final int columns;
    private final int[] start;
    private final int[] column;
    private final double[] value;

    private SparseBasisMatrix(int columns, int[] start, int[] column, double[] value) {
        this.columns = columns;
        this.start = start;
        this.column = column;
        this.value = value;
    }

    /** A matrix from its rows, each a map from column to value. */
    static SparseBasisMatrix ofRows(int columns, List<SortedMap<Integer, Double>> rows) {
        int[] start = new int[rows.size() + 1];
        for (int t = 0; t < rows.size(); t++) {
            start[t + 1] = start[t] + rows.get(t).size();
        }
        int[] column = new int[start[rows.size()]];
        double[] value = new double[column.length];
        int k = 0;
        for (SortedMap<Integer, Double> row : rows) {
            for (var entry : row.entrySet()) {
                column[k] = entry.getKey();
                value[k++] = entry.getValue();
            }
        }
        return new SparseBasisMatrix(columns, start, column, value);
    }

    /** The identity: a coefficient per triangle. */
    static SparseBasisMatrix identity(int size) {
        int[] start = new int[size + 1];
        int[] column = new int[size];
        double[] value = new double[size];
        for (int t = 0; t < size; t++) {
            start[t + 1] = t + 1;
            column[t] = t;
            value[t] = 1;
        }
        return new SparseBasisMatrix(size, start, column, value);
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
    public void expand(double[] theta, int count, double[] out) {
        int rows = rows();
        for (int i = 0; i < count; i++) {
            for (int t = 0; t < rows; t++) {
                double sum = 0;
                for (int k = start[t]; k < start[t + 1]; k++) {
                    sum += value[k] * theta[i * columns + column[k]];
                }
                out[i * rows + t] = sum;
            }
        }
    }

    @Override
    public void multiplyLeft(double[] a, int count, double[] out) {
        int rows = rows();
        Arrays.fill(out, 0, count * columns, 0);
        for (int i = 0; i < count; i++) {
            for (int t = 0; t < rows; t++) {
                double x = a[i * rows + t];
                for (int k = start[t]; k < start[t + 1]; k++) {
                    out[i * columns + column[k]] += x * value[k];
                }
            }
        }
    }
}
