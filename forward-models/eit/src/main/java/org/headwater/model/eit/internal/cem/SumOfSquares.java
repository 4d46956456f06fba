package org.headwater.model.eit.internal.cem;

import java.util.Arrays;

/**
 * A symmetric matrix as a weighted sum of squares, H = V diag(d) Vᵀ: what is left of H loses a
 * pivot of one row, or of two where the diagonal is too small, until nothing is left.
 *
 * <p>Source: J. R. Bunch, B. N. Parlett, Direct methods for solving symmetric indefinite systems of
 * linear equations, SIAM J. Numer. Anal. 8 (1971) 639–655, doi:10.1137/0708060; here a pivot of two
 * rows is turned to its axes, and V is neither permuted nor triangular.
 */
final class SumOfSquares {
    /** A pivot of one row is taken if it is at least this part of the largest entry beside it. */
    private static final double DIAGONAL = (1 + Math.sqrt(17)) / 8;

    private SumOfSquares() {}

    /**
     * Takes a matrix apart. Cost: about 2n³ flops.
     *
     * @param h H, n×n row-major; entries that are not numbers end up in V or d. Destroyed.
     * @param n order
     * @param v V, n×n row-major, columns beyond the rank of H zero. Overwritten.
     * @param d weights, n values. Overwritten.
     */
    static void of(double[] h, int n, double[] v, double[] d) {
        Arrays.fill(v, 0, n * n, 0);
        Arrays.fill(d, 0, n, 0);
        int used = 0;
        while (used < n) {
            int pivot = 0;
            int row = 0;
            int column = 0;
            double diagonal = 0;
            double b = 0;
            for (int i = 0; i < n; i++) {
                if (!(Math.abs(h[i * n + i]) <= Math.abs(diagonal))) {
                    diagonal = h[i * n + i];
                    pivot = i;
                }
                for (int j = 0; j < i; j++) {
                    if (Math.abs(h[i * n + j]) > Math.abs(b)) {
                        b = h[i * n + j];
                        row = i;
                        column = j;
                    }
                }
            }
            if (diagonal == 0 && b == 0) {
                return;
            }
            if (!(Math.abs(diagonal) < DIAGONAL * Math.abs(b))) {
                axis(h, n, pivot, 1, pivot, 0, diagonal, v, d, used);
                subtract(h, n, v, d, used++);
            } else {
                double p = h[row * n + row];
                double q = h[column * n + column];
                double tau = (q - p) / (2 * b);
                double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
                double cos = 1 / Math.sqrt(1 + t * t);
                double sin = t * cos;
                axis(h, n, row, cos, column, -sin, p - t * b, v, d, used);
                axis(h, n, row, sin, column, cos, q + t * b, v, d, used + 1);
                subtract(h, n, v, d, used++);
                subtract(h, n, v, d, used++);
                clear(h, n, row);
                pivot = column;
            }
            clear(h, n, pivot);
        }
    }

    /** The eigenvector (a, b) in two rows, with its eigenvalue, gives H(a·e_i + b·e_j)/value. */
    private static void axis(
            double[] h,
            int n,
            int i,
            double a,
            int j,
            double b,
            double value,
            double[] v,
            double[] d,
            int used) {
        for (int k = 0; k < n; k++) {
            v[k * n + used] = (a * h[k * n + i] + b * h[k * n + j]) / value;
        }
        d[used] = value;
    }

    private static void subtract(double[] h, int n, double[] v, double[] d, int used) {
        for (int i = 0; i < n; i++) {
            double s = d[used] * v[i * n + used];
            for (int j = 0; j < n; j++) {
                h[i * n + j] -= s * v[j * n + used];
            }
        }
    }

    private static void clear(double[] h, int n, int row) {
        for (int j = 0; j < n; j++) {
            h[row * n + j] = 0;
            h[j * n + row] = 0;
        }
    }
}
