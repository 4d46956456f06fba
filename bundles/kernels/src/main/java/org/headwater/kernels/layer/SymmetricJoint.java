package org.headwater.kernels.layer;

import org.headwater.api.Workers;

/** A fast form of the joint layer, in one precision. For any number of callers at once. */
public interface SymmetricJoint {
    /**
     * Barycentres x̄_i of the softmax with w_il ∝ exp(−κ|x_i − x_l|² − logZ_l) over the particles
     * themselves. Memory O(Nd); the result does not depend on the number of threads.
     *
     * @param x N × d, N ≥ 1, finite, not modified
     * @param n N
     * @param d d
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, finite, N values, not modified
     * @param barycentre N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param workers threads
     * @return false if this form cannot: logZ varies by too much, particles are too far apart, or
     *     others that it names; nothing is modified
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
