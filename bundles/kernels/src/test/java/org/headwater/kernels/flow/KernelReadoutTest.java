package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Vectors;
import org.headwater.kernels.special.L1Kernel;
import org.junit.jupiter.api.Test;

/** Against reference vectors, quadrature and the kernel's moments. */
class KernelReadoutTest {
    @Test
    void agreesWithTheReferenceVectors() {
        Vectors v = Vectors.named("/flow-vectors.json", "kernel_readout_potential").get(0);
        double[] b = v.input("b");
        int d = b.length;
        double[] lambda = new double[d];
        Arrays.fill(lambda, v.parameter("lam"));
        KernelReadout readout = KernelReadout.of(v.input("H"), b, lambda, v.input("D"));
        Ensemble w = v.points("w");
        double[] value = new double[w.size()];
        double[] gradient = new double[w.size() * d];
        for (int i = 0; i < w.size(); i++) {
            value[i] = readout.potential(w.data(), i * d, gradient, i * d);
        }
        v.check("V_w", value);
        v.check("gradient", gradient);
    }

    /** In one dimension ∫exp(−V_w) is ∫exp(−V), by the trapezoidal rule. */
    @Test
    void normaliserIsThePosteriors() {
        double[] lambda = {3};
        KernelReadout readout = KernelReadout.of(new double[] {2}, new double[] {1.5}, lambda);
        double[] gradient = new double[1];
        double ofW = 0;
        double step = 1e-3;
        for (int k = -12_000; k <= 12_000; k++) {
            ofW += step * Math.exp(-readout.potential(new double[] {k * step}, 0, gradient, 0));
        }
        double ofX = 0;
        for (int k = -12_000; k <= 12_000; k++) {
            double x = k * step;
            // at the kink the rule's error is O(step²)
            ofX += step * Math.exp(-x * x + 1.5 * x - 3 * Math.abs(x));
        }
        assertEquals(ofX, ofW, 1e-6 * ofX);
    }

    /** Mean and variance of 40,000 draws to 5 standard errors: false alarms below 1e-5. */
    @Test
    void drawsHaveTheKernelsMoments() {
        int n = 40_000;
        KeyedRandom random = KeyedRandom.of(5);
        for (double y : new double[] {0, 0.4, -2, 9}) {
            for (double lambda : new double[] {0, 0.7, 6}) {
                double[] log = new double[1];
                double[] mean = new double[1];
                double[] variance = new double[1];
                L1Kernel.evaluate(lambda, 1 / 1.7, 2, new double[] {y}, log, mean, variance);
                HalfNormal half = new HalfNormal();
                double sum = 0;
                double square = 0;
                for (int i = 0; i < n; i++) {
                    double e = half.draw(1.7, lambda, y, random) - mean[0];
                    sum += e / n;
                    square += e * e / n;
                }
                double sd = Math.sqrt(variance[0]);
                assertEquals(0, sum, 5 * sd / Math.sqrt(n), "mean at " + y + ", " + lambda);
                // the kurtosis of such kernels is at most that of a Laplace law, 6
                assertEquals(
                        variance[0],
                        square,
                        5 * variance[0] * Math.sqrt(5.0 / n),
                        "variance at " + y + ", " + lambda);
            }
        }
    }
}
