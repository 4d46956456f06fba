package org.headwater.noise.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class GaussianNoiseLawTest {
    private final RandomStream random = KeyedRandom.of(4);

    /** ∇Φ by central differences, which are exact for a quadratic, and JᵀΓ⁻¹J by whitening. */
    @Test
    void gradientAndWeightAreThoseOfTheMisfit() {
        int m = 12;
        double[] b = numbers(m * m);
        double[] covariance = new double[m * m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                covariance[i * m + j] = i == j ? 1 : 0;
                for (int k = 0; k < m; k++) {
                    covariance[i * m + j] += b[i * m + k] * b[j * m + k];
                }
            }
        }
        check(GaussianNoise.correlated(numbers(m), covariance));
        double[] sd = numbers(m);
        for (int i = 0; i < m; i++) {
            sd[i] = .1 + Math.abs(sd[i]);
        }
        check(GaussianNoise.independent(numbers(m), sd));
    }

    private void check(GaussianNoise noise) {
        int m = noise.dataSize();
        double[] p = numbers(m);
        double[] direction = numbers(m);
        double[] gradient = new double[m];
        noise.gradient(p, 0, gradient);
        double slope = 0;
        double[] up = p.clone();
        double[] down = p.clone();
        for (int i = 0; i < m; i++) {
            slope += gradient[i] * direction[i];
            up[i] += direction[i];
            down[i] -= direction[i];
        }
        double size = noise.misfit(up, 0) + noise.misfit(down, 0);
        double difference = noise.misfit(up, 0) - noise.misfit(down, 0);
        assertEquals(slope, difference / 2, 1e-12 * size);
        double[] white = direction.clone();
        noise.whiten(p, white, 1);
        double curvature = 0;
        for (double v : white) {
            curvature += v * v;
        }
        assertEquals(size - 2 * noise.misfit(p, 0), curvature, 1e-12 * size);
    }

    private double[] numbers(int n) {
        double[] a = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = random.gaussian();
        }
        return a;
    }
}
