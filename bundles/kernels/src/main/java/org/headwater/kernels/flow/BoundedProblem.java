package org.headwater.kernels.flow;

import java.util.Arrays;
import org.apache.commons.math3.analysis.UnivariateFunction;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Target;
import org.headwater.kernels.laplace.LaplaceApproximation;

/**
 * A problem in variables z without bounds, θ = b(z) ({@link Bounds}), whose density is that of θ,
 * moved: ∝ exp(−β(f(b(z)) + φ(z))) with
 *
 * <pre>φ(z) = ψ(b(z)) − Σ log b_j′(z_j)/β.</pre>
 *
 * Its Gauss–Newton Hessian is DHD + diag(∂_j f·b_j″)₊, D = diag b′. φ is separable: where ψ is not,
 * it goes into f, smoothed as little as in {@link Objective} and with the curvature that {@link
 * LaplaceApproximation#scale} gives it.
 */
final class BoundedProblem {
    /** Step of the prox, from which ψ′ is, relative to the square of a scale. */
    private static final double PROX_STEP = 1e-6;

    private BoundedProblem() {}

    /**
     * The problem in z.
     *
     * @param typical where the posterior lies, d values of θ, not modified; it starts there
     */
    static Problem of(Problem problem, Bounds bounds, double[] typical) {
        double beta = problem.beta();
        double[] centre = new double[typical.length];
        Arrays.setAll(centre, j -> bounds.inverse(j, typical[j]));
        Target target = problem.target();
        SeparablePrior prior;
        if (problem.prior() instanceof SeparablePrior separable) {
            prior = separable;
        } else {
            prior = SeparablePrior.flat(problem.dimension());
            target = CoupledTarget.of(problem, bounds.scale());
        }
        return new Problem(
                problem.name(),
                new BoundedTarget(target, bounds),
                new BoundedPrior(prior, bounds, centre, beta),
                beta,
                problem.blocks(),
                centre);
    }

    /** f + ψ. */
    private record CoupledTarget(Target target, Prior prior, double[] curvature, double step)
            implements Target {
        static CoupledTarget of(Problem problem, double[] scale) {
            double least = Arrays.stream(scale).min().orElse(1);
            return new CoupledTarget(
                    problem.target(),
                    problem.prior(),
                    LaplaceApproximation.scale(problem.prior(), problem.beta()),
                    PROX_STEP * least * least);
        }

        @Override
        public int dimension() {
            return target.dimension();
        }

        @Override
        public boolean isQuadratic() {
            return false;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            int count = target.evaluate(theta, value, gradient, failed);
            Ensemble near = Ensemble.zeros(theta.size(), dimension());
            prior.prox(theta, step, near);
            for (int i = 0; i < theta.size(); i++) {
                value[i] += prior.potential(theta.data(), theta.offset(i));
            }
            for (int k = 0; k < theta.data().length; k++) {
                gradient.data()[k] += (theta.data()[k] - near.data()[k]) / step;
            }
            return count;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            int used = target.gaussNewton(points, hessian);
            for (int j = 0; j < dimension(); j++) {
                hessian[j * dimension() + j] += curvature[j];
            }
            return used;
        }
    }

    private record BoundedTarget(Target target, Bounds bounds) implements Target {
        @Override
        public int dimension() {
            return target.dimension();
        }

        @Override
        public boolean isQuadratic() {
            return false;
        }

        @Override
        public int evaluate(Ensemble z, double[] value, Ensemble gradient, boolean[] failed) {
            int count = target.evaluate(bounds.apply(z), value, gradient, failed);
            for (int k = 0; k < z.data().length; k++) {
                gradient.data()[k] *= slope(k % dimension(), z.data()[k]);
            }
            return count;
        }

        private double slope(int j, double z) {
            return bounds.isFree(j) ? 1 : Math.exp(bounds.logSlope(j, z));
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            int d = dimension();
            int used = 0;
            double[] h = new double[d * d];
            double[] slope = new double[d];
            Ensemble gradient = Ensemble.zeros(1, d);
            Arrays.fill(hessian, 0);
            for (int i = 0; i < points.size(); i++) {
                double[] z = Arrays.copyOfRange(points.data(), i * d, (i + 1) * d);
                Ensemble theta = bounds.apply(Ensemble.of(1, d, z));
                if (target.gaussNewton(theta, h) == 0
                        || target.evaluate(theta, new double[1], gradient, new boolean[1]) > 0) {
                    continue;
                }
                used++;
                Arrays.setAll(slope, j -> slope(j, z[j]));
                for (int j = 0; j < d; j++) {
                    for (int k = 0; k < d; k++) {
                        hessian[j * d + k] += slope[j] * h[j * d + k] * slope[k];
                    }
                    if (!bounds.isFree(j)) {
                        double bent = gradient.get(0, j) * slope[j] * bounds.bend(j, z[j]);
                        hessian[j * d + j] += Math.max(bent, 0);
                    }
                }
            }
            for (int k = 0; k < d * d; k++) {
                hessian[k] /= Math.max(used, 1);
            }
            return used;
        }
    }

    /** φ. Separable, as ψ is; the moments of its kernels are not known, and flows ask for none. */
    private record BoundedPrior(SeparablePrior prior, Bounds bounds, double[] centre, double beta)
            implements SeparablePrior {
        /** Error of a point in units of its step, and in scales. */
        private static final double RELATIVE = 1e-9;

        private static final double ABSOLUTE = 1e-11;

        private static final int MOST_EVALUATIONS = 200;
        private static final int ROUNDINGS = 4;

        @Override
        public int dimension() {
            return prior.dimension();
        }

        @Override
        public double potential(double[] z, int offset) {
            double[] theta = new double[dimension()];
            Arrays.setAll(theta, j -> bounds.apply(j, z[offset + j]));
            return prior.potential(theta, 0) - bounds.logSlope(z, offset) / beta;
        }

        /** φ_j′. */
        private double slope(int j, double z) {
            double[] theta = {bounds.apply(j, z)};
            double[] near = new double[1];
            double t = PROX_STEP * bounds.scale()[j] * bounds.scale()[j];
            prior.proxCoordinate(j, t, theta, near);
            double by = (theta[0] - near[0]) / t;
            return by * Math.exp(bounds.logSlope(j, z)) - bounds.bend(j, z) / beta;
        }

        @Override
        public void proxCoordinate(int j, double t, double[] y, double[] out) {
            if (bounds.isFree(j)) {
                prior.proxCoordinate(j, t, y, out);
                return;
            }
            for (int i = 0; i < y.length; i++) {
                out[i] = prox(j, t, y[i]);
            }
        }

        /** The root of z − y + tφ′(z). */
        private double prox(int j, double t, double y) {
            double first = -t * slope(j, y);
            if (y + first == y) {
                return y;
            }
            UnivariateFunction h = z -> z - y + t * slope(j, z);
            double rest = h.value(y + first);
            if (Math.abs(rest) <= RELATIVE * Math.abs(first) + ROUNDINGS * Math.ulp(y)) {
                return y + first;
            }
            double step = Math.copySign(Math.min(Math.abs(first), bounds.scale()[j]), first);
            double from = y;
            while (h.value(y + step) * first < 0) {
                from = y + step;
                step *= 2;
            }
            double to = y + step;
            double tolerance = Math.min(RELATIVE * Math.abs(first), ABSOLUTE * bounds.scale()[j]);
            return new BrentSolver(RELATIVE, tolerance, 0)
                    .solve(MOST_EVALUATIONS, h, Math.min(from, to), Math.max(from, to));
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
            throw new UnsupportedOperationException("no kernel is known in variables b(z)");
        }

        @Override
        public double slope(int coordinate) {
            return bounds.isFree(coordinate) ? prior.slope(coordinate) : 0;
        }

        /** φ″ where the posterior lies, by a difference over a scale. */
        @Override
        public double curvature(int coordinate) {
            if (bounds.isFree(coordinate)) {
                return prior.curvature(coordinate);
            }
            double half = bounds.scale()[coordinate] / 2;
            double rise =
                    slope(coordinate, centre[coordinate] + half)
                            - slope(coordinate, centre[coordinate] - half);
            return Math.max(rise / (2 * half), 0);
        }

        @Override
        public double lower(int coordinate) {
            return Double.NEGATIVE_INFINITY;
        }

        @Override
        public double upper(int coordinate) {
            return Double.POSITIVE_INFINITY;
        }
    }
}
