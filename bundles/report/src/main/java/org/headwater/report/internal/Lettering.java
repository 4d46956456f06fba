package org.headwater.report.internal;

import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.util.HashMap;
import java.util.Map;

/**
 * Draws text as filled outlines of DejaVu Sans, which this bundle carries: the same on every
 * machine, and possible where AWT finds neither fonts nor fontconfig. Characters without an outline
 * are drawn as the replacement character. Immutable and thread-safe.
 */
final class Lettering {
    private static final double UNITS_PER_EM = 2048;
    private static final int REPLACEMENT = 0xfffd;

    private record Glyph(double advance, Path2D outline) {}

    private final Map<Integer, Glyph> glyphs = new HashMap<>();

    /** Reads the outlines. */
    Lettering() {
        for (String line : Resource.lines("glyphs.txt")) {
            String[] words = line.split(" ");
            Path2D path = new Path2D.Double(Path2D.WIND_NON_ZERO);
            int i = 2;
            while (i < words.length) {
                switch (words[i]) {
                    case "M" -> {
                        path.moveTo(number(words, i + 1), -number(words, i + 2));
                        i += 3;
                    }
                    case "L" -> {
                        path.lineTo(number(words, i + 1), -number(words, i + 2));
                        i += 3;
                    }
                    case "Q" -> {
                        path.quadTo(
                                number(words, i + 1),
                                -number(words, i + 2),
                                number(words, i + 3),
                                -number(words, i + 4));
                        i += 5;
                    }
                    case "Z" -> {
                        path.closePath();
                        i++;
                    }
                    default ->
                            throw new IllegalStateException(
                                    "glyphs.txt: unknown path command " + words[i]);
                }
            }
            glyphs.put(Integer.parseInt(words[0], 16), new Glyph(number(words, 1), path));
        }
    }

    private static double number(String[] words, int i) {
        return Double.parseDouble(words[i]);
    }

    private Glyph glyph(int codePoint) {
        Glyph glyph = glyphs.get(codePoint);
        return glyph != null ? glyph : glyphs.get(REPLACEMENT);
    }

    /** Width of a text at a size in pixels per em. */
    double width(String text, double size) {
        return text.codePoints().mapToDouble(c -> glyph(c).advance()).sum() * size / UNITS_PER_EM;
    }

    /**
     * Draws a text in the graphics' colour.
     *
     * @param x where {@code align} of the text's width lies
     * @param y the base line
     * @param size pixels per em
     * @param align 0 for text that starts at x, ½ centred, 1 that ends at x
     */
    void draw(Graphics2D g, String text, double x, double y, double size, double align) {
        draw(g, text, x, y, size, align, 0);
    }

    /** As above, turned by {@code angle} radians clockwise about (x, y). */
    void draw(
            Graphics2D g,
            String text,
            double x,
            double y,
            double size,
            double align,
            double angle) {
        AffineTransform before = g.getTransform();
        g.translate(x, y);
        g.rotate(angle);
        g.translate(-align * width(text, size), 0);
        double scale = size / UNITS_PER_EM;
        g.scale(scale, scale);
        text.codePoints()
                .forEach(
                        c -> {
                            Glyph glyph = glyph(c);
                            g.fill(glyph.outline());
                            g.translate(glyph.advance(), 0);
                        });
        g.setTransform(before);
    }

    /** The text, shortened with an ellipsis to fit into a width. */
    String fit(String text, double size, double width) {
        if (width(text, size) <= width) {
            return text;
        }
        int[] points = text.codePoints().toArray();
        for (int n = points.length - 1; n > 0; n--) {
            String shorter = new String(points, 0, n).stripTrailing() + "…";
            if (width(shorter, size) <= width) {
                return shorter;
            }
        }
        return "…";
    }
}
