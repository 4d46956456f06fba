package org.headwater.noise.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Noise;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Fixed seeds; with random ones each comparison would fail with odds 6e-7 (five errors). */
class NoiseDrawsStatisticalTest {
    private static final int DRAWS = 40_000;

    /** Quartiles of t with 1 and 2 degrees of freedom are ±1 and ±√(2/3), in units of the scale. */
    @Test
    void studentQuartiles() {
        shareBelow(new StudentNoise(new double[] {0}, new double[] {3}, 1), 10, 10 + 3, 0.75);
        shareBelow(
                new StudentNoise(new double[] {0}, new double[] {3}, 2),
                10,
                10 - 3 * Math.sqrt(2 / 3.0),
                0.25);
    }

    private static void shareBelow(Noise noise, double clean, double bound, double share) {
        RandomStream random = KeyedRandom.of(5);
        int below = 0;
        for (int k = 0; k < DRAWS; k++) {
            below += noise.sample(new double[] {clean}, random)[0] < bound ? 1 : 0;
        }
        assertEquals(share, (double) below / DRAWS, 5 * Math.sqrt(share * (1 - share) / DRAWS));
    }

    /** The mean square of r√w is 1; its variance is that of (ν+1)·Beta(½, ν/2), below 2. */
    @Test
    void studentResidualsHaveMeanSquareOne() {
        double[] clean = new double[DRAWS];
        double[] scale = new double[DRAWS];
        Arrays.fill(scale, 0.3);
        double[] y = new StudentNoise(clean, scale, 3).sample(clean, KeyedRandom.of(6));
        double[] r = new double[DRAWS];
        new StudentNoise(y, scale, 3).residuals(clean, r);
        double mean = Arrays.stream(r).map(v -> v * v).sum() / DRAWS;
        assertEquals(1, mean, 5 * Math.sqrt(2.0 / DRAWS));
    }

    /** Mean and variance λ, probability e^−λ of no count; with means in one and in many parts. */
    @Test
    void poissonMoments() {
        for (double mean : new double[] {0.7, 5, 90, 1234}) {
            Noise noise = new PoissonNoise(new double[] {0}, 2, 0.5);
            RandomStream random = KeyedRandom.of(7);
            double[] clean = {(mean - 0.5) / 2};
            double sum = 0;
            double squares = 0;
            double zeros = 0;
            for (int k = 0; k < DRAWS; k++) {
                double y = noise.sample(clean, random)[0];
                assertEquals(Math.rint(y), y);
                sum += y - mean;
                squares += (y - mean) * (y - mean);
                zeros += y == 0 ? 1 : 0;
            }
            assertEquals(0, sum / DRAWS, 5 * Math.sqrt(mean / DRAWS));
            double fourth = mean + 3 * mean * mean;
            assertEquals(mean, squares / DRAWS, 5 * Math.sqrt((fourth - mean * mean) / DRAWS));
            double none = Math.exp(-mean);
            assertEquals(none, zeros / DRAWS, 5 * Math.sqrt(none * (1 - none) / DRAWS) + 1e-9);
        }
    }

    /** Each datum has a t distribution with m degrees of freedom around it, scale |r|/√m. */
    @Test
    void unknownLevelDrawsHaveTheirQuartile() {
        Noise noise = new UnknownLevelNoise(new double[] {3, 4});
        double upperQuartile = 5 / Math.sqrt(2) * Math.sqrt(2 / 3.0);
        RandomStream random = KeyedRandom.of(8);
        int below = 0;
        for (int k = 0; k < DRAWS; k++) {
            below += noise.sample(new double[] {0, 0}, random)[1] < upperQuartile ? 1 : 0;
        }
        assertEquals(0.75, (double) below / DRAWS, 5 * Math.sqrt(0.75 * 0.25 / DRAWS));
    }
}
