package org.headwater.kernels.special;

/**
 * Moments of exp(−c|z| − (z−u)²/2) by Gauss–Legendre quadrature on panels of both halves, outwards
 * from each half's mode, until nothing is left.
 */
final class Quadrature {
    private static final int PANELS = 90;

    private final double[] nodes;
    private final double[] weights;

    /** Logarithm of the integral, mean, and variance. */
    static final class Moments {
        double log;
        double mean;
        double variance;
    }

    /** The rule of n nodes on [0, 1], by Newton's method on the Legendre polynomial. */
    Quadrature(int n) {
        nodes = new double[n];
        weights = new double[n];
        for (int i = 0; i < n; i++) {
            double x = Math.cos(Math.PI * (i + .75) / (n + .5));
            double slope = 0;
            for (int it = 0; it < 50; it++) {
                double p = 1;
                double before = 0;
                for (int k = 1; k <= n; k++) {
                    double next = ((2 * k - 1) * x * p - (k - 1) * before) / k;
                    before = p;
                    p = next;
                }
                slope = n * (x * p - before) / (x * x - 1);
                x -= p / slope;
            }
            nodes[i] = (1 + x) / 2;
            weights[i] = 1 / ((1 - x * x) * slope * slope);
        }
    }

    Moments moments(double u, double c) {
        // Relative to its value at 0 the exponent is z·m − z²/2 with m = u ∓ c on the halves.
        double right = Math.max(u - c, 0);
        double left = Math.min(u + c, 0);
        double top = .5 * Math.max(right * right, left * left);
        double centre = right >= -left ? right : left;
        double[] sums = new double[3];
        // Beyond the mode the integrand falls like e^{−x²/2} and like e^{−slope·x}.
        outwards(right, .5 / Math.max(1, c - u), u - c, top, centre, sums);
        outwards(left, -.5 / Math.max(1, c + u), u + c, top, centre, sums);
        inwards(right, top, centre, sums);
        inwards(left, top, centre, sums);
        Moments m = new Moments();
        double shift = sums[1] / sums[0];
        m.log = top - .5 * u * u + Math.log(sums[0]);
        m.mean = centre + shift;
        m.variance = sums[2] / sums[0] - shift * shift;
        return m;
    }

    private void outwards(
            double mode, double width, double m, double top, double centre, double[] sums) {
        for (int p = 0; p < PANELS; p++) {
            panel(mode + p * width, mode + (p + 1) * width, mode, m, top, centre, sums);
        }
    }

    /** From a mode to 0, at most 45 standard deviations of the normal. */
    private void inwards(double mode, double top, double centre, double[] sums) {
        double length = Math.copySign(Math.min(Math.abs(mode), .5 * PANELS), mode);
        int panels = (int) Math.ceil(2 * Math.abs(length));
        for (int p = 0; p < panels; p++) {
            double from = mode - length * p / panels;
            double to = mode - length * (p + 1) / panels;
            panel(from, to, mode, mode, top, centre, sums);
        }
    }

    private void panel(
            double from,
            double to,
            double mode,
            double m,
            double top,
            double centre,
            double[] sums) {
        for (int k = 0; k < nodes.length; k++) {
            double x = from + (to - from) * nodes[k];
            double z = x - mode;
            // mode is m or 0.
            double exponent = z * (m - mode) - .5 * z * z + (.5 * mode * mode - top);
            double f = Math.abs(to - from) * weights[k] * Math.exp(exponent);
            double y = x - centre;
            sums[0] += f;
            sums[1] += f * y;
            sums[2] += f * y * y;
        }
    }
}
