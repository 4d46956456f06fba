package org.headwater.experiments.internal;

import java.util.List;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Problem;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Target;
import org.headwater.kernels.special.L1Kernel;

/** Problems with a diagonal quadratic misfit f = Σ a(x_j − c_j)²/2 and ψ = λ|x|₁. */
final class LassoProblem {
    private LassoProblem() {}

    static Problem of(double a, double[] centre, double lambda, double beta) {
        int d = centre.length;
        List<String> names = IntStream.rangeClosed(1, d).mapToObj(j -> "x" + j).toList();
        ParameterBlock block =
                new ParameterBlock("x", names, "", new double[d], new FieldShape(d), null);
        return new Problem(
                "lasso",
                new Misfit(a, centre),
                new L1(d, lambda),
                beta,
                List.of(block),
                new double[d]);
    }

    /** log ∫exp(−β(f + ψ)), a product of kernels' normalisers. */
    static double logNormaliser(double a, double[] centre, double lambda, double beta) {
        double[] log = new double[centre.length];
        L1Kernel.evaluate(
                beta * lambda,
                1 / (beta * a),
                2,
                centre,
                log,
                new double[log.length],
                new double[log.length]);
        double sum = 0;
        for (double v : log) {
            sum += v;
        }
        return sum;
    }

    private record Misfit(double a, double[] centre) implements Target {
        @Override
        public int dimension() {
            return centre.length;
        }

        @Override
        public boolean isQuadratic() {
            return true;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            int d = centre.length;
            for (int i = 0; i < theta.size(); i++) {
                failed[i] = false;
                value[i] = 0;
                for (int j = 0; j < d; j++) {
                    double gap = theta.get(i, j) - centre[j];
                    value[i] += 0.5 * a * gap * gap;
                    gradient.data()[i * d + j] = a * gap;
                }
            }
            return 0;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            java.util.Arrays.fill(hessian, 0);
            for (int j = 0; j < centre.length; j++) {
                hessian[j * centre.length + j] = a;
            }
            return points.size();
        }
    }

    private record L1(int dimension, double lambda) implements SeparablePrior {
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
}
