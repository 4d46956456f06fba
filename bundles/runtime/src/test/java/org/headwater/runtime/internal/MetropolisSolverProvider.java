package org.headwater.runtime.internal;

import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.PluginInfo;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Resources;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.kernels.dense.DenseCholesky;

/**
 * Independent random-walk Metropolis chains, one per particle, with proposals 2.4/√d·L⁻ᵀz, H = LLᵀ
 * the Gauss–Newton Hessian at the initial point; they start around a Gauss–Newton step from there.
 * Exact in distribution.
 */
final class MetropolisSolverProvider implements SolverProvider {
    private static final String PARTICLES = "particles";
    private static final String ITERATIONS = "iterations";
    private static final String LOG_DENSITY = "log-density";
    private static final String FACTOR = "factor";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "metropolis",
                    "0.1.0",
                    "Random-walk Metropolis.",
                    SettingsSchema.of(
                            Setting.integer(PARTICLES, "chains").atLeast(1).byDefault(400),
                            Setting.integer(ITERATIONS, "steps").atLeast(0).byDefault(80)),
                    "");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Solver create(Settings settings) {
        return (problem, resources) ->
                new Chains(
                        problem,
                        resources,
                        settings.integer(PARTICLES),
                        settings.integer(ITERATIONS));
    }

    private record Chains(Problem problem, Resources resources, int size, int iterations)
            implements Stepper {
        @Override
        public State start(RandomStream random) {
            int d = problem.dimension();
            double[] factor = new double[d * d];
            Ensemble x = Ensemble.zeros(size, d);
            if (problem.target().gaussNewton(Ensemble.of(1, d, problem.initial()), factor) == 0
                    || !DenseCholesky.factor(factor, d)) {
                throw new IllegalStateException("no Hessian at the initial point");
            }
            resources.notices().accept("the proposals follow the Hessian at the initial point");
            for (int i = 0; i < size; i++) {
                System.arraycopy(problem.initial(), 0, x.data(), i * d, d);
            }
            boolean[] failed = new boolean[size];
            Ensemble gradient = Ensemble.zeros(size, d);
            if (problem.target().evaluate(x, new double[size], gradient, failed) == size) {
                throw new IllegalStateException("no gradient at the initial point");
            }
            double[] shift = gradient.point(0);
            DenseCholesky.solve(factor, d, shift, 1);
            for (int i = 0; i < size; i++) {
                double[] step = step(factor, 1, random.split(i));
                for (int j = 0; j < d; j++) {
                    x.data()[i * d + j] += step[j] - shift[j];
                }
            }
            double[] log = logDensity(x, failed);
            for (int i = 0; i < size; i++) {
                log[i] = failed[i] ? Double.NEGATIVE_INFINITY : log[i];
            }
            return State.empty()
                    .with("particles", x)
                    .with(FACTOR, factor)
                    .with(LOG_DENSITY, log)
                    .with(State.FAILURES, new double[size])
                    .with(State.ITERATION, 0);
        }

        @Override
        public StepResult step(State state, RandomStream random) {
            int d = problem.dimension();
            Ensemble x = state.ensemble("particles").copy();
            double[] log = state.array(LOG_DENSITY).clone();
            double[] failures = state.array(State.FAILURES).clone();
            double[] factor = state.array(FACTOR);
            Ensemble proposal = x.copy();
            RandomStream[] streams = new RandomStream[size];
            for (int i = 0; i < size; i++) {
                streams[i] = random.split(i);
                double[] step = step(factor, 2.4 / Math.sqrt(d), streams[i]);
                for (int j = 0; j < d; j++) {
                    proposal.data()[i * d + j] += step[j];
                }
            }
            boolean[] failed = new boolean[size];
            double[] proposed = logDensity(proposal, failed);
            int accepted = 0;
            int bad = 0;
            for (int i = 0; i < size; i++) {
                bad += failed[i] ? 1 : 0;
                failures[i] = failed[i] ? failures[i] + 1 : 0;
                if (!failed[i] && Math.log(streams[i].uniform()) < proposed[i] - log[i]) {
                    accepted++;
                    log[i] = proposed[i];
                    System.arraycopy(proposal.data(), i * d, x.data(), i * d, d);
                }
            }
            int iteration = state.iteration() + 1;
            State next =
                    state.with("particles", x)
                            .with(LOG_DENSITY, log)
                            .with(State.FAILURES, failures)
                            .with(State.ITERATION, iteration);
            double rate = (double) accepted / size;
            return new StepResult(
                    next, new StepInfo(iteration, rate, 1, bad, Map.of("accepted", rate)));
        }

        @Override
        public Posterior posterior(State state, RandomStream random) {
            return new Posterior(
                    state.ensemble("particles").copy(), false, List.of(), Map.of(), null);
        }

        private double[] step(double[] factor, double scale, RandomStream random) {
            int d = problem.dimension();
            double[] z = new double[d];
            for (int j = 0; j < d; j++) {
                z[j] = scale * random.gaussian();
            }
            DenseCholesky.solveUpper(factor, d, z, 1);
            return z;
        }

        private double[] logDensity(Ensemble x, boolean[] failed) {
            double[] f = new double[size];
            problem.target().evaluate(x, f, Ensemble.zeros(size, x.dimension()), failed);
            for (int i = 0; i < size; i++) {
                double psi = problem.prior().potential(x.data(), x.offset(i));
                f[i] = -problem.beta() * (f[i] + psi);
            }
            return f;
        }
    }
}
