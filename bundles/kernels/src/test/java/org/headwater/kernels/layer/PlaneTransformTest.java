package org.headwater.kernels.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.workers.FixedWorkers;
import org.junit.jupiter.api.Test;

/** Sums on a grid against direct sums; this class is run with the incubator module and without. */
class PlaneTransformTest {
    private static final int N = 3000;

    /** Particles that the direct sum is taken of. */
    private static final int SOME = 31;

    private final RandomStream random = KeyedRandom.of(5);

    private double[] gaussian() {
        double[] x = new double[2 * N];
        Arrays.setAll(x, i -> random.gaussian());
        return x;
    }

    /** Two far clusters, one of them narrow, and ties. */
    private double[] clusters() {
        double[] x = gaussian();
        for (int i = 0; i < N / 2; i++) {
            x[2 * i] = 4 + 0.01 * x[2 * i];
            x[2 * i + 1] = -3;
        }
        return x;
    }

    /** Heavy tails. */
    private double[] laplace() {
        double[] x = gaussian();
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.signum(x[i]) * -Math.log(1 - random.uniform());
        }
        return x;
    }

    /** logZ of a kernel that leans to the axes. */
    private static double[] leaning(double[] x, double slope) {
        double[] logZ = new double[N];
        for (int i = 0; i < N; i++) {
            logZ[i] = -slope * (Math.abs(x[2 * i]) + Math.abs(x[2 * i + 1]));
        }
        return logZ;
    }

    private double[] rough(double range) {
        double[] logZ = new double[N];
        for (int i = 0; i < N; i++) {
            logZ[i] = range * random.uniform();
        }
        return logZ;
    }

    private boolean sums(
            double[] x,
            double kappa,
            double[] logZ,
            Precision precision,
            int threads,
            double[] barycentre,
            double[] selfWeight) {
        try (FixedWorkers workers = new FixedWorkers(threads)) {
            return new PlaneTransform(precision, LayerLoops.best())
                    .self(x, N, 2, kappa, logZ, barycentre, selfWeight, workers);
        }
    }

    private void check(String at, double[] x, double kappa, double[] logZ) {
        check(at, x, kappa, logZ, Precision.DOUBLE, 1e-13);
        check(at, x, kappa, logZ, Precision.SINGLE, 2e-7);
    }

    /** Errors of the barycentre in units of the kernel's width, of the weight of itself. */
    private void check(
            String at,
            double[] x,
            double kappa,
            double[] logZ,
            Precision precision,
            double tolerance) {
        double[] barycentre = new double[2 * N];
        double[] self = new double[N];
        assertTrue(sums(x, kappa, logZ, precision, 2, barycentre, self), at);
        double sigma = 1 / Math.sqrt(2 * kappa);
        double top = Arrays.stream(x).map(Math::abs).max().orElse(0);
        for (int i = 0; i < N; i += SOME) {
            double mass = 0;
            double[] moment = new double[2];
            for (int l = 0; l < N; l++) {
                double u = x[2 * l] - x[2 * i];
                double v = x[2 * l + 1] - x[2 * i + 1];
                double w = Math.exp(-kappa * (u * u + v * v) + logZ[i] - logZ[l]);
                mass += w;
                moment[0] += w * u;
                moment[1] += w * v;
            }
            for (int k = 0; k < 2; k++) {
                double expected = x[2 * i + k] + moment[k] / mass;
                double error = barycentre[2 * i + k] - expected;
                assertEquals(0, error, tolerance * sigma + 1e-15 * top, at + " " + i);
            }
            assertEquals(1, self[i] * mass, tolerance, at + " " + i);
        }
    }

    @Test
    void theDirectSum() {
        for (double kappa : new double[] {1e-9, .0125, .8, 2.5, 8}) {
            for (double slope : new double[] {0, .5, 3}) {
                String at = "κ=" + kappa + " slope=" + slope;
                double[] x = gaussian();
                check("gaussian " + at, x, kappa, leaning(x, slope));
                x = laplace();
                check("laplace " + at, x, Math.min(kappa, 2.5), leaning(x, slope));
                x = clusters();
                check("clusters " + at, x, kappa, leaning(x, slope));
            }
        }
        check("ties", new double[2 * N], 1, leaning(gaussian(), 1));
        double[] far = gaussian();
        for (int i = 0; i < far.length; i++) {
            far[i] = 1e6 + 1e-3 * far[i];
        }
        check("far from 0", far, 1e6, new double[N]);
    }

    /** Weights of neighbours that differ by 30: 18 of the digits of a sum are another's. */
    @Test
    void roughWeights() {
        for (double kappa : new double[] {.05, 1, 8}) {
            check("κ=" + kappa, gaussian(), kappa, rough(30));
        }
    }

    /** One particle next to all others that weigh e³⁰ times as much, at every distance. */
    @Test
    void aLightOneBesideHeavyOnes() {
        for (double distance = 0; distance < 16; distance += .5) {
            double[] x = gaussian();
            double[] logZ = new double[N];
            for (int i = 0; i < x.length; i++) {
                x[i] *= .01;
            }
            x[0] = distance;
            x[1] = 0;
            logZ[0] = 30;
            check("distance " + distance, x, .5, logZ);
        }
    }

    @Test
    void theNumberOfThreadsDoesNotMatter() {
        double[] x = laplace();
        double[] logZ = leaning(x, 1);
        double[] one = new double[2 * N];
        double[] three = new double[2 * N];
        double[] oneSelf = new double[N];
        double[] threeSelf = new double[N];
        assertTrue(sums(x, 2.5, logZ, Precision.DOUBLE, 1, one, oneSelf));
        assertTrue(sums(x, 2.5, logZ, Precision.DOUBLE, 3, three, threeSelf));
        assertArrayEquals(one, three);
        assertArrayEquals(oneSelf, threeSelf);
    }

    @Test
    void leavesWhatAGridCannotHold() {
        double[] barycentre = new double[2 * N];
        double[] self = new double[N];
        double[] outlier = gaussian();
        outlier[7] = 1e300;
        assertFalse(sums(outlier, 1, new double[N], Precision.DOUBLE, 1, barycentre, self));
        outlier[9] = -Double.MAX_VALUE;
        outlier[11] = Double.MAX_VALUE;
        assertFalse(sums(outlier, 1, new double[N], Precision.DOUBLE, 1, barycentre, self));
        assertFalse(sums(gaussian(), 1e6, new double[N], Precision.DOUBLE, 1, barycentre, self));
        assertFalse(sums(gaussian(), 1e300, new double[N], Precision.SINGLE, 1, barycentre, self));
        assertFalse(sums(gaussian(), 1, rough(60), Precision.DOUBLE, 1, barycentre, self));
        assertArrayEquals(new double[2 * N], barycentre);
        assertArrayEquals(new double[N], self);
    }
}
