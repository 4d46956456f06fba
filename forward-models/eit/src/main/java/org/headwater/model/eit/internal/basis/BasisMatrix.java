package org.headwater.model.eit.internal.basis;

import org.headwater.kernels.sparse.Lanes;

/**
 * The matrix B (T×d) that takes coefficients to values on triangles, m = Bθ. Immutable and
 * thread-safe. Products are taken for as many vectors as there are lanes; number i of lane w stands
 * at i·W + w.
 */
public sealed interface BasisMatrix permits PatchedBasisMatrix, SparseBasisMatrix {
    /** T, the number of triangles. */
    int rows();

    /** d, the number of coefficients. */
    int columns();

    /**
     * m = Bθ. O(T·d) a lane, or O(nonzeros) if sparse.
     *
     * @param theta d × W, not modified
     * @param out T × W, overwritten
     */
    void expand(Lanes lanes, double[] theta, double[] out);

    /**
     * The product Bᵀa, for gradients and rows of Jacobians the chain rule. O(T·d) a lane, or
     * O(nonzeros) if sparse.
     *
     * @param a T × W, not modified
     * @param out d × W, overwritten
     */
    void pullBack(Lanes lanes, double[] a, double[] out);
}
