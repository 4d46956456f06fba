package org.headwater.kernels.special;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.headwater.kernels.rwpo.Vectors;
import org.junit.jupiter.api.Test;

class GroupKernelTest {
    private final double[] log = new double[1];
    private final double[] mean = new double[1];
    private final double[] along = new double[1];
    private final double[] across = new double[1];

    @Test
    void agreesWithReferenceVectors() {
        for (int m : new int[] {2, 3, 5}) {
            for (Vectors v : Vectors.named("logZ_group_m" + m)) {
                double[] y = v.input("ynorm");
                double[] z = new double[y.length];
                double lambda = v.parameter("lam");
                new GroupKernel(m, lambda, v.parameter("h"), v.parameter("beta"))
                        .evaluate(y, z, y.clone(), y.clone(), y.clone());
                v.check("logZ", z);
            }
        }
    }

    /** A group of one is the L1 kernel. */
    @Test
    void oneCoordinateIsTheL1Kernel() {
        double[] z = new double[1];
        double[] m = new double[1];
        double[] v = new double[1];
        for (double lambda : new double[] {0, .01, 1, 8, 100}) {
            for (double time : new double[] {.001, .1, 3}) {
                for (double beta : new double[] {.5, 2}) {
                    double sigma = Math.sqrt(2 * time / beta);
                    for (double y : new double[] {0, 1e-6, .1, 1, 2, 5, 7, 12, 100}) {
                        double[] at = {y * sigma};
                        L1Kernel.evaluate(lambda, time, beta, at, z, m, v);
                        new GroupKernel(1, lambda, time, beta)
                                .evaluate(at, log, mean, along, across);
                        String name = lambda + " " + time + " " + y;
                        assertEquals(z[0], log[0], 1e-11 * (1 + Math.abs(z[0])), name);
                        assertEquals(m[0], mean[0], 1e-11 * (Math.sqrt(v[0]) + at[0]), name);
                        assertEquals(1, along[0] / v[0], 1e-11 + 1e-16 * y * y, name);
                        assertEquals(0, across[0]);
                    }
                }
            }
        }
    }

    /** λ = 0: a normal, in any dimension, in every branch of the Bessel functions. */
    @Test
    void withoutWeightItIsNormal() {
        double sigma2 = .3;
        for (int m : new int[] {1, 2, 3, 4, 7, 30, 201}) {
            GroupKernel kernel = new GroupKernel(m, 0, .3, 2);
            for (double y : new double[] {0, 1e-8, .01, .5, 2, 7, 30, 300}) {
                kernel.evaluate(new double[] {y}, log, mean, along, across);
                String at = "m " + m + " |y| " + y;
                double normal = .5 * m * Math.log(2 * Math.PI * sigma2);
                assertEquals(normal, log[0], 1e-11 * (1 + Math.abs(normal)) + 1e-15 * y * y, at);
                assertEquals(y, mean[0], 1e-11 * (1 + y), at);
                double slack = 1e-11 + 1e-15 * y * y / sigma2;
                assertEquals(1, along[0] / sigma2, slack, at);
                assertEquals(m == 1 ? 0 : 1, across[0] / sigma2, 1e-11, at);
            }
        }
    }

    /** In the plane against Simpson's rule in polar coordinates, which avoid the kink at 0. */
    @Test
    void agreesWithQuadratureInThePlane() {
        for (double lambda : new double[] {.2, 3, 15}) {
            for (double y : new double[] {0, .2, 1, 2.5}) {
                double time = .15;
                double beta = 1.3;
                double[] sums = new double[4];
                int n = 3000;
                int turns = 240;
                double far = y + 4;
                for (int i = 1; i <= n; i++) {
                    double r = far * i / n;
                    double simpson = (i == n ? 1 : i % 2 == 0 ? 2 : 4) * far / n / 3;
                    for (int k = 0; k < turns; k++) {
                        double u = r * Math.cos(2 * Math.PI * k / turns);
                        double v = r * Math.sin(2 * Math.PI * k / turns);
                        double e = lambda * r + ((u - y) * (u - y) + v * v) / (2 * time);
                        double w = simpson * r * 2 * Math.PI / turns * Math.exp(-beta / 2 * e);
                        sums[0] += w;
                        sums[1] += w * u;
                        sums[2] += w * u * u;
                        sums[3] += w * v * v;
                    }
                }
                new GroupKernel(2, lambda, time, beta)
                        .evaluate(new double[] {y}, log, mean, along, across);
                double first = sums[1] / sums[0];
                assertEquals(Math.log(sums[0]), log[0], 1e-8);
                assertEquals(first, mean[0], 1e-8);
                assertEquals(sums[2] / sums[0] - first * first, along[0], 1e-8);
                assertEquals(sums[3] / sums[0], across[0], 1e-8);
            }
        }
    }

    /** In y: ∇log Z = (m₁ − y)/σ²; its derivative along y gives the variance along y. */
    @Test
    void derivatives() {
        double step = 1e-4;
        for (int m : new int[] {2, 3, 8, 41}) {
            GroupKernel kernel = new GroupKernel(m, 3, .1, 2);
            double[] z = new double[3];
            double[] m1 = new double[3];
            double[] v = new double[3];
            for (double y = .05; y < 4; y += .21) {
                double[] at = {y - step, y, y + step};
                kernel.evaluate(at, z, m1, v, new double[3]);
                assertEquals((z[2] - z[0]) / (2 * step), (m1[1] - y) / .1, 1e-6);
                assertEquals((m1[2] - m1[0]) / (2 * step), v[1] / .1, 1e-6);
            }
        }
    }
}
