package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleFunction;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Scaling;
import org.headwater.api.State;
import org.headwater.api.Stepper;

/**
 * The weight w of a prior ψ = w·g that makes the data likeliest: the maximum of the marginal
 * likelihood p(y | w), where
 *
 * <pre>m/(k·w) = β·E[g(θ) | y, w],</pre>
 *
 * g being homogeneous of degree k on m dimensions (Vidal, De Bortoli, Pereyra, Durmus, arXiv
 * 1911.11709, theorem 2.1). Found by EM: each round draws the posterior with the weight as it is,
 * by the run's own solver with some of its steps, and solves the equation for w with the mean that
 * the draws have. Rounds share their random numbers, so that they differ by the weight alone; after
 * each two, the rest of the way is extrapolated from the ratio of the two moves (Aitken), as EM
 * alone is slow where the data say little.
 *
 * <p>Cost: a round is a start of the solver and at most {@value #STEPS} steps.
 *
 * @param weight w
 * @param trace w at the start of each round
 * @param settled whether it has converged
 */
record WeightChoice(double weight, List<Double> trace, boolean settled) {
    private static final int ROUNDS = 16;
    private static final int STEPS = 40;

    /** Converged when log w has at most this far to go. */
    private static final double TOLERANCE = 0.03;

    /** EM's moves shrink by no less than this, when the rest is estimated. */
    private static final double MOST_RATIO = 0.9;

    /** The farthest that log w is extrapolated at once. */
    private static final double FARTHEST = 3;

    /**
     * Chooses a weight.
     *
     * @param scaling of the prior on the field
     * @param beta β
     * @param steppers the solver's run with a weight
     * @param points where particles start, or null
     * @param random for all rounds alike
     * @param stopped asked between steps
     * @return null when stopped
     * @throws InvalidInputException if there is no such weight
     */
    static WeightChoice of(
            Scaling scaling,
            double beta,
            DoubleFunction<Stepper> steppers,
            Ensemble points,
            RandomStream random,
            BooleanSupplier stopped) {
        double log = Math.log(scaling.weight());
        double before = Double.NaN;
        List<Double> trace = new ArrayList<>();
        Ensemble from = points;
        for (int round = 0; round < ROUNDS; round++) {
            double w = Math.exp(log);
            trace.add(w);
            Stepper stepper = steppers.apply(w);
            State state =
                    from == null
                            ? stepper.start(random.split(0))
                            : stepper.start(from, random.split(0));
            int steps = Math.min(STEPS, stepper.iterations());
            for (int i = 0; i < steps; i++) {
                if (stopped.getAsBoolean()) {
                    return null;
                }
                state =
                        stepper.step(state, random.split(1).split(i))
                                .state()
                                .with(State.ITERATION, i + 1);
            }
            from = stepper.points(state).orElse(from);
            Ensemble draws = stepper.posterior(state, random.split(2)).draws();
            double g = mean(scaling.withWeight(w), draws) / w;
            double next = Math.log(scaling.dimension() / (scaling.degree() * beta * g));
            if (!Double.isFinite(next)) {
                throw InvalidInputException.of(
                        "prior.weight",
                        "cannot be chosen from these data: the prior's potential has the mean "
                                + g * w
                                + " at weight "
                                + w,
                        Scaling.AUTO,
                        "give a number");
            }
            double move = next - log;
            double ratio = Math.min(MOST_RATIO, Math.max(0, move / before));
            if (!Double.isNaN(before) && Math.abs(move) / (1 - ratio) < TOLERANCE) {
                return new WeightChoice(Math.exp(next), trace, true);
            }
            if (Double.isNaN(before)) {
                before = move;
                log = next;
            } else {
                double rest = move * ratio / (1 - ratio);
                log = next + Math.max(-FARTHEST, Math.min(FARTHEST, rest));
                before = rest == 0 ? move : Double.NaN;
            }
        }
        return new WeightChoice(Math.exp(log), trace, false);
    }

    /** The mean of ψ over the draws at which it is finite. */
    private static double mean(Prior prior, Ensemble draws) {
        double sum = 0;
        int used = 0;
        for (int i = 0; i < draws.size(); i++) {
            double psi = prior.potential(draws.data(), draws.offset(i));
            if (Double.isFinite(psi)) {
                sum += psi;
                used++;
            }
        }
        return sum / used;
    }

    /** For the manifest. */
    Map<String, Object> entry() {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("value", weight);
        entry.put("rule", "maximum marginal likelihood, by EM (arXiv 1911.11709, theorem 2.1)");
        entry.put("settled", settled);
        entry.put("trace", trace);
        return entry;
    }

    /** What the verdict says when it has not settled. */
    Reason reason() {
        return new Reason(
                Reason.Status.WARN,
                "weight-not-settled",
                "the choice of the prior's weight has not settled; the data hardly tell it",
                weight,
                Double.NaN,
                "give prior.weight a number and see how the result depends on it");
    }
}
