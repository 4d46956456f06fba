package org.headwater.noise.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Fixed seed; with a random one each comparison would fail with odds 6e-7 (five errors). */
class GaussianNoiseStatisticalTest {
    private static final int DRAWS = 40_000;

    @Test
    void drawsHaveTheCovariance() {
        double[] covariance = {4, 2, 2, 5};
        check(GaussianNoise.correlated(new double[] {7, 7}, covariance), covariance);
        check(
                GaussianNoise.independent(new double[] {7, 7}, new double[] {2, 3}),
                new double[] {4, 0, 0, 9});
    }

    private static void check(GaussianNoise noise, double[] covariance) {
        KeyedRandom random = KeyedRandom.of(1);
        double[] clean = {10, -10};
        double[] sum = new double[2];
        double[] products = new double[4];
        for (int k = 0; k < DRAWS; k++) {
            double[] y = noise.sample(clean, random);
            for (int i = 0; i < 2; i++) {
                sum[i] += (y[i] - clean[i]) / DRAWS;
                for (int j = 0; j < 2; j++) {
                    products[2 * i + j] += (y[i] - clean[i]) * (y[j] - clean[j]) / DRAWS;
                }
            }
        }
        for (int i = 0; i < 2; i++) {
            assertEquals(0, sum[i], 5 * Math.sqrt(covariance[3 * i] / DRAWS));
            for (int j = 0; j < 2; j++) {
                double c = covariance[2 * i + j];
                double variance = covariance[3 * i] * covariance[3 * j] + c * c;
                assertEquals(c, products[2 * i + j], 5 * Math.sqrt(variance / DRAWS));
            }
        }
    }
}
