package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.Geometry;
import org.junit.jupiter.api.Test;

class FieldStatisticsTest {
    private static final long ROOMY = 1L << 25;
    private final Geometry disc = Meshes.disc(1, 4, 0);

    /** θ₁ times the triangle's number plus one, about a neutral value. */
    private record Scaled(Geometry geometry, double neutral) implements DerivedField {
        @Override
        public String name() {
            return "scaled";
        }

        @Override
        public String unit() {
            return "";
        }

        @Override
        public void evaluate(double[] theta, int offset, double[] out) {
            for (int t = 0; t < out.length; t++) {
                out[t] = theta[offset + 1] * (t + 1);
            }
        }
    }

    /** Draws (−1, k/100), k = 0 … 100, shuffled. */
    private static Ensemble ladder() {
        double[] data = new double[202];
        for (int k = 0; k <= 100; k++) {
            data[2 * k] = -1;
            data[2 * k + 1] = (k * 37 % 101) / 100.0;
        }
        return Ensemble.of(101, 2, data);
    }

    @Test
    void evenlySpacedDrawsHaveTheMomentsOfTheDiscreteUniform() {
        FieldStatistics s =
                FieldStatistics.of(new Scaled(disc, 0), ladder(), 2.005, new TestWorkers(2), ROOMY);
        for (int t = 0; t < disc.triangleCount(); t++) {
            double scale = t + 1;
            assertEquals(0.5 * scale, s.mean()[t], 1e-13 * scale);
            // variance of 0 … 100 is (101² − 1)/12
            assertEquals(Math.sqrt(850) / 100 * scale, s.sd()[t], 1e-13 * scale);
            assertEquals(0.9 * scale, s.width()[t], 1e-13 * scale);
            long above = 0;
            for (int k = 0; k <= 100; k++) {
                above += k * scale > 200.5 ? 1 : 0;
            }
            assertEquals(above / 101.0, s.exceedance()[t], 1e-15);
        }
        assertEquals(2.005, s.threshold());
    }

    @Test
    void exceedanceCountsBothSidesOfTheNeutralValue() {
        FieldStatistics s =
                FieldStatistics.of(
                        new Scaled(disc, 0.5), ladder(), 0.305, new TestWorkers(1), ROOMY);
        // |k/100 − 0.5| > 0.305 for k = 0 … 19 and 81 … 100
        assertEquals(40 / 101.0, s.exceedance()[0], 1e-15);
    }

    @Test
    void withoutAThresholdItIsATenthOfTheLargestMeanDifference() {
        FieldStatistics s =
                FieldStatistics.of(
                        new Scaled(disc, 0), ladder(), Double.NaN, new TestWorkers(1), ROOMY);
        assertEquals(0.05 * disc.triangleCount(), s.threshold(), 1e-12);
    }

    @Test
    void withoutANeutralValueThereIsNoExceedance() {
        FieldStatistics s =
                FieldStatistics.of(
                        new Scaled(disc, Double.NaN), ladder(), 1, new TestWorkers(1), ROOMY);
        assertNull(s.exceedance());
    }

    @Test
    void neitherBlocksNorThreadsChangeABit() {
        Random random = new Random(3);
        Ensemble draws =
                Ensemble.of(57, 2, random.doubles(114).map(u -> Math.log(u) - 0.3).toArray());
        DerivedField field = new Scaled(disc, 0);
        FieldStatistics one =
                FieldStatistics.of(field, draws, Double.NaN, new TestWorkers(1), ROOMY);
        for (long budget : new long[] {1, 57 * 7, ROOMY}) {
            FieldStatistics other =
                    FieldStatistics.of(field, draws, Double.NaN, new TestWorkers(2), budget);
            assertArrayEquals(one.mean(), other.mean(), 0);
            assertArrayEquals(one.sd(), other.sd(), 0);
            assertArrayEquals(one.width(), other.width(), 0);
            assertArrayEquals(one.exceedance(), other.exceedance(), 0);
            assertEquals(one.threshold(), other.threshold(), 0);
        }
    }
}
