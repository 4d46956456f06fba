package org.headwater.solver.langevin.internal;

import java.util.Map;
import org.headwater.api.RandomStream;
import org.headwater.kernels.chain.Scale;

/** One iteration of all chains. Implementations are immutable. */
interface Transition {
    /**
     * Moves the chains.
     *
     * @param from where they are, not modified
     * @param scale L and the MAP
     * @param step ε
     * @param random chain i takes its numbers from sub-stream i
     */
    Moves move(Points from, Scale scale, double step, RandomStream random);

    /** ε to begin with. */
    double firstStep(Scale scale);

    /** The acceptance that ε is tuned to; 0 where ε is not tuned. */
    double wantedAcceptance();

    /** ε does not grow beyond. */
    default double largestStep() {
        return Double.MAX_VALUE;
    }

    /**
     * Where the chains are after an iteration.
     *
     * @param to their points; where a proposal was rejected, those of before
     * @param acceptance mean over the chains of the probability of acceptance
     * @param failed the chains that met a failure of the forward model, N flags
     * @param values further numbers to show, summed for the verdict
     */
    record Moves(Points to, double acceptance, boolean[] failed, Map<String, Double> values) {}
}
