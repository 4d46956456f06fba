package org.headwater.kernels.sparse;

import java.util.Arrays;

/**
 * The numeric side of {@link SymbolicCholesky} for one thread: PAPᵀ = LLᵀ in double precision by
 * left-looking elimination, and triangular solves. No call allocates.
 *
 * <p>Use: {@link #clear}, {@link #add} the entries of one triangle of A (duplicates add up), {@link
 * #factor}, then solve as often as wanted.
 *
 * <p>Vectors of the triangular solves are in elimination order ({@link SymbolicCholesky#rank});
 * only {@link #solve} takes them in the caller's order.
 */
public final class NumericCholesky {
    private final SymbolicCholesky symbolic;
    private final double[] values;
    private final double[] inverseDiagonal;
    private final double[] work;

    NumericCholesky(SymbolicCholesky symbolic) {
        this.symbolic = symbolic;
        values = new double[symbolic.nonzeros()];
        inverseDiagonal = new double[symbolic.n];
        work = new double[symbolic.n];
    }

    /** The pattern. */
    public SymbolicCholesky symbolic() {
        return symbolic;
    }

    /** Sets A to zero. Cost: O(|L|). */
    public void clear() {
        Arrays.fill(values, 0);
    }

    /**
     * Adds to an entry of A.
     *
     * @param position place of the entry from {@link SymbolicCholesky#position}
     */
    public void add(int position, double value) {
        values[position] += value;
    }

    /** The entry of L at a position, after {@link #factor}. */
    public double get(int position) {
        return values[position];
    }

    /**
     * Replaces A by its factor L. Cost: about Σ_j |L_j|² flops, |L_j| the entries of column j.
     *
     * @return false if a pivot is not positive and finite; the values are then of no use
     */
    public boolean factor() {
        int n = symbolic.n;
        int[] columnStart = symbolic.columnStart;
        int[] rows = symbolic.rows;
        int[] runStart = symbolic.runStart;
        double[] l = values;
        double[] x = work;
        for (int j = 0; j < n; j++) {
            int begin = columnStart[j];
            int end = columnStart[j + 1];
            for (int p = begin; p < end; p++) {
                x[rows[p]] = l[p];
            }
            for (int r = runStart[j]; r < runStart[j + 1]; r++) {
                subtractRun(r, columnStart, rows, l, x);
            }
            double pivot = x[j];
            if (!(pivot > 0 && pivot < Double.POSITIVE_INFINITY)) {
                return false;
            }
            double root = Math.sqrt(pivot);
            double scale = 1 / root;
            inverseDiagonal[j] = scale;
            l[begin] = root;
            for (int p = begin + 1; p < end; p++) {
                l[p] = x[rows[p]] * scale;
            }
        }
        return true;
    }

    private void subtractRun(int run, int[] columnStart, int[] rows, double[] l, double[] x) {
        int p0 = symbolic.runPosition[run];
        int k = symbolic.runColumn[run];
        int length = columnStart[k + 1] - p0;
        switch (symbolic.runLength[run]) {
            case 1 -> subtract1(rows, l, x, p0, length);
            case 2 -> subtract2(rows, l, x, p0, columnStart[k + 2] - length, length);
            case 3 ->
                    subtract3(
                            rows,
                            l,
                            x,
                            p0,
                            columnStart[k + 2] - length,
                            columnStart[k + 3] - length,
                            length);
            default ->
                    subtract4(
                            rows,
                            l,
                            x,
                            p0,
                            columnStart[k + 2] - length,
                            columnStart[k + 3] - length,
                            columnStart[k + 4] - length,
                            length);
        }
    }

    private static void subtract1(int[] rows, double[] l, double[] x, int p0, int length) {
        double a0 = l[p0];
        for (int t = 0; t < length; t++) {
            x[rows[p0 + t]] -= a0 * l[p0 + t];
        }
    }

    private static void subtract2(int[] rows, double[] l, double[] x, int p0, int p1, int length) {
        double a0 = l[p0];
        double a1 = l[p1];
        for (int t = 0; t < length; t++) {
            x[rows[p0 + t]] -= a0 * l[p0 + t] + a1 * l[p1 + t];
        }
    }

    private static void subtract3(
            int[] rows, double[] l, double[] x, int p0, int p1, int p2, int length) {
        double a0 = l[p0];
        double a1 = l[p1];
        double a2 = l[p2];
        for (int t = 0; t < length; t++) {
            x[rows[p0 + t]] -= a0 * l[p0 + t] + a1 * l[p1 + t] + a2 * l[p2 + t];
        }
    }

    private static void subtract4(
            int[] rows, double[] l, double[] x, int p0, int p1, int p2, int p3, int length) {
        double a0 = l[p0];
        double a1 = l[p1];
        double a2 = l[p2];
        double a3 = l[p3];
        for (int t = 0; t < length; t++) {
            x[rows[p0 + t]] -=
                    (a0 * l[p0 + t] + a1 * l[p1 + t]) + (a2 * l[p2 + t] + a3 * l[p3 + t]);
        }
    }

    /**
     * Solves Ax = b. Cost: 4·|L| flops.
     *
     * @param b right-hand side in the caller's order of unknowns. Overwritten by x.
     */
    public void solve(double[] b) {
        int n = symbolic.n;
        int[] rank = symbolic.rank;
        for (int i = 0; i < n; i++) {
            work[rank[i]] = b[i];
        }
        forward(work);
        backward(work, 1, n);
        for (int i = 0; i < n; i++) {
            b[i] = work[rank[i]];
        }
    }

    /**
     * Solves Ly = b in elimination order. Cost: 2·|L| flops.
     *
     * @param b right-hand side. Overwritten by y.
     */
    public void forward(double[] b) {
        int[] columnStart = symbolic.columnStart;
        int[] rows = symbolic.rows;
        for (int j = 0; j < symbolic.n; j++) {
            double y = b[j] * inverseDiagonal[j];
            b[j] = y;
            for (int p = columnStart[j] + 1; p < columnStart[j + 1]; p++) {
                b[rows[p]] -= values[p] * y;
            }
        }
    }

    /**
     * Solves Lᵀx = y in elimination order for several right-hand sides at once, where the last rows
     * of x may be known already. Cost: 2·|L|·columns flops.
     *
     * @param x n×columns, row-major: rows 0 … {@code end} − 1 hold y and are overwritten by x, rows
     *     {@code end} … n − 1 hold x and are not modified
     * @param columns number of right-hand sides
     * @param end number of rows to solve for
     */
    public void backward(double[] x, int columns, int end) {
        int[] columnStart = symbolic.columnStart;
        int[] rows = symbolic.rows;
        double[] l = values;
        int blocked = columns - columns % 8;
        for (int j = end - 1; j >= 0; j--) {
            double scale = inverseDiagonal[j];
            int first = columnStart[j] + 1;
            int stop = columnStart[j + 1];
            int here = j * columns;
            for (int c = 0; c < blocked; c += 8) {
                int at = here + c;
                double s0 = x[at];
                double s1 = x[at + 1];
                double s2 = x[at + 2];
                double s3 = x[at + 3];
                double s4 = x[at + 4];
                double s5 = x[at + 5];
                double s6 = x[at + 6];
                double s7 = x[at + 7];
                for (int p = first; p < stop; p++) {
                    double v = l[p];
                    int from = rows[p] * columns + c;
                    s0 -= v * x[from];
                    s1 -= v * x[from + 1];
                    s2 -= v * x[from + 2];
                    s3 -= v * x[from + 3];
                    s4 -= v * x[from + 4];
                    s5 -= v * x[from + 5];
                    s6 -= v * x[from + 6];
                    s7 -= v * x[from + 7];
                }
                x[at] = s0 * scale;
                x[at + 1] = s1 * scale;
                x[at + 2] = s2 * scale;
                x[at + 3] = s3 * scale;
                x[at + 4] = s4 * scale;
                x[at + 5] = s5 * scale;
                x[at + 6] = s6 * scale;
                x[at + 7] = s7 * scale;
            }
            for (int c = blocked; c < columns; c++) {
                double s = x[here + c];
                for (int p = first; p < stop; p++) {
                    s -= l[p] * x[rows[p] * columns + c];
                }
                x[here + c] = s * scale;
            }
        }
    }
}
