package org.headwater.model.linear.internal;

import java.util.List;
import java.util.stream.IntStream;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ParameterBlock;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The model F(θ) = Aθ with a dense matrix A, m × d. Prediction and gradient are products of
 * matrices over a batch of particles, 2md operations each per particle. Immutable.
 */
final class LinearModel implements ForwardModel {
    private static final int BATCH = 32;

    private final DenseMatrix matrix;
    private final DenseMatrix transposed;
    private final List<ParameterBlock> blocks;

    LinearModel(DenseMatrix matrix) {
        this.matrix = matrix;
        transposed = matrix.transpose();
        int d = matrix.columns();
        blocks =
                List.of(
                        new ParameterBlock(
                                "field",
                                IntStream.rangeClosed(1, d).mapToObj(i -> "x" + i).toList(),
                                "",
                                new double[d],
                                new FieldShape(d),
                                null));
    }

    @Override
    public List<ParameterBlock> blocks() {
        return blocks;
    }

    @Override
    public int dataSize() {
        return matrix.rows();
    }

    @Override
    public boolean isLinear() {
        return true;
    }

    @Override
    public int preferredBatch() {
        return BATCH;
    }

    @Override
    public Evaluator evaluator() {
        return new Products();
    }

    private final class Products implements Evaluator {
        private final int m = matrix.rows();
        private final int d = matrix.columns();
        private final double[] one = new double[m];
        private final double[] cotangents = new double[BATCH * m];

        @Override
        public void predict(Ensemble theta, int from, int to, double[] predicted) {
            DenseProducts.multiply(
                    theta.data(),
                    from * d,
                    transposed.data(),
                    to - from,
                    d,
                    m,
                    predicted,
                    from * m);
        }

        @Override
        public void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient) {
            predict(theta, from, to, predicted);
            for (int start = from; start < to; start += BATCH) {
                int count = Math.min(BATCH, to - start);
                for (int i = 0; i < count; i++) {
                    misfit.at(start + i, predicted, (start + i) * m, one);
                    System.arraycopy(one, 0, cotangents, i * m, m);
                }
                DenseProducts.multiply(
                        cotangents, 0, matrix.data(), count, m, d, gradient, start * d);
            }
        }

        @Override
        public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
            DenseProducts.multiply(theta, 0, transposed.data(), 1, d, m, predicted, 0);
            System.arraycopy(matrix.data(), 0, jacobian, 0, m * d);
        }
    }
}
