package org.headwater.experiments.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EstimateTest {
    /** t(.975) of 2 degrees of freedom is 4.302653 in any table. */
    @Test
    void intervalOfThreeNumbers() {
        Estimate e = Estimate.of(1, 2, 3);
        assertEquals(2, e.mean());
        assertEquals(1 / Math.sqrt(3), e.error(), 1e-15);
        assertEquals(4.302653 / Math.sqrt(3), e.half(), 1e-6);
        assertTrue(Double.isNaN(Estimate.of(1).half()));
    }

    /** Equal variances and sizes: Welch's degrees of freedom are 4, t(.975) = 2.776445. */
    @Test
    void intervalOfADifference() {
        double half = Estimate.of(1, 2, 3).halfOfDifference(Estimate.of(11, 12, 13));
        assertEquals(2.776445 * Math.sqrt(2.0 / 3), half, 1e-6);
        assertTrue(Double.isNaN(Estimate.of(1, 2).halfOfDifference(Estimate.of(1))));
    }

    @Test
    void slopeOfAPower() {
        double[] x = {1, 3, 10, 40};
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = 7 * Math.pow(x[i], 1.6);
        }
        assertEquals(1.6, ScalingExperiment.slope(x, y), 1e-12);
    }
}
