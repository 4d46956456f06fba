package org.headwater.kernels.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Lanes of vectors against a lane of plain Java, which CholeskyLawTest holds against dense ones.
 */
class BatchCholeskyLawTest {
    private static final Lanes MANY = Lanes.best();
    private static final int W = MANY.width();
    private final SplittableRandom random = new SplittableRandom(20260102);

    @Test
    void lanesAreVectorsWhereJavaHasTheVectorApi() {
        boolean there = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        assertEquals(there ? "VectorLanes" : "ScalarLanes", MANY.getClass().getSimpleName());
        assertEquals(1, Lanes.scalar().width());
    }

    @Test
    void everyLaneHasTheBitsOfItsMatrixAloneOnRandomPatterns() {
        for (int trial = 0; trial < 60; trial++) {
            int n = 1 + random.nextInt(60);
            compare(n, Patterns.random(n, random.nextInt(4 * n), random), -1);
        }
        for (int trial = 0; trial < 60; trial++) {
            int n = 1 + random.nextInt(80);
            compare(n, Patterns.cliques(n, random.nextInt(12), 8, random), -1);
        }
        for (int side = 2; side < 14; side++) {
            compare(side * side, Patterns.grid(side), -1);
        }
    }

    @Test
    void aMatrixThatIsNotPositiveDefiniteSpoilsItsOwnLaneOnly() {
        for (int bad = 0; bad < W; bad++) {
            compare(100, Patterns.grid(10), bad);
        }
    }

    private void compare(int n, int[][] pattern, int bad) {
        SymbolicCholesky symbolic =
                SymbolicCholesky.of(n, pattern[0], pattern[1], new int[] {n / 2});
        int nonzeros = symbolic.nonzeros();
        int columns = 1 + random.nextInt(11);
        int end = random.nextInt(n + 1);
        BatchCholesky batch = symbolic.batch(MANY);
        double[][] single = new double[W][nonzeros];
        double[][] right = new double[W][];
        double[] x = new double[n * columns * W];
        batch.clear();
        for (int w = 0; w < W; w++) {
            for (int k = 0; k < pattern[0].length; k++) {
                int i = pattern[0][k];
                int j = pattern[1][k];
                if (i != j) {
                    single[w][symbolic.position(i, j)] += random.nextDouble() - 0.5;
                }
            }
            for (int i = 0; i < n; i++) {
                single[w][symbolic.position(i, i)] = 0.5 * pattern[0].length + 1;
            }
            if (w == bad) {
                double[] values = {-1, Double.NaN, Double.POSITIVE_INFINITY, 0};
                int i = random.nextInt(n);
                single[w][symbolic.position(i, i)] = values[random.nextInt(4)];
            }
            right[w] = random.doubles((long) n * columns, -1, 1).toArray();
            MANY.put(single[w], 0, nonzeros, batch.values(), w);
            MANY.put(right[w], 0, n * columns, x, w);
        }
        boolean[] positive = new boolean[W];
        batch.factor(positive);
        double[] forward = x.clone();
        batch.forward(forward, columns);
        batch.backward(x, columns, end);
        for (int w = 0; w < W; w++) {
            assertEquals(w != bad, positive[w]);
            if (w == bad) {
                continue;
            }
            BatchCholesky one = symbolic.batch(Lanes.scalar());
            System.arraycopy(single[w], 0, one.values(), 0, nonzeros);
            boolean[] alone = new boolean[1];
            one.factor(alone);
            double[] y = right[w].clone();
            one.forward(y, columns);
            double[] z = right[w].clone();
            one.backward(z, columns, end);
            assertArrayEquals(one.values(), taken(batch.values(), w, nonzeros));
            assertArrayEquals(y, taken(forward, w, n * columns));
            assertArrayEquals(z, taken(x, w, n * columns));
            int known = end * columns;
            assertArrayEquals(
                    Arrays.copyOfRange(right[w], known, n * columns),
                    Arrays.copyOfRange(z, known, n * columns));
        }
    }

    private static double[] taken(double[] lanes, int lane, int count) {
        double[] out = new double[count];
        MANY.take(lanes, lane, out, 0, count);
        return out;
    }
}
