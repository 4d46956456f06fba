package org.headwater.kernels.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.junit.jupiter.api.Test;

class DenseTest {
    private final RandomStream random = KeyedRandom.of(7);

    @Test
    void productsAreThoseOfTheDefinition() {
        int[][] shapes = {{1, 1, 1}, {3, 5, 2}, {17, 66, 31}, {40, 129, 70}};
        for (int[] s : shapes) {
            double[] a = numbers(s[0] * s[1]);
            double[] b = numbers(s[1] * s[2]);
            double[] c = numbers(s[0] * s[2]);
            DenseProducts.multiply(a, b, s[0], s[1], s[2], c, new Threads(2));
            assertArrayEquals(product(a, b, s[0], s[1], s[2]), c, 1e-12);
            double[] shifted = numbers(3 + s[0] * s[2]);
            double[] behind = new double[2 + a.length];
            System.arraycopy(a, 0, behind, 2, a.length);
            DenseProducts.multiply(behind, 2, b, s[0], s[1], s[2], shifted, 3);
            for (int i = 0; i < c.length; i++) {
                assertEquals(c[i], shifted[3 + i], 0);
            }
            double[] g = numbers(s[1] * s[1]);
            DenseProducts.gram(a, s[0], s[1], g, new Threads(2));
            double[] t = new double[a.length];
            for (int i = 0; i < s[0]; i++) {
                for (int j = 0; j < s[1]; j++) {
                    t[j * s[0] + i] = a[i * s[1] + j];
                }
            }
            assertArrayEquals(product(t, a, s[1], s[0], s[1]), g, 1e-12);
        }
    }

    /** A straight and transposed, in the middle of longer rows; what stands beside C stays. */
    @Test
    void addedProductsAreThoseOfTheDefinition() {
        int[][] shapes = {{1, 1, 1}, {3, 5, 2}, {7, 12, 9}, {5, 23, 4}};
        for (int[] s : shapes) {
            int m = s[0];
            int k = s[1];
            int n = s[2];
            double[] a = numbers(1 + m * (k + 2));
            double[] t = numbers(1 + k * (m + 2));
            double[] b = numbers(2 + k * (n + 3));
            double[] before = numbers(4 + m * (n + 1));
            double[] c = before.clone();
            double[] transposed = before.clone();
            for (int i = 0; i < m; i++) {
                for (int q = 0; q < k; q++) {
                    t[1 + q * (m + 2) + i] = a[1 + i * (k + 2) + q];
                }
            }
            DenseProducts.addProduct(a, 1, k + 2, 1, b, 2, n + 3, m, k, n, c, 4, n + 1);
            DenseProducts.addProduct(t, 1, 1, m + 2, b, 2, n + 3, m, k, n, transposed, 4, n + 1);
            assertArrayEquals(c, transposed, 0);
            for (int at = 0; at < c.length; at++) {
                int i = (at - 4) / (n + 1);
                int j = (at - 4) % (n + 1);
                double expected = before[at];
                for (int q = 0; at >= 4 && j < n && q < k; q++) {
                    expected += a[1 + i * (k + 2) + q] * b[2 + q * (n + 3) + j];
                }
                assertEquals(expected, c[at], 1e-12);
            }
        }
    }

    @Test
    void choleskySolves() {
        for (int n : new int[] {1, 2, 9, 60}) {
            double[] b = numbers(n * n);
            double[] a = new double[n * n];
            DenseProducts.gram(b, n, n, a, new Threads(1));
            for (int i = 0; i < n; i++) {
                a[i * n + i] += 1;
            }
            double[] l = a.clone();
            assertTrue(DenseCholesky.factor(l, n));
            double[] x = numbers(n * 4);
            double[] right = product(a, x, n, n, 4);
            DenseCholesky.solve(l, n, right, 4);
            assertArrayEquals(x, right, 1e-10);
            assertEquals(
                    DenseLu.logAbsDeterminant(a, n), DenseCholesky.logDeterminant(l, n), 1e-10);
        }
    }

    @Test
    void whatIsNotPositiveDefiniteIsSaidSo() {
        assertFalse(DenseCholesky.factor(new double[] {1, 0, 2, 1}, 2));
        assertFalse(DenseCholesky.factor(new double[] {0}, 1));
        assertFalse(DenseCholesky.factor(new double[] {Double.NaN}, 1));
        assertFalse(DenseCholesky.factor(new double[] {-1}, 1));
    }

    @Test
    void determinants() {
        double[] swapped = {0, 2, 0, 0, 0, -3, 5, 0, 0};
        assertEquals(Math.log(30), DenseLu.logAbsDeterminant(swapped, 3), 1e-15);
        double[] singular = {1, 2, 2, 4};
        assertEquals(Double.NEGATIVE_INFINITY, DenseLu.logAbsDeterminant(singular, 2));
    }

    private double[] numbers(int n) {
        double[] a = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = random.gaussian();
        }
        return a;
    }

    private static double[] product(double[] a, double[] b, int m, int k, int n) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int l = 0; l < k; l++) {
                    c[i * n + j] += a[i * k + l] * b[l * n + j];
                }
            }
        }
        return c;
    }

    /** Where equal numbers are an eigenvector, too: of 1 beside 10 and 10. */
    @Test
    void thePowerMethodFindsTheLargestEigenvalue() {
        double[] a = {7, -3, -3, -3, 7, -3, -3, -3, 7};
        double found =
                PowerMethod.largest(
                        3,
                        100,
                        v -> {
                            double[] w = new double[3];
                            DenseProducts.multiply(a, 0, v, 3, 3, 1, w, 0);
                            return w;
                        });
        assertEquals(10, found, 1e-12);
        assertEquals(0, PowerMethod.largest(3, 100, v -> new double[3]));
    }
}
