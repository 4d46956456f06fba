package org.headwater.kernels.laplace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.headwater.kernels.flow.Problems;
import org.headwater.kernels.flow.Problems.Coupled;
import org.headwater.kernels.flow.Problems.Interval;
import org.headwater.kernels.flow.Problems.L1Prior;
import org.junit.jupiter.api.Test;

class MapFinderTest {
    /**
     * By FISTA as by coordinate descent, also where the vector of ones is the Hessian's eigenvector
     * of the least eigenvalue: 1 of 1, 10 and 10.
     */
    @Test
    void proximalGradientsFindWhatCoordinateDescentFinds() {
        double[] h = {7, -3, -3, -3, 7, -3, -3, -3, 7};
        double[] b = {4, -1, 0.5};
        Problems.Quadratic target = new Problems.Quadratic(h, b);
        L1Prior l1 = new L1Prior(3, 0.3);
        Interval interval = new Interval(3, 0.2, 0, 0.4);
        assertArrayEquals(
                new MapFinder(Problems.of(target, l1, 1)).find(),
                new MapFinder(Problems.of(target, new Coupled(l1, true), 1)).find(),
                1e-6);
        assertArrayEquals(
                new MapFinder(Problems.of(target, interval, 1)).find(),
                new MapFinder(Problems.of(target, new Coupled(interval, true), 1)).find(),
                1e-6);
    }
}
