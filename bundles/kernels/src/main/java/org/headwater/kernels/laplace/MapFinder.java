package org.headwater.kernels.laplace;

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
import org.headwater.kernels.dense.PowerMethod;

/**
 * The maximum a posteriori point argmin f + ψ, by proximal Gauss–Newton steps with a line search.
 *
 * <p>Each step minimises the model g·δ + ½δᵀHδ + ψ(x + δ), H the Gauss–Newton Hessian: by a linear
 * solve where ψ is quadratic, by coordinate descent where it is separable, else by FISTA with
 * adaptive restart (Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009; O'Donoghue and Candès, Found.
 * Comput. Math. 15, 2015). A quadratic f needs one step. Cost: a Gauss–Newton Hessian, a few
 * evaluations and O(sweeps·d²) a step.
 */
public final class MapFinder {
    private static final int MAX_STEPS = 30;
    private static final int MAX_SWEEPS = 2000;
    private static final int MAX_HALVINGS = 12;
    private static final double SUFFICIENT_DECREASE = 1e-4;

    /** A step shorter than that, in conditional standard deviations, is the last. */
    public static final double TOLERANCE = 1e-3;

    /** Of the inner minimisation, in conditional standard deviations: the last, and on the way. */
    private static final double EXACT = 1e-10;

    private static final double INEXACT = 1e-5;
    private static final int POWER_STEPS = 100;

    private final Target target;
    private final Prior prior;
    private final int d;
    private final double[] initial;
    private final double innerTolerance;

    /** For f + ψ of a problem. */
    public MapFinder(Problem problem) {
        this.target = problem.target();
        this.prior = problem.prior();
        this.d = problem.dimension();
        this.initial = problem.initial();
        this.innerTolerance = target.isQuadratic() ? EXACT : INEXACT;
    }

    /**
     * A step towards the MAP.
     *
     * @param point where it led
     * @param change its largest change of a coordinate, in conditional standard deviations; NaN
     *     where the forward model failed, and the point stayed
     * @param stalled whether no point along the step lowered f + ψ
     */
    public record Step(double[] point, double change, boolean stalled) {
        /** Whether the point is the MAP, to {@value #TOLERANCE} conditional standard deviations. */
        public boolean converged() {
            return change < TOLERANCE && !stalled;
        }

        /** Whether the forward model failed. */
        public boolean failed() {
            return Double.isNaN(change);
        }
    }

    /**
     * Finds the MAP.
     *
     * @throws IllegalStateException if the forward model fails at the initial point
     */
    public double[] find() {
        double[] x = start();
        for (int k = 0; k < MAX_STEPS; k++) {
            Step step = step(x);
            if (k == 0 && step.failed()) {
                throw new IllegalStateException(
                        "the forward model fails at its own initial parameters; check its"
                                + " settings");
            }
            x = step.point();
            if (!(step.change() >= TOLERANCE)) {
                break;
            }
        }
        return x;
    }

    /** The problem's initial point, or the nearest that the prior allows. */
    public double[] start() {
        double[] x = initial.clone();
        if (prior.potential(x, 0) == Double.POSITIVE_INFINITY) {
            // A line search cannot start outside.
            Ensemble start = Ensemble.of(1, d, x);
            prior.prox(start, Double.MIN_NORMAL, start);
        }
        return x;
    }

    /**
     * One proximal Gauss–Newton step; from anywhere to the MAP if f is quadratic.
     *
     * @param x d values where ψ is finite, not modified
     */
    public Step step(double[] x) {
        double[] value = new double[1];
        Ensemble gradient = Ensemble.zeros(1, d);
        double[] hessian = new double[d * d];
        Ensemble here = Ensemble.of(1, d, x);
        if (target.evaluate(here, value, gradient, new boolean[1]) > 0
                || target.gaussNewton(here, hessian) == 0) {
            return new Step(x, Double.NaN, false);
        }
        double[] z = modelMinimiser(x, gradient.data(), hessian);
        if (target.isQuadratic()) {
            return new Step(z, 0, false);
        }
        double[] next = lineSearch(x, z, value[0], gradient.data());
        boolean stalled = next == x && change(x, z, hessian) >= TOLERANCE;
        return new Step(next, change(x, next, hessian), stalled);
    }

    private double change(double[] x, double[] next, double[] hessian) {
        double change = 0;
        for (int j = 0; j < d; j++) {
            change = Math.max(change, Math.abs(next[j] - x[j]) * scale(hessian, j));
        }
        return change;
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
    private double[] lineSearch(double[] x, double[] z, double misfit, double[] gradient) {
        double psi = prior.potential(x, 0);
        double predicted = prior.potential(z, 0) - psi;
        for (int j = 0; j < d; j++) {
            predicted += gradient[j] * (z[j] - x[j]);
        }
        double[] value = new double[1];
        double t = 1;
        for (int k = 0; k < MAX_HALVINGS; k++, t /= 2) {
            double[] trial = new double[d];
            for (int j = 0; j < d; j++) {
                trial[j] = x[j] + t * (z[j] - x[j]);
            }
            Ensemble there = Ensemble.of(1, d, trial);
            if (target.evaluate(there, value, Ensemble.zeros(1, d), new boolean[1]) == 0
                    && value[0] + prior.potential(trial, 0)
                            <= misfit + psi + SUFFICIENT_DECREASE * t * Math.min(predicted, 0)) {
                return trial;
            }
        }
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
        double norm =
                PowerMethod.largest(
                        d,
                        POWER_STEPS,
                        v -> {
                            double[] w = new double[d];
                            Arrays.setAll(w, i -> DenseProducts.dot(h, i * d, v, 0, d));
                            return w;
                        });
        // Power iteration approaches from below; the trace bounds from above.
        double trace = 0;
        for (int i = 0; i < d; i++) {
            trace += h[i * d + i];
        }
        return Math.min(trace, 1.1 * norm);
    }
}
