package org.headwater.report.internal;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** A rectangle of a picture with two axes. */
final class Panel {
    private static final double TEXT = 11;
    private static final double TITLE = 12.5;

    private final Picture picture;
    private final Graphics2D g;
    private final Rectangle2D area;
    private final Axis x;
    private final Axis y;

    Panel(Picture picture, Rectangle2D area, Axis x, Axis y) {
        this.picture = picture;
        this.g = picture.graphics();
        this.area = area;
        this.x = x;
        this.y = y;
    }

    /** Draws grid lines, tick labels, names of the axes and the title. */
    void frame(String title, String nameX, String nameY) {
        g.setStroke(new BasicStroke(0.8f));
        double widest = 0;
        for (int i = 0; i < y.ticks().length; i++) {
            double at = py(y.ticks()[i]);
            g.setColor(Picture.GRID);
            g.draw(new Line2D.Double(area.getMinX(), at, area.getMaxX(), at));
            picture.text(y.labels().get(i), area.getMinX() - 6, at + 4, TEXT, 1, Picture.MUTED);
            widest = Math.max(widest, picture.lettering().width(y.labels().get(i), TEXT));
        }
        for (int i = 0; i < x.ticks().length; i++) {
            double at = px(x.ticks()[i]);
            g.setColor(Picture.MUTED);
            g.draw(new Line2D.Double(at, area.getMaxY(), at, area.getMaxY() + 4));
            picture.text(x.labels().get(i), at, area.getMaxY() + 16, TEXT, 0.5, Picture.MUTED);
        }
        g.setColor(Picture.MUTED);
        g.draw(new Line2D.Double(area.getMinX(), area.getMaxY(), area.getMaxX(), area.getMaxY()));
        picture.text(
                join(nameX, x.factor()),
                area.getCenterX(),
                area.getMaxY() + 33,
                TEXT,
                0.5,
                Picture.INK);
        g.setColor(Picture.INK);
        picture.lettering()
                .draw(
                        g,
                        join(nameY, y.factor()),
                        area.getMinX() - widest - 15,
                        area.getCenterY(),
                        TEXT,
                        0.5,
                        -Math.PI / 2);
        picture.text(
                picture.lettering().fit(title, TITLE, area.getWidth()),
                area.getMinX(),
                area.getMinY() - 10,
                TITLE,
                0,
                Picture.INK);
    }

    private static String join(String name, String factor) {
        return factor.isEmpty() ? name : (name + "  " + factor).strip();
    }

    double px(double value) {
        return area.getMinX() + x.position(value) * area.getWidth();
    }

    double py(double value) {
        return area.getMaxY() - y.position(value) * area.getHeight();
    }

    void point(double atX, double atY, double radius, Color colour) {
        if (Double.isFinite(atX) && Double.isFinite(atY)) {
            g.setColor(colour);
            double r = radius;
            g.fill(new Ellipse2D.Double(px(atX) - r, py(atY) - r, 2 * r, 2 * r));
        }
    }

    void ring(double atX, double atY, double radius, Color colour) {
        if (Double.isFinite(atX) && Double.isFinite(atY)) {
            g.setColor(colour);
            g.setStroke(new BasicStroke(1.3f));
            double r = radius;
            g.draw(new Ellipse2D.Double(px(atX) - r, py(atY) - r, 2 * r, 2 * r));
        }
    }

    void segment(
            double x0,
            double y0,
            double x1,
            double y1,
            double width,
            Color colour,
            boolean dashed) {
        if (Double.isFinite(y0) && Double.isFinite(y1)) {
            g.setColor(colour);
            g.setStroke(stroke(width, dashed));
            g.draw(new Line2D.Double(px(x0), py(y0), px(x1), py(y1)));
        }
    }

    /** Joins points by lines; leaves gaps where a value is not finite. */
    void line(double[] xs, double[] ys, double width, Color colour) {
        Path2D path = new Path2D.Double();
        boolean pen = false;
        for (int i = 0; i < xs.length; i++) {
            if (!Double.isFinite(xs[i]) || !Double.isFinite(ys[i])) {
                pen = false;
            } else if (pen) {
                path.lineTo(px(xs[i]), py(ys[i]));
            } else {
                path.moveTo(px(xs[i]), py(ys[i]));
                pen = true;
            }
        }
        g.setColor(colour);
        g.setStroke(stroke(width, false));
        g.draw(path);
    }

    /** Fills the rectangle between two corners, given as values. */
    void bar(double x0, double y0, double x1, double y1, Color colour) {
        double left = Math.min(px(x0), px(x1));
        double top = Math.min(py(y0), py(y1));
        g.setColor(colour);
        g.fill(
                new Rectangle2D.Double(
                        left, top, Math.abs(px(x1) - px(x0)), Math.abs(py(y1) - py(y0))));
    }

    /** Draws only inside the panel while {@code drawing} runs. */
    void clipped(Runnable drawing) {
        Shape before = g.getClip();
        g.clip(
                new Rectangle2D.Double(
                        area.getX() - 4,
                        area.getY() - 4,
                        area.getWidth() + 8,
                        area.getHeight() + 8));
        drawing.run();
        g.setClip(before);
    }

    private static BasicStroke stroke(double width, boolean dashed) {
        return dashed
                ? new BasicStroke(
                        (float) width,
                        BasicStroke.CAP_BUTT,
                        BasicStroke.JOIN_ROUND,
                        1,
                        new float[] {5, 4},
                        0)
                : new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND);
    }
}
