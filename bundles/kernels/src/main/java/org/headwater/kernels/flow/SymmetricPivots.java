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
    private double least;

    SymmetricPivots(int d) {
        this.d = d;
        matrix = new double[d * d];
        inverse = new double[d * d];
        row = new double[d];
    }

    /** The matrix, d × d; its lower half is to be set, then {@link #factor} called; shared. */
    double[] matrix() {
        return matrix;
    }

    /** Keeps the factors, d² numbers. */
    void save(double[] to, int o) {
        System.arraycopy(matrix, 0, to, o, matrix.length);
    }

    /** Brings back factors. */
    void load(double[] from, int o) {
        System.arraycopy(from, o, matrix, 0, matrix.length);
    }

    /** What {@link #invert} left, d × d; shared. */
    double[] inverse() {
        return inverse;
    }

    /** The least pivot of the last {@link #factor}. */
    double least() {
        return least;
    }

    /** Factors the matrix in place and tells log|det|. d³/3 operations. */
    double factor() {
        double[] a = matrix;
        double log = 0;
        least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < d; i++) {
            // Row i of L, its pivot on the diagonal: a_ik = L_ik·D_k first, then L_ik.
            for (int k = 0; k < i; k++) {
                row[k] = a[i * d + k] - DenseProducts.dot(row, 0, a, k * d, k);
            }
            double pivot = a[i * d + i];
            for (int k = 0; k < i; k++) {
                a[i * d + k] = row[k] / a[k * d + k];
                pivot -= row[k] * a[i * d + k];
            }
            a[i * d + i] = pivot;
            least = pivot > least ? least : pivot;
            log += Math.log(Math.abs(pivot));
        }
        return log;
    }

    /** The inverse of the factored matrix, all of it, times a number. */
    void invert(double scale) {
        double[] l = matrix;
        // L⁻¹ in the strictly upper half of l, transposed.
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                l[j * d + i] =
                        -l[i * d + j]
                                - DenseProducts.dot(l, i * d + j + 1, l, j * d + j + 1, i - j - 1);
            }
        }
        // Σ_k (column i of L⁻¹)_k (column j)_k / D_k: rows of the transposed, from max(i, j) on.
        for (int i = 0; i < d; i++) {
            Arrays.fill(row, 0, i, 0);
            row[i] = 1 / l[i * d + i];
            for (int k = i + 1; k < d; k++) {
                row[k] = l[i * d + k] / l[k * d + k];
            }
            for (int j = 0; j <= i; j++) {
                double sum =
                        j == i
                                ? row[i]
                                        + DenseProducts.dot(row, i + 1, l, i * d + i + 1, d - i - 1)
                                : DenseProducts.dot(row, i, l, j * d + i, d - i);
                inverse[i * d + j] = scale * sum;
                inverse[j * d + i] = scale * sum;
            }
        }
    }
}
