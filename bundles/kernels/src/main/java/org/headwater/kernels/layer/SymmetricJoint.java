package org.headwater.kernels.layer;

import org.headwater.api.Workers;

/** The joint layer by symmetric tiles, in one precision. For any number of callers at once. */
public interface SymmetricJoint {
    /**
     * Barycentres x̄_i of the softmax with w_il ∝ exp(−κ|x_i − x_l|² − logZ_l) over the particles
     * themselves. N²/2 exponentials, O(N²d), memory O(Nd); the result does not depend on the number
     * of threads.
     *
     * <p>In single precision logZ may vary by 50 bits: the least E is 2⁻⁹⁶, so that what should be
     * 0 weighs at most N·2⁻⁴⁶ of a sum, and products of weights stay normal numbers. In double
     * precision 60 bits. Particles may be as many bandwidths apart as have squares.
     *
     * @param x N × d, N ≥ 1, finite, not modified
     * @param n N
     * @param d d
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, finite, N values, not modified
     * @param barycentre N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param workers threads
     * @return false if logZ varies by too much or particles are too far apart; nothing is modified
     */
    boolean self(
            double[] x,
            int n,
            int d,
            double kappa,
            double[] logNormaliser,
            double[] barycentre,
            double[] selfWeight,
            Workers workers);
}
