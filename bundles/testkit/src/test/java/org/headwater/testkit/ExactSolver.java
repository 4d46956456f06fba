package org.headwater.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.PluginInfo;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Resources;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.kernels.dense.DenseCholesky;

/**
 * Draws Gaussian posteriors exactly and anew at every step; its methods are overridden to spoil it.
 */
class ExactSolver implements SolverProvider, Solver {
    static final int N = 3000;

    @Override
    public PluginInfo info() {
        return new PluginInfo("exact", "1.0.0", "For tests.", SettingsSchema.of(), "");
    }

    @Override
    public Solver create(Settings settings) {
        return this;
    }

    @Override
    public Stepper prepare(Problem problem, Resources resources) {
        return new Draws(problem, resources);
    }

    /** x = c + L⁻ᵀz with H = LLᵀ and c = θ − H⁻¹g. */
    static class Draws implements Stepper {
        final Problem problem;
        final Resources resources;
        final int d;

        Draws(Problem problem, Resources resources) {
            this.problem = problem;
            this.resources = resources;
            this.d = problem.dimension();
        }

        double factor() {
            return 1;
        }

        int counted(int failed) {
            return failed;
        }

        @Override
        public int iterations() {
            return 10;
        }

        @Override
        public State start(RandomStream random) {
            return State.empty().with("particles", Ensemble.zeros(N, d)).with("sum", new double[1]);
        }

        @Override
        public StepResult step(State state, RandomStream random) {
            Ensemble at = Ensemble.of(1, d, problem.initial());
            Ensemble g = Ensemble.zeros(1, d);
            int failed = problem.target().evaluate(at, new double[1], g, new boolean[1]);
            double[] h = new double[d * d];
            problem.target().gaussNewton(at, h);
            DenseCholesky.factor(h, d);
            double[] c = g.point(0);
            DenseCholesky.solve(h, d, c, 1);
            Ensemble x = Ensemble.zeros(N, d);
            resources
                    .workers()
                    .forRanges(
                            N,
                            100,
                            (from, to) -> {
                                for (int i = from; i < to; i++) {
                                    draw(random.split(i), h, c, x, i);
                                }
                            });
            double[] sum = {state.array("sum")[0] + x.get(0, 0)};
            State next =
                    state.with("particles", x)
                            .with("sum", sum)
                            .with(State.ITERATION, state.iteration() + 1);
            return new StepResult(
                    next, new StepInfo(state.iteration() + 1, 0, 1, counted(failed), Map.of()));
        }

        void draw(RandomStream random, double[] l, double[] c, Ensemble x, int i) {
            double[] z = Points.normal(random, d);
            for (int j = d - 1; j >= 0; j--) {
                for (int k = j + 1; k < d; k++) {
                    z[j] -= l[k * d + j] * z[k];
                }
                z[j] /= l[j * d + j];
                x.data()[i * d + j] = problem.initial()[j] - c[j] + factor() * z[j];
            }
        }

        @Override
        public Posterior posterior(State state, RandomStream random) {
            Ensemble draws = state.ensemble("particles").copy();
            draws.data()[0] += 1e-3 * Arrays.stream(state.array("sum")).sum();
            return new Posterior(draws, false, List.of(), Map.of(), null);
        }
    }
}
