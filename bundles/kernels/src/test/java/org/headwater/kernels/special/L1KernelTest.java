package org.headwater.kernels.special;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

class L1KernelTest {
    private final double[] log = new double[1];
    private final double[] mean = new double[1];
    private final double[] variance = new double[1];

    @Test
    void agreesWithReferenceVectors() {
        for (Vectors v : Vectors.named("logZ1_l1_exact")) {
            double[] y = v.input("y");
            double[] z = new double[y.length];
            double[] m = new double[y.length];
            double[] s = new double[y.length];
            double lambda = v.parameter("lam");
            double time = v.parameter("h");
            double beta = v.parameter("beta");
            L1Kernel.evaluate(lambda, time, beta, y, z, m, s);
            v.check("logZ", z);
            v.check("K1_mean", m);
            v.check("K1_var", s);
            L1Kernel.laplace(lambda, time, beta, y, z);
            v.check("laplace", z);
        }
        for (Vectors v : Vectors.named("prox_l1")) {
            double[] y = v.input("y");
            L1Kernel.softThreshold(y, v.parameter("lam") * v.parameter("t"), y);
            v.check("p", y);
        }
    }

    /** On a grid of all settings, around 0 and around the edge of the threshold, in units of σ. */
    @Test
    void agreesWithQuadrature() {
        Quadrature rule = new Quadrature(20);
        for (double lambda : new double[] {0, 1e-8, .01, .3, 1, 5, 40, 1000}) {
            for (double time : new double[] {1e-6, .003, .1, 1, 30}) {
                for (double beta : new double[] {.1, 1, 4}) {
                    double sigma = Math.sqrt(2 * time / beta);
                    for (double z : new double[] {0, 1e-9, .01, .4, 1, 3, 5.9, 6.1, 8.9, 9.1, 40}) {
                        compare(rule, lambda, time, beta, z * sigma);
                        compare(rule, lambda, time, beta, -z * sigma);
                        compare(rule, lambda, time, beta, lambda * time + z * sigma);
                        compare(rule, lambda, time, beta, lambda * time - z * sigma);
                    }
                }
            }
        }
    }

    private void compare(Quadrature rule, double lambda, double time, double beta, double y) {
        double sigma = Math.sqrt(2 * time / beta);
        double u = y / sigma;
        double c = lambda * time / sigma;
        Quadrature.Moments expected = rule.moments(u, c);
        L1Kernel.evaluate(lambda, time, beta, new double[] {y}, log, mean, variance);
        String at = "λ=" + lambda + " T=" + time + " β=" + beta + " y=" + y;
        // Exponents of size e are known to e·1e-16, on both sides.
        double exponents = Math.max(1, u * u + c * c);
        assertEquals(expected.log + Math.log(sigma), log[0], 1e-14 * exponents + 1e-13, at);
        double size = Math.abs(u) + c;
        double spread = Math.sqrt(expected.variance);
        assertEquals(expected.mean, mean[0] / sigma, 1e-13 * spread + 1e-15 * size, at);
        assertEquals(1, variance[0] / (sigma * sigma) / expected.variance, 1e-11, at);
    }

    /** (log Z)′ = (β/2T)(m₁ − y) and m₁′ = βv₁/(2T), by central differences. */
    @Test
    void derivatives() {
        double lambda = 2.5;
        double time = .07;
        double beta = 1.7;
        double step = 1e-5;
        double[] z = new double[3];
        double[] m = new double[3];
        double[] v = new double[3];
        for (double y = -2; y <= 2; y += .0371) {
            double[] at = {y - step, y, y + step};
            L1Kernel.evaluate(lambda, time, beta, at, z, m, v);
            double rate = beta / (2 * time);
            assertEquals((z[2] - z[0]) / (2 * step), rate * (m[1] - y), 1e-8);
            assertEquals((m[2] - m[0]) / (2 * step), rate * v[1], 1e-8);
        }
    }

    @Test
    void hugeArguments() {
        for (double y : new double[] {1e8, -1e8, 1e150}) {
            L1Kernel.evaluate(3, .1, 1, new double[] {y}, log, mean, variance);
            assertEquals(y - Math.copySign(.3, y), mean[0], Math.ulp(y));
            assertEquals(.2, variance[0], 1e-16);
            double normal = .5 * Math.log(2 * Math.PI * .2);
            // ψ at the mode y − c plus the square's c²/(2σ²).
            assertEquals(
                    normal - 1.5 * (Math.abs(y) - .3) - .225, log[0], 1e-15 * Math.abs(log[0]));
        }
    }

    /** λ → ∞: a two-sided exponential of rate βλ/2, on which the square has no influence. */
    @Test
    void hugeWeight() {
        L1Kernel.evaluate(1e6, 1, 1, new double[] {0}, log, mean, variance);
        assertEquals(Math.log(4e-6), log[0], 1e-10);
        assertEquals(0, mean[0], 0);
        assertEquals(1, variance[0] / 8e-12, 1e-10);
    }

    /** λ = 0: a normal. */
    @Test
    void flat() {
        L1Kernel.evaluate(0, .5, 2, new double[] {-1.25}, log, mean, variance);
        assertEquals(.5 * Math.log(Math.PI), log[0], 1e-15);
        assertEquals(-1.25, mean[0], 0);
        assertEquals(.5, variance[0], 0);
    }
}
