package org.headwater.model.eit.internal.basis;

/**
 * The matrix B (T×d) that takes coefficients to values on triangles, m = Bθ. Immutable and
 * thread-safe.
 */
public sealed interface BasisMatrix
        permits DenseBasisMatrix, PatchedBasisMatrix, SparseBasisMatrix {
    /** T, the number of triangles. */
    int rows();

    /** d, the number of coefficients. */
    int columns();

    /**
     * m = Bθ for several vectors at once. O(count·T·d), or O(count·nonzeros) if sparse.
     *
     * @param theta count × d row-major, not modified
     * @param count number of vectors
     * @param out count × T row-major, overwritten
     */
    void expand(double[] theta, int count, double[] out);

    /**
     * The product A·B, for rows of gradients or Jacobians the chain rule. O(count·T·d), or
     * O(count·nonzeros) if sparse.
     *
     * @param a count × T row-major, not modified
     * @param count number of rows of A
     * @param out count × d row-major, overwritten
     */
    void multiplyLeft(double[] a, int count, double[] out);
}
