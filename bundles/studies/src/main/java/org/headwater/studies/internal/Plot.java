package org.headwater.studies.internal;

import java.util.Locale;

/** A plot with linear or logarithmic axes, as SVG. */
final class Plot {
    private static final double LEFT = 58;
    private static final double RIGHT = 14;
    private static final double TOP = 28;
    private static final double BOTTOM = 44;

    private final int width;
    private final int height;
    private final double[] x;
    private final double[] y;
    private final boolean logX;
    private final boolean logY;
    private final StringBuilder body = new StringBuilder();

    /**
     * An empty plot.
     *
     * @param x least and largest shown
     * @param y least and largest shown
     */
    Plot(int width, int height, double[] x, double[] y, boolean logX, boolean logY) {
        this.width = width;
        this.height = height;
        this.x = x;
        this.y = y;
        this.logX = logX;
        this.logY = logY;
    }

    /** Frame, ticks and names. */
    Plot axes(String title, String xName, String yName) {
        add(
                "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='none' stroke='#9aa7b3'/>",
                LEFT, TOP, width - LEFT - RIGHT, height - TOP - BOTTOM);
        text(width / 2.0, 18, "middle", title, 13);
        text((LEFT + width - RIGHT) / 2, height - 8, "middle", xName, 12);
        body.append(
                String.format(
                        Locale.ROOT,
                        "<text transform='translate(14,%.1f) rotate(-90)' text-anchor='middle'"
                                + " font-size='12'>%s</text>",
                        (TOP + height - BOTTOM) / 2,
                        Page.escape(yName)));
        for (double t : ticks(x, logX)) {
            add(
                    "<line x1='%1$.1f' x2='%1$.1f' y1='%2$.1f' y2='%3$.1f' stroke='#9aa7b3'/>",
                    atX(t), height - BOTTOM, height - BOTTOM + 4);
            text(atX(t), height - BOTTOM + 17, "middle", label(t), 11);
        }
        for (double t : ticks(y, logY)) {
            add(
                    "<line x1='%1$.1f' x2='%2$.1f' y1='%3$.1f' y2='%3$.1f' stroke='#9aa7b3'/>",
                    LEFT - 4, LEFT, atY(t));
            text(LEFT - 7, atY(t) + 4, "end", label(t), 11);
        }
        return this;
    }

    private static double[] ticks(double[] range, boolean log) {
        if (log) {
            int from = (int) Math.ceil(Math.log10(range[0]) - 1e-9);
            int to = (int) Math.floor(Math.log10(range[1]) + 1e-9);
            double[] ticks = new double[Math.max(0, to - from + 1)];
            for (int k = 0; k < ticks.length; k++) {
                ticks[k] = Math.pow(10, from + k);
            }
            return ticks;
        }
        double raw = (range[1] - range[0]) / 5;
        double unit = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = raw / unit < 1.5 ? unit : raw / unit < 3.5 ? 2 * unit : 5 * unit;
        int from = (int) Math.ceil(range[0] / step - 1e-9);
        int to = (int) Math.floor(range[1] / step + 1e-9);
        double[] ticks = new double[to - from + 1];
        for (int k = 0; k < ticks.length; k++) {
            ticks[k] = (from + k) * step;
        }
        return ticks;
    }

    private static String label(double v) {
        double rounded = Math.rint(v * 1e9) / 1e9;
        if (rounded == 0) {
            return "0";
        }
        boolean plain = Math.abs(v) >= 1e-3 && Math.abs(v) < 1e5;
        String s = String.format(Locale.ROOT, plain ? "%.4f" : "%.0e", v);
        return plain ? s.replaceAll("\\.?0+$", "") : s;
    }

    private static double share(double v, double[] range, boolean log) {
        return log
                ? Math.log(v / range[0]) / Math.log(range[1] / range[0])
                : (v - range[0]) / (range[1] - range[0]);
    }

    private double atX(double v) {
        return LEFT + share(v, x, logX) * (width - LEFT - RIGHT);
    }

    private double atY(double v) {
        double inside = Math.max(-0.02, Math.min(1.02, share(v, y, logY)));
        return height - BOTTOM - inside * (height - TOP - BOTTOM);
    }

    /** A line through points. */
    Plot line(double[] xs, double[] ys, String colour, boolean dashed) {
        body.append("<polyline fill='none' stroke-width='1.8' stroke='").append(colour);
        body.append(dashed ? "' stroke-dasharray='5 4' points='" : "' points='");
        for (int i = 0; i < xs.length; i++) {
            body.append(String.format(Locale.ROOT, "%.1f,%.1f ", atX(xs[i]), atY(ys[i])));
        }
        body.append("'/>");
        return this;
    }

    /** A dot. */
    Plot dot(double px, double py, String colour) {
        add("<circle cx='%.1f' cy='%.1f' r='3.4' fill='" + colour + "'/>", atX(px), atY(py));
        return this;
    }

    /** A bar from zero. */
    Plot bar(double from, double to, double value, String colour) {
        add(
                "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='"
                        + colour
                        + "' stroke='#fff' stroke-width='.6'/>",
                atX(from),
                atY(value),
                atX(to) - atX(from),
                Math.max(0, atY(0) - atY(value)));
        return this;
    }

    /** The area between two lines. */
    Plot band(double[] xs, double[] low, double[] high, String colour) {
        body.append("<polygon fill='").append(colour).append("' points='");
        for (int i = 0; i < xs.length; i++) {
            body.append(String.format(Locale.ROOT, "%.1f,%.1f ", atX(xs[i]), atY(high[i])));
        }
        for (int i = xs.length - 1; i >= 0; i--) {
            body.append(String.format(Locale.ROOT, "%.1f,%.1f ", atX(xs[i]), atY(low[i])));
        }
        body.append("'/>");
        return this;
    }

    /** A name beside a point of the plot. */
    Plot name(double px, double py, String text, String colour) {
        body.append("<g fill='").append(colour).append("'>");
        text(atX(px) + 6, atY(py) + 4, "start", text, 11);
        body.append("</g>");
        return this;
    }

    private void text(double px, double py, String anchor, String text, int size) {
        body.append(
                String.format(
                        Locale.ROOT,
                        "<text x='%.1f' y='%.1f' text-anchor='%s' font-size='%d'>%s</text>",
                        px,
                        py,
                        anchor,
                        size,
                        Page.escape(text)));
    }

    private void add(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values));
    }

    String svg() {
        return "<svg xmlns='http://www.w3.org/2000/svg' font-family='system-ui,sans-serif'"
                + " fill='#1b2733' viewBox='0 0 "
                + width
                + " "
                + height
                + "' width='"
                + width
                + "' height='"
                + height
                + "'>"
                + body
                + "</svg>";
    }
}
