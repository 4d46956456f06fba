package org.headwater.model.eit.internal.basis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.headwater.api.DenseMatrix;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.sparse.Lanes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchedBasisMatrixTest {
    /** Both products are those of the dense matrix, whatever the number of triangles and zeros. */
    @ParameterizedTest
    @CsvSource({"1, 1, 5", "64, 3, .3", "65, 7, .3", "500, 40, .2", "500, 40, 0"})
    void multipliesAsTheDenseMatrix(int rows, int columns, double reach) {
        KeyedRandom random = KeyedRandom.of(4);
        double[] centroids = new double[2 * rows];
        for (int i = 0; i < centroids.length; i++) {
            centroids[i] = random.uniform();
        }
        double[] b = new double[rows * columns];
        for (int j = 0; j < columns; j++) {
            double x = random.uniform();
            double y = random.uniform();
            for (int t = 0; t < rows; t++) {
                double r = Math.hypot(centroids[2 * t] - x, centroids[2 * t + 1] - y);
                b[t * columns + j] = r < reach ? 1 + r : 0;
            }
        }
        DenseMatrix matrix = new DenseMatrix(rows, columns, b);
        BasisMatrix patched = new PatchedBasisMatrix(matrix, centroids);
        Lanes lanes = Lanes.best();
        int width = lanes.width();
        double[] theta = normal(columns * width, random);
        double[] a = normal(rows * width, random);
        double[] expanded = normal(rows * width, random);
        double[] pulledBack = normal(columns * width, random);
        patched.expand(lanes, theta, expanded);
        patched.pullBack(lanes, a, pulledBack);
        for (int w = 0; w < width; w++) {
            for (int t = 0; t < rows; t++) {
                double sum = 0;
                for (int j = 0; j < columns; j++) {
                    sum += matrix.get(t, j) * theta[j * width + w];
                }
                assertEquals(sum, expanded[t * width + w], 1e-12);
            }
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int t = 0; t < rows; t++) {
                    sum += matrix.get(t, j) * a[t * width + w];
                }
                assertEquals(sum, pulledBack[j * width + w], 1e-11);
            }
        }
    }

    private static double[] normal(int n, KeyedRandom random) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.gaussian();
        }
        return x;
    }
}
