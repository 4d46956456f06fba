package org.headwater.report.internal;

import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.headwater.api.DataLayout;
import org.headwater.api.StepInfo;
import org.headwater.runtime.RunResult;

/** The plots of a report that are not maps. */
final class Charts {
    static final int WIDTH = 960;
    static final int HEIGHT = 330;
    private static final double TOP = 40;
    private static final double FLOOR = 280;
    private static final Color PALE_BLUE = new Color(0xc6d9ec);
    private static final Color BAND = new Color(0xf3f5f7);
    private static final int MOST_BARS = 320;
    private static final int MOST_NAMES = 12;

    private final Lettering lettering;

    Charts(Lettering lettering) {
        this.lettering = lettering;
    }

    /** Measured against predicted data; standardised residuals in groups; their histogram. */
    Picture fit(RunResult run, DataLayout layout, double[] residuals) {
        Picture picture = new Picture(WIDTH, HEIGHT, lettering);
        agreement(picture, run, layout);
        residuals(picture, layout, residuals);
        return picture;
    }

    private static void agreement(Picture picture, RunResult run, DataLayout layout) {
        double[] predicted = run.predictedMean();
        double[] measured = run.measured();
        double low = Math.min(least(predicted), least(measured));
        double high = Math.max(largest(predicted), largest(measured));
        double pad = 0.04 * (high - low);
        Axis axis = Axis.linear(low - pad, high + pad, 4);
        Panel panel =
                new Panel(
                        picture,
                        new Rectangle2D.Double(72, TOP, FLOOR - TOP, FLOOR - TOP),
                        axis,
                        axis);
        String unit = layout.unit().isEmpty() ? "" : " (" + layout.unit() + ")";
        panel.frame("Measured against predicted", "predicted" + unit, "measured" + unit);
        panel.segment(axis.low(), axis.low(), axis.high(), axis.high(), 1, Picture.MUTED, false);
        Color colour = translucent(Picture.BLUE, measured.length > 400 ? 110 : 190);
        for (int i = 0; i < measured.length; i++) {
            panel.point(predicted[i], measured[i], measured.length > 400 ? 2 : 2.8, colour);
        }
    }

    private static void residuals(Picture picture, DataLayout layout, double[] residuals) {
        int m = residuals.length;
        int[] order = grouped(layout, m);
        double reach = 3;
        for (double r : residuals) {
            if (Double.isFinite(r)) {
                reach = Math.max(reach, Math.abs(r));
            }
        }
        Axis y = Axis.linear(-1.05 * reach, 1.05 * reach, 6);
        Axis x = Axis.linear(0.5, Math.max(1.5, m + 0.5), 6).wholeTicks();
        boolean groups = !layout.groups().isEmpty();
        List<double[]> spans = spans(layout, order);
        if (groups) {
            x = groupTicks(x, spans, layout);
        }
        Panel panel = new Panel(picture, new Rectangle2D.Double(392, TOP, 420, FLOOR - TOP), x, y);
        panel.clipped(
                () -> {
                    for (int k = 0; k < spans.size(); k += 2) {
                        double[] s = spans.get(k);
                        panel.bar(s[0] - 0.5, y.low(), s[1] + 0.5, y.high(), BAND);
                    }
                });
        panel.frame(
                "Standardised residuals: (predicted − measured)/sd",
                groups
                        ? layout.grouping()
                        : layout.quantity().isEmpty()
                                ? "datum"
                                : "number of the " + layout.quantity(),
                "residual");
        for (double limit : new double[] {-2, 2}) {
            panel.segment(x.low(), limit, x.high(), limit, 1.1, Picture.ORANGE, true);
        }
        Color colour = translucent(Picture.BLUE, m > 400 ? 120 : 200);
        for (int k = 0; k < m; k++) {
            panel.point(k + 1, residuals[order[k]], m > 400 ? 1.6 : 2.4, colour);
        }
        histogram(picture, residuals, y);
    }

    /** Residuals' histogram, turned to stand beside them, with the standard normal density. */
    private static void histogram(Picture picture, double[] residuals, Axis y) {
        int bins = (int) Math.max(9, Math.min(41, 2 * Math.round(Math.sqrt(residuals.length)) + 1));
        double[] density = new double[bins];
        double width = (y.high() - y.low()) / bins;
        for (double r : residuals) {
            if (Double.isFinite(r)) {
                int bin = (int) Math.floor((r - y.low()) / width);
                density[Math.max(0, Math.min(bins - 1, bin))] += 1 / (width * residuals.length);
            }
        }
        double most = 0.42;
        for (double d : density) {
            most = Math.max(most, d);
        }
        Panel panel =
                new Panel(
                        picture,
                        new Rectangle2D.Double(830, TOP, 110, FLOOR - TOP),
                        Axis.bare(0, 1.05 * most),
                        Axis.bare(y.low(), y.high()));
        for (int b = 0; b < bins; b++) {
            double from = y.low() + b * width;
            panel.bar(0, from + 0.06 * width, density[b], from + 0.94 * width, PALE_BLUE);
        }
        int points = 121;
        double[] xs = new double[points];
        double[] ys = new double[points];
        for (int i = 0; i < points; i++) {
            ys[i] = y.low() + i * (y.high() - y.low()) / (points - 1);
            xs[i] = Math.exp(-0.5 * ys[i] * ys[i]) / Math.sqrt(2 * Math.PI);
        }
        panel.line(xs, ys, 1.6, Picture.ORANGE);
        panel.frame("Distribution", "line: N(0, 1)", "");
    }

    /** Data numbers with the groups' data side by side. */
    private static int[] grouped(DataLayout layout, int m) {
        if (layout.groups().isEmpty()) {
            return IntStream.range(0, m).toArray();
        }
        return IntStream.range(0, m)
                .boxed()
                .sorted((a, b) -> Integer.compare(layout.group()[a], layout.group()[b]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** First and last place (from 1) and number of each group that has data. */
    private static List<double[]> spans(DataLayout layout, int[] order) {
        List<double[]> spans = new ArrayList<>();
        if (layout.groups().isEmpty()) {
            return spans;
        }
        for (int k = 0; k < order.length; k++) {
            int group = layout.group()[order[k]];
            if (spans.isEmpty() || spans.get(spans.size() - 1)[2] != group) {
                spans.add(new double[] {k + 1, k + 1, group});
            }
            spans.get(spans.size() - 1)[1] = k + 1;
        }
        return spans;
    }

    private static Axis groupTicks(Axis axis, List<double[]> spans, DataLayout layout) {
        int stride = (spans.size() + 19) / 20;
        List<Double> at = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int k = 0; k < spans.size(); k += stride) {
            at.add((spans.get(k)[0] + spans.get(k)[1]) / 2);
            names.add(layout.groups().get((int) spans.get(k)[2]));
        }
        return axis.withTicks(at.stream().mapToDouble(Double::doubleValue).toArray(), names);
    }

    /** Spread and residual over the iterations. */
    Picture convergence(List<StepInfo> steps) {
        Picture picture = new Picture(WIDTH, HEIGHT, lettering);
        double[] iteration = new double[steps.size()];
        for (int i = 0; i < iteration.length; i++) {
            iteration[i] = i + 1;
        }
        Axis x = Axis.linear(Math.min(1, iteration.length - 1), iteration.length, 6).wholeTicks();
        double[] spread = values(steps, StepInfo::spread);
        Axis spreads = Axis.linear(0, 1.08 * Math.max(largest(spread), 1e-300), 5);
        Panel left =
                new Panel(picture, new Rectangle2D.Double(72, TOP, 380, FLOOR - TOP), x, spreads);
        left.frame("Spread of the particles", "iteration", "sd relative to the start's scale");
        left.line(iteration, spread, 2, Picture.BLUE);
        if (iteration.length == 1) {
            left.point(1, spread[0], 3, Picture.BLUE);
        }

        double[] residual = values(steps, s -> s.residual() > 0 ? s.residual() : Double.NaN);
        double low = least(residual);
        double high = largest(residual);
        Axis residuals = low <= high ? Axis.decades(low, high) : Axis.decades(0.1, 1);
        Panel right =
                new Panel(
                        picture, new Rectangle2D.Double(556, TOP, 384, FLOOR - TOP), x, residuals);
        right.frame("Size of a step", "iteration", "step relative to the spread");
        right.line(iteration, residual, 2, Picture.BLUE);
        if (iteration.length == 1) {
            right.point(1, residual[0], 3, Picture.BLUE);
        }
        return picture;
    }

    private static double[] values(List<StepInfo> steps, ToDoubleFunction<StepInfo> value) {
        return steps.stream().mapToDouble(value).toArray();
    }

    /**
     * Posterior mean and 90 % interval of each parameter, and the mode where there is one.
     *
     * @param rows the parameters
     * @param mode their values at the mode, or null
     */
    Picture parameters(List<RunResult.ParameterSummary> rows, double[] mode) {
        Picture picture = new Picture(WIDTH, HEIGHT, lettering);
        int d = rows.size();
        double[] index = IntStream.rangeClosed(1, d).asDoubleStream().toArray();
        double[] q05 = rows.stream().mapToDouble(RunResult.ParameterSummary::q05).toArray();
        double[] q95 = rows.stream().mapToDouble(RunResult.ParameterSummary::q95).toArray();
        double[] mean = rows.stream().mapToDouble(RunResult.ParameterSummary::mean).toArray();
        double low = Math.min(0, Math.min(least(q05), least(mean)));
        double high = Math.max(0, Math.max(largest(q95), largest(mean)));
        if (mode != null) {
            low = Math.min(low, least(mode));
            high = Math.max(high, largest(mode));
        }
        double pad = 0.05 * (high - low);
        Axis y = Axis.linear(low - pad, high + pad, 6);
        Axis x = Axis.linear(0.3, d + 0.7, 10);
        if (d <= MOST_NAMES) {
            double room = 868.0 / d - 8;
            x =
                    x.withTicks(
                            index,
                            rows.stream().map(r -> lettering.fit(r.name(), 11, room)).toList());
        } else {
            x = x.wholeTicks();
        }
        String unit = rows.isEmpty() || rows.get(0).unit().isEmpty() ? "" : rows.get(0).unit();
        Panel panel = new Panel(picture, new Rectangle2D.Double(72, TOP, 868, FLOOR - TOP), x, y);
        panel.frame(
                "Posterior mean and 90 % interval"
                        + (mode == null ? "" : "; rings: maximum a posteriori"),
                d <= MOST_NAMES ? "parameter" : "number of the parameter",
                unit.isEmpty() ? "value" : "value (" + unit + ")");
        panel.segment(x.low(), 0, x.high(), 0, 1, Picture.MUTED, false);
        double bar = Math.max(1, Math.min(9, 868.0 / d * 0.55));
        for (int i = 0; i < d; i++) {
            panel.segment(index[i], q05[i], index[i], q95[i], bar, PALE_BLUE, false);
        }
        if (d <= MOST_BARS) {
            double radius = Math.max(1.2, Math.min(3.2, bar / 2));
            for (int i = 0; i < d; i++) {
                if (mode != null) {
                    panel.ring(index[i], mode[i], radius + 1.2, Picture.ORANGE);
                }
                panel.point(index[i], mean[i], radius, Picture.BLUE);
            }
        } else {
            panel.line(index, mean, 1.2, Picture.BLUE);
        }
        return picture;
    }

    private static Color translucent(Color c, int alpha) {
        return new Color(c.getRed(), c.getGreen(), c.getBlue(), alpha);
    }

    private static double least(double[] values) {
        return Arrays.stream(values)
                .filter(Double::isFinite)
                .min()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private static double largest(double[] values) {
        return Arrays.stream(values)
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NEGATIVE_INFINITY);
    }
}
