package org.headwater.backend.nd4j.internal;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Exponents −κ|x_i − x_l|² − logZ_l by squared differences, coordinate by coordinate in double
 * precision: nothing cancels, wherever the keys lie, and what overflows weighs nothing.
 */
final class DifferenceLayer extends SoftmaxLayer {
    private final double[] logNormaliser;
    private final double[][] scaled;
    private final INDArray[] keys;
    private final INDArray bias;

    DifferenceLayer(int n, int d, double[] x, double kappa, double[] logNormaliser, boolean cpu) {
        super(n, d, x, DataType.DOUBLE, cpu);
        this.logNormaliser = logNormaliser;
        double root = Math.sqrt(kappa);
        scaled = new double[d][n];
        keys = new INDArray[d];
        double[] columns = new double[2 * n];
        for (int k = 0; k < d; k++) {
            for (int l = 0; l < n; l++) {
                scaled[k][l] = root * x[l * d + k];
                columns[2 * l] = scaled[k][l];
                columns[2 * l + 1] = 1;
            }
            keys[k] = share(matrix(columns, 2));
        }
        double[] negative = new double[n];
        Arrays.setAll(negative, l -> -logNormaliser[l]);
        bias = share(matrix(negative, 1));
    }

    @Override
    INDArray exponents(int from, int to) {
        int m = to - from;
        long[] shape = {n, m};
        INDArray out = Nd4j.createUninitialized(type, shape, 'f');
        double[] ones = new double[m];
        Arrays.fill(ones, 1);
        double[] columns = new double[2 * m];
        try (INDArray difference = Nd4j.createUninitialized(type, shape, 'f');
                INDArray one = matrix(ones, 1)) {
            Nd4j.gemm(bias, one, out, true, false, 1, 0);
            for (int k = 0; k < d; k++) {
                for (int i = 0; i < m; i++) {
                    columns[2 * i] = 1;
                    columns[2 * i + 1] = -scaled[k][from + i];
                }
                // (x_l, 1)·(1, −x_i): exactly the rounded difference.
                try (INDArray queries = matrix(columns, 2)) {
                    Nd4j.gemm(keys[k], queries, difference, true, false, 1, 0);
                }
                difference.muli(difference);
                out.subi(difference);
            }
        }
        return out;
    }

    @Override
    double own(int i) {
        return -logNormaliser[i];
    }
}
