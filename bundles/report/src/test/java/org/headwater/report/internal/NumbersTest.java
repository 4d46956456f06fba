package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NumbersTest {
    @Test
    void fewDigits() {
        assertEquals("0.3333", Numbers.format(1 / 3.0));
        assertEquals("−0.01", Numbers.format(-0.01));
        assertEquals("12350", Numbers.format(12345.6));
        assertEquals("500", Numbers.format(500));
        assertEquals("1.235 × 10⁻⁷", Numbers.format(1.2346e-7));
        assertEquals("2 × 10⁹", Numbers.format(2e9));
        assertEquals("0", Numbers.format(-0.0));
        assertEquals("–", Numbers.format(Double.NaN));
        assertEquals("−∞", Numbers.format(Double.NEGATIVE_INFINITY));
    }

    @Test
    void valuesAreRoundedToTheirUncertainty() {
        assertEquals("0.312", Numbers.roundedTo(0.31239, 0.0152));
        assertEquals("−1.20", Numbers.roundedTo(-1.2, 0.31));
        assertEquals("0.00", Numbers.roundedTo(-0.001, 0.25));
        assertEquals("124", Numbers.roundedTo(123.9, 17));
        assertEquals("12300", Numbers.roundedTo(12345, 1700));
        assertEquals("1.2346 × 10⁻⁹", Numbers.roundedTo(1.23456e-9, 1.5e-12));
        assertEquals("0.5", Numbers.roundedTo(0.5, Double.NaN));
    }

    @Test
    void columnsKeepTheirDecimals() {
        assertEquals("2.00", Numbers.fixed(2, 2));
        assertEquals("0.00", Numbers.fixed(-0.001, 2));
        assertEquals("−0.13", Numbers.fixed(-0.126, 2));
    }

    @Test
    void durations() {
        assertEquals("120 ms", Numbers.duration(0.12));
        assertEquals("12.4 s", Numbers.duration(12.41));
        assertEquals("2 min 5 s", Numbers.duration(125));
        assertEquals("1 h 2 min", Numbers.duration(3725));
    }
}
