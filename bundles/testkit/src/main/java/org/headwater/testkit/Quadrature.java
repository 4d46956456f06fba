package org.headwater.testkit;

import java.util.function.DoubleUnaryOperator;

/**
 * Integrals of a function and of its first two moments on the line, by Simpson's rule with
 * bisection: kinks and jumps cost some further halvings.
 */
final class Quadrature {
    private static final double TOLERANCE = 1e-12;
    private static final int DEPTH = 60;
    private static final int FIRST = 32;

    private final DoubleUnaryOperator f;
    private final double centre;
    private final double width;
    private final double[] sum = new double[3];

    private Quadrature(DoubleUnaryOperator f, double centre, double width) {
        this.f = f;
        this.centre = centre;
        this.width = width;
    }

    /**
     * Normaliser and moments of a density.
     *
     * @param logNormaliser log of its integral
     * @param mean its mean
     * @param variance its variance
     */
    record Moments(double logNormaliser, double mean, double variance) {}

    /** The moments of a density that lives within {@code reach} widths of a centre. */
    static Moments moments(DoubleUnaryOperator f, double centre, double width, double reach) {
        Quadrature q = new Quadrature(f, centre, width);
        for (int side = -1; side <= 1; side += 2) {
            for (int k = 0; k < FIRST; k++) {
                // Panels widen with their distance from the centre, where the density is.
                double a = side * reach * Math.pow((double) k / FIRST, 3);
                double b = side * reach * Math.pow((double) (k + 1) / FIRST, 3);
                double m = (a + b) / 2;
                q.panel(a, q.at(a), m, q.at(m), b, q.at(b), DEPTH);
            }
        }
        double mean = q.sum[1] / q.sum[0];
        return new Moments(
                Math.log(q.sum[0] * width),
                centre + width * mean,
                width * width * (q.sum[2] / q.sum[0] - mean * mean));
    }

    private double at(double u) {
        return f.applyAsDouble(centre + width * u);
    }

    private void panel(double a, double fa, double m, double fm, double b, double fb, int depth) {
        double left = (a + m) / 2;
        double right = (m + b) / 2;
        double fl = at(left);
        double fr = at(right);
        double h = Math.abs(b - a);
        boolean smooth = true;
        double[] fine = new double[3];
        for (int k = 0; k < 3; k++) {
            double whole = h / 6 * (g(k, a, fa) + 4 * g(k, m, fm) + g(k, b, fb));
            fine[k] =
                    h
                            / 12
                            * (g(k, a, fa)
                                    + 4 * g(k, left, fl)
                                    + 2 * g(k, m, fm)
                                    + 4 * g(k, right, fr)
                                    + g(k, b, fb));
            smooth &= Math.abs(fine[k] - whole) <= TOLERANCE;
        }
        if (smooth || depth == 0) {
            for (int k = 0; k < 3; k++) {
                sum[k] += fine[k];
            }
            return;
        }
        panel(a, fa, left, fl, m, fm, depth - 1);
        panel(m, fm, right, fr, b, fb, depth - 1);
    }

    private static double g(int k, double u, double value) {
        return k == 0 ? value : k == 1 ? u * value : u * u * value;
    }
}
