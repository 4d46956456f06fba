package org.headwater.model.linear.internal;

import org.headwater.api.DenseMatrix;
import org.headwater.kernels.dense.DenseProducts;

/** A dense matrix; 2md operations a product. */
final class DenseMap implements LinearMap, LinearMap.Products {
    private final DenseMatrix matrix;
    private final DenseMatrix transposed;

    DenseMap(DenseMatrix matrix) {
        this.matrix = matrix;
        transposed = matrix.transpose();
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
    public Products products() {
        return this;
    }

    @Override
    public void apply(double[] x, int xo, int count, double[] y, int yo) {
        DenseProducts.multiply(x, xo, transposed.data(), count, columns(), rows(), y, yo);
    }

    @Override
    public void adjoint(double[] y, int yo, int count, double[] x, int xo) {
        DenseProducts.multiply(y, yo, matrix.data(), count, rows(), columns(), x, xo);
    }
}
