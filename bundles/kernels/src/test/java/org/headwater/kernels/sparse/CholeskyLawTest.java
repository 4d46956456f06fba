package org.headwater.kernels.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;

/** Against the dense Cholesky factorisation of Commons Math on random patterns. */
class CholeskyLawTest {
    private final SplittableRandom random = new SplittableRandom(20260101);

    @Test
    void factorAndSolutionEqualTheDenseOnesOnRandomPatterns() {
        for (int trial = 0; trial < 400; trial++) {
            int n = 1 + random.nextInt(60);
            compare(n, Patterns.random(n, random.nextInt(4 * n), random), last(n));
        }
    }

    @Test
    void factorAndSolutionEqualTheDenseOnesOnCliques() {
        for (int trial = 0; trial < 200; trial++) {
            int n = 1 + random.nextInt(80);
            int cliques = random.nextInt(12);
            compare(n, Patterns.cliques(n, cliques, 1 + random.nextInt(8), random), last(n));
        }
    }

    @Test
    void factorAndSolutionEqualTheDenseOnesOnGrids() {
        for (int side = 2; side < 14; side++) {
            compare(side * side, Patterns.grid(side), last(side * side));
        }
    }

    @Test
    void aMatrixThatIsNotPositiveDefiniteIsRefusedAndTheNextOneStillWorks() {
        SymbolicCholesky symbolic =
                SymbolicCholesky.of(2, new int[] {0}, new int[] {1}, new int[0]);
        NumericCholesky numeric = symbolic.numeric();
        for (double coupling : new double[] {1, 2, Double.NaN, Double.POSITIVE_INFINITY}) {
            fill(numeric, coupling);
            assertFalse(numeric.factor(), "coupling " + coupling);
        }
        fill(numeric, 0.5);
        assertTrue(numeric.factor());
        double[] b = {1.5, 1.5};
        numeric.solve(b);
        assertArrayEquals(new double[] {1, 1}, b, 1e-15);
    }

    private static void fill(NumericCholesky numeric, double coupling) {
        SymbolicCholesky symbolic = numeric.symbolic();
        numeric.clear();
        numeric.add(symbolic.position(0, 0), 1);
        numeric.add(symbolic.position(1, 1), 1);
        numeric.add(symbolic.position(0, 1), coupling);
    }

    private int[] last(int n) {
        int count = random.nextInt(Math.min(n, 6) + 1);
        int[] last = new int[count];
        boolean[] taken = new boolean[n];
        for (int k = 0; k < count; k++) {
            int u = random.nextInt(n);
            while (taken[u]) {
                u = (u + 1) % n;
            }
            taken[u] = true;
            last[k] = u;
        }
        return last;
    }

    private void compare(int n, int[][] pattern, int[] last) {
        SymbolicCholesky symbolic = SymbolicCholesky.of(n, pattern[0], pattern[1], last);
        int[] order = symbolic.order();
        for (int k = 0; k < last.length; k++) {
            assertEquals(last[k], order[n - last.length + k]);
        }
        NumericCholesky numeric = symbolic.numeric();
        numeric.clear();
        double[][] a = new double[n][n];
        for (int k = 0; k < pattern[0].length; k++) {
            int i = pattern[0][k];
            int j = pattern[1][k];
            if (i != j) {
                double v = random.nextDouble() - 0.5;
                numeric.add(symbolic.position(i, j), v);
                a[i][j] += v;
                a[j][i] += v;
            }
        }
        for (int i = 0; i < n; i++) {
            double d = 0.1;
            for (int j = 0; j < n; j++) {
                d += Math.abs(a[i][j]);
            }
            a[i][i] = d;
            numeric.add(symbolic.position(i, i), d);
        }
        assertTrue(numeric.factor());

        RealMatrix permuted = new Array2DRowRealMatrix(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                permuted.setEntry(symbolic.rank(i), symbolic.rank(j), a[i][j]);
            }
        }
        CholeskyDecomposition dense = new CholeskyDecomposition(permuted);
        int structural = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double expected = dense.getL().getEntry(i, j);
                if (expected != 0) {
                    structural++;
                    double actual = numeric.get(symbolic.position(order[i], order[j]));
                    assertEquals(expected, actual, 1e-12);
                }
            }
        }
        assertEquals(symbolic.nonzeros(), structural, "entries of L that are always zero");

        double[] b = random.doubles(n, -1, 1).toArray();
        double[] expected =
                new CholeskyDecomposition(new Array2DRowRealMatrix(a, false))
                        .getSolver()
                        .solve(new org.apache.commons.math3.linear.ArrayRealVector(b))
                        .toArray();
        int columns = 1 + random.nextInt(20);
        double[] x = new double[n * columns];
        for (int c = 0; c < columns; c++) {
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                y[symbolic.rank(i)] = b[i] * (c + 1);
            }
            numeric.forward(y);
            for (int i = 0; i < n; i++) {
                x[i * columns + c] = y[i];
            }
        }
        numeric.backward(x, columns, n);
        numeric.solve(b);
        assertArrayEquals(expected, b, 1e-10);
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < columns; c++) {
                assertEquals(
                        (c + 1) * expected[i], x[symbolic.rank(i) * columns + c], (c + 1) * 1e-10);
            }
        }
    }
}
