package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.Geometry;
import org.junit.jupiter.api.Test;

class FieldStatisticsStatisticalTest {
    /**
     * 40,000 standard normal draws: standard errors are .005 (mean), .0035 (sd), .015 (width) and
     * .0023 (exceedance); five of each bound a correct implementation's false alarm at 6e-7 per
     * comparison, and the seed is fixed.
     */
    @Test
    void normalDrawsHaveTheNormalsStatistics() {
        int n = 40_000;
        Random random = new Random(11);
        double[] data = new double[n];
        for (int i = 0; i < n; i++) {
            data[i] = random.nextGaussian();
        }
        Geometry triangle =
                new Geometry(new double[] {0, 0, 1, 0, 0, 1}, new int[] {0, 1, 2}, "m", List.of());
        DerivedField field =
                new DerivedField() {
                    @Override
                    public String name() {
                        return "z";
                    }

                    @Override
                    public String unit() {
                        return "";
                    }

                    @Override
                    public Geometry geometry() {
                        return triangle;
                    }

                    @Override
                    public double neutral() {
                        return 0;
                    }

                    @Override
                    public void evaluate(double[] theta, int offset, double[] out) {
                        out[0] = theta[offset];
                    }
                };
        FieldStatistics s =
                FieldStatistics.of(field, Ensemble.of(n, 1, data), 1, new TestWorkers(1), 1L << 25);
        assertEquals(0, s.mean()[0], 0.025);
        assertEquals(1, s.sd()[0], 0.018);
        assertEquals(2 * 1.6448536, s.width()[0], 0.075);
        assertEquals(0.3173105, s.exceedance()[0], 0.0117);
    }
}
