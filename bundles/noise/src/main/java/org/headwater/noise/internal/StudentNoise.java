package org.headwater.noise.internal;

import org.headwater.api.Noise;
import org.headwater.api.RandomStream;

/**
 * Independent Student-t noise: Φ(p) = Σ (ν+1)/2 · log(1 + r²/(ν s²)), r = p − y, with ν degrees of
 * freedom and scale s. A datum far off pulls with a force that falls as 1/r, so outliers lose their
 * say.
 *
 * <p>The Gauss–Newton weight is that of iterative reweighting, w = (ν+1)/(ν s² + r²), which is
 * positive and bounds Φ from above by a quadratic; the true second derivative is negative for r² >
 * ν s². Standardised residuals are r√w: under the model their mean square is 1, as r²w/(ν+1) has a
 * Beta(½, ν/2) distribution. O(m) per call. Immutable.
 *
 * <p>Source: K. L. Lange, R. J. A. Little, J. M. G. Taylor, Robust statistical modeling using the t
 * distribution, J. Amer. Statist. Assoc. 84 (1989) 881–896, doi:10.2307/2290063.
 */
final class StudentNoise implements Noise {
    private final double[] measured;
    private final double[] scale;
    private final double freedom;

    /** Both arrays are copied. */
    StudentNoise(double[] measured, double[] scale, double freedom) {
        this.measured = measured.clone();
        this.scale = scale.clone();
        this.freedom = freedom;
    }

    @Override
    public int dataSize() {
        return measured.length;
    }

    private double weight(int i, double r) {
        return (freedom + 1) / (freedom * scale[i] * scale[i] + r * r);
    }

    @Override
    public double misfit(double[] predicted, int offset) {
        double sum = 0;
        for (int i = 0; i < measured.length; i++) {
            double r = (predicted[offset + i] - measured[i]) / scale[i];
            sum += Math.log1p(r * r / freedom);
        }
        return 0.5 * (freedom + 1) * sum;
    }

    @Override
    public void gradient(double[] predicted, int offset, double[] out) {
        for (int i = 0; i < measured.length; i++) {
            double r = predicted[offset + i] - measured[i];
            out[i] = weight(i, r) * r;
        }
    }

    @Override
    public void whiten(double[] predicted, double[] jacobian, int columns) {
        for (int i = 0; i < measured.length; i++) {
            double root = Math.sqrt(weight(i, predicted[i] - measured[i]));
            for (int j = i * columns; j < (i + 1) * columns; j++) {
                jacobian[j] *= root;
            }
        }
    }

    @Override
    public void residuals(double[] predicted, double[] out) {
        for (int i = 0; i < measured.length; i++) {
            double r = predicted[i] - measured[i];
            out[i] = r * Math.sqrt(weight(i, r));
        }
    }

    /**
     * A ratio of a normal and the root of a gamma variable, by Bailey's polar method: with u, v
     * uniform in the unit disc and w = u² + v², u√(ν(w^{−2/ν} − 1)/w) is t distributed.
     *
     * <p>Source: R. W. Bailey, Polar generation of random variates with the t-distribution, Math.
     * Comp. 62 (1994) 779–781, doi:10.2307/2153537.
     */
    @Override
    public double[] sample(double[] clean, RandomStream random) {
        double[] out = clean.clone();
        for (int i = 0; i < measured.length; i++) {
            double u;
            double w;
            do {
                u = 2 * random.uniform() - 1;
                double v = 2 * random.uniform() - 1;
                w = u * u + v * v;
            } while (w >= 1 || w == 0);
            double spread = freedom * Math.expm1(-2 / freedom * Math.log(w));
            out[i] += scale[i] * u * Math.sqrt(spread / w);
        }
        return out;
    }
}
