package org.headwater.kernels.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** The scalar loops against those that this Java machine would choose. */
class LayerLoopsTest {
    private final RandomStream random = KeyedRandom.of(11);
    private final LayerLoops scalar = new ScalarLoops();
    private final LayerLoops best = LayerLoops.best();

    /** This class is run with the incubator module and without. */
    @Test
    void vectorsAreUsedWhereJavaHasThem() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
            assertNotEquals(scalar.description(), best.description());
        } else {
            assertEquals(scalar.description(), best.description());
        }
    }

    @Test
    void exponentials() {
        for (LayerLoops loops : new LayerLoops[] {scalar, best}) {
            for (int n = 0; n < 40; n++) {
                double[] q = new double[n + 2];
                for (int i = 0; i < q.length; i++) {
                    q[i] = i % 5 == 0 ? 0 : Math.pow(10, 6 * random.uniform() - 3);
                }
                double[] e = q.clone();
                loops.negativeExponentials(e, 1, n + 1);
                assertEquals(q[0], e[0]);
                assertEquals(q[n + 1], e[n + 1]);
                for (int i = 1; i <= n; i++) {
                    double expected = q[i] <= 708 ? StrictMath.exp(-q[i]) : 0;
                    assertEquals(expected, e[i], 6e-16 * expected, "q = " + q[i]);
                }
            }
            double[] large = {1e9, Double.POSITIVE_INFINITY, 708.0001, 0, 1e308, 1, 2, 3, 4};
            loops.negativeExponentials(large, 0, 5);
            assertArrayEquals(new double[] {0, 0, 0, 1, 0, 1, 2, 3, 4}, large);
        }
    }

    @Test
    void pairsOfTheDirectSum() {
        for (int n = 1; n < 40; n++) {
            double[] u = gaussian(n);
            Arrays.sort(u);
            double[] g = gaussian(n);
            double[][] sums = new double[4][n];
            scalar.pairs(u, g, 1.5, 0, 1, n, sums[0], sums[1]);
            best.pairs(u, g, 1.5, 0, 1, n, sums[2], sums[3]);
            assertArrayEquals(sums[0], sums[2], 1e-14 * n);
            assertArrayEquals(sums[1], sums[3], 1e-14 * n);
        }
    }

    @Test
    void sumsOnAGrid() {
        double[] e = gaussian(60);
        double[] z = gaussian(32);
        double[] in = gaussian(1000);
        for (int columns = 8; columns <= 32; columns += 8) {
            double[][] out = {gaussian(1000), new double[0]};
            double[] before = out[0].clone();
            out[1] = out[0].clone();
            double[][] sums = new double[2][3];
            LayerLoops[] both = {scalar, best};
            for (int k = 0; k < 2; k++) {
                both[k].addRows(e, 3, 2, 17, in, 5, 33, out[k], 7, columns + 3);
                both[k].addProducts(e, 2, 18, 21, columns, out[k], 100, 35);
                both[k].sumProducts(e, 2, 18, 21, columns, z, in, 100, 35, sums[k]);
            }
            assertArrayEquals(out[0], out[1], 1e-13);
            assertArrayEquals(sums[0], sums[1], 1e-12);
            double combined = before[7 + 4];
            double sum = 0;
            double along = 0;
            double across = 0;
            for (int r = 0; r < 18; r++) {
                combined += r < 17 ? e[3 + 2 * r] * in[5 + 4 + 33 * r] : 0;
                for (int c = 0; c < columns; c++) {
                    double term = e[2 + r] * e[21 + c] * in[100 + 35 * r + c];
                    sum += term;
                    along += term * z[c];
                    across += term * z[r];
                }
            }
            assertEquals(combined, out[0][7 + 4], 1e-13);
            assertArrayEquals(new double[] {sum, along, across}, sums[0], 1e-12);
        }
    }

    @Test
    void momentsExpansionsAndSeries() {
        for (int n = 1; n < 70; n += 3) {
            double[] z = gaussian(n);
            for (int i = 0; i < n; i++) {
                z[i] = Math.tanh(z[i]);
            }
            double[] w = gaussian(n);
            double[] a = new double[9];
            double[] b = new double[9];
            scalar.moments(w.clone(), z, 0, n, a, 1, 8);
            best.moments(w.clone(), z, 0, n, b, 1, 8);
            assertArrayEquals(a, b, 1e-14 * n);
            double third = 0;
            for (int i = 0; i < n; i++) {
                third += w[i] * z[i] * z[i] * z[i];
            }
            assertEquals(third, a[4], 1e-14 * n);

            double[][] values = new double[4][n];
            scalar.chebyshev(a, w, Math.min(9, n), z, 0, n, values[0], values[1]);
            best.chebyshev(a, w, Math.min(9, n), z, 0, n, values[2], values[3]);
            assertArrayEquals(values[0], values[2], 1e-12);
            assertArrayEquals(values[1], values[3], 1e-12);
            double sum = 0;
            for (int k = 0; k < Math.min(9, n); k++) {
                sum += a[k] * Math.cos(k * Math.acos(z[0]));
            }
            assertEquals(sum, values[0][0], 1e-11);
        }
        double[] matrix = gaussian(2 + 5 * 24);
        double[] m = gaussian(9);
        double[][] y = new double[4][24];
        scalar.expand(matrix, 2, m, 3, 5, 24, 2, 3, 5, y[0], y[1]);
        best.expand(matrix, 2, m, 3, 5, 24, 2, 3, 5, y[2], y[3]);
        assertArrayEquals(y[0], y[2], 1e-13);
        assertArrayEquals(y[1], y[3], 1e-13);
        double expected = 0;
        for (int k = 0; k < 5; k++) {
            expected += matrix[2 + 24 * k + 7] * (3 * m[3 + k + 1] + 5 * m[3 + k]);
        }
        assertEquals(expected, y[1][7], 1e-13);
    }

    private double[] gaussian(int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.gaussian();
        }
        return x;
    }
}
