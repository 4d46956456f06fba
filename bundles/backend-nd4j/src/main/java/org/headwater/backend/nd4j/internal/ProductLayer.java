package org.headwater.backend.nd4j.internal;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Exponents by one matrix product, 2κ x_i·x_l − κ|x_l|² − logZ_l, which lacks the −κ|x_i|² that all
 * of a query's share. Cancellation costs the digits of κ|x|²; the keys should lie around 0.
 */
final class ProductLayer extends SoftmaxLayer {
    private final double[] queries;
    private final double[] own;
    private final INDArray keys;

    ProductLayer(
            int n,
            int d,
            double[] x,
            double kappa,
            double[] logNormaliser,
            boolean single,
            boolean cpu) {
        super(n, d, x, single ? DataType.FLOAT : DataType.DOUBLE, cpu);
        int rows = d + 1;
        double least = Arrays.stream(logNormaliser).min().orElse(0);
        queries = new double[n * rows];
        own = new double[n];
        double[] columns = new double[n * rows];
        for (int l = 0; l < n; l++) {
            double square = 0;
            for (int k = 0; k < d; k++) {
                double v = x[l * d + k];
                columns[l * rows + k] = v;
                queries[l * rows + k] = 2 * kappa * v;
                square += v * v;
            }
            columns[l * rows + d] = -kappa * square - (logNormaliser[l] - least);
            queries[l * rows + d] = 1;
            own[l] = kappa * square - (logNormaliser[l] - least);
        }
        keys = share(matrix(columns, rows));
    }

    @Override
    INDArray exponents(int from, int to) {
        INDArray out = Nd4j.createUninitialized(type, new long[] {n, to - from}, 'f');
        int rows = d + 1;
        try (INDArray tile = matrix(Arrays.copyOfRange(queries, from * rows, to * rows), rows)) {
            return Nd4j.gemm(keys, tile, out, true, false, 1, 0);
        }
    }

    @Override
    double own(int i) {
        return own[i];
    }
}
