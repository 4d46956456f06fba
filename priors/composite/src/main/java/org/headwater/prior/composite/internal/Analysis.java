package org.headwater.prior.composite.internal;

/**
 * A linear map W from a field of d values to its k coefficients. All maps read from an offset of
 * one array and write to an offset of another, which may be the same place where k = d.
 * Implementations are immutable and thread-safe.
 */
interface Analysis {
    /** d. */
    int dimension();

    /** k. */
    int coefficients();

    /** u = Wx. */
    void analyse(double[] x, int xOffset, double[] u, int uOffset);

    /** x = Wᵀu; the inverse of {@link #analyse} if W is orthonormal. */
    void adjoint(double[] u, int uOffset, double[] x, int xOffset);
}
