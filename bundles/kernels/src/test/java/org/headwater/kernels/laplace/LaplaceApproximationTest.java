package org.headwater.kernels.laplace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.InvalidInputException;
import org.headwater.kernels.flow.Problems;
import org.headwater.kernels.flow.Problems.L1Prior;
import org.junit.jupiter.api.Test;

class LaplaceApproximationTest {
    private final Problems.Quadratic target =
            new Problems.Quadratic(new double[] {7, -3, -3, 7}, new double[] {4, -1});

    /** A weight whose square overflows is not mistaken for one that leaves something open. */
    @Test
    void aHessianThatIsNotFiniteIsSaid() {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () ->
                                LaplaceApproximation.at(
                                        Problems.of(target, new L1Prior(2, 1e200), 1),
                                        new double[2]));
        assertEquals("Infinity for parameter 1", e.value());
        assertTrue(e.getMessage().startsWith("prior must leave the Hessian of data and prior"));
    }

    /** Without a prior the precision is the Hessian. */
    @Test
    void aFlatPriorLeavesTheHessian() {
        LaplaceApproximation gauss =
                LaplaceApproximation.at(
                        Problems.of(target, new L1Prior(2, 0), 1), new double[] {.5, .5});
        assertArrayEquals(new double[] {7, -3, -3, 7}, gauss.precision(), 1e-6);
    }
}
