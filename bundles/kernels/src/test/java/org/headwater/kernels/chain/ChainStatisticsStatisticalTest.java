package org.headwater.kernels.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/**
 * Fixed seeds. Tolerances are about four standard deviations of the estimates (ESS of n = 40,000
 * draws: 3 %), so a change of the seed would fail with odds of about 1e-4.
 */
class ChainStatisticsStatisticalTest {
    private static final int N = 40_000;

    /** x_t = φx_{t−1} + e has effective sample size n(1−φ)/(1+φ). */
    @Test
    void essOfAutoregressiveChains() {
        for (double phi : new double[] {0, 0.5, 0.9, -0.4}) {
            double[] x = chain(phi, 0, 1);
            ChainStatistics s = ChainStatistics.ofChains(x, 4);
            double truth = N * (1 - phi) / (1 + phi);
            assertEquals(1, s.ess() / truth, 0.15, "phi = " + phi);
            assertEquals(1, s.rhat(), 0.01);
            double sd = 1 / Math.sqrt(1 - phi * phi);
            assertEquals(sd / Math.sqrt(truth), s.mcse(), 0.15 * sd / Math.sqrt(truth));
        }
    }

    @Test
    void chainsThatDisagreeShow() {
        double[] x = chain(0, 0, 1);
        for (int i = 0; i < N / 4; i++) {
            x[i] += 3;
        }
        ChainStatistics s = ChainStatistics.ofChains(x, 4);
        assertTrue(s.rhat() > 1.4, "rhat " + s.rhat());
        assertTrue(s.ess() < 100, "ess " + s.ess());
    }

    /** The mean of R replicate means of spread τ has standard error τ/√R. */
    @Test
    void replicatesTellTheErrorOfTheMean() {
        int replicates = 400;
        KeyedRandom random = KeyedRandom.of(5);
        double[] x = chain(0, 0, 2);
        for (int r = 0; r < replicates; r++) {
            double shift = 0.5 * random.gaussian();
            for (int i = 0; i < N / replicates; i++) {
                x[r * (N / replicates) + i] += shift;
            }
        }
        // between-replicate variance of means: 0.25 + 1/100
        double truth = Math.sqrt(0.26 / replicates);
        ChainStatistics s = ChainStatistics.ofReplicates(x, replicates);
        assertEquals(1, s.mcse() / truth, 0.15);
        assertEquals(Math.sqrt((0.99 + 0.26) / 1), s.rhat(), 0.05);
        assertTrue(Double.isNaN(ChainStatistics.ofReplicates(x, 1).mcse()));
    }

    /** Chains of the same mean but of another spread, which plain R̂ does not see. */
    @Test
    void chainsOfDifferentSpreadShow() {
        double[] x = chain(0, 0, 3);
        for (int i = 0; i < N / 4; i++) {
            x[i] *= 3;
        }
        assertTrue(ChainStatistics.ofChains(x, 4).rhat() > 1.1);
    }

    /** Ranks exist where moments do not: Cauchy draws are worth what they are. */
    @Test
    void heavyTailsHaveRanks() {
        double[] x = chain(0, 0, 4);
        KeyedRandom random = KeyedRandom.of(6);
        for (int i = 0; i < N; i++) {
            x[i] /= random.gaussian();
        }
        ChainStatistics s = ChainStatistics.ofChains(x, 4);
        assertEquals(1, s.ess() / N, 0.15);
        assertEquals(1, s.tailEss() / N, 0.15);
        assertEquals(1, s.rhat(), 0.001);
    }

    /** Against a plain Python transcription of the paper's formulas, on numbers with ties. */
    @Test
    void matchesATranscriptionOfThePaper() {
        double[] x = new double[120];
        long v = 12345;
        double walk = 0;
        for (int i = 0; i < x.length; i++) {
            v = (v * 1103515245L + 12345L) % 2147483648L;
            walk = 0.6 * walk + v / 2147483648.0 - 0.5;
            x[i] = Math.rint(100 * walk) / 100;
        }
        ChainStatistics s = ChainStatistics.ofChains(x, 3);
        assertEquals(1.0303235540449336, s.rhat(), 1e-9);
        assertEquals(44.25795862410287, s.ess(), 1e-7);
        assertEquals(103.3102580239144, s.tailEss(), 1e-7);
        assertEquals(0.04719908408022019, s.mcse(), 1e-11);
    }

    private static double[] chain(double phi, double start, long seed) {
        KeyedRandom random = KeyedRandom.of(seed);
        double[] x = new double[N];
        double v = start + random.gaussian() / Math.sqrt(1 - phi * phi);
        for (int i = 0; i < N; i++) {
            x[i] = v;
            v = phi * v + random.gaussian();
        }
        return x;
    }
}
