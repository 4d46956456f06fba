package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * An invertible linear change of variables x = Su in which a prior's potential is separable: ψ(Su)
 * = Σ ψ_i(u_i). Total variation of a vector is one: u_0 = x_0, u_i = x_i − x_{i−1}. The determinant
 * of S is a constant, so that the posterior of u is that of x, moved.
 *
 * <p>All maps take d values from an offset of one array to an offset of another; the two may be the
 * same place. Implementations are immutable and thread-safe.
 */
@ConsumerType
public interface Synthesis {
    /** The prior of u. */
    SeparablePrior prior();

    /** d, of u and of x. */
    default int dimension() {
        return prior().dimension();
    }

    /**
     * x = Su.
     *
     * @param u not modified, unless it is {@code x}
     * @param x modified
     */
    void apply(double[] u, int uOffset, double[] x, int xOffset);

    /**
     * Sᵀg: takes a gradient with respect to x to the one with respect to u.
     *
     * @param gx gradient with respect to x, not modified, unless it is {@code gu}
     * @param gu gradient with respect to u, modified
     */
    void adjoint(double[] gx, int gxOffset, double[] gu, int guOffset);

    /**
     * u = S⁻¹x.
     *
     * @param x not modified, unless it is {@code u}
     * @param u modified
     */
    void analyse(double[] x, int xOffset, double[] u, int uOffset);
}
