package org.headwater.kernels.dense;

/**
 * The Cholesky factorisation A = L·Lᵀ of a small dense symmetric positive definite matrix, in
 * place.
 *
 * <p>Source: Golub and Van Loan, Matrix Computations, 4th ed., algorithm 4.2.2, by rows, so that
 * inner loops run along rows.
 */
public final class DenseCholesky {
    private DenseCholesky() {}

    /**
     * Overwrites the lower triangle of A by L. n³/3 operations.
     *
     * @param a n × n row-major, its lower triangle read and modified; the upper one is neither read
     *     nor modified
     * @param n order
     * @return whether A is positive definite to working precision; when not, the content of {@code
     *     a} is undefined
     */
    public static boolean factor(double[] a, int n) {
        for (int i = 0; i < n; i++) {
            int ri = i * n;
            for (int j = 0; j < i; j++) {
                int rj = j * n;
                a[ri + j] = (a[ri + j] - DenseProducts.dot(a, ri, a, rj, j)) / a[rj + j];
            }
            double pivot = a[ri + i] - DenseProducts.dot(a, ri, a, ri, i);
            if (!(pivot > 0) || pivot == Double.POSITIVE_INFINITY) {
                return false;
            }
            a[ri + i] = Math.sqrt(pivot);
        }
        return true;
    }

    /**
     * Solves A·X = B, A = L·Lᵀ. 2n²k operations.
     *
     * @param l n × n with L in its lower triangle, not modified
     * @param n order
     * @param b n × k row-major, a column per right-hand side, overwritten by X
     * @param k number of right-hand sides
     */
    public static void solve(double[] l, int n, double[] b, int k) {
        solveLower(l, n, b, k);
        solveUpper(l, n, b, k);
    }

    /**
     * Solves L·X = B, n²k operations.
     *
     * @param l n × n with L in its lower triangle, not modified
     * @param n order
     * @param b n × k row-major, overwritten by X
     * @param k number of right-hand sides
     */
    public static void solveLower(double[] l, int n, double[] b, int k) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                DenseProducts.addScaled(-l[i * n + j], b, j * k, b, i * k, k);
            }
            DenseProducts.scale(1 / l[i * n + i], b, i * k, k);
        }
    }

    /**
     * Solves Lᵀ·X = B, n²k operations.
     *
     * @param l n × n with L in its lower triangle, not modified
     * @param n order
     * @param b n × k row-major, overwritten by X
     * @param k number of right-hand sides
     */
    public static void solveUpper(double[] l, int n, double[] b, int k) {
        if (k == 1) {
            solveUpperVector(l, n, b, 0);
            return;
        }
        for (int i = n - 1; i >= 0; i--) {
            DenseProducts.scale(1 / l[i * n + i], b, i * k, k);
            for (int j = 0; j < i; j++) {
                DenseProducts.addScaled(-l[i * n + j], b, i * k, b, j * k, k);
            }
        }
    }

    /**
     * Solves Lᵀ·x = b for a vector within an array, the same numbers as {@link #solveUpper}. n²
     * operations.
     *
     * @param l n × n with L in its lower triangle, not modified
     * @param n order
     * @param b n values from {@code bo} on, overwritten by x
     */
    public static void solveUpperVector(double[] l, int n, double[] b, int bo) {
        for (int i = n - 1; i >= 0; i--) {
            b[bo + i] *= 1 / l[i * n + i];
            DenseProducts.addScaled(-b[bo + i], l, i * n, b, bo, i);
        }
    }

    /**
     * A⁻¹, symmetric to the last bit. 2n³ operations.
     *
     * @param l n × n with L in its lower triangle, not modified
     * @param n order
     */
    public static double[] inverse(double[] l, int n) {
        double[] inverse = new double[n * n];
        for (int i = 0; i < n; i++) {
            inverse[i * n + i] = 1;
        }
        solve(l, n, inverse, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                double mean = 0.5 * (inverse[i * n + j] + inverse[j * n + i]);
                inverse[i * n + j] = mean;
                inverse[j * n + i] = mean;
            }
        }
        return inverse;
    }

    /** log det A = 2 Σ log L_ii. */
    public static double logDeterminant(double[] l, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.log(l[i * n + i]);
        }
        return 2 * sum;
    }
}
