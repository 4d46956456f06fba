package org.headwater.kernels.chain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StepAdaptationTest {
    /** An acceptance of e^{−ε} is .8 at ε = −ln .8, from a start far above or below. */
    @Test
    void findsTheStepOfTheWantedAcceptance() {
        for (double start : new double[] {0.01, 1, 30}) {
            StepAdaptation tuning = StepAdaptation.from(start);
            for (int k = 0; k < 1000; k++) {
                tuning = tuning.after(Math.exp(-tuning.step()), 0.8, Double.MAX_VALUE);
            }
            assertEquals(-Math.log(0.8), tuning.average(), 0.01, "from " + start);
        }
    }

    @Test
    void staysBelowTheLargestStep() {
        StepAdaptation tuning = StepAdaptation.from(0.5);
        for (int k = 0; k < 200; k++) {
            tuning = tuning.after(1, 0.3, 1);
            assertTrue(tuning.step() <= 1);
        }
        assertEquals(1, tuning.average(), 1e-9);
    }
}
