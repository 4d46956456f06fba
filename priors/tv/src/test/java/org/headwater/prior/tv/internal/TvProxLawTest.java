package org.headwater.prior.tv.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TvProxLawTest {
    private static final double WEIGHT = 1.3;

    private final KeyedRandom random = KeyedRandom.of(5);

    /** A prior on an image (H = 1: a chain) and how exact its prox is. */
    record Case(String name, Prior prior, int height, int width, boolean isotropic, double tol) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("chain", new ChainTvPrior(Weight.of(WEIGHT), 9), 1, 9, false, 1e-13),
                new Case("pair", new ChainTvPrior(Weight.of(WEIGHT), 2), 1, 2, false, 1e-13),
                new Case("one", new ChainTvPrior(Weight.of(WEIGHT), 1), 1, 1, false, 1e-13),
                image(4, 5, false),
                image(4, 5, true));
    }

    private static Case image(int h, int w, boolean isotropic) {
        return new Case(
                isotropic ? "isotropic" : "anisotropic",
                new ImageTvPrior(Weight.of(WEIGHT), h, w, isotropic),
                h,
                w,
                isotropic,
                1e-5);
    }

    private double time() {
        return Math.exp(2 * random.gaussian() - 1);
    }

    private double[] point(Prior prior) {
        double[] y = new double[prior.dimension()];
        for (int i = 0; i < y.length; i++) {
            y[i] = 3 * random.gaussian();
        }
        return y;
    }

    private static double[] prox(Prior prior, double t, double[] y) {
        Ensemble out = Ensemble.zeros(1, y.length);
        prior.prox(Ensemble.of(1, y.length, y), t, out);
        return out.data();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] combine(double s, double[] a, double t, double[] b) {
        double[] c = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            c[i] = s * a[i] + t * b[i];
        }
        return c;
    }

    /**
     * ψ is the support function of C = {Dᵀw}: p is the prox exactly if g = (y − p)/t lies in C and
     * ⟨g, p⟩ = ψ(p). A g in C has ⟨g, z⟩ ≤ ψ(z) for all z.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void proxIsOptimal(Case c) {
        for (int k = 0; k < 50; k++) {
            double t = time();
            double[] y = point(c.prior);
            double[] p = prox(c.prior, t, y);
            double[] g = combine(1 / t, y, -1 / t, p);
            double psi = c.prior.potential(p, 0);
            double size = Math.sqrt(dot(y, y));
            assertEquals(psi, dot(g, p), c.tol * size * (size + WEIGHT * t) / t);
            for (int i = 0; i < 20; i++) {
                double[] z = point(c.prior);
                double slack = c.tol * size * Math.sqrt(dot(z, z)) / t;
                assertTrue(dot(g, z) <= c.prior.potential(z, 0) + slack);
            }
        }
    }

    /** In a chain g = Dᵀw can be solved for w: partial sums of g, within ±weight, 0 at the end. */
    @Test
    void dualOfTheChainIsFeasible() {
        Prior prior = new ChainTvPrior(Weight.of(WEIGHT), 40);
        for (int k = 0; k < 200; k++) {
            double t = time();
            double[] y = point(prior);
            double[] p = prox(prior, t, y);
            double w = 0;
            for (int i = 0; i < 40; i++) {
                w += (y[i] - p[i]) / t;
                double bound = i < 39 ? WEIGHT : 0;
                assertTrue(Math.abs(w) <= bound + 1e-12 / t, "w = " + w);
                if (i < 39 && p[i] != p[i + 1]) {
                    assertEquals(Math.copySign(WEIGHT, p[i] - p[i + 1]), w, 1e-12 / t);
                }
            }
        }
    }

    /** |p(y) − p(z)|² ≤ ⟨p(y) − p(z), y − z⟩. */
    @ParameterizedTest
    @MethodSource("cases")
    void proxIsFirmlyNonExpansive(Case c) {
        for (int k = 0; k < 100; k++) {
            double t = time();
            double[] y = point(c.prior);
            double[] z = point(c.prior);
            double[] delta = combine(1, prox(c.prior, t, y), -1, prox(c.prior, t, z));
            double[] apart = combine(1, y, -1, z);
            double square = dot(delta, delta);
            assertTrue(square <= dot(delta, apart) + c.tol * dot(apart, apart));
        }
    }

    /**
     * Moreau: y = prox_{tψ}(y) + t·P_C(y/t), where the projection on C = {Dᵀw : |w_ij| ≤ weight}
     * comes from plain projected gradients, of which 4·10⁴ leave an error of about 1e-6 here.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void moreauIdentity(Case c) {
        for (int k = 0; k < 5; k++) {
            double t = 0.2 + 0.3 * k;
            double[] y = point(c.prior);
            double[] sum =
                    combine(1, prox(c.prior, t, y), t, projection(c, combine(1 / t, y, 0, y)));
            assertArrayEquals(y, sum, 3e-5);
        }
    }

    private static double[] projection(Case c, double[] y) {
        int d = y.length;
        double[] wx = new double[d];
        double[] wy = new double[d];
        double[] g = new double[d];
        for (int k = 0; k < 40_000; k++) {
            java.util.Arrays.fill(g, 0);
            for (int i = 0; i < d; i++) {
                if ((i + 1) % c.width != 0) {
                    g[i + 1] += wx[i];
                    g[i] -= wx[i];
                }
                if (i + c.width < d) {
                    g[i + c.width] += wy[i];
                    g[i] -= wy[i];
                }
            }
            for (int i = 0; i < d; i++) {
                if ((i + 1) % c.width != 0) {
                    wx[i] += (y[i + 1] - g[i + 1] - y[i] + g[i]) / 8;
                }
                if (i + c.width < d) {
                    wy[i] += (y[i + c.width] - g[i + c.width] - y[i] + g[i]) / 8;
                }
                double norm = c.isotropic ? Math.hypot(wx[i], wy[i]) : 0;
                wx[i] /= Math.max(1, Math.max(norm, Math.abs(wx[i])) / WEIGHT);
                wy[i] /= Math.max(1, Math.max(norm, Math.abs(wy[i])) / WEIGHT);
            }
        }
        return g;
    }

    /** A constant added to y is added to the prox, however large. */
    @ParameterizedTest
    @MethodSource("cases")
    void proxFollowsShifts(Case c) {
        for (double shift : new double[] {-7, 1e6}) {
            double[] y = point(c.prior);
            double[] moved = y.clone();
            double[] expected = prox(c.prior, .5, y);
            for (int i = 0; i < y.length; i++) {
                moved[i] += shift;
                expected[i] += shift;
            }
            assertArrayEquals(expected, prox(c.prior, .5, moved), c.tol + 1e-14 * Math.abs(shift));
        }
    }

    /** Also mean and sign are kept: prox(−y) = −prox(y), Σp = Σy. */
    @ParameterizedTest
    @MethodSource("cases")
    void proxIsOddAndKeepsTheMean(Case c) {
        double[] y = point(c.prior);
        double[] p = prox(c.prior, .5, y);
        double[] minus = prox(c.prior, .5, combine(-1, y, 0, y));
        assertArrayEquals(combine(-1, p, 0, p), minus, c.tol);
        double[] ones = new double[y.length];
        java.util.Arrays.fill(ones, 1);
        assertEquals(dot(ones, y), dot(ones, p), 1e-12);
    }

    /**
     * Chains and the anisotropic prior are symmetric under a half turn; the isotropic one, whose
     * forward differences point one way, under transposition.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void proxFollowsFlips(Case c) {
        double[] y = point(c.prior);
        int d = y.length;
        double[] p = prox(c.prior, .5, y);
        Prior prior =
                c.isotropic
                        ? new ImageTvPrior(Weight.of(WEIGHT), c.width, c.height, true)
                        : c.prior;
        double[] flipped = prox(prior, .5, flip(c, y));
        assertArrayEquals(flip(c, p), flipped, c.tol);
        assertEquals(d, flipped.length);
    }

    private static double[] flip(Case c, double[] y) {
        double[] z = new double[y.length];
        for (int i = 0; i < c.height; i++) {
            for (int j = 0; j < c.width; j++) {
                int to = c.isotropic ? j * c.height + i : y.length - 1 - i * c.width - j;
                z[to] = y[i * c.width + j];
            }
        }
        return z;
    }

    /** Columns that are all alike: the image's prox is the chain's, row by row. */
    @Test
    void imageOfEqualRowsIsAChain() {
        double[] row = point(new ChainTvPrior(Weight.of(WEIGHT), 6));
        double[] image = new double[18];
        for (int i = 0; i < 18; i++) {
            image[i] = row[i % 6];
        }
        double[] expected = prox(new ChainTvPrior(Weight.of(WEIGHT), 6), .4, row);
        for (boolean isotropic : new boolean[] {true, false}) {
            double[] p = prox(new ImageTvPrior(Weight.of(WEIGHT), 3, 6, isotropic), .4, image);
            for (int i = 0; i < 18; i++) {
                assertEquals(expected[i % 6], p[i], 1e-5);
            }
        }
    }

    /** A weight that flattens everything leaves the mean. */
    @ParameterizedTest
    @MethodSource("cases")
    void largeWeightsLeaveTheMean(Case c) {
        double[] y = point(c.prior);
        double mean = 0;
        for (double v : y) {
            mean += v / y.length;
        }
        for (double p : prox(c.prior, 1e4, y)) {
            assertEquals(mean, p, 1e-5);
        }
    }
}
