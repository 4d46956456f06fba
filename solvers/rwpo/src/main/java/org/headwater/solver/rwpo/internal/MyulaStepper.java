package org.headwater.solver.rwpo.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * Preconditioned MYULA, for when there are too few particles for the flow: N independent chains
 *
 * <pre>
 * x ← x − γP(∇f(x) + (x − prox_{μψ}(x))/μ) + √(2γ/β)·P^{1/2}ξ,   γ = 0.1
 * </pre>
 *
 * (Durmus, Moulines, Pereyra, SIAM J. Imaging Sci. 11, 2018). The chains' positions at every 1/γ-th
 * step of the second half are the draws, so that their number does not suffer from N. Bias: O(γ) of
 * the discretisation and O(μ) of the envelope, a few per cent of the standard deviation.
 */
final class MyulaStepper implements Stepper {
    private static final String KEPT = "kept";
    private static final double GAMMA = 0.1;
    private static final int THIN = 10;
    private static final double MOREAU = 0.05;

    private final Flow flow;
    private final int particles;
    private final int needed;
    private final int iterations;
    private final int d;
    private final Workers workers;

    MyulaStepper(Flow flow, int particles, int needed, int iterations) {
        this.flow = flow;
        this.particles = particles;
        this.needed = needed;
        this.iterations = Math.max(iterations, 2 * THIN);
        this.d = flow.d;
        this.workers = flow.resources.workers();
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public int particles() {
        return particles;
    }

    @Override
    public State start(RandomStream random) {
        return flow.start(particles, random);
    }

    @Override
    public StepResult step(State before, RandomStream random) {
        State state = flow.refreshed(before);
        double[] variance = flow.variances(state);
        Ensemble drift = Ensemble.zeros(particles, d);
        state = flow.descent(state, drift);
        Ensemble x = state.ensemble(Flow.PARTICLES);
        double[] sorted = variance.clone();
        Arrays.sort(sorted);
        flow.addMoreau(x, MOREAU * sorted[d / 2], drift);

        double[] p = state.array(Flow.PRECONDITIONER);
        double[] l = p.clone();
        if (!DenseCholesky.factor(l, d)) {
            throw new IllegalStateException("the preconditioner is not positive definite");
        }
        Ensemble move = Ensemble.zeros(particles, d);
        DenseProducts.multiply(drift.data(), p, particles, d, d, move.data(), workers);
        double noise = Math.sqrt(2 * GAMMA / flow.problem.beta());
        workers.forRanges(
                particles,
                8,
                (from, to) -> {
                    double[] z = new double[d];
                    for (int i = from; i < to; i++) {
                        RandomStream stream = random.split(i);
                        for (int j = 0; j < d; j++) {
                            z[j] = stream.gaussian();
                        }
                        for (int j = 0; j < d; j++) {
                            int at = i * d + j;
                            move.data()[at] =
                                    GAMMA * move.data()[at]
                                            + noise * DenseProducts.dot(l, j * d, z, 0, j + 1);
                        }
                    }
                });
        Ensemble moved = x.copy();
        for (int i = 0; i < particles; i++) {
            if (Double.isNaN(move.get(i, 0))) {
                Arrays.fill(move.data(), i * d, (i + 1) * d, 0);
            }
            DenseProducts.addScaled(1, move.data(), i * d, moved.data(), i * d, d);
        }
        int iteration = state.iteration() + 1;
        state = state.with(Flow.PARTICLES, moved).with(State.ITERATION, iteration);
        if (iteration > iterations / 2 && (iterations - iteration) % THIN == 0) {
            state = keep(state, moved);
        }
        double[] sd = new double[d];
        moments(moved, new double[d], sd);
        return new StepResult(
                state,
                new StepInfo(
                        iteration,
                        flow.residual(move, sd),
                        flow.spread(sd, variance),
                        Flow.failed(state),
                        Map.of()));
    }

    private State keep(State state, Ensemble x) {
        double[] old = state.hasArray(KEPT) ? state.array(KEPT) : new double[0];
        double[] grown = Arrays.copyOf(old, old.length + x.data().length);
        System.arraycopy(x.data(), 0, grown, old.length, x.data().length);
        return state.with(KEPT, Ensemble.of(grown.length / d, d, grown));
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        Ensemble draws = state.ensemble(state.hasArray(KEPT) ? KEPT : Flow.PARTICLES);
        double[] mean = new double[d];
        double[] sd = new double[d];
        moments(draws, mean, sd);
        double spread = flow.spread(sd, flow.variances(state));
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        diagnostics.put("particles", (double) particles);
        diagnostics.put("draws", (double) draws.size());
        diagnostics.put("spread", spread);
        List<Reason> reasons = new ArrayList<>();
        reasons.add(
                new Reason(
                        Reason.Status.WARN,
                        "too-few-particles",
                        "fewer particles than 1.1 for each parameter: drawn by preconditioned"
                                + " MYULA instead of RWPO",
                        particles,
                        needed,
                        "raise solver.particles to " + needed + ", or leave it out"));
        Diagnosis diagnosis = new Diagnosis(flow.options, particles, d);
        diagnosis.checkScales(0, 0, spread, reasons);
        diagnosis.checkSparsity(flow.problem, state.array(Flow.MODE), mean, sd, reasons);
        return new Posterior(draws, true, reasons, diagnostics, state.array(Flow.MODE));
    }

    /** Mean and population standard deviation of each coordinate. */
    private void moments(Ensemble x, double[] mean, double[] sd) {
        for (int i = 0; i < x.size(); i++) {
            DenseProducts.addScaled(1.0 / x.size(), x.data(), i * d, mean, 0, d);
        }
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < d; j++) {
                double delta = x.get(i, j) - mean[j];
                sd[j] += delta * delta / x.size();
            }
        }
        for (int j = 0; j < d; j++) {
            sd[j] = Math.sqrt(sd[j]);
        }
    }
}
