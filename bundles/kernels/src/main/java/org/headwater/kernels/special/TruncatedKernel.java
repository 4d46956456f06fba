package org.headwater.kernels.special;

import org.apache.commons.numbers.gamma.Erf;
import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/**
 * The one-dimensional kernel of the potential λz on an interval a ≤ z ≤ b (+∞ outside),
 *
 * <pre>K(z|y) = exp(−(β/2)(λz + (z−y)²/(2T))) / Z(y),    a ≤ z ≤ b,</pre>
 *
 * the normal N(y − λT, σ²), σ² = 2T/β, truncated to the interval. A box has λ = 0, non-negativity a
 * = 0 and b = ∞.
 *
 * <p>In units of σ from y − λT the interval is [s, e]; by reflection s + e ≥ 0. With the Mills
 * ratio R(t) = e^{t²/2}∫_t^∞ e^{−z²/2}dz, Δ = (e² − s²)/2:
 *
 * <ul>
 *   <li>s ≥ 0: Z ∝ e^{−s²/2}(R(s) − e^{−Δ}R(e)), with the distances from s as moments, so that
 *       nothing cancels in the tails;
 *   <li>s &lt; 0: Z from erf on both sides of 0, mean (e^{−s²/2} − e^{−e²/2})/Z;
 *   <li>e − s ≤ 3 and, where s ≥ 0, Δ ≤ 12: these differences cancel, but the integrand is a short
 *       piece of an analytic function, for which 24 Gauss–Legendre nodes are exact to rounding.
 * </ul>
 *
 * Checked against quadrature (TruncatedKernelTest) from widths of 1e-6σ to ∞ and to 1e3σ outside
 * the interval: log Z to 1e-13 + 1e-15·(its exponents), m₁ to 1e-12 and v₁ to 1e-10 of the kernel's
 * own standard deviation and variance.
 */
public final class TruncatedKernel {
    private static final double SQRT_2 = Math.sqrt(2);
    private static final double SQRT_HALF_PI = Math.sqrt(Math.PI / 2);

    private static final double NARROW = 3;
    private static final double SHORT = 12;

    /** From here on e^{−Δ} changes nothing that a double can hold. */
    private static final double ALONE = 45;

    private static final GaussLegendre RULE = GaussLegendre.of(24);

    private TruncatedKernel() {}

    /**
     * Normaliser, mean and variance of K(·|y). O(n).
     *
     * @param lambda λ, the slope
     * @param lower a, finite
     * @param upper b &gt; a, may be +∞
     * @param time T &gt; 0
     * @param beta β &gt; 0
     * @param y n values, not modified
     * @param logNormaliser log Z(y), n values, modified
     * @param mean m₁(y), n values, modified; may be {@code y}
     * @param variance v₁(y), n values, modified
     */
    public static void evaluate(
            double lambda,
            double lower,
            double upper,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance) {
        double sigma2 = 2 * time / beta;
        double sigma = Math.sqrt(sigma2);
        double logSigma = 0.5 * Math.log(sigma2);
        double c = lambda * time;
        double width = (upper - lower) / sigma;
        double[] nodes = RULE.nodes();
        double[] weights = RULE.weights();
        for (int i = 0; i < y.length; i++) {
            double centre = y[i] - c;
            double s = (lower - centre) / sigma;
            double e = (upper - centre) / sigma;
            boolean reflected = s + e < 0;
            if (reflected) {
                double swap = s;
                s = -e;
                e = -swap;
            }
            double delta = 0.5 * width * (s + e);
            double edge = reflected ? upper : lower;
            // The exponent at the edge, or at the centre if that is inside.
            double atEdge = -(2 * c * edge + (edge - y[i]) * (edge - y[i])) / (2 * sigma2);
            double atCentre = c * (c - 2 * y[i]) / (2 * sigma2);
            double log;
            // Mean's distance from the edge and variance, in units of σ.
            double distance;
            double v;
            if (width <= NARROW && (s < 0 || delta <= SHORT)) {
                double sum = 0;
                double first = 0;
                for (int k = 0; k < nodes.length; k++) {
                    double x = width * nodes[k];
                    double w = weights[k] * Math.exp(-x * (s + 0.5 * x));
                    sum += w;
                    first += w * x;
                }
                distance = first / sum;
                double second = 0;
                for (int k = 0; k < nodes.length; k++) {
                    double x = width * nodes[k];
                    double w = weights[k] * Math.exp(-x * (s + 0.5 * x));
                    second += w * (x - distance) * (x - distance);
                }
                v = second / sum;
                log = atEdge + Math.log(width * sum);
            } else if (s < 0) {
                double atS = Math.exp(-0.5 * s * s);
                double beyond = delta == Double.POSITIVE_INFINITY ? 0 : Math.exp(-0.5 * e * e);
                double z =
                        beyond == 0
                                ? SQRT_HALF_PI * Erfc.value(s / SQRT_2)
                                : SQRT_HALF_PI * (Erf.value(e / SQRT_2) - Erf.value(s / SQRT_2));
                double m = delta < ALONE ? -atS * Math.expm1(-delta) / z : atS / z;
                double pull = beyond == 0 ? 0 : e * beyond / z;
                distance = m - s;
                v = 1 + s * atS / z - pull - m * m;
                log = atCentre + Math.log(z);
            } else {
                double mills = mills(s);
                distance = excess(s, mills);
                v = spread(s, distance);
                double z = mills;
                if (delta < ALONE) {
                    double millsEnd = mills(e);
                    double share = Math.exp(-delta) * millsEnd;
                    double excessEnd = excess(e, millsEnd);
                    double far = width + excessEnd;
                    z = mills - share;
                    double first = (mills * distance - share * far) / z;
                    double second =
                            (mills * (v + distance * distance)
                                            - share * (spread(e, excessEnd) + far * far))
                                    / z;
                    distance = first;
                    v = second - first * first;
                }
                log = atEdge + Math.log(z);
            }
            logNormaliser[i] = logSigma + log;
            double m = reflected ? upper - sigma * distance : lower + sigma * distance;
            mean[i] = Math.max(lower, Math.min(upper, m));
            variance[i] = sigma2 * v;
        }
    }

    /** R(t), t ≥ 0. */
    private static double mills(double t) {
        return SQRT_HALF_PI * Erfcx.value(t / SQRT_2);
    }

    /** Mean of z − t for a standard normal z beyond t ≥ 0: 1/R − t. */
    private static double excess(double t, double mills) {
        return t < L1Kernel.FAR ? 1 / mills - t : 1 / (t + L1Kernel.tail(t));
    }

    /** Variance of a standard normal beyond t ≥ 0, of mean t + excess. */
    private static double spread(double t, double excess) {
        return t < L1Kernel.FAR ? 1 - (t + excess) * excess : excess * (L1Kernel.tail(t) - excess);
    }
}
