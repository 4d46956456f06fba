package org.headwater.solver.rwpo.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.Scale;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.laplace.Support;
import org.headwater.kernels.rwpo.CovarianceCorrection;

/**
 * Proximal Metropolis-adjusted Langevin chains, one a particle, for priors that are not separable
 * and for when there are too few particles for the flow. With v = −∇f(x) − (x − prox_{μψ}(x))/μ and
 * P = LLᵀ they propose
 *
 * <pre>
 * x′ = x + γPv(x) + √(2γ/β)·Lξ
 * </pre>
 *
 * reflected at bounds, and accept by Metropolis and Hastings on f + ψ itself, kinks included:
 * neither μ nor γ biases the draws (M. Pereyra, Stat. Comput. 26, 2016; here preconditioned). P is
 * that of {@link PriorLinearisation}, from whose Gaussian the chains start. In the first half of
 * the steps γ is tuned to an acceptance of .574, and the P of a nonlinear model to its averaged
 * Hessian; then both are fixed, and positions of all chains at evenly spaced steps are the draws,
 * one chain after the other.
 *
 * <p>The first step evaluates the particles, every other one the proposals: N evaluations of f, ψ
 * and its prox a step, and O(Nd²). A proposal at which the forward model fails is rejected and
 * counted.
 */
final class ChainStepper implements Stepper {
    /** f + ψ of the particles, +∞ where the forward model has not worked yet. */
    private static final String POTENTIAL = "potential";

    /** v of the particles. */
    private static final String DRIFT = "drift";

    /** L. */
    private static final String FACTOR = "proposal-factor";

    /** γ. */
    private static final String STEP = "proposal-step";

    /** μ. */
    private static final String MOREAU = "moreau";

    /** Where the chains began. */
    private static final String ORIGIN = "origin";

    /** The draws so far, N × d after N × d. */
    private static final String KEPT = "kept";

    private static final String ACCEPTANCE = "acceptance";

    /** Acceptances of the second half, summed over its steps. */
    private static final String ACCEPTED = "accepted";

    /** Optimal for many coordinates (Roberts and Rosenthal, J. R. Stat. Soc. B 60, 1998). */
    private static final double BEST_ACCEPTANCE = 0.574;

    /** The tuning's gain at its first step; it falls with the root of the steps. */
    private static final double GAIN = 2;

    /** Draws to keep, if there are as many. */
    private static final int DRAWS = 6000;

    private final Flow flow;
    private final int particles;
    private final int needed;
    private final int iterations;
    private final int samplingFrom;
    private final int thin;
    private final int d;
    private final Workers workers;
    private final Support support;
    private volatile Scale lastScale;

    /**
     * @param needed the particles that the flow would have needed to take the chains' place; 0 if
     *     it could not have
     */
    ChainStepper(Flow flow, int particles, int needed, int iterations) {
        this.flow = flow;
        this.particles = particles;
        this.needed = needed;
        this.iterations = Math.max(iterations, 2);
        this.samplingFrom = (this.iterations + 1) / 2;
        int snapshots = (DRAWS + particles - 1) / particles;
        this.thin = Math.max(1, (this.iterations - samplingFrom) / snapshots);
        this.d = flow.d;
        this.workers = flow.resources.workers();
        this.support = flow.support;
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
        return flow.start(particles, null, random);
    }

    @Override
    public State start(Ensemble points, RandomStream random) {
        return flow.start(particles, points, random);
    }

    @Override
    public StepResult step(State before, RandomStream random) {
        if (!before.hasArray(POTENTIAL)) {
            return placed(before);
        }
        State state = before.iteration() < samplingFrom ? flow.refreshed(before) : before;
        return proposed(state == before ? state : factored(state), random);
    }

    private State factored(State state) {
        return state.with(FACTOR, Flow.factor(state.array(Flow.PRECONDITIONER), d));
    }

    private StepResult placed(State before) {
        Ensemble x = before.ensemble(Flow.PARTICLES).copy();
        support.clip(x.data());
        double mu = flow.moreau(flow.variances(before));
        double[] value = new double[particles];
        Ensemble drift = Ensemble.zeros(particles, d);
        boolean[] failed = new boolean[particles];
        evaluate(x, mu, value, drift, failed);
        State state =
                factored(counted(before, failed))
                        .with(MOREAU, mu)
                        .with(STEP, 0.5 / Math.cbrt(d))
                        .with(Flow.PARTICLES, x)
                        .with(ORIGIN, x.data())
                        .with(POTENTIAL, value)
                        .with(DRIFT, drift.data())
                        .with(State.ITERATION, before.iteration() + 1);
        return result(state, x, x, 0);
    }

    /** f + ψ and v; +∞ and 0 where the forward model fails. */
    private void evaluate(Ensemble x, double mu, double[] value, Ensemble drift, boolean[] failed) {
        flow.problem.target().evaluate(x, value, drift, failed);
        double[] v = drift.data();
        for (int k = 0; k < v.length; k++) {
            v[k] = -v[k];
        }
        flow.addMoreau(x, mu, drift);
        Prior prior = flow.problem.prior();
        workers.forRanges(
                particles,
                32,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        if (failed[i]) {
                            value[i] = Double.POSITIVE_INFINITY;
                            Arrays.fill(v, i * d, (i + 1) * d, 0);
                        } else {
                            value[i] += prior.potential(x.data(), i * d);
                        }
                    }
                });
    }

    private static State counted(State state, boolean[] failed) {
        double[] failures = state.array(State.FAILURES).clone();
        for (int i = 0; i < failed.length; i++) {
            failures[i] = failed[i] ? failures[i] + 1 : 0;
        }
        return state.with(State.FAILURES, failures);
    }

    private StepResult proposed(State before, RandomStream random) {
        Ensemble x = before.ensemble(Flow.PARTICLES);
        Scale scale = scale(before);
        double[] value = before.array(POTENTIAL);
        double[] drift = before.array(DRIFT);
        double gamma = before.scalar(STEP);
        double beta = flow.problem.beta();
        double noise = Math.sqrt(2 * gamma / beta);
        // In the coordinates w = L⁻¹x a proposal is w + noise·r with r = z + γg/noise, g = Lᵀv: a
        // leapfrog step, reflected at bounds.
        double kick = gamma / noise;
        double[][] r = new double[particles][d];
        double[] kinetic = new double[particles];
        boolean[] lost = new boolean[particles];
        double[] threshold = new double[particles];
        Ensemble trial = x.copy();
        workers.forRanges(
                particles,
                8,
                (from, to) -> {
                    double[] g = new double[d];
                    for (int i = from; i < to; i++) {
                        RandomStream stream = random.split(i);
                        scale.whiten(kick, drift, i * d, g, 0);
                        for (int j = 0; j < d; j++) {
                            double z = stream.gaussian();
                            kinetic[i] += 0.5 * z * z;
                            r[i][j] = z + g[j];
                        }
                        lost[i] = !scale.move(noise, r[i], trial.data(), i * d);
                        if (lost[i]) {
                            System.arraycopy(x.data(), i * d, trial.data(), i * d, d);
                        }
                        threshold[i] = Math.log(stream.uniform());
                    }
                });
        double[] trialValue = new double[particles];
        Ensemble trialDrift = Ensemble.zeros(particles, d);
        boolean[] failed = new boolean[particles];
        evaluate(trial, before.scalar(MOREAU), trialValue, trialDrift, failed);

        double[] logRatio = new double[particles];
        workers.forRanges(
                particles,
                8,
                (from, to) -> {
                    double[] g = new double[d];
                    for (int i = from; i < to; i++) {
                        scale.whiten(kick, trialDrift.data(), i * d, g, 0);
                        double sum = beta * (value[i] - trialValue[i]) + kinetic[i];
                        for (int j = 0; j < d; j++) {
                            double back = r[i][j] + g[j];
                            sum -= 0.5 * back * back;
                        }
                        logRatio[i] = lost[i] ? Double.NEGATIVE_INFINITY : sum;
                    }
                });
        double[] position = x.data().clone();
        double[] newValue = value.clone();
        double[] newDrift = drift.clone();
        double acceptance = 0;
        for (int i = 0; i < particles; i++) {
            // NaN, of a potential that is infinite here and there, is a rejection.
            acceptance += logRatio[i] >= 0 ? 1 : logRatio[i] < 0 ? Math.exp(logRatio[i]) : 0;
            if (threshold[i] < logRatio[i]) {
                System.arraycopy(trial.data(), i * d, position, i * d, d);
                System.arraycopy(trialDrift.data(), i * d, newDrift, i * d, d);
                newValue[i] = trialValue[i];
            }
        }
        acceptance /= particles;
        Ensemble moved = Ensemble.of(particles, d, position);
        int iteration = before.iteration() + 1;
        State state =
                counted(before, failed)
                        .with(Flow.PARTICLES, moved)
                        .with(POTENTIAL, newValue)
                        .with(DRIFT, newDrift)
                        .with(State.ITERATION, iteration);
        if (iteration <= samplingFrom) {
            double change = GAIN / Math.sqrt(iteration - 1) * (acceptance - BEST_ACCEPTANCE);
            state = state.with(STEP, gamma * Math.exp(change));
        } else {
            state = state.with(ACCEPTED, state.scalar(ACCEPTED, 0) + acceptance);
            if ((iterations - iteration) % thin == 0) {
                state = keep(state, position);
            }
        }
        return result(state, x, moved, acceptance);
    }

    /** The one of before where L is, with what it has worked out of it. */
    private Scale scale(State state) {
        double[] l = state.array(FACTOR);
        Scale known = lastScale;
        if (known == null || known.l() != l) {
            known = new Scale(state.array(Flow.MODE), l, support);
            lastScale = known;
        }
        return known;
    }

    private static State keep(State state, double[] x) {
        double[] old = state.hasArray(KEPT) ? state.array(KEPT) : new double[0];
        double[] grown = Arrays.copyOf(old, old.length + x.length);
        System.arraycopy(x, 0, grown, old.length, x.length);
        return state.with(KEPT, grown);
    }

    private StepResult result(State state, Ensemble from, Ensemble to, double acceptance) {
        Ensemble move = to.copy();
        DenseProducts.addScaled(-1, from.data(), 0, move.data(), 0, particles * d);
        double[] sd = CovarianceCorrection.of(to, workers).sd();
        return new StepResult(
                state,
                new StepInfo(
                        state.iteration(),
                        flow.residual(move, sd),
                        flow.spread(sd, flow.variances(state)),
                        Flow.failed(state),
                        Map.of(ACCEPTANCE, acceptance)));
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        double[] kept = state.array(state.hasArray(KEPT) ? KEPT : Flow.PARTICLES);
        int snapshots = kept.length / (particles * d);
        Ensemble draws = Ensemble.zeros(particles * snapshots, d);
        for (int i = 0; i < particles; i++) {
            for (int s = 0; s < snapshots; s++) {
                int from = (s * particles + i) * d;
                System.arraycopy(kept, from, draws.data(), (i * snapshots + s) * d, d);
            }
        }
        CovarianceCorrection cloud = CovarianceCorrection.of(draws, workers);
        double spread = flow.spread(cloud.sd(), flow.variances(state));
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        diagnostics.put("particles", (double) particles);
        diagnostics.put("chains", (double) particles);
        diagnostics.put("draws", (double) draws.size());
        diagnostics.put("spread", spread);
        List<Reason> reasons = new ArrayList<>();
        Diagnosis diagnosis = new Diagnosis(flow.options, particles, d);
        if (needed > 0) {
            diagnosis.warnOfChains(needed, reasons);
        }
        diagnosis.checkScales(0, 0, spread, reasons);
        if (state.hasArray(KEPT)) {
            int steps = state.iteration() - samplingFrom;
            double acceptance = state.scalar(ACCEPTED) / steps;
            diagnosis.checkAcceptance(acceptance, diagnostics, reasons);
            diagnosis.checkMemory(state.array(ORIGIN), kept, diagnostics, reasons);
        }
        if (snapshots > 1) {
            diagnosis.checkHalves(half(kept, 0), half(kept, 1), diagnostics, reasons);
        }
        diagnosis.checkSparsity(
                flow.problem, state.array(Flow.MODE), cloud.mean(), cloud.sd(), reasons);
        return new Posterior(draws, false, reasons, diagnostics, state.array(Flow.MODE));
    }

    /** The first or the last half of the snapshots. */
    private CovarianceCorrection half(double[] kept, int which) {
        int rows = kept.length / (particles * d) / 2 * particles;
        int from = which == 0 ? 0 : kept.length - rows * d;
        double[] some = Arrays.copyOfRange(kept, from, from + rows * d);
        return CovarianceCorrection.of(Ensemble.of(rows, d, some), workers);
    }
}
