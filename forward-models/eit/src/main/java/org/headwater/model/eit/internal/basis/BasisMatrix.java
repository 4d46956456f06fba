package org.headwater.model.eit.internal.basis;

/**
 * The matrix B (T×d) that takes coefficients to values on triangles, m = Bθ. Immutable and
 * thread-safe.
 */
public sealed interface BasisMatrix permits DenseBasisMatrix, SparseBasisMatrix {
    /** T, the number of triangles. */
    int rows();

    /** d, the number of coefficients. */
    int columns();

    /**
     * m = Bθ for several vectors at once. O(count·T·d), or O(count·nonzeros) if sparse.
     *
     * @param theta vector i starts at {@code offset + i·stride}, not modified
     * @param offset where the first vector starts
     * @param stride distance of the vectors
     * @param count number of vectors
     * @param out count × T row-major, overwritten
     */
    void expand(double[] theta, int offset, int stride, int count, double[] out);

    /**
     * The product A·B, in rows of gradients or Jacobians the chain rule. O(rows·T·d), or
     * O(rows·nonzeros) if sparse.
     *
     * @param a rows × T row-major, not modified
     * @param rows number of rows of A
     * @param out row r starts at {@code offset + r·stride} and has d values, overwritten
     * @param offset where the first row starts
     * @param stride distance of the rows, ≥ d
     */
    void multiplyLeft(double[] a, int rows, double[] out, int offset, int stride);
}
