package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
    @Test
    void ticksAreRound() {
        Axis axis = Axis.linear(-0.14, 0.14, 4);
        assertEquals(List.of("−0.1", "0.0", "0.1"), axis.labels());
        assertArrayEquals(new double[] {-0.1, 0, 0.1}, axis.ticks(), 1e-15);
        assertEquals(0.5, axis.position(0), 1e-15);
        assertEquals(List.of("0.00", "0.25", "0.50"), Axis.linear(0, 0.7, 3).labels());
    }

    @Test
    void smallAndLargeNumbersGetAFactor() {
        Axis small = Axis.linear(0, 5e-5, 5);
        assertEquals("× 10⁻⁵", small.factor());
        assertEquals(List.of("0", "1", "2", "3", "4", "5"), small.labels());
        assertEquals("× 10⁶", Axis.linear(0, 4e6, 4).factor());
    }

    @Test
    void anEmptyRangeIsWidened() {
        for (double v : new double[] {0, 3, -2e-9, 1e12}) {
            Axis axis = Axis.linear(v, v, 5);
            assertTrue(axis.low() < v && v < axis.high());
            assertTrue(axis.ticks().length >= 2);
        }
        assertTrue(Axis.linear(Double.NaN, Double.NaN, 5).ticks().length >= 2);
    }

    @Test
    void decadesEncloseTheRange() {
        Axis axis = Axis.decades(0.02, 30);
        assertEquals(0.01, axis.low(), 1e-15);
        assertEquals(100, axis.high(), 1e-12);
        assertEquals(0.5, axis.position(1), 1e-12);
        assertEquals(List.of("0.01", "0.1", "1", "10", "100"), axis.labels());
    }
}
