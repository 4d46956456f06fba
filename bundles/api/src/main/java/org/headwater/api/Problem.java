package org.headwater.api;

import java.util.List;

/**
 * A posterior to be drawn: density ∝ exp(−β(f(θ) + ψ(θ))).
 *
 * @param name for messages
 * @param target f
 * @param prior ψ on all d parameters: the problem's prior on the field, flat on nuisance parameters
 *     (their Gaussian priors are part of f), and flat on all if the field's prior is Gaussian,
 *     which is then part of f too
 * @param beta β
 * @param blocks the parameters
 * @param initial a reasonable point to start from, d values
 */
public record Problem(
        String name,
        Target target,
        Prior prior,
        double beta,
        List<ParameterBlock> blocks,
        double[] initial) {
    /** d. */
    public int dimension() {
        return target.dimension();
    }
}
