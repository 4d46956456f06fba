package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.headwater.api.Geometry;
import org.headwater.report.internal.RunReport.Colours;
import org.headwater.report.internal.RunReport.FieldMap;
import org.junit.jupiter.api.Test;

class MapPlotTest {
    private final Geometry disc = Meshes.disc(0.14, 16, 8);
    private final MapPlot plot = new MapPlot(disc, new Lettering());

    private BufferedImage draw(double[] values, Colours colours, double neutral)
            throws IOException {
        FieldMap map = new FieldMap("f-mean", "Mean of f", "", "S/m", values, colours, neutral);
        return ImageIO.read(new ByteArrayInputStream(plot.draw(map).png()));
    }

    /** Centre of the disc, in pixels. */
    private static final int CENTRE_X = 2 * (62 + 161);

    private static final int CENTRE_Y = 2 * (40 + 161);

    @Test
    void theNeutralValueHasTheMiddleColour() throws IOException {
        double[] values = new double[disc.triangleCount()];
        Arrays.fill(values, 0.3);
        values[values.length - 1] = 0.7;
        BufferedImage image = draw(values, Colours.ABOUT_NEUTRAL, 0.3);
        assertEquals(2 * MapPlot.WIDTH, image.getWidth());
        assertEquals(2 * MapPlot.HEIGHT, image.getHeight());
        assertEquals(ColourMap.diverging().rgb(0.5), image.getRGB(CENTRE_X, CENTRE_Y) & 0xffffff);
    }

    @Test
    void theTopLeftIsAtTheTopLeft() throws IOException {
        double[] values = new double[disc.triangleCount()];
        for (int t = 0; t < values.length; t++) {
            double[] c = Meshes.centroid(disc, t);
            values[t] = c[1] - c[0];
        }
        BufferedImage image = draw(values, Colours.RANGE, Double.NaN);
        int topLeft = image.getRGB(CENTRE_X - 170, CENTRE_Y - 170) & 0xffffff;
        int bottomRight = image.getRGB(CENTRE_X + 170, CENTRE_Y + 170) & 0xffffff;
        // viridis is green to yellow at the top, violet at the bottom
        assertTrue((topLeft >> 8 & 255) > 180, Integer.toHexString(topLeft));
        assertTrue((bottomRight >> 8 & 255) < 60, Integer.toHexString(bottomRight));
    }

    @Test
    void electrodesAreDrawnOnTheBoundary() throws IOException {
        BufferedImage image = draw(new double[disc.triangleCount()], Colours.FROM_ZERO, Double.NaN);
        int half = (int) Math.round(322 / 1.17);
        assertEquals(
                Picture.INK.getRGB() & 0xffffff,
                image.getRGB(CENTRE_X, CENTRE_Y - half) & 0xffffff);
    }
}
