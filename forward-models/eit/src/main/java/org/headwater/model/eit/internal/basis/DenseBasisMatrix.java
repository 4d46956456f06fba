package org.headwater.model.eit.internal.basis;

import org.headwater.api.DenseMatrix;
import org.headwater.kernels.dense.DenseProducts;

/**
 * A basis matrix with all its entries. It keeps its transpose too, so that both products read
 * memory in order; 2·T·d numbers.
 */
final class DenseBasisMatrix implements BasisMatrix {
    private final DenseMatrix matrix;
    private final DenseMatrix transposed;

    /**
     * @param matrix T × d, kept
     */
    DenseBasisMatrix(DenseMatrix matrix) {
        this.matrix = matrix;
        this.transposed = matrix.transpose();
    }

    @Override
    public int rows() {
        return matrix.rows();
    }

    @Override
    public int columns() {
        return matrix.columns();
    }

    @Override
    public void expand(double[] theta, int count, double[] out) {
        DenseProducts.multiply(theta, 0, transposed.data(), count, columns(), rows(), out, 0);
    }

    @Override
    public void multiplyLeft(double[] a, int count, double[] out) {
        DenseProducts.multiply(a, 0, matrix.data(), count, rows(), columns(), out, 0);
    }
}
