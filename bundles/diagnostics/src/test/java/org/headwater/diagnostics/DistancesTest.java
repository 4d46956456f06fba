package org.headwater.diagnostics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Against hand calculation, brute force and the closed forms of Gaussians. */
class DistancesTest {
    static final Workers ALONE =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    for (int from = 0; from < count; from += grain) {
                        task.run(from, Math.min(count, from + grain));
                    }
                }
            };

    static Ensemble normal(int n, int d, double shift, double scale, long seed) {
        KeyedRandom random = KeyedRandom.of(seed);
        Ensemble x = Ensemble.zeros(n, d);
        for (int k = 0; k < n * d; k++) {
            x.data()[k] = shift + scale * random.gaussian();
        }
        return x;
    }

    @Test
    void energyDistanceOfThreePoints() {
        Ensemble x = Ensemble.of(2, 1, new double[] {0, 2});
        Ensemble y = Ensemble.of(2, 1, new double[] {5, 6});
        // 2·(5 + 6 + 3 + 4)/4 − 2 − 1
        assertEquals(6, EnergyDistance.squared(x, y, ALONE), 1e-14);
    }

    /**
     * N(0,1) against N(μ,1): 2E|X − Y| − 2E|X − X′| with E|N(a, 2)| = 2φ(a/√2)/√2·… =
     * (2/√π)e^{−a²/4} + a·erf(a/2); for a = 1 that is 1.399 − 1.128 = .27075, doubled. 2000 draws:
     * standard error .03.
     */
    @Test
    void energyDistanceOfNormals() {
        double d =
                EnergyDistance.squared(normal(2000, 1, 0, 1, 1), normal(2000, 1, 1, 1, 2), ALONE);
        assertEquals(0.5415, d, 0.1);
        double same =
                EnergyDistance.squared(normal(2000, 5, 0, 1, 1), normal(2000, 5, 0, 1, 2), ALONE);
        assertEquals(0, same, 0.01);
    }

    @Test
    void transportOnTheLine() {
        assertEquals(1, Wasserstein.line(new double[] {0, 1}, new double[] {2, 1}, 1), 1e-15);
        // quantile functions 0|3 on thirds against 1 on all: (1 + 1 + 2)/3, (1 + 1 + 4)/3
        double[] a = {0, 3, 0};
        assertEquals(4 / 3.0, Wasserstein.line(a, new double[] {1}, 1), 1e-14);
        assertEquals(Math.sqrt(2), Wasserstein.line(a, new double[] {1, 1}, 2), 1e-14);
    }

    /** All 720 assignments of six points. */
    @Test
    void exactTransportIsTheCheapestAssignment() {
        for (long seed = 1; seed <= 20; seed++) {
            Ensemble x = normal(6, 3, 0, 1, seed);
            Ensemble y = normal(6, 3, 0.3, 2, 100 + seed);
            double best = cheapest(x, y, 0, new boolean[6]);
            assertEquals(Math.sqrt(best / 6), Wasserstein.exact(x, y, 2), 1e-12);
        }
        Ensemble five = normal(5, 3, 0, 1, 1);
        Ensemble six = normal(6, 3, 0, 1, 1);
        assertThrows(IllegalArgumentException.class, () -> Wasserstein.exact(five, six, 2));
    }

    private static double cheapest(Ensemble x, Ensemble y, int i, boolean[] taken) {
        if (i == 6) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int j = 0; j < 6; j++) {
            if (!taken[j]) {
                taken[j] = true;
                double cost = Samples.squaredDistance(x, i, y, j) + cheapest(x, y, i + 1, taken);
                best = Math.min(best, cost);
                taken[j] = false;
            }
        }
        return best;
    }

    /** In one dimension the assignment is that of ranks; a shift costs its length. */
    @Test
    void exactTransportAgreesWithTheLine() {
        Ensemble x = normal(200, 1, 0, 1, 3);
        Ensemble y = normal(200, 1, 0, 2, 4);
        assertEquals(Wasserstein.line(x.data(), y.data(), 2), Wasserstein.exact(x, y, 2), 1e-12);
        Ensemble z = normal(100, 4, 0, 1, 5);
        Ensemble shifted = z.copy();
        for (int k = 0; k < shifted.data().length; k++) {
            shifted.data()[k] += 0.5;
        }
        assertEquals(1, Wasserstein.exact(z, shifted, 2), 1e-12);
    }

    /** SW₂ of a shift b is |b|/√d, up to the error of 2000 directions. */
    @Test
    void slicedTransportOfAShift() {
        Ensemble x = normal(50, 3, 0, 1, 6);
        Ensemble y = x.copy();
        for (int i = 0; i < 50; i++) {
            y.data()[3 * i] += 2;
        }
        double sliced = Wasserstein.sliced(x, y, 2, 2000, KeyedRandom.of(7));
        assertEquals(2 / Math.sqrt(3), sliced, 0.06);
    }

    @Test
    void sinkhornGoesFromHalfTheSquaredTransportToHalfTheSquaredMeans() {
        Ensemble x = normal(40, 2, 0, 1, 8);
        Ensemble y = normal(40, 2, 1, 0.5, 9);
        double w = Wasserstein.exact(x, y, 2);
        assertEquals(0.5 * w * w, Wasserstein.sinkhorn(x, y, 0.005, 4000), 0.01 * w * w);
        double[] a = Samples.mean(x);
        double[] b = Samples.mean(y);
        double means = Math.pow(a[0] - b[0], 2) + Math.pow(a[1] - b[1], 2);
        assertEquals(0.5 * means, Wasserstein.sinkhorn(x, y, 1e5, 50), 1e-3);
        assertEquals(0, Wasserstein.sinkhorn(x, x, 0.1, 500), 1e-12);
    }

    /**
     * Gaussian kernel of length ℓ, N(0,1) against N(μ,1): 2(1+2/ℓ²)^{−½}(1 − e^{−μ²/(2(ℓ²+2))}).
     */
    @Test
    void meanDiscrepancyOfNormals() {
        double exact = 2 / Math.sqrt(3) * (1 - Math.exp(-1 / 6.0));
        Ensemble x = normal(2000, 1, 0, 1, 10);
        double found = KernelDiscrepancy.meanDiscrepancy(x, normal(2000, 1, 1, 1, 11), 1, ALONE);
        assertEquals(exact, found, 0.03);
        double none = KernelDiscrepancy.meanDiscrepancy(x, normal(2000, 1, 0, 1, 12), 1, ALONE);
        assertEquals(0, none, 0.003);
    }

    /** By finite differences of the kernel, and: draws of the density against narrower ones. */
    @Test
    void steinDiscrepancy() {
        Ensemble two = Ensemble.of(2, 2, new double[] {0.3, -1, 1.1, 0.4});
        Ensemble score = Ensemble.of(2, 2, new double[] {0.7, 0.2, -0.5, 1.3});
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                sum +=
                        steinByDifferences(
                                two.point(i), two.point(j), score.point(i), score.point(j));
            }
        }
        assertEquals(sum / 4, KernelDiscrepancy.stein(two, score, 1, ALONE), 1e-6);
        double right = ofNormal(normal(500, 3, 0, 1, 13));
        double narrow = ofNormal(normal(500, 3, 0, 0.5, 14));
        assertTrue(narrow > 20 * right, right + " and " + narrow);
    }

    /** 1 on average for independent draws; over 40 sets its mean is known to ¼ at 4 errors. */
    @Test
    void steinDiscrepancyRelativeToThatOfIndependentDraws() {
        double mean = 0;
        for (int k = 0; k < 40; k++) {
            Ensemble x = normal(200, 5, 0, 1, 30 + k);
            double square = KernelDiscrepancy.stein(x, negative(x), 2, ALONE);
            mean += KernelDiscrepancy.relative(square, negative(x), 2) / 40;
        }
        assertEquals(1, mean, 0.25);
        Ensemble shifted = normal(200, 5, 0.5, 1, 29);
        double square = KernelDiscrepancy.stein(shifted, negative(shifted), 2, ALONE);
        assertTrue(KernelDiscrepancy.relative(square, negative(shifted), 2) > 4);
    }

    private static double ofNormal(Ensemble x) {
        return KernelDiscrepancy.stein(x, negative(x), 1, ALONE);
    }

    private static Ensemble negative(Ensemble x) {
        Ensemble score = x.copy();
        for (int k = 0; k < score.data().length; k++) {
            score.data()[k] = -score.data()[k];
        }
        return score;
    }

    private static double kernel(double[] x, double[] y) {
        return 1 / Math.sqrt(1 + Math.pow(x[0] - y[0], 2) + Math.pow(x[1] - y[1], 2));
    }

    private static double steinByDifferences(double[] x, double[] y, double[] sx, double[] sy) {
        double h = 1e-4;
        double value = (sx[0] * sy[0] + sx[1] * sy[1]) * kernel(x, y);
        for (int k = 0; k < 2; k++) {
            double[] xp = x.clone();
            double[] xm = x.clone();
            double[] yp = y.clone();
            double[] ym = y.clone();
            xp[k] += h;
            xm[k] -= h;
            yp[k] += h;
            ym[k] -= h;
            value += sx[k] * (kernel(x, yp) - kernel(x, ym)) / (2 * h);
            value += sy[k] * (kernel(xp, y) - kernel(xm, y)) / (2 * h);
            value +=
                    (kernel(xp, yp) - kernel(xp, ym) - kernel(xm, yp) + kernel(xm, ym))
                            / (4 * h * h);
        }
        return value;
    }

    /** Draws of covariance C against N(0, I): the diagonal of C; coordinates can be left out. */
    @Test
    void steinSpreadIsTheRatioOfVariances() {
        Ensemble x = normal(4000, 2, 3, 2, 15);
        Ensemble score = Ensemble.zeros(4000, 2);
        for (int k = 0; k < 8000; k++) {
            score.data()[k] = -(x.data()[k] - 3);
        }
        double[] low = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
        double[] high = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        SteinSpread s = SteinSpread.of(x, score, new boolean[] {true, true}, low, high);
        // 4·χ²_4000/4000: standard error 4·√(2/4000) = .09
        assertEquals(4, s.ratio()[0], 0.36);
        assertEquals(0.09, s.errors()[0], 0.02);
        assertEquals(0.5 * (s.ratio()[0] + s.ratio()[1]), s.mean(), 1e-12);
        SteinSpread one = SteinSpread.of(x, score, new boolean[] {false, true}, low, high);
        assertEquals(s.ratio()[1], one.mean(), 1e-12);
        assertTrue(Double.isNaN(one.ratio()[0]));
    }

    /** Gamma laws of mean 1 and variance 1/k against the exponential one of mean 1. */
    @Test
    void steinSpreadAtABoundIsTheRatioOfVariances() {
        int n = 20_000;
        KeyedRandom random = KeyedRandom.of(31);
        for (int shape = 1; shape <= 4; shape += 3) {
            Ensemble x = Ensemble.zeros(n, 1);
            Ensemble score = Ensemble.zeros(n, 1);
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < shape; k++) {
                    x.data()[i] -= Math.log1p(-random.uniform()) / shape;
                }
                score.data()[i] = -1;
            }
            SteinSpread s = spread(x, score, 0, Double.POSITIVE_INFINITY);
            assertEquals(1.0 / shape, s.mean(), 4.5 * s.error());
            assertTrue(s.error() < 0.03, "error " + s.error());
        }
    }

    private static SteinSpread spread(Ensemble x, Ensemble score, double lower, double upper) {
        double[] low = {lower};
        double[] high = {upper};
        return SteinSpread.of(x, score, new boolean[] {true}, low, high);
    }

    /**
     * Exponential laws on [0, 3] against themselves, up to the uniform one, seen from both ends.
     */
    @Test
    void steinSpreadBetweenBoundsIsOneForExactDraws() {
        int n = 20_000;
        KeyedRandom random = KeyedRandom.of(37);
        for (double rate : new double[] {-4, -1, 0, .3, 2, 20}) {
            Ensemble x = Ensemble.zeros(n, 1);
            Ensemble score = Ensemble.zeros(n, 1);
            for (int i = 0; i < n; i++) {
                double u = random.uniform();
                x.data()[i] = rate == 0 ? 3 * u : -Math.log1p(u * Math.expm1(-3 * rate)) / rate;
                score.data()[i] = -rate;
            }
            SteinSpread s = spread(x, score, 0, 3);
            assertEquals(1, s.mean(), 4.5 * s.error(), "rate " + rate);
            assertTrue(s.error() < 0.03, "error " + s.error());
        }
    }

    /** Draws of a uniform law about ½ of width h against the one on [0, 1]: v = h²/12. */
    @Test
    void steinSpreadBetweenBoundsSeesNarrowDraws() {
        int n = 20_000;
        KeyedRandom random = KeyedRandom.of(41);
        for (double width : new double[] {1, .8, .5}) {
            Ensemble x = Ensemble.zeros(n, 1);
            for (int i = 0; i < n; i++) {
                x.data()[i] = .5 + width * (random.uniform() - .5);
            }
            SteinSpread s = spread(x, Ensemble.zeros(n, 1), 0, 1);
            double v = width * width / 12;
            assertEquals(2 * v / (.25 - v), s.mean(), 4.5 * s.error(), "width " + width);
            assertTrue(s.error() < 0.03, "error " + s.error());
        }
        Ensemble ends = Ensemble.of(4, 1, new double[] {0, 1, 1, 0});
        assertTrue(Double.isNaN(spread(ends, Ensemble.zeros(4, 1), 0, 1).mean()));
    }

    @Test
    void moments() {
        Ensemble x = Ensemble.of(3, 2, new double[] {1, 2, 3, 4, 5, 9});
        assertArrayEquals(new double[] {3, 5}, Samples.mean(x), 1e-14);
        double[] c = {8 / 3.0, 14 / 3.0, 14 / 3.0, 26 / 3.0};
        assertArrayEquals(c, Samples.covariance(x), 1e-13);
        assertArrayEquals(new double[] {1, 2, 3, 4}, Samples.thinned(x, 2).data());
    }
}
