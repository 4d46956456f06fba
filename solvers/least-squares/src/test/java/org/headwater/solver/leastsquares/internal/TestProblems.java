package org.headwater.solver.leastsquares.internal;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.LeastSquares;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.SolverProvider;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.ChainStatistics;
import org.headwater.kernels.random.KeyedRandom;

/** Problems and runs that the tests share; the priors are the ones that ship. */
final class TestProblems {
    static final Workers ONE_THREAD =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    task.run(0, count);
                }
            };

    private TestProblems() {}

    /** r of one point, with its Jacobian if that is not null. */
    @FunctionalInterface
    interface Residuals {
        void at(double[] x, double[] r, double[] jacobian);
    }

    /**
     * f = ½|r|². It has predictions and, if it is told to, their Jacobian: any other derivative
     * that a solver asks for is an error.
     */
    record Squares(int d, int m, boolean linear, boolean derivatives, Residuals of)
            implements Target, LeastSquares {
        /** r = (Ax − y)/sd. */
        static Squares linear(double[][] a, double[] y, double sd) {
            int d = a[0].length;
            return new Squares(
                    d,
                    a.length,
                    true,
                    true,
                    (x, r, jacobian) -> {
                        for (int k = 0; k < a.length; k++) {
                            r[k] = -y[k] / sd;
                            for (int j = 0; j < d; j++) {
                                r[k] += a[k][j] * x[j] / sd;
                                if (jacobian != null) {
                                    jacobian[k * d + j] = a[k][j] / sd;
                                }
                            }
                        }
                    });
        }

        /** The same without derivatives. */
        Squares blind() {
            return new Squares(d, m, linear, false, of);
        }

        @Override
        public int dimension() {
            return d;
        }

        @Override
        public boolean isQuadratic() {
            return linear;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            throw new UnsupportedOperationException("the gradient");
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            throw new UnsupportedOperationException("the Hessian");
        }

        @Override
        public Optional<LeastSquares> leastSquares() {
            return Optional.of(this);
        }

        @Override
        public int size() {
            return m;
        }

        @Override
        public int evaluate(Ensemble theta, double[] residuals, boolean[] failed) {
            int count = 0;
            double[] r = new double[m];
            for (int i = 0; i < theta.size(); i++) {
                of.at(theta.point(i), r, null);
                System.arraycopy(r, 0, residuals, i * m, m);
                failed[i] = Double.isNaN(r[0]);
                count += failed[i] ? 1 : 0;
            }
            return count;
        }

        @Override
        public boolean jacobian(double[] theta, double[] residuals, double[] jacobian) {
            if (!derivatives) {
                throw new UnsupportedOperationException("the Jacobian");
            }
            of.at(theta, residuals, jacobian);
            return !Double.isNaN(residuals[0]);
        }
    }

    static Prior prior(PriorProvider provider, double weight, int d) {
        return provider.create(
                provider.info().settings().validate(Map.of("weight", weight), "prior", Path.of("")),
                new FieldShape(d));
    }

    static Prior flat(int d) {
        return SeparablePrior.flat(d);
    }

    static Problem problem(Target target, Prior prior, double beta) {
        int d = target.dimension();
        List<String> names = IntStream.range(0, d).mapToObj(j -> "x" + (j + 1)).toList();
        ParameterBlock block =
                new ParameterBlock("x", names, "", new double[d], new FieldShape(d), null);
        return new Problem("test", target, prior, beta, List.of(block), new double[d]);
    }

    static SolverProvider provider(String type) {
        return type.equals("rto") ? new RtoSolverProvider() : new EnsembleKalmanSolverProvider();
    }

    static Stepper stepper(Problem problem, String type, Map<String, ?> settings) {
        SolverProvider provider = provider(type);
        return provider.create(provider.info().settings().validate(settings, "solver", Path.of("")))
                .prepare(problem, new Resources(ONE_THREAD, null, line -> {}));
    }

    static Posterior run(Problem problem, String type, Map<String, ?> settings, long seed) {
        Stepper stepper = stepper(problem, type, settings);
        KeyedRandom random = KeyedRandom.of(seed);
        State state = stepper.start(random.split(0));
        while (state.iteration() < stepper.iterations()) {
            state = stepper.step(state, random.split(1).split(state.iteration())).state();
        }
        return stepper.posterior(state, random.split(2));
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
            Arrays.setAll(column, i -> x.get(i, j));
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
}
