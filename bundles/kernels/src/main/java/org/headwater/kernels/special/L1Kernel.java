package org.headwater.kernels.special;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/**
 * The one-dimensional kernel of the L1 potential λ|z|,
 *
 * <pre>K(z|y) = exp(−(β/2)(λ|z| + (z−y)²/(2T))) / Z(y),</pre>
 *
 * a mixture of two normals N(y∓c, σ²) truncated to z ≷ 0, with σ² = 2T/β and c = λT.
 *
 * <p>With y ≥ 0 (the kernel is odd), t = (c−y)/σ, s = (c+y)/σ and the inverse Mills ratio r(t) =
 * φ(t)/Φ(−t), the halves have masses P₊ ∝ erfcx(t/√2), P₋ ∝ erfcx(s/√2); |z| has in them the means
 * σ(r(t)−t), σ(r(s)−s) and the variances σ²(1 + t·r − r²). For t &lt; 0 a common factor is taken
 * out, so that nothing overflows; for t ≥ 6 mean and variance come from the continued fraction of
 * the Mills ratio, so that nothing cancels. The mixture's variance is a sum of positive terms.
 * Checked against quadrature for λ from 0 to 1000, T from 1e-6 to 30 and y to 40σ on either side of
 * 0 and of c: log Z to 1e-13 + 1e-14·(y² + c²)/σ², m₁ to 1e-13 standard deviations of K and 1e-15
 * of |y| + c, v₁ to 1e-11 of itself.
 *
 * <p>arXiv 2510.16356 uses the Laplace approximation of Z instead ({@link #laplace}); its error at
 * y = 0 is about −√(λ²βT/π).
 */
public final class L1Kernel {
    private static final double SQRT_2 = Math.sqrt(2);
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double LOG_2 = Math.log(2);

    /** From here on the continued fraction takes over; below, 1 + t·r − r² keeps 12 digits. */
    static final double FAR = 6;

    /** For t &lt; −9 the lighter half changes nothing that a double can hold (e^{−40.5}). */
    private static final double ALONE = 9;

    private L1Kernel() {}

    /**
     * Normaliser, mean and variance of K(·|y). O(n).
     *
     * @param lambda λ ≥ 0
     * @param time T &gt; 0
     * @param beta β &gt; 0
     * @param y n values, not modified
     * @param logNormaliser log Z(y), n values, modified
     * @param mean m₁(y), n values, modified; may be {@code y}
     * @param variance v₁(y), n values, modified
     */
    public static void evaluate(
            double lambda,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance) {
        double sigma2 = 2 * time / beta;
        double sigma = Math.sqrt(sigma2);
        double base = 0.5 * Math.log(2 * Math.PI * sigma2);
        double c = lambda * time;
        for (int i = 0; i < y.length; i++) {
            double value = y[i];
            double a = Math.abs(value);
            double t = (c - a) / sigma;
            if (c == 0 || t < -ALONE) {
                logNormaliser[i] = base + c * (c - 2 * a) / (2 * sigma2);
                mean[i] = value - Math.copySign(c, value);
                variance[i] = sigma2;
                continue;
            }
            double s = (c + a) / sigma;
            // Erfcx of the heavier half, or the same with a common factor taken out of both.
            double heavy;
            double light = Erfcx.value(s / SQRT_2);
            double log;
            double millsHeavy;
            double millsLight = SQRT_2_OVER_PI / light;
            if (t >= 0) {
                heavy = Erfcx.value(t / SQRT_2);
                millsHeavy = SQRT_2_OVER_PI / heavy;
                log = -a * a / (2 * sigma2);
            } else {
                double factor = Math.exp(-0.5 * t * t);
                heavy = Erfc.value(t / SQRT_2);
                millsHeavy = SQRT_2_OVER_PI * factor / heavy;
                light *= factor;
                log = c * (c - 2 * a) / (2 * sigma2);
            }
            double sum = heavy + light;
            logNormaliser[i] = base - LOG_2 + log + Math.log(sum);
            double p = heavy / sum;
            double q = light / sum;
            double meanHeavy;
            double varianceHeavy;
            if (t < FAR) {
                meanHeavy = millsHeavy - t;
                varianceHeavy = 1 - millsHeavy * meanHeavy;
            } else {
                double tail = tail(t);
                meanHeavy = 1 / (t + tail);
                varianceHeavy = meanHeavy * (tail - meanHeavy);
            }
            double meanLight;
            double varianceLight;
            if (s < FAR) {
                meanLight = millsLight - s;
                varianceLight = 1 - millsLight * meanLight;
            } else {
                double tail = tail(s);
                meanLight = 1 / (s + tail);
                varianceLight = meanLight * (tail - meanLight);
            }
            double m = sigma * (p * meanHeavy - q * meanLight);
            double apart = meanHeavy + meanLight;
            mean[i] = value < 0 ? -m : m;
            variance[i] = sigma2 * (p * varianceHeavy + q * varianceLight + p * q * apart * apart);
        }
    }

    /**
     * The Laplace approximation of log Z: −(β/2)(λ|S| + (S−y)²/(2T)) + ½log(4πT/β), S the soft
     * threshold of y at λT. O(n).
     *
     * @param lambda λ ≥ 0
     * @param time T &gt; 0
     * @param beta β &gt; 0
     * @param y n values, not modified
     * @param logNormaliser n values, modified; may be {@code y}
     */
    public static void laplace(
            double lambda, double time, double beta, double[] y, double[] logNormaliser) {
        double sigma2 = 2 * time / beta;
        double base = 0.5 * Math.log(2 * Math.PI * sigma2);
        double c = lambda * time;
        for (int i = 0; i < y.length; i++) {
            double a = Math.abs(y[i]);
            logNormaliser[i] =
                    base + (a > c ? c * (c - 2 * a) / (2 * sigma2) : -a * a / (2 * sigma2));
        }
    }

    /**
     * The soft threshold S(y) = sign(y)·max(|y| − c, 0), the proximal map of λ|·| with step t for c
     * = λt. O(n).
     *
     * @param y n values, not modified
     * @param threshold c ≥ 0
     * @param out n values, modified; may be {@code y}
     */
    public static void softThreshold(double[] y, double threshold, double[] out) {
        for (int i = 0; i < y.length; i++) {
            out[i] = softThreshold(y[i], threshold);
        }
    }

    /** The soft threshold of one number. */
    public static double softThreshold(double y, double threshold) {
        return y - Math.max(-threshold, Math.min(threshold, y));
    }

    /**
     * 2/(t + 3/(t + 4/(t + …))), the tail of the Mills ratio's continued fraction 1/(t + 1/(t +
     * 2/(t + …))) (Abramowitz and Stegun 26.2.14); the number of terms gives 2e-16 for t ≥ 6.
     */
    static double tail(double t) {
        int terms = 6 + (int) (125 / t);
        double f = t;
        for (int k = terms; k >= 3; k--) {
            f = t + k / f;
        }
        return 2 / f;
    }
}
