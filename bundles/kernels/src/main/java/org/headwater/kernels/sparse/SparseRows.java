package org.headwater.kernels.sparse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of a sparse matrix and where their products go: y[place of row r] = Σ value·x[column].
 * Immutable; see {@link Lanes#multiply}.
 */
public final class SparseRows {
    final int[] place;
    final int[] start;
    final int[] column;
    final double[] value;

    private SparseRows(int[] place, int[] start, int[] column, double[] value) {
        this.place = place;
        this.start = start;
        this.column = column;
        this.value = value;
    }

    /**
     * A matrix from entries in any order; entries of the same place and column are added up. Rows
     * are kept in ascending order of their places, columns in the order of their first entries.
     *
     * @param rows one more than the highest place
     * @param place where each entry's row goes
     * @param column column of each entry
     * @param value value of each entry
     * @param all whether places without an entry get a row of zeros
     */
    public static SparseRows of(int rows, int[] place, int[] column, double[] value, boolean all) {
        List<List<Integer>> entries = new ArrayList<>();
        for (int r = 0; r < rows; r++) {
            entries.add(new ArrayList<>());
        }
        for (int k = 0; k < place.length; k++) {
            entries.get(place[k]).add(k);
        }
        int count = (int) entries.stream().filter(e -> all || !e.isEmpty()).count();
        int[] places = new int[count];
        int[] start = new int[count + 1];
        int[] columns = new int[place.length];
        double[] values = new double[place.length];
        int filled = 0;
        int row = 0;
        for (int r = 0; r < rows; r++) {
            if (!all && entries.get(r).isEmpty()) {
                continue;
            }
            int first = filled;
            for (int k : entries.get(r)) {
                int at = first;
                while (at < filled && columns[at] != column[k]) {
                    at++;
                }
                columns[at] = column[k];
                values[at] += value[k];
                filled = Math.max(filled, at + 1);
            }
            places[row++] = r;
            start[row] = filled;
        }
        return new SparseRows(
                places, start, Arrays.copyOf(columns, filled), Arrays.copyOf(values, filled));
    }

    /** Number of entries. */
    public int nonzeros() {
        return column.length;
    }
}
