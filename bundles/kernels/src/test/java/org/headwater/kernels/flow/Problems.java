package org.headwater.kernels.flow;

import java.util.List;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.headwater.kernels.special.L1Kernel;
import org.headwater.kernels.special.TruncatedKernel;

/** Problems with a quadratic f and an L1 prior. */
public final class Problems {
    private Problems() {}

    /** ψ = λ|x|₁. */
    public record L1Prior(int dimension, double lambda) implements SeparablePrior {
        @Override
        public double potential(double[] x, int offset) {
            double sum = 0;
            for (int j = 0; j < dimension; j++) {
                sum += lambda * Math.abs(x[offset + j]);
            }
            return sum;
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            L1Kernel.softThreshold(y.data(), lambda * t, out.data());
        }

        @Override
        public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
            L1Kernel.softThreshold(y, lambda * t, out);
        }

        @Override
        public void kernel(
                int coordinate,
                double time,
                double beta,
                double[] y,
                double[] logNormaliser,
                double[] mean,
                double[] variance) {
            L1Kernel.evaluate(lambda, time, beta, y, logNormaliser, mean, variance);
        }

        @Override
        public double slope(int coordinate) {
            return lambda;
        }
    }

    /** ψ = λΣx_j on [lower, upper]^d. */
    public record Interval(int dimension, double lambda, double lower, double upper)
            implements SeparablePrior {
        @Override
        public double potential(double[] x, int offset) {
            double sum = 0;
            for (int j = offset; j < offset + dimension; j++) {
                sum += x[j] < lower || x[j] > upper ? Double.POSITIVE_INFINITY : lambda * x[j];
            }
            return sum;
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            proxCoordinate(0, t, y.data(), out.data());
        }

        @Override
        public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
            for (int i = 0; i < y.length; i++) {
                out[i] = Math.max(lower, Math.min(upper, y[i] - lambda * t));
            }
        }

        @Override
        public void kernel(
                int coordinate,
                double time,
                double beta,
                double[] y,
                double[] logNormaliser,
                double[] mean,
                double[] variance) {
            TruncatedKernel.evaluate(
                    lambda, lower, upper, time, beta, y, logNormaliser, mean, variance);
        }

        @Override
        public double slope(int coordinate) {
            return lambda;
        }

        @Override
        public double curvature(int coordinate) {
            return Double.isFinite(upper - lower) ? 12 / Math.pow(upper - lower, 2) : 0;
        }
    }

    /** A prior that does not say that it is separable, nor of its bounds unless it is asked to. */
    public record Coupled(SeparablePrior of, boolean telling) implements Prior {
        @Override
        public int dimension() {
            return of.dimension();
        }

        @Override
        public Structure structure() {
            return Structure.GENERAL;
        }

        @Override
        public double potential(double[] x, int offset) {
            return of.potential(x, offset);
        }

        @Override
        public void prox(Ensemble y, double t, Ensemble out) {
            of.prox(y, t, out);
        }

        @Override
        public double lower(int coordinate) {
            return telling ? of.lower(coordinate) : Double.NEGATIVE_INFINITY;
        }

        @Override
        public double curvature(int coordinate) {
            return of.curvature(coordinate);
        }

        @Override
        public double upper(int coordinate) {
            return telling ? of.upper(coordinate) : Double.POSITIVE_INFINITY;
        }
    }

    /** f = ½xᵀHx − bᵀx, which fails while it is told to. */
    public static final class Quadratic implements Target {
        private final double[] h;
        private final double[] b;
        private boolean broken;

        public Quadratic(double[] h, double[] b) {
            this.h = h;
            this.b = b;
        }

        void fail(boolean now) {
            broken = now;
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
            int failures = 0;
            for (int i = 0; i < theta.size(); i++) {
                failed[i] = broken && i % 4 == 0;
                failures += failed[i] ? 1 : 0;
                value[i] = 0;
                for (int j = 0; j < d; j++) {
                    double hx = 0;
                    for (int k = 0; k < d; k++) {
                        hx += h[j * d + k] * theta.get(i, k);
                    }
                    gradient.data()[i * d + j] = failed[i] ? Double.NaN : hx - b[j];
                    value[i] += theta.get(i, j) * (0.5 * hx - b[j]);
                }
            }
            return failures;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            System.arraycopy(h, 0, hessian, 0, h.length);
            return points.size();
        }
    }

    public static Problem of(Target target, double lambda, double beta) {
        return of(target, new L1Prior(target.dimension(), lambda), beta);
    }

    public static Problem of(Target target, Prior prior, double beta) {
        int d = target.dimension();
        List<String> names = IntStream.range(0, d).mapToObj(j -> "x" + j).toList();
        ParameterBlock block =
                new ParameterBlock("x", names, "", new double[d], new FieldShape(d), null);
        return new Problem("test", target, prior, beta, List.of(block), new double[d]);
    }

    static Stepper stepper(Problem problem, FlowOptions options, int threads) {
        return FlowStepper.of(
                problem, new Resources(new Threads(threads), null, notice -> {}), options);
    }

    static State train(Stepper stepper, long seed, int iterations) {
        KeyedRandom random = KeyedRandom.of(seed);
        State state = stepper.start(random.split(0));
        for (int k = 0; k < iterations; k++) {
            state = stepper.step(state, random.split(1).split(k)).state();
        }
        return state;
    }
}
