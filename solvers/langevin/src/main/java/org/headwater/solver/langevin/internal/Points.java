package org.headwater.solver.langevin.internal;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.State;

/**
 * Points with what the posterior's potential says of them.
 *
 * @param x n × d
 * @param exact U = f + ψ, n values; +∞ where the forward model fails or ψ is infinite
 * @param smooth V = f + ψ^μ, n values; +∞ where the forward model fails
 * @param drift v = −∇V, n × d; undefined where the forward model fails
 * @param failed where the forward model fails, n flags
 */
record Points(Ensemble x, double[] exact, double[] smooth, Ensemble drift, boolean[] failed) {
    private static final String EXACT = "potential";
    private static final String SMOOTH = "smoothed-potential";
    private static final String DRIFT = "drift";

    static Points zeros(int n, int d) {
        return new Points(
                Ensemble.zeros(n, d),
                new double[n],
                new double[n],
                Ensemble.zeros(n, d),
                new boolean[n]);
    }

    /** The chains of a state, whose forward model has worked; shared. */
    static Points of(State state) {
        Ensemble x = state.ensemble(State.PARTICLES);
        return new Points(
                x,
                state.array(EXACT),
                state.array(SMOOTH),
                Ensemble.of(x.size(), x.dimension(), state.array(DRIFT)),
                new boolean[x.size()]);
    }

    State into(State state) {
        return state.with(State.PARTICLES, x)
                .with(EXACT, exact)
                .with(SMOOTH, smooth)
                .with(DRIFT, drift.data());
    }

    int size() {
        return x.size();
    }

    Points copy() {
        return new Points(
                x.copy(), exact.clone(), smooth.clone(), drift.copy(), new boolean[x.size()]);
    }

    /** Overwrites point i by point k of others, the flag of failure not included. */
    void take(int i, Points others, int k) {
        int d = x.dimension();
        System.arraycopy(others.x.data(), k * d, x.data(), i * d, d);
        System.arraycopy(others.drift.data(), k * d, drift.data(), i * d, d);
        exact[i] = others.exact[k];
        smooth[i] = others.smooth[k];
    }

    /** A copy of point i alone. */
    Points one(int i) {
        int d = x.dimension();
        return new Points(
                Ensemble.of(1, d, x.point(i)),
                Arrays.copyOfRange(exact, i, i + 1),
                Arrays.copyOfRange(smooth, i, i + 1),
                Ensemble.of(1, d, drift.point(i)),
                new boolean[1]);
    }
}
