package org.headwater.kernels.sparse;

/**
 * {@link BatchCholesky} for one matrix: {@link #clear}, {@link #add} the entries of one triangle of
 * A (duplicates add up), {@link #factor}, then solve as often as wanted. For one thread; no call
 * allocates.
 *
 * <p>Vectors of the triangular solves are in elimination order ({@link SymbolicCholesky#rank});
 * only {@link #solve} takes them in the caller's order.
 */
public final class NumericCholesky {
    private final BatchCholesky batch;
    private final boolean[] positive = new boolean[1];
    private final double[] work;

    NumericCholesky(SymbolicCholesky symbolic) {
        batch = symbolic.batch(Lanes.scalar());
        work = new double[symbolic.n];
    }

    /** The pattern. */
    public SymbolicCholesky symbolic() {
        return batch.symbolic();
    }

    /** Sets A to zero. Cost: O(|L|). */
    public void clear() {
        batch.clear();
    }

    /**
     * Adds to an entry of A.
     *
     * @param position place of the entry from {@link SymbolicCholesky#position}
     */
    public void add(int position, double value) {
        batch.values()[position] += value;
    }

    /** The entry of L at a position, after {@link #factor}. */
    public double get(int position) {
        return batch.values()[position];
    }

    /**
     * Replaces A by its factor L. Cost: about Σ_j |L_j|² flops, |L_j| the entries of column j.
     *
     * @return false if a pivot is not positive and finite; the values are then of no use
     */
    public boolean factor() {
        batch.factor(positive);
        return positive[0];
    }

    /**
     * Solves Ax = b. Cost: 4·|L| flops.
     *
     * @param b right-hand side in the caller's order of unknowns. Overwritten by x.
     */
    public void solve(double[] b) {
        SymbolicCholesky symbolic = batch.symbolic();
        for (int i = 0; i < work.length; i++) {
            work[symbolic.rank[i]] = b[i];
        }
        forward(work);
        backward(work, 1, work.length);
        for (int i = 0; i < work.length; i++) {
            b[i] = work[symbolic.rank[i]];
        }
    }

    /**
     * Solves Ly = b in elimination order. Cost: 2·|L| flops.
     *
     * @param b right-hand side. Overwritten by y.
     */
    public void forward(double[] b) {
        batch.forward(b, 1);
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
        batch.backward(x, columns, end);
    }
}
