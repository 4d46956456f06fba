package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Vectors;
import org.headwater.kernels.special.L1Kernel;
import org.junit.jupiter.api.Test;

/** Against reference vectors, quadrature and finite differences. */
class SlotLayerTest {
    private static final int D = 2;
    private static final int L = 7;
    private static final double BETA = 1.3;

    @Test
    void agreesWithTheReferenceVectors() {
        for (Vectors v : Vectors.named("/flow-vectors.json", "slot_layer")) {
            Ensemble x = v.points("x");
            int n = x.size();
            int d = x.dimension();
            SlotLayer layer =
                    new SlotLayer(
                            transposed(v.points("keys")),
                            v.input("T"),
                            v.input("eta"),
                            v.input("lambda_prime"),
                            v.parameter("beta"));
            v.check("alpha", layer.alpha());
            double[] out = new double[n * d];
            double[] log = new double[n];
            SlotLayer.Workspace ws = layer.workspace();
            SlotLayer.Gradient gradient = SlotLayer.Gradient.zeros(layer);
            double loss = 0;
            for (int i = 0; i < n; i++) {
                log[i] = layer.apply(x.data(), i * d, out, i * d, null, 0, ws);
                loss -= log[i] / n;
                double[] bar = x.point(0);
                System.arraycopy(v.input("c"), i * d, bar, 0, d);
                layer.adjoint(x.data(), i * d, bar, 0, -1.0 / n, ws, gradient);
            }
            for (int i = 0; i < n * d; i++) {
                loss += v.input("c")[i] * out[i];
            }
            layer.finish(gradient);
            v.check("x_out", out);
            v.check("logdet", log);
            v.check("loss", new double[] {loss});
            v.check("grad_log_T", gradient.logTime());
            v.check("grad_log_eta", gradient.logStep());
            v.check("grad_log_lambda", gradient.logLambda());
            double[] keys = transposed(Ensemble.of(d, gradient.keys().length / d, gradient.keys()));
            v.check("grad_keys", keys);
        }
    }

    private static double[] transposed(Ensemble a) {
        double[] t = new double[a.data().length];
        for (int i = 0; i < a.size(); i++) {
            for (int j = 0; j < a.dimension(); j++) {
                t[j * a.size() + i] = a.get(i, j);
            }
        }
        return t;
    }

    /** All moments against the trapezoidal rule, which is exact to rounding for such integrands. */
    @Test
    void momentsOfTheKernelAreIntegrals() {
        LaplaceKernel kernel = new LaplaceKernel();
        for (double lambda : new double[] {0.01, 1, 4, 30}) {
            for (double precision : new double[] {0.3, 2, 50}) {
                for (double y : new double[] {0, 0.01, -0.2, 1, -3, 6}) {
                    check(kernel, precision, lambda, y);
                }
            }
        }
    }

    private static void check(LaplaceKernel kernel, double precision, double lambda, double y) {
        kernel.evaluate(precision, lambda, y);
        double[] logZ = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        L1Kernel.evaluate(lambda, 1 / precision, 2, new double[] {y}, logZ, mean, variance);
        assertEquals(logZ[0], kernel.logNormaliser(), 1e-12 * (1 + Math.abs(logZ[0])));
        // Gauss–Legendre on either side of the kink, in panels.
        double width = 12 / Math.sqrt(precision);
        double centre = mean[0];
        double lo = Math.min(centre, 0) - width;
        double hi = Math.max(centre, 0) + width;
        double[] sums = new double[7];
        for (double[] side : new double[][] {{lo, 0}, {0, hi}}) {
            int panels = 4000;
            double step = (side[1] - side[0]) / panels;
            for (int k = 0; k < panels; k++) {
                for (double node : new double[] {-Math.sqrt(0.6), 0, Math.sqrt(0.6)}) {
                    double z = side[0] + (k + 0.5 + 0.5 * node) * step;
                    double weight = (node == 0 ? 8 : 5) / 18.0 * step;
                    double density =
                            weight
                                    * Math.exp(
                                            -0.5 * precision * (z - y) * (z - y)
                                                    - lambda * Math.abs(z)
                                                    - logZ[0]);
                    double e = z - centre;
                    sums[0] += density * e;
                    sums[1] += density * e * e;
                    sums[2] += density * e * e * e;
                    sums[3] += density * e * e * e * e;
                    sums[4] += density * Math.abs(z);
                    sums[5] += density * e * Math.abs(z);
                    sums[6] += density * e * e * Math.abs(z);
                }
            }
        }
        double sd = Math.sqrt(sums[1]);
        double tol = 1e-8;
        assertEquals(0, (kernel.mean() - centre) / sd, tol);
        assertEquals(1, kernel.variance() / sums[1], tol);
        assertEquals(0, (kernel.third() - sums[2]) / (sd * sums[1]), tol);
        assertEquals(1, kernel.fourth() / sums[3], tol);
        assertEquals(0, (kernel.absolute() - sums[4]) / sd, tol);
        assertEquals(0, (kernel.meanWithAbsolute() - sums[5]) / sums[1], tol);
        double covariance = sums[6] - sums[1] * sums[4];
        assertEquals(0, (kernel.squareWithAbsolute() - covariance) / (sd * sums[1]), tol);
    }

    private static double loss(double[] p, double[] x) {
        SlotLayer layer = layer(p);
        double[] out = new double[D];
        double log = layer.apply(x, 0, out, 0, null, 0, layer.workspace());
        return 0.7 * out[0] - 1.1 * out[1] + 0.4 * out[0] * out[1] - log;
    }

    /** Keys, then log T, log η, log λ′. */
    private static SlotLayer layer(double[] p) {
        double[] keys = java.util.Arrays.copyOf(p, D * L);
        double[][] rest = new double[3][D];
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < D; i++) {
                rest[k][i] = Math.exp(p[D * L + k * D + i]);
            }
        }
        return new SlotLayer(keys, rest[0], rest[1], rest[2], BETA);
    }

    /** With and without the guard, at random parameters. */
    @Test
    void adjointIsTheDerivative() {
        KeyedRandom random = KeyedRandom.of(11);
        int guarded = 0;
        for (int trial = 0; trial < 6; trial++) {
            double[] p = new double[D * L + 3 * D];
            for (int i = 0; i < p.length; i++) {
                p[i] = random.gaussian();
            }
            for (int i = 0; i < D; i++) {
                p[D * L + i] = -1 + 0.2 * random.gaussian();
                p[D * L + D + i] = -1 + 0.4 * trial;
                p[D * L + 2 * D + i] = 0.5 * random.gaussian();
            }
            double[] x = {0.8 * random.gaussian(), random.gaussian()};
            SlotLayer layer = layer(p);
            guarded += layer.alpha()[0] < 1 ? 1 : 0;
            SlotLayer.Workspace ws = layer.workspace();
            double[] out = new double[D];
            layer.apply(x, 0, out, 0, null, 0, ws);
            double[] bar = {0.7 + 0.4 * out[1], -1.1 + 0.4 * out[0]};
            SlotLayer.Gradient gradient = SlotLayer.Gradient.zeros(layer);
            layer.adjoint(x, 0, bar, 0, -1, ws, gradient);
            layer.finish(gradient);
            for (int i = 0; i < p.length; i++) {
                double slope = Slopes.slope(at -> loss(at, x), p, i);
                int k = i - D * L;
                double found =
                        k < 0
                                ? gradient.keys()[i]
                                : k < D
                                        ? gradient.logTime()[k]
                                        : k < 2 * D
                                                ? gradient.logStep()[k - D]
                                                : gradient.logLambda()[k - 2 * D];
                assertEquals(slope, found, 1e-6 * Math.max(1, Math.abs(slope)), "parameter " + i);
            }
            for (int i = 0; i < D; i++) {
                double slope = Slopes.slope(at -> loss(p, at), x, i);
                assertEquals(slope, bar[i], 1e-6 * Math.max(1, Math.abs(slope)), "x " + i);
            }
        }
        assertTrue(guarded > 0 && guarded < 6, "both kinds must occur, guarded: " + guarded);
    }

    /** The guard keeps each coordinate's map increasing where keys are not far apart against σ. */
    @Test
    void guardedLayerIsIncreasing() {
        KeyedRandom random = KeyedRandom.of(12);
        for (int trial = 0; trial < 20; trial++) {
            double[] p = new double[D * L + 3 * D];
            for (int i = 0; i < p.length; i++) {
                p[i] = random.gaussian();
            }
            for (int i = 0; i < D; i++) {
                p[D * L + i] = Math.log(0.1) + 0.5 * random.gaussian();
                p[D * L + D + i] = Math.log(0.3) + random.gaussian();
            }
            SlotLayer layer = layer(p);
            SlotLayer.Workspace ws = layer.workspace();
            double[] x = new double[D];
            for (int k = -400; k <= 400; k++) {
                java.util.Arrays.fill(x, 0.02 * k);
                layer.apply(x, 0, new double[D], 0, null, 0, ws);
                assertTrue(ws.leastSlope() > 0, "trial " + trial + " at " + x[0]);
            }
        }
    }
}
