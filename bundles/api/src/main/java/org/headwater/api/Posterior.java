package org.headwater.api;

import java.util.List;
import java.util.Map;

/**
 * A posterior as draws, with what the solver has to say about it.
 *
 * @param draws n × d; their mean, standard deviation and correlation are the posterior's
 * @param particles whether the draws are an interacting particle system's, not independent chains
 * @param reasons what is doubtful or wrong; empty when all diagnostics are in their range
 * @param diagnostics named values, e.g. {@code q}, {@code mean-self-weight}
 * @param mode the maximum a posteriori point, d values, or null when the solver has none
 */
public record Posterior(
        Ensemble draws,
        boolean particles,
        List<Reason> reasons,
        Map<String, Double> diagnostics,
        double[] mode) {}
