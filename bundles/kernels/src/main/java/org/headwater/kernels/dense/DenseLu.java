package org.headwater.kernels.dense;

/** Gaussian elimination with partial pivoting of a small dense matrix, for its determinant. */
public final class DenseLu {
    private DenseLu() {}

    /**
     * log|det A|; −∞ if A is singular. 2n³/3 operations.
     *
     * @param a n × n row-major, overwritten
     * @param n order
     */
    public static double logAbsDeterminant(double[] a, int n) {
        double log = 0;
        for (int p = 0; p < n; p++) {
            int best = p;
            for (int i = p + 1; i < n; i++) {
                if (Math.abs(a[i * n + p]) > Math.abs(a[best * n + p])) {
                    best = i;
                }
            }
            double pivot = a[best * n + p];
            if (pivot == 0) {
                return Double.NEGATIVE_INFINITY;
            }
            log += Math.log(Math.abs(pivot));
            for (int j = p; j < n; j++) {
                double swap = a[p * n + j];
                a[p * n + j] = a[best * n + j];
                a[best * n + j] = swap;
            }
            for (int i = p + 1; i < n; i++) {
                double factor = a[i * n + p] / pivot;
                DenseProducts.addScaled(-factor, a, p * n + p, a, i * n + p, n - p);
            }
        }
        return log;
    }
}
