package org.headwater.kernels.rwpo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class LinearisedReadoutTest {
    private static final Workers WORKERS = new Threads(1);
    private static final int D = 6;

    /** W^{1/2}W^{1/2} = W and W^{1/2}W^{−1/2} = I, eigenvalues over eight decades. */
    @Test
    void rootsAreRoots() {
        double[] w = precision(8);
        double[][] roots = LinearisedReadout.roots(w, D);
        double[] square = product(roots[0], roots[0]);
        double[] unit = product(roots[0], roots[1]);
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                assertEquals(1, (1e8 + square[i * D + j]) / (1e8 + w[i * D + j]), 1e-9);
                assertEquals(i == j ? 1 : 0, unit[i * D + j], 1e-5);
            }
        }
    }

    /** Draws too narrow and too wide by a hundred in single directions; the truth is P + Δ. */
    @Test
    void givesDrawsTheCovarianceAndLeavesTheirMean() {
        double beta = 2;
        double[] precision = precision(4);
        double[] change = new double[D];
        for (int j = 0; j < D; j++) {
            change[j] = 0.3 * j - 0.5;
        }
        double[] shifted = precision.clone();
        for (int j = 0; j < D; j++) {
            shifted[j * D + j] -= change[j];
        }
        double[] factor = lower(inverse(shifted));
        Ensemble draws = draws(400);
        double[] mean = mean(draws);
        double before =
                LinearisedReadout.spread(
                        draws, factor, change, beta, Double.POSITIVE_INFINITY, WORKERS);
        assertArrayEquals(mean, mean(draws), 1e-12);
        double[] unit = product(covariance(draws), precision);
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                assertEquals(i == j ? 1 / beta : 0, unit[i * D + j], 1e-6);
            }
        }
        assertTrue(before > 2, "the draws were far too wide: " + before);
    }

    /** With κ between the two scales, the stiff direction is mended and the soft one left alone. */
    @Test
    void leavesSoftDirectionsAlone() {
        int n = 100;
        Ensemble draws = Ensemble.zeros(n, 2);
        for (int i = 0; i < n; i++) {
            double soft = i % 2 == 0 ? 1 : -1;
            double stiff = i % 4 < 2 ? 1e-6 : -1e-6;
            draws.data()[2 * i] = soft + stiff;
            draws.data()[2 * i + 1] = soft - stiff;
        }
        // Variance of (x1 + x2)/2: 4 instead of 1; of (x1 − x2)/2: 1e-8 instead of 1e-12.
        double[] factor = lower(new double[] {4 + 1e-8, 4 - 1e-8, 4 - 1e-8, 4 + 1e-8});
        LinearisedReadout.spread(draws, factor, new double[2], 1, 1e-4, WORKERS);
        double soft = 0;
        double stiff = 0;
        for (int i = 0; i < n; i++) {
            soft += Math.pow(draws.get(i, 0) + draws.get(i, 1), 2) / 4 / n;
            stiff += Math.pow(draws.get(i, 0) - draws.get(i, 1), 2) / 4 / n;
        }
        assertEquals(1, soft, 1e-3);
        assertEquals(1, stiff / 1e-8, 1e-3);
    }

    @Test
    void saysWhenThereIsNoSuchCovariance() {
        Ensemble draws = draws(20);
        Ensemble before = draws.copy();
        double[] change = new double[D];
        Arrays.fill(change, -1e9);
        double found =
                LinearisedReadout.spread(
                        draws, lower(inverse(precision(2))), change, 1, 0.1, WORKERS);
        assertTrue(Double.isNaN(found));
        assertArrayEquals(before.data(), draws.data());
    }

    /** Particles evenly over a wide line, so that Kρ ∝ e^{−ψ/2}·const: E[λ|x|] = ∫λ|x|ρ. */
    @Test
    void linearisesTheDriftOfTheMixture() {
        double lambda = 3;
        double time = 0.02;
        int n = 400;
        Ensemble x = Ensemble.zeros(n, 1);
        for (int i = 0; i < n; i++) {
            x.data()[i] = 0.8 * (2.0 * i / (n - 1) - 1);
        }
        double[] found = new double[1];
        LinearisedReadout.precision(
                new L1(new double[] {lambda}), x, new double[] {time}, 1, found, WORKERS);
        // The mixture by quadrature.
        int grid = 8000;
        double width = 2.0 / grid;
        double drift = 0;
        double variance = 0;
        for (int i = 0; i < n; i += 1) {
            double mass = 0;
            double a = 0;
            double b = 0;
            for (int k = -grid; k < grid; k++) {
                double z = (k + 0.5) * width;
                double r = z - x.data()[i];
                double p = Math.exp(-0.5 * (lambda * Math.abs(z) + r * r / (2 * time)));
                mass += p;
                a += p * lambda * Math.abs(z);
                b += p * z * z;
            }
            drift += a / mass / n;
            variance += b / mass / n;
        }
        assertEquals(drift / variance, found[0], 1e-4 * found[0]);
    }

    /** A symmetric matrix with eigenvalues over so many decades. */
    private static double[] precision(int decades) {
        KeyedRandom random = KeyedRandom.of(4);
        double[] axes = new double[D * D];
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                axes[i * D + j] = random.gaussian();
            }
            for (int k = 0; k < i; k++) {
                double dot = 0;
                for (int j = 0; j < D; j++) {
                    dot += axes[i * D + j] * axes[k * D + j];
                }
                for (int j = 0; j < D; j++) {
                    axes[i * D + j] -= dot * axes[k * D + j];
                }
            }
            double norm = 0;
            for (int j = 0; j < D; j++) {
                norm += axes[i * D + j] * axes[i * D + j];
            }
            for (int j = 0; j < D; j++) {
                axes[i * D + j] /= Math.sqrt(norm);
            }
        }
        double[] p = new double[D * D];
        for (int k = 0; k < D; k++) {
            double value = 10 * Math.pow(10, decades * (double) k / (D - 1));
            for (int i = 0; i < D; i++) {
                for (int j = 0; j < D; j++) {
                    p[i * D + j] += value * axes[k * D + i] * axes[k * D + j];
                }
            }
        }
        return p;
    }

    private static Ensemble draws(int n) {
        KeyedRandom random = KeyedRandom.of(5);
        Ensemble x = Ensemble.zeros(n, D);
        for (int i = 0; i < x.data().length; i++) {
            x.data()[i] = i % D + random.gaussian();
        }
        return x;
    }

    private static double[] mean(Ensemble x) {
        double[] mean = new double[D];
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < D; j++) {
                mean[j] += x.get(i, j) / x.size();
            }
        }
        return mean;
    }

    private static double[] covariance(Ensemble x) {
        double[] mean = mean(x);
        double[] c = new double[D * D];
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < D; j++) {
                for (int k = 0; k < D; k++) {
                    c[j * D + k] += (x.get(i, j) - mean[j]) * (x.get(i, k) - mean[k]) / x.size();
                }
            }
        }
        return c;
    }

    private static double[] product(double[] a, double[] b) {
        double[] c = new double[D * D];
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < D; j++) {
                for (int k = 0; k < D; k++) {
                    c[i * D + j] += a[i * D + k] * b[k * D + j];
                }
            }
        }
        return c;
    }

    private static double[] inverse(double[] a) {
        double[] l = a.clone();
        assertTrue(DenseCholesky.factor(l, D));
        return DenseCholesky.inverse(l, D);
    }

    private static double[] lower(double[] a) {
        int d = (int) Math.sqrt(a.length);
        double[] l = a.clone();
        assertTrue(DenseCholesky.factor(l, d));
        for (int i = 0; i < d; i++) {
            Arrays.fill(l, i * d + i + 1, (i + 1) * d, 0);
        }
        return l;
    }
}
