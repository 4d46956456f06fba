package org.headwater.solver.rwpo.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Target;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The maximum a posteriori point argmin f + ψ, by proximal Gauss–Newton steps with a line search.
 *
 * <p>Each step minimises the model g·δ + ½δᵀHδ + ψ(x + δ), H the Gauss–Newton Hessian: by a linear
 * solve where ψ is quadratic, by coordinate descent where it is separable, else by FISTA with
 * adaptive restart (Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009; O'Donoghue and Candès, Found.
 * Comput. Math. 15, 2015). A quadratic f needs one step. Cost: a Gauss–Newton Hessian, a few
 * evaluations and O(sweeps·d²) a step.
 */
final class MapFinder {
    private static final int MAX_STEPS = 30;
    private static final int MAX_SWEEPS = 2000;
    private static final int MAX_HALVINGS = 12;
    private static final double SUFFICIENT_DECREASE = 1e-4;
    private static final double TOLERANCE = 1e-3;

    /** Of the inner minimisation, in conditional standard deviations: the last, and on the way. */
    private static final double EXACT = 1e-10;

    private static final double INEXACT = 1e-5;

    private final Target target;
    private final Prior prior;
    private final int d;
    private final double[] initial;
    private final double innerTolerance;

    MapFinder(Problem problem) {
        this.target = problem.target();
        this.prior = problem.prior();
        this.d = problem.dimension();
        this.initial = problem.initial();
        this.innerTolerance = target.isQuadratic() ? EXACT : INEXACT;
    }

    /**
     * Finds the MAP.
     *
     * @throws IllegalStateException if the forward model fails at the initial point
     */
    double[] find() {
        double[] x = initial.clone();
        if (prior.potential(x, 0) == Double.POSITIVE_INFINITY) {
            // The nearest point that the prior allows: a line search cannot start outside.
            Ensemble start = Ensemble.of(1, d, x);
            prior.prox(start, Double.MIN_NORMAL, start);
        }
        double[] value = new double[1];
        Ensemble gradient = Ensemble.zeros(1, d);
        boolean[] failed = new boolean[1];
        if (target.evaluate(Ensemble.of(1, d, x), value, gradient, failed) > 0) {
            throw new IllegalStateException(
                    "the forward model fails at its own initial parameters; check its settings");
        }
        double[] hessian = new double[d * d];
        for (int step = 0; step < MAX_STEPS; step++) {
            if (target.gaussNewton(Ensemble.of(1, d, x), hessian) == 0) {
                break;
            }
            double[] z = modelMinimiser(x, gradient.data(), hessian);
            if (target.isQuadratic()) {
                return z;
            }
            double objective = value[0] + prior.potential(x, 0);
            double[] next = lineSearch(x, z, objective, value, gradient, failed);
            double change = 0;
            for (int j = 0; j < d; j++) {
                change = Math.max(change, Math.abs(next[j] - x[j]) * scale(hessian, j));
            }
            x = next;
            if (change < TOLERANCE) {
                break;
            }
        }
        return x;
    }

    private double[] modelMinimiser(double[] x, double[] g, double[] h) {
        Optional<QuadraticPotential> quadratic = prior.quadratic();
        if (quadratic.isPresent()) {
            double[] z = newton(quadratic.get(), x, g, h);
            if (z != null) {
                return z;
            }
        }
        return prior instanceof SeparablePrior separable
                ? coordinateDescent(separable, x, g, h)
                : fista(x, g, h);
    }

    /** x − (H + Λ)⁻¹(g + Λx) for ψ = ½xᵀΛx; null where H + Λ is singular. */
    private double[] newton(QuadraticPotential psi, double[] x, double[] g, double[] h) {
        double[] slope = g.clone();
        psi.addGradient(x, 0, slope, 0);
        double[] factor = h.clone();
        psi.addHessian(factor, d);
        if (!DenseCholesky.factor(factor, d)) {
            return null;
        }
        DenseCholesky.solve(factor, d, slope, 1);
        double[] z = x.clone();
        DenseProducts.addScaled(-1, slope, 0, z, 0, d);
        return z;
    }

    /** One over the conditional standard deviation of coordinate j. */
    private double scale(double[] hessian, int j) {
        double slope = prior instanceof SeparablePrior s ? s.slope(j) : 0;
        return Math.sqrt(hessian[j * d + j] + slope * slope / 2 + prior.curvature(j));
    }

    /** The first of x + 2^{−k}(z − x) that lowers the objective enough; x itself if none does. */
    private double[] lineSearch(
            double[] x,
            double[] z,
            double objective,
            double[] value,
            Ensemble gradient,
            boolean[] failed) {
        double predicted = 0;
        for (int j = 0; j < d; j++) {
            predicted += gradient.data()[j] * (z[j] - x[j]);
        }
        predicted += prior.potential(z, 0) - prior.potential(x, 0);
        double t = 1;
        for (int k = 0; k < MAX_HALVINGS; k++, t /= 2) {
            double[] trial = new double[d];
            for (int j = 0; j < d; j++) {
                trial[j] = x[j] + t * (z[j] - x[j]);
            }
            if (target.evaluate(Ensemble.of(1, d, trial), value, gradient, failed) == 0
                    && value[0] + prior.potential(trial, 0)
                            <= objective + SUFFICIENT_DECREASE * t * Math.min(predicted, 0)) {
                return trial;
            }
        }
        target.evaluate(Ensemble.of(1, d, x), value, gradient, failed);
        return x;
    }

    private double[] coordinateDescent(
            SeparablePrior separable, double[] x, double[] g, double[] h) {
        double floor = floor(h);
        double[] z = x.clone();
        double[] r = Arrays.copyOf(g, d);
        double[] y = new double[1];
        double[] p = new double[1];
        for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
            double largest = 0;
            for (int j = 0; j < d; j++) {
                double hjj = h[j * d + j] + floor;
                y[0] = z[j] - r[j] / hjj;
                separable.proxCoordinate(j, 1 / hjj, y, p);
                double delta = p[0] - z[j];
                if (delta != 0) {
                    z[j] = p[0];
                    for (int k = 0; k < d; k++) {
                        r[k] += h[j * d + k] * delta;
                    }
                    largest = Math.max(largest, Math.abs(delta) * Math.sqrt(hjj));
                }
            }
            if (largest < innerTolerance) {
                break;
            }
        }
        return z;
    }

    private double[] fista(double[] x, double[] g, double[] h) {
        double lipschitz = largestEigenvalue(h) * 1.01 + floor(h);
        double[] z = x.clone();
        double[] previous = z;
        double[] y = x.clone();
        Ensemble point = Ensemble.zeros(1, d);
        double momentum = 1;
        for (int k = 0; k < 5 * MAX_SWEEPS; k++) {
            for (int i = 0; i < d; i++) {
                double gradient = g[i];
                for (int j = 0; j < d; j++) {
                    gradient += h[i * d + j] * (y[j] - x[j]);
                }
                point.data()[i] = y[i] - gradient / lipschitz;
            }
            Ensemble next = Ensemble.zeros(1, d);
            prior.prox(point, 1 / lipschitz, next);
            z = next.data();
            double turn = 0;
            double largest = 0;
            for (int j = 0; j < d; j++) {
                turn += (y[j] - z[j]) * (z[j] - previous[j]);
                largest = Math.max(largest, Math.abs(z[j] - previous[j]) * Math.sqrt(lipschitz));
            }
            double grown = turn > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
            double weight = turn > 0 ? 0 : (momentum - 1) / grown;
            y = new double[d];
            for (int j = 0; j < d; j++) {
                y[j] = z[j] + weight * (z[j] - previous[j]);
            }
            momentum = grown;
            previous = z;
            if (largest < innerTolerance) {
                break;
            }
        }
        return z;
    }

    /** Keeps divisions finite where the data do not see a coordinate. */
    private double floor(double[] h) {
        double largest = 0;
        for (int j = 0; j < d; j++) {
            largest = Math.max(largest, h[j * d + j]);
        }
        return largest > 0 ? 1e-13 * largest : 1e-13;
    }

    private double largestEigenvalue(double[] h) {
        double[] v = new double[d];
        Arrays.fill(v, 1 / Math.sqrt(d));
        double norm = 0;
        for (int k = 0; k < 100; k++) {
            double[] w = new double[d];
            double sum = 0;
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    w[i] += h[i * d + j] * v[j];
                }
                sum += w[i] * w[i];
            }
            norm = Math.sqrt(sum);
            if (norm == 0) {
                return 0;
            }
            for (int i = 0; i < d; i++) {
                v[i] = w[i] / norm;
            }
        }
        // Power iteration approaches from below; the trace bounds from above.
        double trace = 0;
        for (int i = 0; i < d; i++) {
            trace += h[i * d + i];
        }
        return Math.min(trace, 1.1 * norm);
    }
}
