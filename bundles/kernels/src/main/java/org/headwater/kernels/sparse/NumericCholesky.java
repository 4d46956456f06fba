package org.headwater.kernels.sparse;

import java.util.Arrays;

/**
 * The numeric side of {@link SymbolicCholesky} for one thread: PAPᵀ = LLᵀ in double precision by
 * right-looking elimination of panels, and triangular solves. No call allocates.
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
        int[] columnStart = symbolic.columnStart;
        int[] panelStart = symbolic.panelStart;
        int q = 0;
        for (int s = 0; s + 1 < panelStart.length; s++) {
            int begin = panelStart[s];
            int end = panelStart[s + 1];
            if (!factorPanel(begin, end, columnStart)) {
                return false;
            }
            int below = columnStart[end] - columnStart[end - 1] - 1;
            update(begin, end - begin, below, columnStart, q);
            q += below * (below + 1) / 2;
        }
        return true;
    }

    private boolean factorPanel(int begin, int end, int[] columnStart) {
        double[] l = values;
        for (int j = begin; j < end; j++) {
            int at = columnStart[j];
            int stop = columnStart[j + 1];
            double pivot = l[at];
            if (!(pivot > 0 && pivot < Double.POSITIVE_INFINITY)) {
                return false;
            }
            double root = Math.sqrt(pivot);
            double scale = 1 / root;
            l[at] = root;
            inverseDiagonal[j] = scale;
            for (int p = at + 1; p < stop; p++) {
                l[p] *= scale;
            }
            for (int k = j + 1; k < end; k++) {
                int from = at + k - j;
                int to = columnStart[k];
                int length = stop - from;
                double a = l[from];
                for (int t = 0; t < length; t++) {
                    l[to + t] -= a * l[from + t];
                }
            }
        }
        return true;
    }

    /** Subtracts the products of a panel's rows below it from the later columns. */
    private void update(int begin, int width, int below, int[] columnStart, int q) {
        int[] targets = symbolic.targets;
        double[] l = values;
        int p0 = columnStart[begin + 1] - below;
        switch (width) {
            case 1 -> update1(l, targets, q, below, p0);
            case 2 -> update2(l, targets, q, below, p0, columnStart[begin + 2] - below);
            case 3 ->
                    update3(
                            l,
                            targets,
                            q,
                            below,
                            p0,
                            columnStart[begin + 2] - below,
                            columnStart[begin + 3] - below);
            default ->
                    update4(
                            l,
                            targets,
                            q,
                            below,
                            p0,
                            columnStart[begin + 2] - below,
                            columnStart[begin + 3] - below,
                            columnStart[begin + 4] - below);
        }
    }

    private static void update1(double[] l, int[] targets, int first, int below, int p0) {
        int q = first;
        for (int p = 0; p < below; p++) {
            double a0 = l[p0 + p];
            for (int t = p; t < below; t++) {
                l[targets[q++]] -= a0 * l[p0 + t];
            }
        }
    }

    private static void update2(double[] l, int[] targets, int first, int below, int p0, int p1) {
        int q = first;
        for (int p = 0; p < below; p++) {
            double a0 = l[p0 + p];
            double a1 = l[p1 + p];
            for (int t = p; t < below; t++) {
                l[targets[q++]] -= a0 * l[p0 + t] + a1 * l[p1 + t];
            }
        }
    }

    private static void update3(
            double[] l, int[] targets, int first, int below, int p0, int p1, int p2) {
        int q = first;
        for (int p = 0; p < below; p++) {
            double a0 = l[p0 + p];
            double a1 = l[p1 + p];
            double a2 = l[p2 + p];
            for (int t = p; t < below; t++) {
                l[targets[q++]] -= a0 * l[p0 + t] + a1 * l[p1 + t] + a2 * l[p2 + t];
            }
        }
    }

    private static void update4(
            double[] l, int[] targets, int first, int below, int p0, int p1, int p2, int p3) {
        int q = first;
        for (int p = 0; p < below; p++) {
            double a0 = l[p0 + p];
            double a1 = l[p1 + p];
            double a2 = l[p2 + p];
            double a3 = l[p3 + p];
            for (int t = p; t < below; t++) {
                l[targets[q++]] -=
                        (a0 * l[p0 + t] + a1 * l[p1 + t]) + (a2 * l[p2 + t] + a3 * l[p3 + t]);
            }
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
