package org.headwater.report.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Geometry;
import org.headwater.report.internal.RunReport.FieldMap;

/**
 * Draws a field on its geometry: colours, colour bar, outline, markers with their labels, axes of
 * equal scale. {@value #WIDTH} × {@value #HEIGHT} points.
 */
final class MapPlot {
    static final int WIDTH = 468;
    static final int HEIGHT = 416;
    private static final double LEFT = 62;
    private static final double TOP = 40;
    private static final double SIDE = 322;
    private static final double AXIS_GAP = 7;
    private static final double BAR_GAP = 14;
    private static final double BAR_WIDTH = 13;
    private static final double TEXT = 11;
    private static final double TITLE = 13.5;
    private static final double MARGIN_WITH_LABELS = 1.17;
    private static final double MARGIN = 1.03;

    /** Radii of the signs at places, in points. */
    private static final double RING = 1.8;

    private static final double LOZENGE = 5;

    private final Geometry geometry;
    private final PixelGrid grid;
    private final double viewHalf;
    private final int pixels;
    private final List<Line2D> outline;
    private final Lettering lettering;

    MapPlot(Geometry geometry, Lettering lettering) {
        this.geometry = geometry;
        this.lettering = lettering;
        double margin = geometry.markers().isEmpty() ? MARGIN : MARGIN_WITH_LABELS;
        this.pixels = (int) Math.round(SIDE / margin * Picture.DENSITY);
        this.grid = PixelGrid.of(geometry, pixels);
        this.viewHalf = grid.halfSide() * SIDE * Picture.DENSITY / pixels;
        this.outline = outline(geometry);
    }

    /** A colour map and the values at its ends. */
    private record Scale(ColourMap colours, double low, double high) {
        static Scale of(FieldMap map, double[] values) {
            double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
            double low = Arrays.stream(finite).min().orElse(0);
            double high = Arrays.stream(finite).max().orElse(0);
            double reach = Math.max(map.neutral() - low, high - map.neutral());
            return switch (map.colours()) {
                case RANGE -> between(ColourMap.viridis(), low, high);
                case ABOUT_NEUTRAL ->
                        between(
                                ColourMap.diverging(),
                                map.neutral() - reach,
                                map.neutral() + reach);
                case FROM_ZERO -> between(ColourMap.uncertainty(), 0, high > 0 ? high : 1);
                case PROBABILITY -> between(ColourMap.uncertainty(), 0, 1);
            };
        }

        /** Widens an empty range. */
        private static Scale between(ColourMap colours, double low, double high) {
            Axis axis = Axis.linear(low, high, 1);
            return new Scale(colours, axis.low(), axis.high());
        }
    }

    /** Draws a map on this plot's geometry. */
    Picture draw(FieldMap map) {
        return draw(map, map.perTriangle());
    }

    /** Draws a map in the colours that a map of other values would have, to compare with it. */
    Picture draw(FieldMap map, double[] scaleOf) {
        Scale scale = Scale.of(map, scaleOf);
        String title = map.title();
        Picture picture = new Picture(WIDTH, HEIGHT, lettering);
        Graphics2D g = picture.graphics();
        picture.text(lettering.fit(title, TITLE, WIDTH - 24), 14, 24, TITLE, 0, Picture.INK);
        values(g, grid.fromTriangles(map.perTriangle()), scale);
        g.setColor(Picture.MUTED);
        g.setStroke(new BasicStroke(1f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        outline.forEach(g::draw);
        geometry.markers().forEach(marker -> marker(picture, marker));
        axes(picture);
        colourBar(picture, map.unit(), scale);
        return picture;
    }

    private void values(Graphics2D g, double[] image, Scale scale) {
        BufferedImage raster = new BufferedImage(pixels, pixels, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < pixels; i++) {
            for (int j = 0; j < pixels; j++) {
                double v = image[i * pixels + j];
                if (!Double.isNaN(v)) {
                    double t = (v - scale.low()) / (scale.high() - scale.low());
                    raster.setRGB(j, i, 0xff000000 | scale.colours().rgb(t));
                }
            }
        }
        AffineTransform before = g.getTransform();
        g.setTransform(new AffineTransform());
        int inset = (int) Math.round((SIDE * Picture.DENSITY - pixels) / 2);
        g.drawImage(
                raster,
                (int) (LEFT * Picture.DENSITY) + inset,
                (int) (TOP * Picture.DENSITY) + inset,
                null);
        g.setTransform(before);
    }

    private double px(double x) {
        return LEFT + ((x - grid.centreX()) / viewHalf + 1) / 2 * SIDE;
    }

    private double py(double y) {
        return TOP + ((grid.centreY() - y) / viewHalf + 1) / 2 * SIDE;
    }

    /** Edges that belong to one triangle only, in picture coordinates. */
    private List<Line2D> outline(Geometry mesh) {
        Map<Long, Integer> uses = new HashMap<>();
        int[] t = mesh.triangles();
        for (int k = 0; k < t.length; k++) {
            uses.merge(edge(t[k], t[k - k % 3 + (k + 1) % 3]), 1, Integer::sum);
        }
        List<Line2D> lines = new ArrayList<>();
        double[] xy = mesh.nodes();
        for (int k = 0; k < t.length; k++) {
            int a = t[k];
            int b = t[k - k % 3 + (k + 1) % 3];
            if (uses.get(edge(a, b)) == 1) {
                lines.add(
                        new Line2D.Double(
                                px(xy[2 * a]),
                                py(xy[2 * a + 1]),
                                px(xy[2 * b]),
                                py(xy[2 * b + 1])));
            }
        }
        return lines;
    }

    private static long edge(int a, int b) {
        return (long) Math.min(a, b) << 32 | Math.max(a, b);
    }

    private void marker(Picture picture, Geometry.Marker marker) {
        double[] line = marker.line();
        if (line.length < 2) {
            return;
        }
        if (line.length == 2) {
            place(picture, px(line[0]), py(line[1]), marker.label());
            return;
        }
        Graphics2D g = picture.graphics();
        Path2D path = new Path2D.Double();
        double sumX = 0;
        double sumY = 0;
        for (int i = 0; i < line.length; i += 2) {
            if (i == 0) {
                path.moveTo(px(line[0]), py(line[1]));
            } else {
                path.lineTo(px(line[i]), py(line[i + 1]));
            }
            sumX += px(line[i]);
            sumY += py(line[i + 1]);
        }
        g.setColor(Picture.INK);
        g.setStroke(new BasicStroke(4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
        g.draw(path);
        double atX = sumX / (line.length / 2);
        double atY = sumY / (line.length / 2);
        double dx = atX - px(grid.centreX());
        double dy = atY - py(grid.centreY());
        double length = Math.max(1e-9, Math.hypot(dx, dy));
        picture.text(
                marker.label(),
                atX + dx / length * 13,
                atY + dy / length * 13 + 4,
                TEXT,
                0.5,
                Picture.INK);
    }

    /** A small ring, or a lozenge with its label to the right. */
    private static void place(Picture picture, double x, double y, String label) {
        Graphics2D g = picture.graphics();
        g.setColor(Picture.INK);
        if (label.isEmpty()) {
            g.setStroke(new BasicStroke(0.8f));
            g.draw(new Ellipse2D.Double(x - RING, y - RING, 2 * RING, 2 * RING));
            return;
        }
        Path2D lozenge = new Path2D.Double();
        lozenge.moveTo(x - LOZENGE, y);
        lozenge.lineTo(x, y - LOZENGE);
        lozenge.lineTo(x + LOZENGE, y);
        lozenge.lineTo(x, y + LOZENGE);
        lozenge.closePath();
        g.fill(lozenge);
        picture.text(label, x + LOZENGE + 3, y + 4, TEXT, 0, Picture.INK);
    }

    private void axes(Picture picture) {
        Graphics2D g = picture.graphics();
        g.setStroke(new BasicStroke(0.8f));
        double r = grid.halfSide();
        double floor = TOP + SIDE + AXIS_GAP - 4;
        double wall = LEFT - AXIS_GAP;
        Axis x = Axis.linear(grid.centreX() - r, grid.centreX() + r, 4);
        for (int i = 0; i < x.ticks().length; i++) {
            double at = px(x.ticks()[i]);
            g.setColor(Picture.MUTED);
            g.draw(new Line2D.Double(at, floor, at, floor + 4));
            picture.text(x.labels().get(i), at, floor + 17, TEXT, 0.5, Picture.MUTED);
        }
        g.setColor(Picture.MUTED);
        g.draw(new Line2D.Double(px(x.low()), floor, px(x.high()), floor));
        Axis y = Axis.linear(grid.centreY() - r, grid.centreY() + r, 4);
        for (int i = 0; i < y.ticks().length; i++) {
            double at = py(y.ticks()[i]);
            g.setColor(Picture.MUTED);
            g.draw(new Line2D.Double(wall - 4, at, wall, at));
            picture.text(y.labels().get(i), wall - 7, at + 4, TEXT, 1, Picture.MUTED);
        }
        g.setColor(Picture.MUTED);
        g.draw(new Line2D.Double(wall, py(y.low()), wall, py(y.high())));
        picture.text(name("x", x), LEFT + SIDE / 2, floor + 34, TEXT, 0.5, Picture.INK);
        g.setColor(Picture.INK);
        lettering.draw(g, name("y", y), 14, TOP + SIDE / 2, TEXT, 0.5, -Math.PI / 2);
    }

    private String name(String coordinate, Axis axis) {
        String unit = (axis.factor() + " " + geometry.unit()).strip();
        return unit.isEmpty() ? coordinate : coordinate + " (" + unit + ")";
    }

    private void colourBar(Picture picture, String unit, Scale scale) {
        Graphics2D g = picture.graphics();
        double left = LEFT + SIDE + BAR_GAP;
        double height = SIDE * 0.84;
        double top = TOP + (SIDE - height) / 2;
        int steps = 256;
        for (int i = 0; i < steps; i++) {
            g.setColor(scale.colours().colour((i + 0.5) / steps));
            double y = top + height * (1 - (i + 1.0) / steps);
            g.fill(new Rectangle2D.Double(left, y, BAR_WIDTH, height / steps + 0.5));
        }
        g.setColor(Picture.MUTED);
        g.setStroke(new BasicStroke(0.8f));
        g.draw(new Rectangle2D.Double(left, top, BAR_WIDTH, height));
        Axis axis = Axis.linear(scale.low(), scale.high(), 5);
        for (int i = 0; i < axis.ticks().length; i++) {
            double y = top + height * (1 - axis.position(axis.ticks()[i]));
            g.setColor(Picture.MUTED);
            g.draw(new Line2D.Double(left + BAR_WIDTH, y, left + BAR_WIDTH + 4, y));
            picture.text(axis.labels().get(i), left + BAR_WIDTH + 7, y + 4, TEXT, 0, Picture.INK);
        }
        String label = (axis.factor() + " " + unit).strip();
        picture.text(label, WIDTH - 8, top - 10, TEXT, 1, Color.BLACK);
    }
}
