package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SumOfSquaresTest {
    private final SplittableRandom random = new SplittableRandom(20260105);

    @Test
    void sumsToTheMatrixWhateverItsSignsAndRank() {
        for (int trial = 0; trial < 500; trial++) {
            int n = 1 + random.nextInt(20);
            int rank = random.nextInt(n + 1);
            double[] h = new double[n * n];
            for (int r = 0; r < rank; r++) {
                double[] v = random.doubles(n, -1, 1).toArray();
                double sign = random.nextBoolean() ? 1 : -1;
                for (int i = 0; i < n * n; i++) {
                    h[i] += sign * v[i / n] * v[i % n];
                }
            }
            check(h, n);
        }
    }

    /** One datum m between electrodes without current c: cmᵀ + mcᵀ has zeros on its diagonal. */
    @Test
    void needsNoDiagonal() {
        double[] h = new double[16];
        h[1] = h[4] = 1;
        h[2] = h[8] = -1;
        h[7] = h[13] = 1e-3;
        check(h, 4);
        check(new double[] {0, 1, 1, 0}, 2);
        check(new double[9], 3);
    }

    @Test
    void aNumberThatIsNoneShows() {
        double[] v = new double[4];
        double[] d = new double[2];
        SumOfSquares.of(new double[] {1, Double.NaN, Double.NaN, 2}, 2, v, d);
        assertTrue(Double.isNaN(v[0] + v[1] + v[2] + v[3] + d[0] + d[1]));
    }

    private static void check(double[] h, int n) {
        double[] v = new double[n * n];
        double[] d = new double[n];
        double largest = 0;
        for (double x : h) {
            largest = Math.max(largest, Math.abs(x));
        }
        SumOfSquares.of(h.clone(), n, v, d);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    sum += d[k] * v[i * n + k] * v[j * n + k];
                }
                assertEquals(h[i * n + j], sum, 1e-13 * largest);
            }
        }
    }
}
