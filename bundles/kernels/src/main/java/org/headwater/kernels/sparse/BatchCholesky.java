package org.headwater.kernels.sparse;

import java.util.Arrays;

/**
 * The numeric side of {@link SymbolicCholesky} for W matrices with one pattern, one to a lane of
 * {@link Lanes}, for one thread: PAPᵀ = LLᵀ in double precision by right-looking elimination of
 * panels, and triangular solves with several right-hand sides. No call allocates.
 *
 * <p>Lanes never mix: what a matrix gives depends neither on its neighbours nor on W, and a matrix
 * that is not positive definite spoils its own lane only.
 *
 * <p>Use: {@link #clear}, write A's entries into {@link #values} at the places that {@link
 * SymbolicCholesky#position} gives ({@link Lanes#multiply} does it for entries that are linear in
 * something), {@link #factor}, then solve as often as wanted. Vectors are in elimination order
 * ({@link SymbolicCholesky#rank}).
 *
 * <p>Memory: 8·W·|L| bytes; 2 MB for a mesh of 1800 nodes in 8 lanes.
 */
public final class BatchCholesky {
    private final SymbolicCholesky symbolic;
    private final Lanes lanes;
    private final double[] values;
    private final double[] inverseDiagonal;

    BatchCholesky(SymbolicCholesky symbolic, Lanes lanes) {
        this.symbolic = symbolic;
        this.lanes = lanes;
        int width = lanes.width();
        values = new double[Math.multiplyExact(symbolic.nonzeros(), width)];
        inverseDiagonal = new double[symbolic.n * width];
    }

    /** The pattern. */
    public SymbolicCholesky symbolic() {
        return symbolic;
    }

    /** The lanes. */
    public Lanes lanes() {
        return lanes;
    }

    /** Sets all matrices to zero. Cost: O(|L|) a lane. */
    public void clear() {
        Arrays.fill(values, 0);
    }

    /**
     * The entries, of A before {@link #factor}, of L after it: |L| × W by position. The array
     * itself.
     */
    public double[] values() {
        return values;
    }

    /**
     * Replaces each A by its factor L. Cost: about Σ_j |L_j|² flops a lane, |L_j| the entries of
     * column j.
     *
     * @param positive W values, overwritten: false where a pivot is not positive and finite; that
     *     lane's values are then of no use
     */
    public void factor(boolean[] positive) {
        int[] start = symbolic.columnStart;
        int[] panelStart = symbolic.panelStart;
        int q = 0;
        for (int s = 0; s + 1 < panelStart.length; s++) {
            int end = panelStart[s + 1];
            lanes.factorPanel(values, inverseDiagonal, start, panelStart[s], end);
            int below = start[end] - start[end - 1] - 1;
            update(panelStart[s], end, below, q);
            q += below * (below + 1) / 2;
        }
        lanes.positive(inverseDiagonal, symbolic.n, positive);
    }

    /** Subtracts the products of a panel's rows below it from the later columns. */
    private void update(int begin, int end, int below, int q) {
        int[] targets = symbolic.targets;
        int[] start = symbolic.columnStart;
        if (end - begin == 4) {
            int p0 = start[begin + 1] - below;
            int p1 = start[begin + 2] - below;
            int p2 = start[begin + 3] - below;
            lanes.update(values, targets, q, below, p0, p1, p2, start[end] - below);
        } else {
            for (int j = begin; j < end; j++) {
                lanes.update(values, targets, q, below, start[j + 1] - below);
            }
        }
    }

    /**
     * Solves Ly = b in elimination order. Cost: 2·|L|·columns flops a lane.
     *
     * @param b right-hand sides, n × columns × W. Overwritten by y.
     * @param columns number of right-hand sides
     */
    public void forward(double[] b, int columns) {
        int[] start = symbolic.columnStart;
        for (int j = 0; j < symbolic.n; j++) {
            lanes.forward(values, inverseDiagonal, start, symbolic.rows, j, b, columns);
        }
    }

    /**
     * Solves Lᵀx = y in elimination order, where the last rows of x may be known already. Cost:
     * 2·|L|·columns flops a lane, fastest for multiples of four columns.
     *
     * @param x n × columns × W: rows 0 … {@code end} − 1 hold y and are overwritten by x, rows
     *     {@code end} … n − 1 hold x and are not modified
     * @param columns number of right-hand sides
     * @param end number of rows to solve for
     */
    public void backward(double[] x, int columns, int end) {
        int[] start = symbolic.columnStart;
        int[] panelStart = symbolic.panelStart;
        for (int s = panelStart.length - 2; s >= 0; s--) {
            int stop = panelStart[s + 1];
            int below = start[stop] - start[stop - 1] - 1;
            lanes.backward(
                    values,
                    inverseDiagonal,
                    start,
                    symbolic.rows,
                    panelStart[s],
                    Math.min(stop, end),
                    below + Math.max(0, stop - end),
                    x,
                    columns);
        }
    }
}
