package org.headwater.kernels.laplace;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.RandomStream;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The Gaussian N(x*, P/β) around the MAP x*, P = (H + B)⁻¹: H the Gauss–Newton Hessian of f, B what
 * the prior adds. For a quadratic ψ, B is its Hessian, and with a quadratic f the approximation is
 * the posterior. Elsewhere B is diagonal: where ψ_j has a kink, the precision βλ²/2 of the Laplace
 * law of its slope λ; where the MAP is on a bound, that of an exponential law; for a ψ that couples
 * the coordinates, the same precision b for all, with E ψ(z) = √b·d/β for standard normal z, at
 * which a Gaussian of ψ's own scale lies. Immutable.
 *
 * @param mode x*, d values
 * @param precision H + B, d × d
 * @param factor lower L with LLᵀ = P/β, d × d, 0 above the diagonal
 */
public record LaplaceApproximation(double[] mode, double[] precision, double[] factor) {
    /** How near to a bound counts as on it, in units of the value and its scale. */
    private static final double ON_BOUND = 1e-9;

    /** B of a coordinate that nothing determines, relative to the largest of H. */
    private static final double FLOOR = 1e-12;

    /** Points of the mean of ψ, and the seed that they are made from. */
    private static final int POINTS = 64;

    private static final long SEED = 20_081;

    /**
     * The approximation at a MAP. A Gauss–Newton Hessian and O(d³).
     *
     * @param mode not copied
     * @throws InvalidInputException if data and prior leave a direction open
     * @throws IllegalStateException if the forward model fails at the MAP
     */
    public static LaplaceApproximation at(Problem problem, double[] mode) {
        int d = problem.dimension();
        double[] hessian = hessian(problem, Ensemble.of(1, d, mode));
        if (hessian == null) {
            throw new IllegalStateException(
                    "the forward model's derivatives fail at the MAP; check its settings");
        }
        return of(problem, mode, hessian, curvature(problem, mode, hessian));
    }

    /**
     * The approximation with the Hessian of f averaged over points instead; this one if the model
     * fails at all of them.
     *
     * @param points n × d, not modified
     */
    public LaplaceApproximation averagedOver(Problem problem, Ensemble points) {
        int d = problem.dimension();
        double[] average = hessian(problem, points);
        double[] atMode = hessian(problem, Ensemble.of(1, d, mode));
        return average == null || atMode == null
                ? this
                : of(problem, mode, average, curvature(problem, mode, atMode));
    }

    private static LaplaceApproximation of(
            Problem problem, double[] mode, double[] hessian, double[] curvature) {
        int d = mode.length;
        double[] precision = hessian.clone();
        DenseProducts.addScaled(1, curvature, 0, precision, 0, d * d);
        requireFinite(precision, d);
        double[] l = precision.clone();
        if (!DenseCholesky.factor(l, d)) {
            throw InvalidInputException.of(
                    "prior",
                    "must determine what the data leave open: the Hessian of data and prior is not"
                            + " positive definite",
                    null,
                    "give the prior a positive weight for every parameter");
        }
        double[] covariance = DenseCholesky.inverse(l, d);
        for (int k = 0; k < d * d; k++) {
            covariance[k] /= problem.beta();
        }
        return new LaplaceApproximation(mode, precision, factor(covariance, d));
    }

    private static void requireFinite(double[] precision, int d) {
        for (int k = 0; k < d * d; k++) {
            if (!Double.isFinite(precision[k])) {
                throw InvalidInputException.of(
                        "prior",
                        "must leave the Hessian of data and prior finite",
                        precision[k] + " for parameter " + (k / d + 1),
                        "lower the prior's weight (raise its sd), or raise the noise");
            }
        }
    }

    /** Lower L with LLᵀ = C, 0 above the diagonal; C is not modified. O(d³). */
    public static double[] factor(double[] covariance, int d) {
        double[] l = covariance.clone();
        if (!DenseCholesky.factor(l, d)) {
            throw new IllegalStateException("the covariance is not positive definite");
        }
        for (int i = 0; i < d; i++) {
            Arrays.fill(l, i * d + i + 1, (i + 1) * d, 0);
        }
        return l;
    }

    /** n points x* + width·Lz, z standard normal, point i from sub-stream i. O(nd²). */
    public Ensemble draw(int n, double width, RandomStream random) {
        int d = mode.length;
        Ensemble x = Ensemble.zeros(n, d);
        double[] z = new double[d];
        for (int i = 0; i < n; i++) {
            RandomStream stream = random.split(i);
            for (int j = 0; j < d; j++) {
                z[j] = stream.gaussian();
            }
            for (int j = 0; j < d; j++) {
                double step = DenseProducts.dot(factor, j * d, z, 0, j + 1);
                x.data()[i * d + j] = mode[j] + width * step;
            }
        }
        return x;
    }

    /** Standard deviations, the roots of the diagonal of P/β. */
    public double[] sd() {
        int d = mode.length;
        double[] sd = new double[d];
        for (int j = 0; j < d; j++) {
            sd[j] = Math.sqrt(DenseProducts.dot(factor, j * d, factor, j * d, j + 1));
        }
        return sd;
    }

    private static double[] hessian(Problem problem, Ensemble points) {
        double[] h = new double[problem.dimension() * problem.dimension()];
        return problem.target().gaussNewton(points, h) == 0 ? null : h;
    }

    /** B. */
    private static double[] curvature(Problem problem, double[] mode, double[] hessian) {
        int d = mode.length;
        double[] b = new double[d * d];
        Prior prior = problem.prior();
        double largest = 0;
        for (int j = 0; j < d; j++) {
            largest = Math.max(largest, hessian[j * d + j]);
        }
        for (int j = 0; j < d; j++) {
            b[j * d + j] = FLOOR * largest;
        }
        QuadraticPotential quadratic = prior.quadratic().orElse(null);
        if (quadratic != null) {
            quadratic.addHessian(b, d);
            return b;
        }
        double[] walls = walls(problem, mode, hessian);
        double[] scale = scale(prior, problem.beta());
        for (int j = 0; j < d; j++) {
            b[j * d + j] += scale[j] + walls[j];
        }
        return b;
    }

    /**
     * The part of B that depends on the prior alone, for one that is not quadratic: d precisions of
     * a Gaussian about as wide as ∝ exp(−βψ).
     */
    public static double[] scale(Prior prior, double beta) {
        int d = prior.dimension();
        double coupled = prior instanceof SeparablePrior ? 0 : coupled(prior, beta);
        double[] scale = new double[d];
        for (int j = 0; j < d; j++) {
            double slope = prior instanceof SeparablePrior s ? s.slope(j) : 0;
            scale[j] = beta * slope * slope / 2 + prior.curvature(j) + coupled;
        }
        return scale;
    }

    /**
     * b/β for a ψ that is not separable; 0 where it has no finite mean. Where coordinates have
     * bounds, z is brought between them.
     */
    private static double coupled(Prior prior, double beta) {
        int d = prior.dimension();
        // java.util's generator of a fixed seed: the scale must not depend on the run's stream.
        RandomGenerator normal = new java.util.SplittableRandom(SEED);
        Support support = Support.of(prior);
        double[] z = new double[d];
        double mean = 0;
        for (int i = 0; i < POINTS; i++) {
            for (int j = 0; j < d; j++) {
                z[j] = support.reflected(j, normal.nextGaussian());
            }
            support.clip(z);
            mean += prior.potential(z, 0) / POINTS;
        }
        double root = mean / d;
        return Double.isFinite(root) ? beta * root * root : 0;
    }

    /**
     * ω_j = β·r² where the MAP is on a bound of the domain of ψ_j and f + ψ rises from it at rate r
     * inwards: there the posterior is like an exponential law, of precision (βr)². 0 elsewhere.
     */
    private static double[] walls(Problem problem, double[] mode, double[] hessian) {
        int d = mode.length;
        double[] walls = new double[d];
        Ensemble gradient = Ensemble.zeros(1, d);
        Ensemble point = Ensemble.of(1, d, mode);
        if (!(problem.prior() instanceof SeparablePrior s)
                || problem.target().evaluate(point, new double[1], gradient, new boolean[1]) > 0) {
            return walls;
        }
        double[] beyond = new double[1];
        double[] nearest = new double[1];
        for (int j = 0; j < d; j++) {
            double scale = hessian[j * d + j] > 0 ? 1 / Math.sqrt(hessian[j * d + j]) : 1;
            for (int side = -1; side <= 1; side += 2) {
                beyond[0] = mode[j] + side * ON_BOUND * (Math.abs(mode[j]) + scale);
                s.proxCoordinate(j, Double.MIN_NORMAL, beyond, nearest);
                double rate = s.slope(j) - side * gradient.get(0, j);
                if (nearest[0] != beyond[0] && rate > 0) {
                    walls[j] = Math.max(walls[j], problem.beta() * rate * rate);
                }
            }
        }
        return walls;
    }
}
