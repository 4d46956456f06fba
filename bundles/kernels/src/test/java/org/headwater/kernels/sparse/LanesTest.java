package org.headwater.kernels.sparse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static final int W = Lanes.best().width();
    private final SplittableRandom random = new SplittableRandom(20260103);

    @Test
    void exponentialsEqualTheLibrarysToAnUlpAndAHalf() {
        double[] x = random.doubles(100_000, -745, 710).toArray();
        double[] y = new double[x.length];
        Lanes.scalar().exp(x, new double[] {1}, x.length, y);
        for (int i = 0; i < x.length; i++) {
            double expected = StrictMath.exp(x[i]);
            assertEquals(expected, y[i], 1.5 * Math.ulp(expected), "e^" + x[i]);
        }
        Lanes.scalar().exp(x, new double[] {-0.3}, 1, y);
        assertEquals(-0.3 * StrictMath.exp(x[0]), y[0], 1e-15 * Math.abs(y[0]));
    }

    @Test
    void exponentialsKeepTheirEnds() {
        double infinity = Double.POSITIVE_INFINITY;
        double[] x = {
            0, -0.0, 1, 709.78, 709.79, 1e300, infinity, -746, -1e9, -infinity, Double.NaN
        };
        double[] y = new double[x.length];
        Lanes.scalar().exp(x, new double[] {1}, x.length, y);
        double[] expected = new double[x.length];
        Arrays.setAll(expected, i -> Math.exp(x[i]));
        assertArrayEquals(expected, y, 1e293);
        assertEquals(1, y[0]);
        assertEquals(Math.E, y[2], 1e-15);
    }

    @Test
    void vectorsGiveTheBitsOfPlainJava() {
        int[] place = random.ints(200, 0, 40).toArray();
        int[] column = random.ints(200, 0, 30).toArray();
        double[] value = random.doubles(200, -1, 1).toArray();
        SparseRows sparse = SparseRows.of(40, place, column, value, true);
        double[] factors = random.doubles(2L * W).toArray();
        int[] pairs = random.ints(60, 0, 10).toArray();
        double[] d = random.doubles(3L * W, -1, 1).toArray();
        int[] rows = {7, 3, 22, 39, 0, 1, 2, 4, 5, 38, 21};
        int[] columns = {0, 29, 4};
        double[] block = random.doubles(33, -1, 1).toArray();
        List<BiConsumer<Lanes, double[][]>> products =
                List.of(
                        (lanes, a) -> lanes.multiply(sparse, a[0], a[1]),
                        (lanes, a) -> lanes.addBlock(block, rows, columns, a[0], a[1]),
                        (lanes, a) -> lanes.squaredDifferences(pairs, a[0], 3, a[2], a[1]),
                        (lanes, a) -> lanes.exp(a[0], a[3], 30, a[1]));
        double[] x = random.doubles(30L * W, -700, 700).toArray();
        x[3] = Double.NaN;
        x[5] = Double.POSITIVE_INFINITY;
        for (BiConsumer<Lanes, double[][]> product : products) {
            double[] y = random.doubles(40L * W).toArray();
            double[][] parts = new double[W][];
            for (int w = 0; w < W; w++) {
                double[][] one = {lane(x, w), lane(y, w), lane(d, w), lane(factors, w)};
                product.accept(Lanes.scalar(), one);
                parts[w] = one[1];
            }
            product.accept(Lanes.best(), new double[][] {x, y, d, factors});
            for (int w = 0; w < W; w++) {
                assertArrayEquals(parts[w], lane(y, w));
            }
        }
    }

    @Test
    void productsEqualPlainSums() {
        int[] place = {3, 1, 1, 3, 1};
        int[] column = {0, 2, 1, 0, 2};
        double[] value = {1, 10, 100, 2, 1000};
        double[] x = {1, 2, 3};
        double[] y = {-1, -1, -1, -1};
        Lanes one = Lanes.scalar();
        one.multiply(SparseRows.of(4, place, column, value, false), x, y);
        assertArrayEquals(new double[] {-1, 200 + 3030, -1, 3}, y);
        one.multiply(SparseRows.of(4, place, column, value, true), x, y);
        assertArrayEquals(new double[] {0, 200 + 3030, 0, 3}, y);
        one.addBlock(new double[] {1, 2, 3, 4}, new int[] {2, 0}, new int[] {1, 2}, x, y);
        assertArrayEquals(new double[] {6 + 12, 3230, 2 + 6, 3}, y);
        double[] out = new double[2];
        double[] points = {0, 0, 1, 2, 3, 5};
        one.squaredDifferences(new int[] {0, 1, 2, 1}, points, 2, new double[] {10, -1}, out);
        assertArrayEquals(new double[] {10 - 4, 40 - 9}, out);
    }

    @Test
    void aLaneIsPositiveWhenAllItsNumbersAre() {
        for (Lanes lanes : List.of(Lanes.scalar(), Lanes.best())) {
            int width = lanes.width();
            boolean[] positive = new boolean[width];
            for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
                for (int w = 0; w < width; w++) {
                    double[] x = random.doubles(5L * width, 1e-300, 1e300).toArray();
                    lanes.positive(x, 5, positive);
                    boolean[] expected = new boolean[width];
                    Arrays.fill(expected, true);
                    assertArrayEquals(expected, positive);
                    x[random.nextInt(5) * width + w] = bad;
                    expected[w] = false;
                    lanes.positive(x, 5, positive);
                    assertArrayEquals(expected, positive);
                }
            }
        }
    }

    private static double[] lane(double[] x, int lane) {
        double[] out = new double[x.length / W];
        Lanes.best().take(x, lane, out, 0, out.length);
        return out;
    }
}
