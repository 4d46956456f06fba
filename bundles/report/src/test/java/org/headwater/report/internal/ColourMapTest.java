package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ColourMapTest {
    /** CIE L* of an sRGB colour, the other standard measure of lightness. */
    private static double lightness(int rgb) {
        double y =
                0.2126 * linear(rgb >> 16 & 255)
                        + 0.7152 * linear(rgb >> 8 & 255)
                        + 0.0722 * linear(rgb & 255);
        return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    @Test
    void viridisRunsFromVioletToYellow() {
        assertEquals(0x440154, ColourMap.viridis().rgb(0));
        assertEquals(0xfde725, ColourMap.viridis().rgb(1));
        assertEquals(0x440154, ColourMap.viridis().rgb(-3));
        assertEquals(0xfde725, ColourMap.viridis().rgb(7));
    }

    @Test
    void divergingIsNearWhiteInTheMiddleBlueBelowRedAbove() {
        ColourMap map = ColourMap.diverging();
        int middle = map.rgb(0.5);
        assertEquals(middle & 255, middle >> 16, 2);
        assertTrue(lightness(middle) > 93);
        assertTrue((map.rgb(0.1) & 255) > (map.rgb(0.1) >> 16));
        assertTrue((map.rgb(0.9) & 255) < (map.rgb(0.9) >> 16));
    }

    @Test
    void bothSidesOfDivergingGetDarkerAtTheSamePace() {
        ColourMap map = ColourMap.diverging();
        for (int i = 1; i <= 100; i++) {
            double t = i / 200.0;
            assertTrue(lightness(map.rgb(0.5 + t)) <= lightness(map.rgb(0.5 + t - 0.005)));
            assertTrue(lightness(map.rgb(0.5 - t)) <= lightness(map.rgb(0.5 - t + 0.005)));
            assertEquals(lightness(map.rgb(0.5 - t)), lightness(map.rgb(0.5 + t)), 6);
        }
    }

    @Test
    void everyMapHasSteadyLightness() {
        for (ColourMap map : new ColourMap[] {ColourMap.viridis(), ColourMap.uncertainty()}) {
            double whole = lightness(map.rgb(1)) - lightness(map.rgb(0));
            for (int i = 0; i < 16; i++) {
                double part = lightness(map.rgb((i + 1) / 16.0)) - lightness(map.rgb(i / 16.0));
                assertEquals(1.0 / 16, part / whole, 0.025);
            }
        }
    }
}
