package org.headwater.kernels.flow;

import java.util.Arrays;
import org.apache.commons.math3.analysis.solvers.BrentSolver;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;
import org.headwater.api.Ensemble;
import org.headwater.kernels.laplace.Support;

/**
 * A change of variables that takes all numbers between bounds, coordinate by coordinate: with
 * bounds l and u, a scale s ≤ (u − l)/2 and ς(t) = tΦ(t) + φ(t), the integral of the normal
 * distribution function Φ,
 *
 * <pre>
 * θ = b(z) = l + s·ς(p) − s·ς(q),   p = (z − l)/s,   q = (z − u)/s,
 * b′(z) = Φ(p) − Φ(q),
 * </pre>
 *
 * with z in the place of l + s·ς(p) where there is no lower bound. Some scales away from the bounds
 * b is all but z. A density that ends at a bound becomes one with a normal law's tail, of standard
 * deviation s: what a flow from a normal law has itself; a uniform one becomes that of the sum of a
 * uniform number and a normal one. −log b′ is convex. Immutable; its arrays are shared.
 *
 * @param lower l, d values, −∞ for none
 * @param upper u, d values, ∞ for none
 * @param scale s, d values
 */
record Bounds(double[] lower, double[] upper, double[] scale) {
    private static final double LEAST_WIDTH = 2;

    /** How near to a bound {@link #inverse} goes, in scales. */
    private static final double NEAREST = 0.25;

    /** Scales beyond a bound at which the map is on it for the purposes of {@link #inverse}. */
    private static final double BEYOND = 6;

    private static final double PRECISION = 1e-12;
    private static final int MOST_EVALUATIONS = 500;
    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_2_PI = Math.sqrt(2 * Math.PI);

    /**
     * Bounds on the scales of a posterior.
     *
     * @param sd standard deviations of it, roughly, d values, not modified
     */
    static Bounds of(Support support, double[] sd) {
        double[] lower = new double[sd.length];
        double[] upper = new double[sd.length];
        double[] scale = new double[sd.length];
        Arrays.setAll(lower, support::lower);
        Arrays.setAll(upper, support::upper);
        Arrays.setAll(scale, j -> Math.min(sd[j], (upper[j] - lower[j]) / LEAST_WIDTH));
        return new Bounds(lower, upper, scale);
    }

    /** Whether coordinate j has no bound. */
    boolean isFree(int j) {
        return lower[j] == Double.NEGATIVE_INFINITY && upper[j] == Double.POSITIVE_INFINITY;
    }

    /** b_j(z), between the bounds; on one only by rounding. */
    double apply(int j, double z) {
        if (isFree(j)) {
            return z;
        }
        double s = scale[j];
        double p = (z - lower[j]) / s;
        double q = (z - upper[j]) / s;
        // From the nearer bound, the distance to which keeps its digits.
        double value =
                p < -q
                        ? lower[j] + s * (integral(p) - integral(q))
                        : upper[j] - s * (integral(-q) - integral(-p));
        return Math.max(lower[j], Math.min(upper[j], value));
    }

    /** b of all points z, which are not modified. */
    Ensemble apply(Ensemble z) {
        Ensemble theta = z.copy();
        double[] x = theta.data();
        Arrays.setAll(x, k -> apply(k % lower.length, x[k]));
        return theta;
    }

    /** log b_j′(z). */
    double logSlope(int j, double z) {
        if (isFree(j)) {
            return 0;
        }
        double p = (z - lower[j]) / scale[j];
        double q = (z - upper[j]) / scale[j];
        return p + q > 0 ? logDifference(-q, -p) : logDifference(p, q);
    }

    /** Σ_j log b_j′ of a point, d values from {@code o} on. */
    double logSlope(double[] z, int o) {
        double sum = 0;
        for (int j = 0; j < lower.length; j++) {
            sum += logSlope(j, z[o + j]);
        }
        return sum;
    }

    /** (log b_j′)′(z). */
    double bend(int j, double z) {
        if (isFree(j)) {
            return 0;
        }
        double p = (z - lower[j]) / scale[j];
        double q = (z - upper[j]) / scale[j];
        return (p + q > 0 ? -bend(-q, -p) : bend(p, q)) / scale[j];
    }

    /**
     * z with b_j(z) = θ; of θ nearer to a bound than a quarter of a scale that of the point there.
     *
     * @param theta θ, may be on or beyond a bound
     */
    double inverse(int j, double theta) {
        if (isFree(j)) {
            return theta;
        }
        double s = scale[j];
        double inside = Math.max(lower[j] + NEAREST * s, Math.min(upper[j] - NEAREST * s, theta));
        // b(z) ≥ z without an upper bound, ≤ z without a lower one; s is for rounding.
        double from = Double.isFinite(lower[j]) ? lower[j] - BEYOND * s : inside - s;
        double to = Double.isFinite(upper[j]) ? upper[j] + BEYOND * s : inside + s;
        return new BrentSolver(PRECISION, PRECISION * s, 0)
                .solve(MOST_EVALUATIONS, z -> apply(j, z) - inside, from, to);
    }

    /** log(Φ(p) − Φ(q)) for q < p ≤ −q. */
    private static double logDifference(double p, double q) {
        double log = logNormal(p);
        return log + Math.log1p(-Math.exp(logNormal(q) - log));
    }

    /** (φ(p) − φ(q))/(Φ(p) − Φ(q)) for q < p ≤ −q. */
    private static double bend(double p, double q) {
        double ratio = 2 / (SQRT_2_PI * Erfcx.value(-p * SQRT_HALF));
        return ratio
                * -Math.expm1((p - q) * (p + q) / 2)
                / -Math.expm1(logNormal(q) - logNormal(p));
    }

    /** ς. */
    private static double integral(double t) {
        if (t == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        double density = Math.exp(-t * t / 2) / SQRT_2_PI;
        return t > 0
                ? t * (1 - Erfc.value(t * SQRT_HALF) / 2) + density
                // The two terms cancel: φ(t)·(1 − |t|Φ/φ).
                : density * (1 + t * SQRT_2_PI * Erfcx.value(-t * SQRT_HALF) / 2);
    }

    /** log Φ. */
    private static double logNormal(double t) {
        return t > 0
                ? Math.log1p(-Erfc.value(t * SQRT_HALF) / 2)
                : Math.log(Erfcx.value(-t * SQRT_HALF) / 2) - t * t / 2;
    }
}
