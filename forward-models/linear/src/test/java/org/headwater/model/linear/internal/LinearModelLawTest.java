package org.headwater.model.linear.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class LinearModelLawTest {
    private static final int M = 37;
    private static final int D = 70;
    private static final int N = 45;

    private final RandomStream random = KeyedRandom.of(2);
    private final LinearModel model =
            new LinearModel(new DenseMap(new DenseMatrix(M, D, numbers(M * D))));

    /** ⟨Ax, g⟩ = ⟨x, Aᵀg⟩. */
    @Test
    void gradientIsTheAdjoint() {
        Ensemble x = Ensemble.of(N, D, numbers(N * D));
        double[] g = numbers(N * M);
        double[] predicted = new double[N * M];
        double[] gradient = new double[N * D];
        gradient(x, 0, N, g, predicted, gradient);
        for (int i = 0; i < N; i++) {
            double left = 0;
            for (int k = 0; k < M; k++) {
                left += predicted[i * M + k] * g[i * M + k];
            }
            double right = 0;
            for (int j = 0; j < D; j++) {
                right += x.get(i, j) * gradient[i * D + j];
            }
            assertEquals(left, right, 1e-11);
        }
    }

    /** The prediction of a particle does not depend on its batch, to the last bit. */
    @Test
    void batchesDoNotMatter() {
        Ensemble x = Ensemble.of(N, D, numbers(N * D));
        double[] g = numbers(N * M);
        double[] whole = new double[N * M];
        double[] wholeGradient = new double[N * D];
        gradient(x, 0, N, g, whole, wholeGradient);
        double[] parts = new double[N * M];
        double[] partsGradient = new double[N * D];
        for (int from = 0; from < N; from += 7) {
            gradient(x, from, Math.min(N, from + 7), g, parts, partsGradient);
        }
        assertArrayEquals(whole, parts, 0);
        assertArrayEquals(wholeGradient, partsGradient, 0);
        double[] one = new double[M];
        model.evaluator().jacobian(x.point(3), one, new double[M * D]);
        assertArrayEquals(Arrays.copyOfRange(whole, 3 * M, 4 * M), one, 0);
    }

    private void gradient(
            Ensemble x, int from, int to, double[] g, double[] predicted, double[] gradient) {
        ForwardModel.Cotangent cotangent =
                (i, p, offset, out) -> System.arraycopy(g, i * M, out, 0, M);
        model.evaluator().gradient(x, from, to, cotangent, predicted, gradient);
    }

    private double[] numbers(int n) {
        double[] a = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = random.gaussian();
        }
        return a;
    }
}
