package org.headwater.kernels.dense;

import java.util.Arrays;
import org.headwater.api.Workers;

/**
 * Products of dense matrices on flat row-major arrays. Sums run over the inner index in an order
 * that does not depend on the number of threads.
 */
public final class DenseProducts {
    /** Rows of a range of work. */
    private static final int GRAIN = 16;

    /** Rows of B that stay in the cache while rows of C are swept. */
    private static final int PANEL = 64;

    private DenseProducts() {}

    /**
     * C = A·B. 2mkn operations.
     *
     * @param a m × k, not modified
     * @param b k × n, not modified
     * @param m rows of A and C
     * @param k columns of A, rows of B
     * @param n columns of B and C
     * @param c m × n, modified; not {@code a} or {@code b}
     * @param workers threads
     */
    public static void multiply(
            double[] a, double[] b, int m, int k, int n, double[] c, Workers workers) {
        workers.forRanges(
                m, GRAIN, (from, to) -> multiply(a, from * k, b, to - from, k, n, c, from * n));
    }

    /**
     * C = A·B on the caller's thread, for matrices that start somewhere in their arrays.
     *
     * @param a holds m × k from {@code ao} on, not modified
     * @param ao where A starts
     * @param b k × n, not modified
     * @param m rows of A and C
     * @param k columns of A, rows of B
     * @param n columns of B and C
     * @param c holds m × n from {@code co} on, modified; not {@code a} or {@code b}
     * @param co where C starts
     */
    public static void multiply(
            double[] a, int ao, double[] b, int m, int k, int n, double[] c, int co) {
        Arrays.fill(c, co, co + m * n, 0);
        for (int p = 0; p < k; p += PANEL) {
            int end = Math.min(p + PANEL, k);
            for (int i = 0; i < m; i++) {
                int row = co + i * n;
                int q = p;
                for (; q + 4 <= end; q += 4) {
                    int s = ao + i * k + q;
                    addScaled4(a[s], a[s + 1], a[s + 2], a[s + 3], b, q * n, n, n, c, row);
                }
                for (; q < end; q++) {
                    addScaled(a[ao + i * k + q], b, q * n, c, row, n);
                }
            }
        }
    }

    /**
     * C += A·B on the caller's thread, for small matrices that lie in larger ones; A may lie
     * transposed.
     *
     * @param a A_iq stands at {@code ao + i·rowStep + q·columnStep}; not modified
     * @param ao where A starts
     * @param rowStep from row to row of A
     * @param columnStep from column to column of A
     * @param b rows of n numbers from {@code bo} on, {@code bStep} apart, not modified
     * @param bo where B starts
     * @param bStep from row to row of B
     * @param m rows of A and C
     * @param k columns of A, rows of B
     * @param n columns of B and C
     * @param c rows of n numbers from {@code co} on, {@code cStep} apart; modified; not {@code b}
     * @param co where C starts
     * @param cStep from row to row of C
     */
    public static void addProduct(
            double[] a,
            int ao,
            int rowStep,
            int columnStep,
            double[] b,
            int bo,
            int bStep,
            int m,
            int k,
            int n,
            double[] c,
            int co,
            int cStep) {
        for (int i = 0; i < m; i++) {
            int s = ao + i * rowStep;
            int row = co + i * cStep;
            int q = 0;
            for (; q + 8 <= k; q += 8, s += 8 * columnStep) {
                addScaled8(a, s, columnStep, b, bo + q * bStep, bStep, n, c, row);
            }
            for (; q + 4 <= k; q += 4, s += 4 * columnStep) {
                addScaled4(
                        a[s],
                        a[s + columnStep],
                        a[s + 2 * columnStep],
                        a[s + 3 * columnStep],
                        b,
                        bo + q * bStep,
                        bStep,
                        n,
                        c,
                        row);
            }
            for (; q < k; q++, s += columnStep) {
                addScaled(a[s], b, bo + q * bStep, c, row, n);
            }
        }
    }

    /**
     * G = AᵀA, all of it. k·n² operations.
     *
     * @param a k × n, not modified
     * @param k rows of A
     * @param n columns of A, order of G
     * @param g n × n, modified
     * @param workers threads
     */
    public static void gram(double[] a, int k, int n, double[] g, Workers workers) {
        workers.forRanges(n, GRAIN, (from, to) -> gramRows(a, k, n, from, to, g));
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                g[j * n + i] = g[i * n + j];
            }
        }
    }

    private static void gramRows(double[] a, int k, int n, int from, int to, double[] g) {
        Arrays.fill(g, from * n, to * n, 0);
        for (int p = 0; p < k; p += PANEL) {
            int end = Math.min(p + PANEL, k);
            for (int i = from; i < to; i++) {
                int q = p;
                for (; q + 4 <= end; q += 4) {
                    int s = q * n + i;
                    addScaled4(
                            a[s],
                            a[s + n],
                            a[s + 2 * n],
                            a[s + 3 * n],
                            a,
                            s,
                            n,
                            n - i,
                            g,
                            i * n + i);
                }
                for (; q < end; q++) {
                    addScaled(a[q * n + i], a, q * n + i, g, i * n + i, n - i);
                }
            }
        }
    }

    /** Dot product of two runs of n numbers, in four interleaved sums. */
    public static double dot(double[] x, int xo, double[] y, int yo, int n) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 4 <= n; i += 4) {
            s0 += x[xo + i] * y[yo + i];
            s1 += x[xo + i + 1] * y[yo + i + 1];
            s2 += x[xo + i + 2] * y[yo + i + 2];
            s3 += x[xo + i + 3] * y[yo + i + 3];
        }
        for (; i < n; i++) {
            s0 += x[xo + i] * y[yo + i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** y += s·x on runs of n numbers that do not overlap. */
    public static void addScaled(double s, double[] x, int xo, double[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] += s * x[xo + i];
        }
    }

    /** x *= s on a run of n numbers. */
    static void scale(double s, double[] x, int xo, int n) {
        for (int i = 0; i < n; i++) {
            x[xo + i] *= s;
        }
    }

    /** y += s0·x₀ + s1·x₁ + s2·x₂ + s3·x₃ on runs of n numbers, x_i being {@code step} apart. */
    private static void addScaled4(
            double s0,
            double s1,
            double s2,
            double s3,
            double[] x,
            int xo,
            int step,
            int n,
            double[] y,
            int yo) {
        int x1 = xo + step;
        int x2 = x1 + step;
        int x3 = x2 + step;
        for (int i = 0; i < n; i++) {
            y[yo + i] += s0 * x[xo + i] + s1 * x[x1 + i] + s2 * x[x2 + i] + s3 * x[x3 + i];
        }
    }

    /** The same of eight runs, whose factors are {@code stride} apart from {@code so} on. */
    private static void addScaled8(
            double[] s,
            int so,
            int stride,
            double[] x,
            int x0,
            int step,
            int n,
            double[] y,
            int yo) {
        double s0 = s[so];
        double s1 = s[so + stride];
        double s2 = s[so + 2 * stride];
        double s3 = s[so + 3 * stride];
        double s4 = s[so + 4 * stride];
        double s5 = s[so + 5 * stride];
        double s6 = s[so + 6 * stride];
        double s7 = s[so + 7 * stride];
        int x1 = x0 + step;
        int x2 = x1 + step;
        int x3 = x2 + step;
        int x4 = x3 + step;
        int x5 = x4 + step;
        int x6 = x5 + step;
        int x7 = x6 + step;
        for (int i = 0; i < n; i++) {
            y[yo + i] +=
                    (s0 * x[x0 + i] + s1 * x[x1 + i] + s2 * x[x2 + i] + s3 * x[x3 + i])
                            + (s4 * x[x4 + i] + s5 * x[x5 + i] + s6 * x[x6 + i] + s7 * x[x7 + i]);
        }
    }
}
