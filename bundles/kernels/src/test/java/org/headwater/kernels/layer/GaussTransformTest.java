package org.headwater.kernels.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the plain softmax, on what is easy and what is not. */
class GaussTransformTest {
    private static final int N = 400;

    /** Where the keys lie, and how their weights vary. */
    enum Keys {
        NORMAL,
        HEAVY_TAILS,
        TIES,
        CLUSTERS,
        OUTLIER,
        HUGE_OUTLIER,
        PAIRS,
        /** Weights that jump over 60 bits from key to key. */
        ROUGH,
        /** Weights that rise steeply to the ends: the largest terms come from far boxes. */
        STEEP;

        double key(int i, RandomStream random) {
            double g = random.gaussian();
            return switch (this) {
                case HEAVY_TAILS -> g / Math.max(1e-4, random.uniform());
                case TIES -> random.below(7);
                case CLUSTERS -> i % 2 * 100 + 1e-3 * g;
                case OUTLIER -> i == 3 ? 1e12 : g;
                case HUGE_OUTLIER -> i == 3 ? 1e290 : g;
                case PAIRS -> i / 2 + 1e-3 * g;
                default -> g;
            };
        }

        double logWeight(double u, RandomStream random) {
            return switch (this) {
                case ROUGH -> -41 * random.uniform();
                case STEEP -> Math.min(GaussTransform.RANGE, 20 * Math.abs(u));
                default -> -Math.abs(random.gaussian());
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void sumsAreThoseOfTheDefinition(Keys keys) {
        RandomStream random = KeyedRandom.of(7);
        for (double scale : new double[] {1e-9, 1e-3, .3, 1, 3, 30, 1e3}) {
            double[] u = new double[N];
            double[] logWeight = new double[N];
            for (int i = 0; i < N; i++) {
                u[i] = scale * keys.key(i, random);
            }
            Arrays.sort(u);
            for (int i = 0; i < N; i++) {
                logWeight[i] = keys.logWeight(u[i], random);
            }
            check(new ScalarLoops(), u, logWeight, keys + " × " + scale);
            check(LayerLoops.best(), u, logWeight, keys + " × " + scale);
        }
    }

    private static void check(LayerLoops loops, double[] u, double[] logWeight, String name) {
        double[] shift = new double[N];
        double[] self = new double[N];
        new GaussTransform(N, loops).softmax(u, logWeight, N, shift, self);
        double spread = Math.min(1, u[N - 1] - u[0]);
        for (int i = 0; i < N; i++) {
            double top = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < N; j++) {
                top = Math.max(top, logWeight[j] - (u[i] - u[j]) * (u[i] - u[j]));
            }
            double s0 = 0;
            double s1 = 0;
            for (int j = 0; j < N; j++) {
                double delta = u[j] - u[i];
                double w = StrictMath.exp(logWeight[j] - delta * delta - top);
                s0 += w;
                s1 += w == 0 ? 0 : w * delta;
            }
            double ratio = s1 / s0;
            double weight = Math.exp(logWeight[i] - top) / s0;
            String at = loops.description() + ", " + name + ", key " + i;
            assertEquals(weight, self[i], 2e-11 * weight, at);
            assertEquals(ratio, shift[i], 2e-11 * Math.max(spread, Math.abs(ratio)), at);
        }
    }
}
