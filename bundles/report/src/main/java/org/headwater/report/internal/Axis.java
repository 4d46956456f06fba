package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A range of values with ticks at round numbers.
 *
 * @param low lower end
 * @param high upper end
 * @param logarithmic whether positions go with the logarithm
 * @param ticks where ticks are
 * @param labels a text per tick
 * @param factor what to multiply the labels with, e.g. {@code × 10⁻³}, or the empty string
 */
record Axis(
        double low,
        double high,
        boolean logarithmic,
        double[] ticks,
        List<String> labels,
        String factor) {

    /** A linear axis with about {@code count} ticks. */
    static Axis linear(double low, double high, int count) {
        double a = low;
        double b = high;
        if (!(Double.isFinite(a) && Double.isFinite(b))) {
            a = 0;
            b = 1;
        }
        if (!(b - a > 1e-12 * Math.max(Math.abs(a), Math.abs(b)))) {
            double pad = a == 0 ? 1 : Math.abs(a) * 0.1;
            a -= pad;
            b += pad;
        }
        double step = step((b - a) / Math.max(1, count));
        List<Double> values = new ArrayList<>();
        double slack = 1e-9 * (b - a);
        for (long i = (long) Math.ceil((a - slack) / step); i * step <= b + slack; i++) {
            values.add(i * step);
        }
        double largest = Math.max(Math.abs(a), Math.abs(b));
        int size = (int) Math.floor(Math.log10(largest));
        int exponent = size >= 4 || size <= -3 ? size : 0;
        double unit = StrictMath.pow(10, exponent);
        int decimals = (int) Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-9));
        if (step / StrictMath.pow(10, Math.floor(Math.log10(step) + 1e-9)) > 2.4
                && step / StrictMath.pow(10, Math.floor(Math.log10(step) + 1e-9)) < 2.6) {
            decimals++;
        }
        List<String> labels = new ArrayList<>();
        for (double v : values) {
            labels.add(Numbers.fixed(v / unit, decimals));
        }
        return new Axis(
                a,
                b,
                false,
                values.stream().mapToDouble(Double::doubleValue).toArray(),
                labels,
                exponent == 0 ? "" : "× 10" + Numbers.superscript(exponent));
    }

    /** A logarithmic axis over whole decades; both ends must be positive. */
    static Axis decades(double low, double high) {
        int from = (int) Math.floor(Math.log10(low) + 1e-9);
        int to = Math.max(from + 1, (int) Math.ceil(Math.log10(high) - 1e-9));
        int stride = (to - from + 6) / 7;
        List<Double> values = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int k = from; k <= to; k += stride) {
            values.add(StrictMath.pow(10, k));
            labels.add(
                    k >= -2 && k <= 3
                            ? Numbers.format(StrictMath.pow(10, k))
                            : "10" + Numbers.superscript(k));
        }
        return new Axis(
                StrictMath.pow(10, from),
                StrictMath.pow(10, to),
                true,
                values.stream().mapToDouble(Double::doubleValue).toArray(),
                labels,
                "");
    }

    /** An axis without ticks. */
    static Axis bare(double low, double high) {
        return new Axis(low, high, false, new double[0], List.of(), "");
    }

    /** The same axis with other ticks. */
    Axis withTicks(double[] at, List<String> names) {
        return new Axis(low, high, logarithmic, at, names, "");
    }

    /** The same axis with those of its ticks that are whole numbers. */
    Axis wholeTicks() {
        double[] whole = Arrays.stream(ticks).filter(t -> t == Math.rint(t)).toArray();
        return withTicks(whole, Arrays.stream(whole).mapToObj(t -> Numbers.format(t)).toList());
    }

    /** Where a value lies between low (0) and high (1). */
    double position(double value) {
        if (logarithmic) {
            return Math.log(value / low) / Math.log(high / low);
        }
        return (value - low) / (high - low);
    }

    /** 1, 2, 2.5 or 5 times a power of ten, at least {@code least}. */
    private static double step(double least) {
        double power = StrictMath.pow(10, Math.floor(Math.log10(least)));
        for (double m : new double[] {1, 2, 2.5, 5}) {
            if (m * power >= least * (1 - 1e-9)) {
                return m * power;
            }
        }
        return 10 * power;
    }
}
