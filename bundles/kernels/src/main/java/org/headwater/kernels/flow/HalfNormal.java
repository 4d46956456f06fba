package org.headwater.kernels.flow;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;
import org.headwater.api.RandomStream;

/**
 * Exact draws of K(z) ∝ exp(−D(z − y)²/2 − λ|z|): the side by its mass, then a normal beyond a
 * bound by rejection (C. Robert, Statistics and Computing 5, 1995, doi:10.1007/BF00143942).
 */
final class HalfNormal {
    private static final double SQRT_2 = Math.sqrt(2);

    double draw(double precision, double lambda, double y, RandomStream random) {
        double sigma = 1 / Math.sqrt(precision);
        double c = lambda * sigma * sigma;
        double a = Math.abs(y);
        double t = (c - a) / sigma;
        double s = (c + a) / sigma;
        // Masses of the sides, a common factor taken out.
        double heavy = t >= 0 ? Erfcx.value(t / SQRT_2) : Erfc.value(t / SQRT_2);
        double light = Erfcx.value(s / SQRT_2) * (t >= 0 ? 1 : Math.exp(-0.5 * t * t));
        boolean far = random.uniform() * (heavy + light) >= heavy;
        double distance = sigma * beyond(far ? s : t, random);
        return (y < 0) == far ? distance : -distance;
    }

    /** ξ − t for a standard normal ξ beyond t. */
    private static double beyond(double t, RandomStream random) {
        if (t <= 0) {
            while (true) {
                double z = random.gaussian();
                if (z >= t) {
                    return z - t;
                }
            }
        }
        double rate = 0.5 * (t + Math.sqrt(t * t + 4));
        while (true) {
            double e = -Math.log1p(-random.uniform()) / rate;
            double off = t + e - rate;
            if (random.uniform() <= Math.exp(-0.5 * off * off)) {
                return e;
            }
        }
    }
}
