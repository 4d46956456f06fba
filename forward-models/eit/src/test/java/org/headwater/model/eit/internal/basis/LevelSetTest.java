package org.headwater.model.eit.internal.basis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LevelSetTest {
    private static double[] at(LevelSet levels, double... phi) {
        levels.apply(phi, phi.length, new double[phi.length]);
        return phi;
    }

    @Test
    void materialsLieBeyondTheThresholds() {
        LevelSet two = new LevelSet(new double[] {0.1, 50}, 1, 0.01);
        double[] expected = {Math.log(0.1), Math.log(0.1), 0, 0, 0, Math.log(50), Math.log(50)};
        assertArrayEquals(expected, at(two, -9, -1.1, -.9, 0, .9, 1.1, 9), 1e-7);
        LevelSet resistive = new LevelSet(new double[] {0.1}, 1, 0.01);
        assertArrayEquals(new double[] {Math.log(0.1), 0, 0}, at(resistive, -2, 0, 2), 1e-15);
    }

    /** Half of the way at the threshold, up to what the smooth step has left at 0. */
    @Test
    void stepsAreSmooth() {
        double left = 1 / (1 + Math.exp(4));
        double middle = Math.log(10) * (0.5 - left) / (1 - left);
        assertEquals(middle, at(new LevelSet(new double[] {10}, 1, 0.5), 1)[0], 1e-15);
        assertEquals(0, at(new LevelSet(new double[] {10, 0.2}, 1, 0.5), 0)[0], 0);
    }

    @Test
    void slopesAreDerivatives() {
        LevelSet levels = new LevelSet(new double[] {0.1, 5}, 0.8, 0.4);
        double h = 1e-5;
        for (double x = -3; x <= 3; x += 0.37) {
            double[] slope = new double[1];
            levels.apply(new double[] {x}, 1, slope);
            double[] pair = at(levels, x - h, x + h);
            assertEquals((pair[1] - pair[0]) / (2 * h), slope[0], 1e-8);
            assertTrue(slope[0] > 0);
        }
    }
}
