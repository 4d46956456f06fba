package org.headwater.kernels.dense;

import java.util.Arrays;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.LayerLoops;

/**
 * Products of dense matrices on flat row-major arrays. Sums run over the inner index in an order
 * that does not depend on the number of threads.
 */
public final class DenseProducts {
    /** Rows of a range of work. */
    private static final int GRAIN = 16;

    /** Rows of B that stay in the cache while rows of C are swept. */
    private static final int PANEL = 64;

    private static final LayerLoops LOOPS = LayerLoops.best();

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
                LOOPS.addRows(a, ao + i * k + p, 1, end - p, b, p * n, n, c, co + i * n, n);
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
     * @param c rows of n numbers from {@code co} on, {@code cStep} apart; modified; none of them of
     *     A or B
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
            LOOPS.addRows(a, ao + i * rowStep, columnStep, k, b, bo, bStep, c, co + i * cStep, n);
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
                int at = p * n + i;
                LOOPS.addRows(a, at, n, end - p, a, at, n, g, i * n + i, n - i);
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
}
