package org.headwater.report.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A white sheet to draw a plot on. Lengths are in points; a point is {@value #DENSITY} pixels on
 * either side, so that pictures are crisp on dense screens and in print.
 */
final class Picture {
    /** Pixels per point. */
    static final int DENSITY = 2;

    static final Color INK = new Color(0x1f2933);
    static final Color MUTED = new Color(0x5f6b76);
    static final Color GRID = new Color(0xe3e7eb);
    static final Color BLUE = new Color(0x2166ac);
    static final Color ORANGE = new Color(0xc8501e);

    private final BufferedImage image;
    private final Graphics2D graphics;
    private final Lettering lettering;

    Picture(double width, double height, Lettering lettering) {
        this.lettering = lettering;
        image =
                new BufferedImage(
                        (int) Math.ceil(width * DENSITY),
                        (int) Math.ceil(height * DENSITY),
                        BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(
                RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(DENSITY, DENSITY);
        graphics.setStroke(new BasicStroke(1f));
    }

    Graphics2D graphics() {
        return graphics;
    }

    Lettering lettering() {
        return lettering;
    }

    /** Draws text that starts at x (align 0), is centred there (½) or ends there (1). */
    void text(String text, double x, double y, double size, double align, Color colour) {
        graphics.setColor(colour);
        lettering.draw(graphics, text, x, y, size, align);
    }

    /** The picture as a PNG file. */
    byte[] png() throws IOException {
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException("this Java runtime cannot write PNG files");
            }
        }
        return bytes.toByteArray();
    }
}
