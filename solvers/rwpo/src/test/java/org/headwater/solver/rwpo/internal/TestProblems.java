package org.headwater.solver.rwpo.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.KernelBackend;
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
import org.headwater.backend.vector.internal.VectorBackendProvider;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.l1.internal.L1PriorProvider;

/** Problems and runs that the solver's tests share; prior and kernels are the ones that ship. */
final class TestProblems {
    private TestProblems() {}

    /** f(x) = ½xᵀHx − b·x. */
    static final class Quadratic implements Target {
        final int d;
        final double[] h;
        final double[] b;

        Quadratic(double[] h, double[] b) {
            this.d = b.length;
            this.h = h;
            this.b = b;
        }

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
            return d;
        }

        @Override
        public boolean isQuadratic() {
            return true;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
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

    static Prior l1(double weight, int d) {
        return prior(new L1PriorProvider(), Map.of("weight", weight), d);
    }

    static Prior prior(PriorProvider provider, Map<String, ?> settings, int d) {
        return provider.create(
                provider.info().settings().validate(settings, "prior", Path.of("")),
                new FieldShape(d));
    }

    static Problem problem(Target target, Prior prior) {
        int d = target.dimension();
        List<String> names = IntStream.range(0, d).mapToObj(j -> "x" + (j + 1)).toList();
        ParameterBlock block =
                new ParameterBlock("x", names, "", new double[d], new FieldShape(d), null);
        return new Problem("test", target, prior, 1, List.of(block), new double[d]);
    }

    static RwpoSolver solver(Map<String, ?> settings) {
        return new RwpoSolver(
                RwpoOptions.of(RwpoOptions.SCHEMA.validate(settings, "solver", Path.of(""))));
    }

    static Resources resources(List<String> notices) {
        KernelBackend backend = new VectorBackendProvider().create();
        return new Resources(ONE_THREAD, backend, notices::add);
    }

    static Posterior run(Problem problem, Map<String, ?> settings, long seed) {
        Stepper stepper = solver(settings).prepare(problem, resources(new ArrayList<>()));
        KeyedRandom random = KeyedRandom.of(seed);
        State state = stepper.start(random.split(0));
        for (int k = 0; k < stepper.iterations(); k++) {
            state = stepper.step(state, random.split(1).split(k)).state();
        }
        return stepper.posterior(state, random.split(2));
    }

    /** Mean, standard deviations and correlation matrix of draws (population). */
    record Moments(double[] mean, double[] sd, double[][] correlation) {
        static Moments of(Ensemble x) {
            int d = x.dimension();
            double[] mean = new double[d];
            double[][] c = new double[d][d];
            for (int i = 0; i < x.size(); i++) {
                for (int j = 0; j < d; j++) {
                    mean[j] += x.get(i, j) / x.size();
                }
            }
            for (int i = 0; i < x.size(); i++) {
                for (int j = 0; j < d; j++) {
                    for (int k = 0; k < d; k++) {
                        c[j][k] += (x.get(i, j) - mean[j]) * (x.get(i, k) - mean[k]) / x.size();
                    }
                }
            }
            return ofCovariance(mean, c);
        }

        static Moments ofCovariance(double[] mean, double[][] c) {
            int d = mean.length;
            double[] sd = new double[d];
            double[][] r = new double[d][d];
            for (int j = 0; j < d; j++) {
                sd[j] = Math.sqrt(c[j][j]);
            }
            for (int j = 0; j < d; j++) {
                for (int k = 0; k < d; k++) {
                    r[j][k] = c[j][k] / (sd[j] * sd[k]);
                }
            }
            return new Moments(mean, sd, r);
        }

        /** rms over parameters of (mean − truth)/sd. */
        double meanError(Moments truth) {
            double sum = 0;
            for (int j = 0; j < mean.length; j++) {
                sum += Math.pow((mean[j] - truth.mean[j]) / truth.sd[j], 2);
            }
            return Math.sqrt(sum / mean.length);
        }

        double leastSdRatio(Moments truth) {
            return IntStream.range(0, sd.length)
                    .mapToDouble(j -> sd[j] / truth.sd[j])
                    .min()
                    .orElse(0);
        }

        double largestSdRatio(Moments truth) {
            return IntStream.range(0, sd.length)
                    .mapToDouble(j -> sd[j] / truth.sd[j])
                    .max()
                    .orElse(0);
        }

        /** rms over pairs of the error of the correlation. */
        double correlationError(Moments truth) {
            double sum = 0;
            int d = mean.length;
            for (int j = 0; j < d; j++) {
                for (int k = 0; k < j; k++) {
                    sum += Math.pow(correlation[j][k] - truth.correlation[j][k], 2);
                }
            }
            return Math.sqrt(sum / (d * (d - 1) / 2.0));
        }

        /** tr(C·C_truth⁻¹)/d: the ratio of variances, all directions counting alike. */
        double meanVarianceRatio(Moments truth) {
            int d = mean.length;
            double[] precision = truth.covariance();
            DenseCholesky.factor(precision, d);
            precision = DenseCholesky.inverse(precision, d);
            return DenseProducts.dot(covariance(), 0, precision, 0, d * d) / d;
        }

        private double[] covariance() {
            int d = mean.length;
            double[] c = new double[d * d];
            for (int j = 0; j < d; j++) {
                for (int k = 0; k < d; k++) {
                    c[j * d + k] = sd[j] * correlation[j][k] * sd[k];
                }
            }
            return c;
        }

        @Override
        public String toString() {
            return "mean " + Arrays.toString(mean) + ", sd " + Arrays.toString(sd);
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

    /** Runs ranges on two threads, the later ranges first. */
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
