package org.headwater.model.eit.internal.basis;

import java.util.List;
import java.util.SortedMap;
import org.headwater.kernels.sparse.Lanes;
import org.headwater.kernels.sparse.SparseRows;

/** A basis matrix of which each triangle sees few functions, with its transpose. */
final class SparseBasisMatrix implements BasisMatrix {
    private final int rows;
    private final int columns;
    private final SparseRows matrix;
    private final SparseRows transposed;

    private SparseBasisMatrix(int rows, int columns, int[] row, int[] column, double[] value) {
        this.rows = rows;
        this.columns = columns;
        this.matrix = SparseRows.of(rows, row, column, value, true);
        this.transposed = SparseRows.of(columns, column, row, value, true);
    }

    /** A matrix from its rows, each a map from column to value. */
    static SparseBasisMatrix ofRows(int columns, List<SortedMap<Integer, Double>> rows) {
        int size = rows.stream().mapToInt(SortedMap::size).sum();
        int[] row = new int[size];
        int[] column = new int[size];
        double[] value = new double[size];
        int k = 0;
        for (int t = 0; t < rows.size(); t++) {
            for (var entry : rows.get(t).entrySet()) {
                row[k] = t;
                column[k] = entry.getKey();
                value[k++] = entry.getValue();
            }
        }
        return new SparseBasisMatrix(rows.size(), columns, row, column, value);
    }

    /** The identity: a coefficient per triangle. */
    static SparseBasisMatrix identity(int size) {
        int[] index = new int[size];
        double[] value = new double[size];
        for (int t = 0; t < size; t++) {
            index[t] = t;
            value[t] = 1;
        }
        return new SparseBasisMatrix(size, size, index, index, value);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public void expand(Lanes lanes, double[] theta, double[] out) {
        lanes.multiply(matrix, theta, out);
    }

    @Override
    public void pullBack(Lanes lanes, double[] a, double[] out) {
        lanes.multiply(transposed, a, out);
    }
}
