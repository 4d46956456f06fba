package org.headwater.kernels.chain;

import org.headwater.api.Ensemble;
import org.headwater.api.State;

/**
 * Draws of several chains in a {@link State}: an array of C × d numbers for each kept iteration.
 */
public final class KeptDraws {
    private static final String KEPT = "kept";

    private KeptDraws() {}

    /** The state with one more draw of each chain, C × d, not copied. */
    public static State keep(State state, double[] points) {
        int n = length(state);
        return state.with(KEPT + "." + n, points).with(KEPT, n + 1);
    }

    /** How many draws there are of each chain. */
    public static int length(State state) {
        return (int) state.scalar(KEPT, 0);
    }

    /** All of them, chain after chain, C·n × d. */
    public static Ensemble of(State state, int chains, int d) {
        int n = length(state);
        Ensemble draws = Ensemble.zeros(chains * n, d);
        for (int s = 0; s < n; s++) {
            double[] points = state.array(KEPT + "." + s);
            for (int c = 0; c < chains; c++) {
                System.arraycopy(points, c * d, draws.data(), (c * n + s) * d, d);
            }
        }
        return draws;
    }
}
