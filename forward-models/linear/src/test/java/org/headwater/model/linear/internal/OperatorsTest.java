package org.headwater.model.linear.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class OperatorsTest {
    private static double[] apply(LinearMap map, double... x) {
        double[] y = new double[map.rows()];
        map.products().apply(x, 0, 1, y, 0);
        return y;
    }

    private static double[] constant(int n, double value) {
        double[] a = new double[n];
        Arrays.fill(a, value);
        return a;
    }

    private static int[] all(int n) {
        int[] a = new int[n];
        Arrays.setAll(a, i -> i);
        return a;
    }

    /** ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ for a batch that starts somewhere in its arrays. */
    @Test
    void adjointsMatch() {
        double[] angles = {0, .3, 1, Math.PI / 2, 2.5};
        LinearMap[] maps = {
            Operators.blur(1, 30, 1.7, Operators.Edge.REFLECT),
            Operators.blur(7, 9, 2.5, Operators.Edge.ZERO),
            Operators.blur(7, 9, 2.5, Operators.Edge.PERIODIC),
            Operators.tomography(7, 9, angles, 12),
            Operators.cosine(6, 5, new int[] {0, 3, 7, 29}),
            Operators.fourier(6, 5, new int[] {1, 3, 8}),
            SparseMap.identity(4)
        };
        RandomStream random = KeyedRandom.of(9);
        for (LinearMap map : maps) {
            int m = map.rows();
            int d = map.columns();
            double[] x = numbers(random, 1 + 3 * d);
            double[] y = numbers(random, 2 + 3 * m);
            double[] ax = new double[4 + 3 * m];
            double[] ay = new double[5 + 3 * d];
            map.products().apply(x, 1, 3, ax, 4);
            map.products().adjoint(y, 2, 3, ay, 5);
            for (int k = 0; k < 3; k++) {
                double left = 0;
                for (int i = 0; i < m; i++) {
                    left += ax[4 + k * m + i] * y[2 + k * m + i];
                }
                double right = 0;
                for (int j = 0; j < d; j++) {
                    right += x[1 + k * d + j] * ay[5 + k * d + j];
                }
                assertEquals(left, right, 1e-12 * (m + d));
            }
        }
    }

    private static double[] numbers(RandomStream random, int n) {
        double[] a = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = random.gaussian();
        }
        return a;
    }

    @Test
    void blursKeepConstantsButForZeroEdges() {
        double[] ones = constant(35, 3);
        assertArrayEquals(
                ones, apply(Operators.blur(5, 7, 1.5, Operators.Edge.REFLECT), ones), 1e-13);
        assertArrayEquals(
                ones, apply(Operators.blur(5, 7, 1.5, Operators.Edge.PERIODIC), ones), 1e-13);
        double[] zero = apply(Operators.blur(1, 101, 2, Operators.Edge.ZERO), constant(101, 1));
        assertEquals(1, zero[50], 1e-13);
        // half of the Gaussian and the value itself lie inside at the edge
        double[] bump = apply(Operators.blur(1, 101, 2, Operators.Edge.ZERO), delta(101, 50));
        assertEquals(0.5 + 0.5 * bump[50], zero[0], 1e-13);
        assertEquals(Math.exp(-.5 * 9 / 4), bump[53] / bump[50], 1e-13);
    }

    private static double[] delta(int n, int at) {
        double[] x = new double[n];
        x[at] = 1;
        return x;
    }

    /** Waves are eigenvectors of a periodic blur, by exp(−(2πf·width/n)²/2). */
    @Test
    void periodicBlurDampsWaves() {
        double[] wave = new double[64];
        for (int i = 0; i < 64; i++) {
            wave[i] = Math.cos(2 * Math.PI * 5 * i / 64.0 + 1);
        }
        double damping = Math.exp(-0.5 * Math.pow(2 * Math.PI * 5 * 2 / 64, 2));
        double[] y = apply(Operators.blur(1, 64, 2, Operators.Edge.PERIODIC), wave);
        for (int i = 0; i < 64; i++) {
            assertEquals(damping * wave[i], y[i], 1e-8);
        }
    }

    @Test
    void cosineModesAreSingleCoefficients() {
        double[] image = new double[48];
        for (int r = 0; r < 6; r++) {
            for (int c = 0; c < 8; c++) {
                image[r * 8 + c] =
                        Math.cos(Math.PI * 2 * (r + .5) / 6) * Math.cos(Math.PI * 3 * (c + .5) / 8);
            }
        }
        double[] expected = delta(48, 2 * 8 + 3);
        expected[19] = Math.sqrt(6 / 2.0 * 8 / 2.0);
        assertArrayEquals(expected, apply(Operators.cosine(6, 8, all(48)), image), 1e-13);
        assertArrayEquals(
                new double[] {expected[19], 0},
                apply(Operators.cosine(6, 8, new int[] {19, 5}), image),
                1e-13);
    }

    @Test
    void fourierOfAShiftedPoint() {
        int[] taken = all(20);
        double[] y = apply(Operators.fourier(4, 5, taken), delta(20, 2 * 5 + 1));
        for (int k = 0; k < 20; k++) {
            double phase = 2 * Math.PI * (k / 5 * 2 / 4.0 + k % 5 / 5.0);
            assertEquals(Math.cos(phase) / Math.sqrt(20), y[k], 1e-14);
            assertEquals(-Math.sin(phase) / Math.sqrt(20), y[20 + k], 1e-14);
        }
    }

    /** 0°: sums of columns from left to right; 90°: sums of rows from the bottom to the top. */
    @Test
    void raysAlongTheAxes() {
        double[] image = {1, 2, 3, 4, 5, 6, 7, 8};
        double[] y = apply(Operators.tomography(2, 4, new double[] {0, Math.PI / 2}, 4), image);
        assertArrayEquals(new double[] {6, 8, 10, 12, 0, 26, 10, 0}, y, 1e-12);
    }

    @Test
    void diagonalRays() {
        double[] angle = {Math.PI / 4};
        // s = 0 runs from the top left to the bottom right
        double[] y = apply(Operators.tomography(3, 3, angle, 1), 1, 0, 0, 0, 1, 0, 0, 0, 1);
        assertArrayEquals(new double[] {3 * Math.sqrt(2)}, y, 1e-12);
        y = apply(Operators.tomography(3, 3, angle, 1), 0, 0, 1, 0, 0, 0, 1, 0, 0);
        assertArrayEquals(new double[] {0}, y, 1e-12);
    }

    /** A disc of radius R has projections 2√(R² − s²) at every angle. */
    @Test
    void disc() {
        int n = 64;
        double radius = 20;
        double[] image = new double[n * n];
        for (int i = 0; i < n * n; i++) {
            double x = i % n - (n - 1) / 2.0;
            double y = i / n - (n - 1) / 2.0;
            image[i] = Math.hypot(x, y) <= radius ? 1 : 0;
        }
        double[] angles = {0, .2, .7, 1.1, 1.9, 3};
        double[] y = apply(Operators.tomography(n, n, angles, n), image);
        double error = 0;
        for (int k = 0; k < y.length; k++) {
            double s = k % n - (n - 1) / 2.0;
            double exact = 2 * Math.sqrt(Math.max(0, radius * radius - s * s));
            error += Math.abs(y[k] - exact) / y.length;
        }
        assertTrue(error < 0.5, "half a pixel on average, got " + error);
    }
}
