package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The RWPO layers' inner loops, in one implementation. Thread-safe.
 *
 * <p>Both layers map particles x_i to barycentres x̄_i = Σ_l w_il x_l with weights from a softmax
 * over the particles themselves (queries = keys = values), arXiv 2510.16356.
 */
@ConsumerType
public interface KernelBackend {
    /** Name and path taken, e.g. {@code vector (scalar)}. */
    String description();

    /**
     * One softmax over all coordinates: w_il ∝ exp(−κ|x_i − x_l|² − logZ_l).
     *
     * @param x N × d, not modified
     * @param kappa κ = β/(4T)
     * @param logNormaliser logZ_l, N values, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param workers threads
     */
    void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers);

    /**
     * A softmax per coordinate j: w_il ∝ exp(−κ_j(x_ij − x_lj)² − logZ_lj).
     *
     * @param x N × d, not modified
     * @param kappa κ_j = β/(4T_j), d values
     * @param logNormaliser logZ_lj, N × d, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight mean over i of w_ii for each coordinate, d values, modified
     * @param workers threads
     */
    void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers);
}
