package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.kernels.dense.DenseProducts;

/**
 * LDLᵀ of a symmetric matrix without exchanges, its determinant and inverse. The pivots are
 * positive if and only if the matrix is positive definite. Used by one thread at a time.
 */
final class SymmetricPivots {
    private final int d;
    private final double[] matrix;
    private final double[] inverse;
    private final double[] row;
    private final double[] work;
    private double least;

    SymmetricPivots(int d) {
        this.d = d;
        matrix = new double[d * d];
        inverse = new double[d * d];
        row = new double[d];
        work = new double[d * d];
    }

    /** The matrix, d × d; its lower half is to be set, then {@link #factor} called; shared. */
    double[] matrix() {
        return matrix;
    }

    /** What {@link #invert} left, d × d; shared. */
    double[] inverse() {
        return inverse;
    }

    /** The least pivot of the last {@link #factor}. */
    double least() {
        return least;
    }

    /**
     * Factors the matrix in place, L below the diagonal and D on it, and tells log|det|. d³/3
     * operations.
     */
    double factor() {
        double[] a = matrix;
        double[] u = work;
        double log = 0;
        least = Double.POSITIVE_INFINITY;
        for (int k = 0; k < d; k++) {
            // row k of U = D·Lᵀ, from the diagonal on
            for (int p = 0; p < k; p++) {
                row[p] = -a[k * d + p];
            }
            int at = k * d + k;
            for (int j = k; j < d; j++) {
                u[k * d + j] = a[j * d + k];
            }
            DenseProducts.addProduct(row, 0, 0, 1, u, k, d, 1, k, d - k, u, at, 0);
            double pivot = u[at];
            a[at] = pivot;
            for (int j = k + 1; j < d; j++) {
                a[j * d + k] = u[k * d + j] / pivot;
            }
            least = pivot > least ? least : pivot;
            log += Math.log(Math.abs(pivot));
        }
        return log;
    }

    /** The inverse of the factored matrix, all of it, times a number. 2d³ operations. */
    void invert(double scale) {
        double[] l = matrix;
        double[] m = work;
        // M = L⁻¹: row i is that of the identity − Σ_{k<i} L_ik·row k.
        Arrays.fill(m, 0);
        for (int i = 0; i < d; i++) {
            for (int k = 0; k < i; k++) {
                row[k] = -l[i * d + k];
            }
            m[i * d + i] = 1;
            DenseProducts.addProduct(row, 0, 0, 1, m, 0, d, 1, i, i, m, i * d, 0);
        }
        // Mᵀ·D⁻¹·M, of which M's upper half takes no part
        Arrays.fill(inverse, 0);
        for (int i = 0; i < d; i++) {
            for (int k = i; k < d; k++) {
                row[k] = scale * m[k * d + i] / l[k * d + k];
            }
            DenseProducts.addProduct(row, i, 0, 1, m, i * d, d, 1, d - i, i + 1, inverse, i * d, 0);
            for (int j = 0; j < i; j++) {
                inverse[j * d + i] = inverse[i * d + j];
            }
        }
    }
}
