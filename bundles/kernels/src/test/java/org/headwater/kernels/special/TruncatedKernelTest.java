package org.headwater.kernels.special;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

class TruncatedKernelTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private final GaussLegendre rule = GaussLegendre.of(20);
    private final double[] log = new double[1];
    private final double[] mean = new double[1];
    private final double[] variance = new double[1];

    @Test
    void agreesWithReferenceVectors() {
        for (Vectors v : Vectors.named("logZ1_box")) {
            double[] y = v.input("y");
            double[] z = new double[y.length];
            TruncatedKernel.evaluate(
                    0,
                    v.parameter("lo"),
                    v.parameter("hi"),
                    v.parameter("h"),
                    v.parameter("beta"),
                    y,
                    z,
                    y.clone(),
                    y.clone());
            v.check("logZ", z);
        }
        for (Vectors v : Vectors.named("logZ1_nonneg_l1")) {
            double[] y = v.input("y");
            double[] z = new double[y.length];
            TruncatedKernel.evaluate(
                    v.parameter("lam"),
                    0,
                    INFINITY,
                    v.parameter("h"),
                    v.parameter("beta"),
                    y,
                    z,
                    y.clone(),
                    y.clone());
            v.check("logZ", z);
        }
    }

    /** All widths and positions in units of σ, across every branch of the evaluation. */
    @Test
    void agreesWithQuadrature() {
        double[] positions = {
            -1000, -100, -40, -12, -6.01, -5.9, -3, -1.5, -1, -.1, -1e-9, 0, .2, 1, 2.5, 3, 5.9, 9,
            13, 60, 1000
        };
        double[] widths = {1e-6, .01, .5, 1, 2.99, 3.01, 4, 6, 10, 25, 100, INFINITY};
        for (double width : widths) {
            for (double position : positions) {
                for (double slope : new double[] {0, .7, 6}) {
                    compare(slope, position, width);
                }
            }
        }
    }

    /** The interval [0, width] and y = position, both in units of σ; slope·T likewise. */
    private void compare(double slope, double position, double width) {
        double time = .02;
        double beta = 1.6;
        double sigma = Math.sqrt(2 * time / beta);
        double c = slope;
        TruncatedKernel.evaluate(
                slope * sigma / time,
                0,
                width * sigma,
                time,
                beta,
                new double[] {position * sigma},
                log,
                mean,
                variance);
        // Exponent −cz − (z−p)²/2 from its largest value on [0, width], outwards until nothing is
        // left.
        double m = position - c;
        double peak = Math.max(0, Math.min(width, m));
        double top = -c * peak - .5 * (peak - position) * (peak - position);
        double[] sums = new double[3];
        // Beyond a mode at an edge the integrand falls like e^{−|m − peak|x}.
        double panel = .5 / Math.max(1, Math.abs(m - peak));
        side(peak, Math.min(width - peak, 90 * panel), panel, m, sums);
        side(peak, -Math.min(peak, 90 * panel), panel, m, sums);
        double shift = sums[1] / sums[0];
        double expectedVariance = sums[2] / sums[0] - shift * shift;
        double spread = Math.sqrt(expectedVariance);
        String at = "slope " + slope + " position " + position + " width " + width;
        double exponents = 1 + position * position + c * c;
        assertEquals(
                top + Math.log(sums[0]) + Math.log(sigma), log[0], 1e-13 + 1e-15 * exponents, at);
        double size = 1e-15 * (peak + 1e-3 * Math.abs(m));
        assertEquals(peak + shift, mean[0] / sigma, 1e-12 * spread + size, at);
        assertEquals(1, variance[0] / (sigma * sigma) / expectedVariance, 1e-10, at);
        assertTrue(mean[0] >= 0 && mean[0] <= width * sigma, at);
    }

    private void side(double peak, double length, double panel, double m, double[] sums) {
        int panels = (int) Math.ceil(Math.abs(length) / panel);
        for (int p = 0; p < panels; p++) {
            for (int k = 0; k < rule.nodes().length; k++) {
                double x = length * (p + rule.nodes()[k]) / panels;
                double w =
                        Math.abs(length)
                                / panels
                                * rule.weights()[k]
                                * Math.exp(x * (m - peak) - .5 * x * x);
                sums[0] += w;
                sums[1] += w * x;
                sums[2] += w * x * x;
            }
        }
    }

    /** (log Z)′ = (β/2T)(m₁ − y) and m₁′ = βv₁/(2T), by central differences. */
    @Test
    void derivatives() {
        double step = 1e-5;
        double time = .07;
        double beta = 1.7;
        double rate = beta / (2 * time);
        double[] z = new double[3];
        double[] m = new double[3];
        double[] v = new double[3];
        for (double upper : new double[] {.3, 1, INFINITY}) {
            for (double y = -2; y <= 3; y += .0371) {
                double[] at = {y - step, y, y + step};
                TruncatedKernel.evaluate(2.5, -.2, upper, time, beta, at, z, m, v);
                assertEquals((z[2] - z[0]) / (2 * step), rate * (m[1] - y), 1e-8);
                assertEquals((m[2] - m[0]) / (2 * step), rate * v[1], 1e-8);
            }
        }
    }

    /** Far outside the kernel is an exponential law at the edge of rate distance/σ². */
    @Test
    void farOutside() {
        TruncatedKernel.evaluate(0, 1, 5, .5, 1, new double[] {1e9}, log, mean, variance);
        assertEquals(5 - 1e-9, mean[0], 1e-15);
        assertEquals(1, variance[0] / 1e-18, 1e-8);
        TruncatedKernel.evaluate(0, 1, INFINITY, .5, 1, new double[] {-1e9}, log, mean, variance);
        assertEquals(1, variance[0] / 1e-18, 1e-8);
        TruncatedKernel.evaluate(0, 1, INFINITY, .5, 1, new double[] {1e9}, log, mean, variance);
        assertEquals(1e9, mean[0]);
        assertEquals(1, variance[0]);
        assertEquals(.5 * Math.log(2 * Math.PI), log[0], 1e-15);
    }
}
