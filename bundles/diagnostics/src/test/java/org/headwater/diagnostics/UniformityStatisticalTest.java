package org.headwater.diagnostics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Fixed seeds; each tolerance is four standard deviations or more (odds below 1e-4). */
class UniformityStatisticalTest {
    /** One point: the count at ½ is Binomial(n, ½). */
    @Test
    void onePointIsABinomialTest() {
        Uniformity u = new Uniformity(10, 2);
        // as far out as 9 of 10: counts 0, 1, 9, 10
        assertEquals(22 / 1024.0, u.pValue(new int[] {9}), 1e-12);
        assertEquals(1, u.pValue(new int[] {5}), 1e-12);
        // 1 … 9 have probability 1022/1024, 2 … 8 have 1002/1024
        assertArrayEquals(new int[][] {{1}, {9}}, u.band(0.99));
    }

    /** p-values of uniform ranks are (sub-)uniform, and the band holds what it promises. */
    @Test
    void falseAlarmsAreAsStated() {
        int trials = 4000;
        Uniformity u = new Uniformity(100, 20);
        int[][] band = u.band(0.95);
        KeyedRandom random = KeyedRandom.of(1);
        int outside = 0;
        int small = 0;
        for (int t = 0; t < trials; t++) {
            int[] ranks = new int[100];
            for (int i = 0; i < 100; i++) {
                ranks[i] = random.below(100);
            }
            int[] counts = u.counts(ranks, 99);
            small += u.pValue(counts) <= 0.05 ? 1 : 0;
            boolean out = false;
            for (int k = 0; k < counts.length; k++) {
                out |= counts[k] < band[0][k] || counts[k] > band[1][k];
            }
            outside += out ? 1 : 0;
        }
        // discrete: at most 5 %, and not far below; 1 sd is .35 %
        assertTrue(outside <= 0.064 * trials && outside > 0.03 * trials, "outside " + outside);
        assertTrue(small <= 0.064 * trials && small > 0.03 * trials, "small " + small);
    }

    /** Ranks of posteriors that are too narrow lie at the ends. */
    @Test
    void unevenRanksAreFound() {
        Uniformity u = new Uniformity(200, 20);
        KeyedRandom random = KeyedRandom.of(2);
        int[] ranks = new int[200];
        for (int i = 0; i < 200; i++) {
            double v = random.uniform();
            ranks[i] = (int) (100 * (v < 0.5 ? v * v * 2 : 1 - 2 * (1 - v) * (1 - v)));
        }
        assertTrue(u.pValue(u.counts(ranks, 99)) < 1e-3);
    }

    /**
     * y = θ + noise, θ ~ N(0, 1): the discrepancy at exact draws. Noise twice as large as assumed,
     * or half, is found; the right noise gives tails that are not small.
     */
    @Test
    void residualsTellTheNoise() {
        int m = 60;
        KeyedRandom random = KeyedRandom.of(3);
        for (double scale : new double[] {0.5, 1, 2}) {
            double theta = random.gaussian();
            double[] y = new double[m];
            double mean = 0;
            for (int k = 0; k < m; k++) {
                y[k] = theta + scale * random.gaussian();
                mean += y[k] / (m + 1);
            }
            double[] discrepancy = new double[500];
            for (int i = 0; i < 500; i++) {
                double draw = mean + random.gaussian() / Math.sqrt(m + 1);
                for (double v : y) {
                    discrepancy[i] += (v - draw) * (v - draw);
                }
            }
            PosteriorPredictive.Tails t = PosteriorPredictive.ofResiduals(discrepancy, m);
            assertEquals(1, t.above() + t.below(), 1e-12);
            assertEquals(scale > 1, t.above() < 1e-3, "scale " + scale + " " + t);
            assertEquals(scale < 1, t.below() < 1e-3, "scale " + scale + " " + t);
        }
    }

    /** Residuals of a straight line: |y − Ax̂|² is χ² with m − 2 degrees of freedom. */
    @Test
    void residualsAtTheMeanPrediction() {
        // the 95 % quantile of χ²_8 (tables)
        PosteriorPredictive.Tails t = PosteriorPredictive.ofMeanPrediction(15.50731, 10 - 2);
        assertEquals(0.05, t.above(), 1e-6);
        assertEquals(0.95, t.below(), 1e-6);
    }

    /** βψ under the prior: ½χ²_m for a Gaussian, Gamma(m, 1) for the l1 norm. */
    @Test
    void tailsOfThePrior() {
        // medians: χ²_10 9.3418; Gamma(10) 9.6687 (tables)
        double[] gauss = {9.341818 / 2};
        assertEquals(0.5, PosteriorPredictive.ofPrior(gauss, 10, 2).above(), 1e-6);
        double[] laplace = {9.668715};
        assertEquals(0.5, PosteriorPredictive.ofPrior(laplace, 10, 1).below(), 1e-6);
    }

    /** A datum's pull on its own prediction: y = θ + ε, θ ~ N(0, s²) has v = s²/(1 + s²). */
    @Test
    void standardisedResidualsHaveUnitVariance() {
        double v = 0.8;
        KeyedRandom random = KeyedRandom.of(4);
        double[] r = new double[4000];
        double[] variance = new double[4000];
        for (int k = 0; k < r.length; k++) {
            double y = 2 * random.gaussian() + random.gaussian();
            r[k] = v * y - y;
            variance[k] = v;
        }
        double square = 0;
        for (double z : PosteriorPredictive.standardised(r, variance)) {
            square += z * z / r.length;
        }
        assertEquals(1, square, 0.1);
        // two-sided 5 % of one normal
        assertEquals(1.959964, PosteriorPredictive.outlierLimit(1, 0.05), 1e-5);
    }
}
