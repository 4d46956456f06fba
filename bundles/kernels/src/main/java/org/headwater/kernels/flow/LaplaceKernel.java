package org.headwater.kernels.flow;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/**
 * The kernel K(z) ∝ exp(−D(z − y)²/2 − λ|z|) with the moments that derivatives of its mean and
 * variance need:
 *
 * <pre>
 * ∂ₓE[g] with respect to y: D·Cov(g, z),   D: −½Cov(g, (z−y)²),   λ: −Cov(g, |z|).
 * </pre>
 *
 * K is a mixture of two half-line normals; with ξ = |z|√D their moments are ratios of G_k(t) = ∫₀^∞
 * ξ^k e^{−tξ−ξ²/2}dξ, t = (λ ∓ D|y|)/√D, from G_{k+1} = kG_{k−1} − tG_k where t &lt; 2, and from
 * the continued fraction G_k/G_{k−1} = k/(t + (k+1)/(t + …)) beyond, all of whose terms are
 * positive. Holds the result of the last call; used by one thread at a time.
 */
final class LaplaceKernel {
    private static final double SQRT_2 = Math.sqrt(2);
    private static final double SQRT_HALF_PI = Math.sqrt(Math.PI / 2);
    private static final double LOG_SQRT_2_PI = 0.5 * Math.log(2 * Math.PI);

    /** From here on the continued fraction. */
    private static final double FAR = 2;

    /** For t below it the lighter half is nothing. */
    private static final double ALONE = -9;

    private final double[] heavy = new double[5];
    private final double[] light = new double[5];
    private double logNormaliser;
    private double mean;
    private double variance;
    private double third;
    private double fourth;
    private double absolute;
    private double meanWithAbsolute;
    private double squareWithAbsolute;

    /** log ∫exp(−D(z − y)²/2 − λ|z|)dz. */
    double logNormaliser() {
        return logNormaliser;
    }

    /** E z. */
    double mean() {
        return mean;
    }

    /** Var z. */
    double variance() {
        return variance;
    }

    /** E(z − Ez)³. */
    double third() {
        return third;
    }

    /** E(z − Ez)⁴. */
    double fourth() {
        return fourth;
    }

    /** E|z|. */
    double absolute() {
        return absolute;
    }

    /** Cov(z, |z|). */
    double meanWithAbsolute() {
        return meanWithAbsolute;
    }

    /** Cov((z − Ez)², |z|). */
    double squareWithAbsolute() {
        return squareWithAbsolute;
    }

    /** Evaluates the kernel. */
    void evaluate(double precision, double lambda, double y) {
        double sigma = 1 / Math.sqrt(precision);
        double a = Math.abs(y);
        double c = lambda * sigma * sigma;
        double t = (c - a) / sigma;
        if (lambda == 0 || t < ALONE) {
            logNormaliser = LOG_SQRT_2_PI + Math.log(sigma) + 0.5 * lambda * (c - 2 * a);
            mean = y - Math.copySign(c, y);
            variance = sigma * sigma;
            third = 0;
            fourth = 3 * variance * variance;
            absolute = a - c;
            meanWithAbsolute = Math.copySign(variance, y);
            squareWithAbsolute = 0;
            return;
        }
        double s = (c + a) / sigma;
        double massHeavy;
        double massLight = SQRT_HALF_PI * Erfcx.value(s / SQRT_2);
        double log;
        if (t >= 0) {
            massHeavy = SQRT_HALF_PI * Erfcx.value(t / SQRT_2);
            log = -0.5 * precision * a * a;
            moments(t, 1 / massHeavy, heavy);
        } else {
            // e^{−t²/2} taken out of both.
            double factor = Math.exp(-0.5 * t * t);
            massHeavy = SQRT_HALF_PI * Erfc.value(t / SQRT_2);
            moments(t, factor / massHeavy, heavy);
            log = 0.5 * lambda * (c - 2 * a);
            moments(s, 1 / massLight, light);
            massLight *= factor;
        }
        if (t >= 0) {
            moments(s, 1 / massLight, light);
        }
        double sum = massHeavy + massLight;
        logNormaliser = log + Math.log(sigma) + Math.log(sum);
        double p = massHeavy / sum;
        double q = massLight / sum;
        double m = p * heavy[1] - q * light[1];
        double u = -light[1];
        // Central moments of either half, joined: no cancellation between the halves' squares.
        double vHeavy = heavy[2] - heavy[1] * heavy[1];
        double vLight = light[2] - light[1] * light[1];
        double tHeavy = central3(heavy);
        double tLight = -central3(light);
        double fHeavy = central4(heavy);
        double fLight = central4(light);
        double dh = heavy[1] - m;
        double dl = u - m;
        double v = p * (vHeavy + dh * dh) + q * (vLight + dl * dl);
        double k3 =
                p * (tHeavy + 3 * dh * vHeavy + dh * dh * dh)
                        + q * (tLight + 3 * dl * vLight + dl * dl * dl);
        double k4 =
                p * (fHeavy + 4 * dh * tHeavy + 6 * dh * dh * vHeavy + dh * dh * dh * dh)
                        + q * (fLight + 4 * dl * tLight + 6 * dl * dl * vLight + dl * dl * dl * dl);
        double abs = p * heavy[1] + q * light[1];
        // E(z−m)|z| and E(z−m)²|z|, |z| = ±z in the halves.
        double first = p * (vHeavy + dh * heavy[1]) - q * (vLight + dl * u);
        double second =
                p * (tHeavy + 2 * dh * vHeavy + (vHeavy + dh * dh) * heavy[1])
                        - q * (tLight + 2 * dl * vLight + (vLight + dl * dl) * u);
        double sign = y < 0 ? -1 : 1;
        double sigma2 = sigma * sigma;
        mean = sign * sigma * m;
        variance = sigma2 * v;
        third = sign * sigma2 * sigma * k3;
        fourth = sigma2 * sigma2 * k4;
        absolute = sigma * abs;
        meanWithAbsolute = sign * sigma2 * first;
        squareWithAbsolute = sigma2 * sigma * (second - v * abs);
    }

    private static double central3(double[] g) {
        return g[3] - 3 * g[1] * g[2] + 2 * g[1] * g[1] * g[1];
    }

    private static double central4(double[] g) {
        double m = g[1];
        return g[4] - 4 * m * g[3] + 6 * m * m * g[2] - 3 * m * m * m * m;
    }

    /**
     * g_k = G_k(t)/G_0(t), k to 4.
     *
     * @param hazard 1/G_0(t)
     */
    private static void moments(double t, double hazard, double[] g) {
        g[0] = 1;
        if (t < FAR) {
            g[1] = hazard - t;
            g[2] = 1 - t * g[1];
            g[3] = 2 * g[1] - t * g[2];
            g[4] = 3 * g[2] - t * g[3];
            return;
        }
        // The number of terms gives 1e-16: the error falls as exp(−2t√(2k)).
        int terms = 12 + (int) (200 / (t * t));
        double ratio = 0;
        for (int k = terms; k > 4; k--) {
            ratio = k / (t + ratio);
        }
        double r4 = 4 / (t + ratio);
        double r3 = 3 / (t + r4);
        double r2 = 2 / (t + r3);
        double r1 = 1 / (t + r2);
        g[1] = r1;
        g[2] = r1 * r2;
        g[3] = g[2] * r3;
        g[4] = g[3] * r4;
    }
}
