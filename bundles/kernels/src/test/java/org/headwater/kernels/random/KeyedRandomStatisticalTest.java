package org.headwater.kernels.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.headwater.api.RandomStream;
import org.junit.jupiter.api.Test;

/**
 * The seed is fixed, so these tests pass always or never. LIMIT standard errors: had the seed been
 * drawn at random, each comparison would fail a sound generator with probability 6e-7; there are
 * about 60 of them, together 4e-5.
 */
class KeyedRandomStatisticalTest {
    private static final double LIMIT = 5;
    private static final double ODDS = 6e-7;
    private static final int SAMPLES = 1_000_000;

    @Test
    void momentsOfNormals() {
        RandomStream stream = KeyedRandom.of(42).split(7);
        double[] sums = new double[5];
        for (int i = 0; i < SAMPLES; i++) {
            double x = stream.gaussian();
            double power = 1;
            for (int k = 1; k <= 4; k++) {
                power *= x;
                sums[k] += power / SAMPLES;
            }
        }
        // Var x^k = E x^{2k} − (E x^k)².
        double root = Math.sqrt(SAMPLES);
        assertEquals(0, sums[1], LIMIT / root);
        assertEquals(1, sums[2], LIMIT * Math.sqrt(2) / root);
        assertEquals(0, sums[3], LIMIT * Math.sqrt(15) / root);
        assertEquals(3, sums[4], LIMIT * Math.sqrt(96) / root);
    }

    /** One number from each of many siblings is as good a sample as many from one stream. */
    @Test
    void firstNumbersOfSiblingsAreNormal() {
        int cells = 100;
        NormalDistribution normal = new NormalDistribution(null, 0, 1);
        for (int depth = 1; depth <= 2; depth++) {
            int[] count = new int[cells];
            RandomStream root = KeyedRandom.of(3);
            for (int i = 0; i < SAMPLES / 5; i++) {
                RandomStream s = depth == 1 ? root.split(i) : root.split(i / 450).split(i % 450);
                double p = normal.cumulativeProbability(s.gaussian());
                count[Math.min(cells - 1, (int) (p * cells))]++;
            }
            assertUniform(count);
        }
    }

    @Test
    void boundedNumbersAreUniform() {
        int[] count = new int[997];
        RandomStream stream = KeyedRandom.of(11).split(1);
        for (int i = 0; i < SAMPLES; i++) {
            count[stream.below(count.length)]++;
        }
        assertUniform(count);
    }

    private static void assertUniform(int[] count) {
        long total = 0;
        for (int c : count) {
            total += c;
        }
        double expected = total / (double) count.length;
        double chi2 = 0;
        for (int c : count) {
            chi2 += (c - expected) * (c - expected) / expected;
        }
        double p = new ChiSquaredDistribution(null, count.length - 1).cumulativeProbability(chi2);
        assertTrue(p > ODDS / 2 && p < 1 - ODDS / 2, "χ² = " + chi2 + ", p = " + p);
    }

    /** Neighbouring keys, opposite keys, parent and child, neighbouring seeds. */
    @Test
    void relatedStreamsAreUncorrelated() {
        for (long k = 0; k < 8; k++) {
            RandomStream root = KeyedRandom.of(100 + k);
            uncorrelated(root.split(k), root.split(k + 1));
            uncorrelated(root.split(k), root.split(1L << (8 * k)));
            uncorrelated(root.split(k), root.split(-k - 1));
            uncorrelated(root, root.split(k));
            uncorrelated(root.split(k), root.split(k).split(k));
            uncorrelated(root, KeyedRandom.of(101 + k));
        }
    }

    private static void uncorrelated(RandomStream a, RandomStream b) {
        int n = 40_000;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += a.gaussian() * b.gaussian();
        }
        assertEquals(0, sum / n, LIMIT / Math.sqrt(n));
    }
}
