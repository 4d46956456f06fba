package org.headwater.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleFunction;

/** Compares a derivative with central differences over a range of steps. */
final class Differences {
    private static final int STEPS = 18;
    private static final double ERROR = 1e-5;
    private static final double ORDER = 1.5;
    private static final double ROUNDING = 1e-14;
    private static final int ENOUGH = 4;

    private Differences() {}

    /**
     * Requires |(F(h) − F(−h))/(2h) − slope| to fall as h² until rounding takes over, and below
     * 1e-5 of the slope.
     *
     * @param what whose derivative it is
     * @param along F at the point moved by h along a direction
     * @param slope the derivative claimed, as long as F's values
     * @param scale what the error is relative to, usually the slope's norm
     * @param widest the largest h
     */
    static String compare(
            String what,
            DoubleFunction<double[]> along,
            double[] slope,
            double scale,
            double widest,
            String remedy) {
        double[] error = new double[STEPS];
        double size = 0;
        int best = 0;
        double h = widest;
        for (int k = 0; k < STEPS; k++, h /= 2) {
            double[] up = along.apply(h);
            double[] down = along.apply(-h);
            double[] gap = new double[slope.length];
            for (int i = 0; i < gap.length; i++) {
                gap[i] = (up[i] - down[i]) / (2 * h) - slope[i];
            }
            size = Math.max(Limits.norm(up), Limits.norm(down));
            error[k] = Limits.norm(gap) / Math.max(scale, 1e-300);
            // A slope that is itself no more than rounding cannot be compared any closer.
            double floor = ROUNDING * size / (h * Math.max(scale, 1e-300));
            if (floor <= ERROR && error[k] <= floor) {
                error[k] = 0;
            }
            if (error[k] < error[best] || Double.isNaN(error[best])) {
                best = k;
            }
        }
        String measured =
                Limits.atMost(
                        "relative error of " + what + " against central differences",
                        error[best],
                        ERROR,
                        remedy);
        List<Double> orders = new ArrayList<>();
        for (int k = 0; k + 1 < best; k++) {
            orders.add(Math.log(error[k] / error[k + 1]) / Math.log(2));
        }
        if (orders.size() < ENOUGH) {
            return measured;
        }
        Collections.sort(orders);
        double order = orders.get(orders.size() / 2);
        Limits.require(
                order >= ORDER,
                "the error of " + what + " falls as step^" + Limits.number(order) + ", not step^2",
                "the function is not smooth there, or the derivative is not exact");
        return measured + "; it falls as step^" + Limits.number(order);
    }
}
