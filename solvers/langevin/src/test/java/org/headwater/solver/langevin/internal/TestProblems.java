package org.headwater.solver.langevin.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.ChainStatistics;
import org.headwater.kernels.random.KeyedRandom;

/** Problems and runs that the tests share; the priors are the ones that ship. */
final class TestProblems {
    private TestProblems() {}

    /** f(x) = ½xᵀHx − b·x. */
    record Quadratic(double[] h, double[] b) implements Target {
        /** The misfit of y = Ax + noise of standard deviation sd, up to a constant. */
        static Quadratic leastSquares(double[][] a, double[] y, double sd) {
            int d = a[0].length;
            double[] h = new double[d * d];
            double[] b = new double[d];
            for (int i = 0; i < a.length; i++) {
                for (int j = 0; j < d; j++) {
                    b[j] += a[i][j] * y[i] / (sd * sd);
                    for (int k = 0; k < d; k++) {
                        h[j * d + k] += a[i][j] * a[i][k] / (sd * sd);
                    }
                }
            }
            return new Quadratic(h, b);
        }

        @Override
        public int dimension() {
            return b.length;
        }

        @Override
        public boolean isQuadratic() {
            return true;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            int d = b.length;
            for (int i = 0; i < theta.size(); i++) {
                failed[i] = false;
                value[i] = 0;
                for (int j = 0; j < d; j++) {
                    double hx = 0;
                    for (int k = 0; k < d; k++) {
                        hx += h[j * d + k] * theta.get(i, k);
                    }
                    gradient.data()[i * d + j] = hx - b[j];
                    value[i] += theta.get(i, j) * (0.5 * hx - b[j]);
                }
            }
            return 0;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            System.arraycopy(h, 0, hessian, 0, h.length);
            return points.size();
        }
    }

    static Prior prior(PriorProvider provider, Map<String, ?> settings, int... shape) {
        return provider.create(
                provider.info().settings().validate(settings, "prior", Path.of("")),
                new FieldShape(shape));
    }

    static Problem problem(Target target, Prior prior) {
        int d = target.dimension();
        List<String> names = IntStream.range(0, d).mapToObj(j -> "x" + (j + 1)).toList();
        ParameterBlock block =
                new ParameterBlock("x", names, "", new double[d], new FieldShape(d), null);
        return new Problem("test", target, prior, 1, List.of(block), new double[d]);
    }

    static Stepper stepper(Problem problem, Map<String, ?> settings, Workers workers) {
        return new LangevinSolver(
                        LangevinOptions.of(
                                LangevinOptions.SCHEMA.validate(settings, "solver", Path.of(""))))
                .prepare(problem, new Resources(workers, null, new ArrayList<String>()::add));
    }

    static State advance(Stepper stepper, State from, int to, KeyedRandom random) {
        State state = from;
        while (state.iteration() < to) {
            state = stepper.step(state, random.split(1).split(state.iteration())).state();
        }
        return state;
    }

    static Posterior run(Problem problem, Map<String, ?> settings, long seed) {
        return run(stepper(problem, settings, ONE_THREAD), seed);
    }

    static Posterior run(Stepper stepper, long seed) {
        KeyedRandom random = KeyedRandom.of(seed);
        State start = stepper.start(random.split(0));
        State end = advance(stepper, start, stepper.iterations(), random);
        return stepper.posterior(end, random.split(2));
    }

    /**
     * Mean and standard deviation of a parameter with their Monte Carlo errors.
     *
     * @param sdError from the effective sample size of the squared deviations
     */
    record Estimate(double mean, double meanError, double sd, double sdError) {
        static Estimate of(Posterior posterior, int j) {
            Ensemble x = posterior.draws();
            int chains = posterior.diagnostics().get("chains").intValue();
            double[] column = new double[x.size()];
            for (int i = 0; i < column.length; i++) {
                column[i] = x.get(i, j);
            }
            double mean = Arrays.stream(column).average().orElse(0);
            double[] square = Arrays.stream(column).map(v -> (v - mean) * (v - mean)).toArray();
            double sd = Math.sqrt(Arrays.stream(square).average().orElse(0));
            return new Estimate(
                    mean,
                    ChainStatistics.ofChains(column, chains).mcse(),
                    sd,
                    ChainStatistics.ofChains(square, chains).mcse() / (2 * sd));
        }
    }

    static final Workers ONE_THREAD =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    for (int from = 0; from < count; from += grain) {
                        task.run(from, Math.min(count, from + grain));
                    }
                }
            };

    /** Runs ranges on several threads, the later ranges first. */
    static final Workers TWO_THREADS =
            new Workers() {
                @Override
                public int threads() {
                    return 2;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    int ranges = (count + grain - 1) / grain;
                    IntStream.range(0, ranges)
                            .parallel()
                            .map(r -> ranges - 1 - r)
                            .forEach(r -> task.run(r * grain, Math.min(count, (r + 1) * grain)));
                }
            };
}
