package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AdamTest {
    /** A gradient of norm 50 counts as one of norm 5 in its direction; the norm told is 50. */
    @Test
    void longGradientsAreShortened() {
        double[] first = new double[2];
        double[] second = new double[2];
        double norm = Adam.update(new double[2], new double[] {30, -40}, first, second, 0, 0.01, 5);
        assertEquals(50, norm, 1e-12);
        assertArrayEquals(new double[] {0.1 * 3, 0.1 * -4}, first, 1e-12);
        assertArrayEquals(new double[] {0.001 * 9, 0.001 * 16}, second, 1e-12);
    }

    /** The first update is the rate in the direction of each component's sign. */
    @Test
    void firstUpdateIsTheRate() {
        double[] p = {1, 2, 3};
        double norm =
                Adam.update(p, new double[] {0.5, -2, 0}, new double[3], new double[3], 0, 0.01, 5);
        assertEquals(Math.sqrt(4.25), norm, 1e-12);
        assertArrayEquals(new double[] {0.99, 2.01, 3}, p, 1e-8);
    }
}
