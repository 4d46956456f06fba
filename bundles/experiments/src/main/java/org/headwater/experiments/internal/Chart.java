package org.headwater.experiments.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Lines or points over two axes, each linear or logarithmic, as SVG. */
final class Chart {
    private static final int WIDTH = 750;
    private static final int HEIGHT = 360;
    private static final int LEFT = 70;
    private static final int RIGHT = 250;
    private static final int TOP = 34;
    private static final int BOTTOM = 46;

    /** Decades below which a logarithmic axis has more ticks than powers of ten. */
    private static final double NARROW = 2;

    private static final double[] LEADS = {1, 2, 5};

    /** So many points are drawn small. */
    private static final int MANY = 100;

    /** Okabe and Ito's colours, told apart by the colour-blind. */
    private static final String[] COLOURS = {
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"
    };

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final boolean logX;
    private final boolean logY;
    private final List<Series> all = new ArrayList<>();
    private List<String> categories = List.of();

    private record Series(String label, double[] x, double[] y, boolean points) {}

    Chart(String title, String xLabel, boolean logX, String yLabel, boolean logY) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
        this.logX = logX;
        this.logY = logY;
    }

    /** Names for 0, 1, … on the first axis, in place of numbers. */
    Chart categories(String... names) {
        categories = List.of(names);
        return this;
    }

    /** Adds a line; what an axis cannot show is left out. */
    Chart line(String label, double[] x, double[] y) {
        all.add(new Series(label, x, y, false));
        return this;
    }

    /** Adds points. */
    Chart points(String label, double[] x, double[] y) {
        all.add(new Series(label, x, y, true));
        return this;
    }

    private static double scaled(double v, boolean log) {
        return log ? (v > 0 ? Math.log10(v) : Double.NaN) : v;
    }

    private double[] range(boolean ofX) {
        double lo = Double.POSITIVE_INFINITY;
        double hi = Double.NEGATIVE_INFINITY;
        for (Series s : all) {
            for (double raw : ofX ? s.x : s.y) {
                double v = scaled(raw, ofX ? logX : logY);
                if (Double.isFinite(v)) {
                    lo = Math.min(lo, v);
                    hi = Math.max(hi, v);
                }
            }
        }
        if (ofX && !categories.isEmpty()) {
            return new double[] {-0.5, categories.size() - 0.5};
        }
        if (!(lo <= hi)) {
            return new double[] {0, 1};
        }
        double margin = hi > lo ? 0.04 * (hi - lo) : 0.5;
        return new double[] {lo - margin, hi + margin};
    }

    String svg() {
        double[] rx = range(true);
        double[] ry = range(false);
        StringBuilder s = new StringBuilder();
        s.append(
                String.format(
                        Locale.ROOT,
                        "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" font-size=\"12\""
                                + " font-family=\"sans-serif\"><title>%s</title>",
                        WIDTH,
                        HEIGHT,
                        WIDTH,
                        title));
        text(s, LEFT, 18, "start", title);
        text(s, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", xLabel);
        s.append(
                String.format(
                        Locale.ROOT,
                        "<text transform=\"translate(14 %d) rotate(-90)\""
                                + " text-anchor=\"middle\">%s</text>",
                        (TOP + HEIGHT - BOTTOM) / 2,
                        yLabel));
        axis(s, rx, true);
        axis(s, ry, false);
        for (int k = 0; k < all.size(); k++) {
            draw(s, all.get(k), COLOURS[k % COLOURS.length], k, rx, ry);
        }
        return s.append("</svg>").toString();
    }

    private static double px(double v, double[] r) {
        return LEFT + (v - r[0]) / (r[1] - r[0]) * (WIDTH - RIGHT - LEFT);
    }

    private static double py(double v, double[] r) {
        return HEIGHT - BOTTOM - (v - r[0]) / (r[1] - r[0]) * (HEIGHT - BOTTOM - TOP);
    }

    private void axis(StringBuilder s, double[] r, boolean ofX) {
        boolean log = ofX ? logX : logY;
        boolean named = ofX && !categories.isEmpty();
        double[] ticks =
                named
                        ? IntStream.range(0, categories.size()).asDoubleStream().toArray()
                        : ticks(r, log);
        for (double v : ticks) {
            double at = ofX ? px(v, r) : py(v, r);
            s.append(
                    ofX
                            ? line(at, TOP, at, HEIGHT - BOTTOM, "#eee")
                            : line(LEFT, at, WIDTH - RIGHT, at, "#eee"));
            String label =
                    named
                            ? categories.get((int) v)
                            : log ? power(v) : number(Math.abs(v) < 1e-12 ? 0 : v);
            if (ofX) {
                text(s, at, HEIGHT - BOTTOM + 16, "middle", label);
            } else {
                text(s, LEFT - 6, at + 4, "end", label);
            }
        }
        s.append(line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#444"));
        s.append(line(LEFT, TOP, LEFT, HEIGHT - BOTTOM, "#444"));
    }

    /** Multiples of a round step; of a logarithmic axis powers of ten, or 1, 2 and 5 times them. */
    private static double[] ticks(double[] r, boolean log) {
        if (log && r[1] - r[0] < NARROW) {
            return IntStream.rangeClosed((int) Math.floor(r[0]), (int) Math.floor(r[1]))
                    .boxed()
                    .flatMapToDouble(k -> Arrays.stream(LEADS).map(lead -> k + Math.log10(lead)))
                    .filter(v -> v >= r[0] && v <= r[1])
                    .toArray();
        }
        double step = log ? Math.max(1, Math.ceil((r[1] - r[0]) / 8)) : step(r[1] - r[0]);
        return DoubleStream.iterate(Math.ceil(r[0] / step) * step, v -> v <= r[1], v -> v + step)
                .toArray();
    }

    /** Ten to the v, plain where that is short. */
    private static String power(double v) {
        return Math.abs(v) <= 3
                ? number(Math.pow(10, v))
                : String.format(Locale.ROOT, "%.0e", Math.pow(10, v));
    }

    private static double step(double range) {
        double raw = range / 6;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double lead = raw / power;
        return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
    }

    private void draw(
            StringBuilder s, Series series, String colour, int k, double[] rx, double[] ry) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < series.x.length; i++) {
            double x = scaled(series.x[i], logX);
            double y = scaled(series.y[i], logY);
            if (!Double.isFinite(x) || !Double.isFinite(y)) {
                continue;
            }
            if (series.points) {
                s.append(
                        String.format(
                                Locale.ROOT,
                                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"%s\""
                                        + " fill-opacity=\".5\"/>",
                                px(x, rx),
                                py(y, ry),
                                series.x.length < MANY ? 3.5 : 1.6,
                                colour));
            } else {
                path.append(String.format(Locale.ROOT, "%.1f,%.1f ", px(x, rx), py(y, ry)));
            }
        }
        if (!series.points) {
            s.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                    .append(colour)
                    .append("\" points=\"")
                    .append(path)
                    .append("\"/>");
        }
        double y = TOP + 8 + 18 * k;
        s.append(line(WIDTH - RIGHT + 10, y, WIDTH - RIGHT + 28, y, colour));
        text(s, WIDTH - RIGHT + 33, y + 4, "start", series.label);
    }

    /** Four digits, without zeros at the end. */
    private static String number(double v) {
        return new BigDecimal(v).round(new MathContext(4)).stripTrailingZeros().toPlainString();
    }

    private static String line(double x1, double y1, double x2, double y2, String colour) {
        return String.format(
                Locale.ROOT,
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\"/>",
                x1,
                y1,
                x2,
                y2,
                colour);
    }

    private static void text(StringBuilder s, double x, double y, String anchor, String text) {
        s.append(
                String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>",
                        x,
                        y,
                        anchor,
                        text));
    }
}
