package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class LetteringTest {
    private final Lettering lettering = new Lettering();

    /** Advances of DejaVu Sans in units of 1/2048 em, from its hmtx table. */
    @Test
    void widthsAreTheFonts() {
        assertEquals(1401.0 / 2048 * 10, lettering.width("A", 10), 1e-12);
        assertEquals((569.0 + 651.0) / 2048 * 10, lettering.width("i ", 10), 1e-12);
    }

    @Test
    void unitsGreekAndMinusHaveOutlines() {
        double unknown = lettering.width("\ue000", 1);
        assertEquals(lettering.width("\ufffd", 1), unknown);
        for (String s : "S/m Ω·m² σ θ χ − × 10⁻³ ≤ ± µ R̂ é ß Ж".replace("\u0302", "").split("")) {
            assertTrue(lettering.width(s, 1) != unknown, "no outline for " + s);
        }
    }

    /** The letter L has ink at its left and bottom, none at its top right. */
    @Test
    void lettersStandUprightOnTheirBaseLine() {
        BufferedImage image = new BufferedImage(100, 100, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        lettering.draw(g, "L", 10, 90, 100, 0);
        assertTrue((image.getRGB(24, 40) & 255) > 200);
        assertTrue((image.getRGB(50, 86) & 255) > 200);
        assertEquals(0, image.getRGB(50, 40) & 255);
        assertEquals(0, image.getRGB(30, 95) & 255);
    }

    @Test
    void longTextIsShortened() {
        double width = lettering.width("conductivity", 10);
        String shorter = lettering.fit("conductivity of the tank", 10, width);
        assertTrue(shorter.startsWith("conduct") && shorter.endsWith("…"));
        assertTrue(lettering.width(shorter, 10) <= width);
        assertEquals("short", lettering.fit("short", 10, 1000));
    }
}
