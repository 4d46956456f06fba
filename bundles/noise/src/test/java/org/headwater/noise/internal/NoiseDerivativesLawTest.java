package org.headwater.noise.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Noise;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Gradients against differences, and weights that bound the curvature, for noise not quadratic. */
class NoiseDerivativesLawTest {
    private static final int M = 9;

    private final RandomStream random = KeyedRandom.of(11);

    @Test
    void studentT() {
        Noise noise = new StudentNoise(numbers(), positive(), 2.5);
        for (int k = 0; k < 20; k++) {
            double[] p = numbers();
            differencesApproachTheGradient(noise, p);
            quadraticBoundsFromAbove(noise, p, numbers());
        }
    }

    @Test
    void unknownLevel() {
        Noise noise = new UnknownLevelNoise(numbers());
        for (int k = 0; k < 20; k++) {
            double[] p = numbers();
            differencesApproachTheGradient(noise, p);
            quadraticBoundsFromAbove(noise, p, numbers());
        }
    }

    /** Predictions of both signs, so that the quadratic continuation is passed, too. */
    @Test
    void poisson() {
        Noise noise = new PoissonNoise(new double[] {0, 1, 2, 3, 10, 0, 7, 1, 4}, 1.5, 0.6);
        for (int k = 0; k < 20; k++) {
            differencesApproachTheGradient(noise, numbers());
        }
    }

    /** Averaged over the counts, the weight is the curvature where predictions are feasible. */
    @Test
    void poissonWeightIsTheFisherInformation() {
        double mean = 1.5 * 2 + 0.6;
        double expected = 0;
        double p = Math.exp(-mean);
        for (int y = 0; y < 60; y++) {
            Noise noise = new PoissonNoise(new double[] {y}, 1.5, 0.6);
            double e = 1e-4;
            double[] up = new double[1];
            double[] down = new double[1];
            noise.gradient(new double[] {2 + e}, 0, up);
            noise.gradient(new double[] {2 - e}, 0, down);
            expected += p * (up[0] - down[0]) / (2 * e);
            p *= mean / (y + 1);
        }
        double[] jacobian = {1};
        new PoissonNoise(new double[] {1}, 1.5, 0.6).whiten(new double[] {2}, jacobian, 1);
        assertEquals(expected, jacobian[0] * jacobian[0], 1e-7);
    }

    /** Φ and Φ' have no jump where predictions turn negative, and Φ stays convex there. */
    @Test
    void poissonContinuation() {
        Noise noise = new PoissonNoise(new double[] {3}, 2, 0.5);
        double e = 1e-7;
        double[] in = {e};
        double[] out = {-e};
        assertEquals(noise.misfit(in, 0), noise.misfit(out, 0), 3e-6);
        double[] a = new double[1];
        double[] b = new double[1];
        noise.gradient(in, 0, a);
        noise.gradient(out, 0, b);
        assertEquals(a[0], b[0], 2e-5);
        noise.gradient(new double[] {-3}, 0, b);
        assertTrue(b[0] < a[0], "further out it pulls back harder");
    }

    private void differencesApproachTheGradient(Noise noise, double[] p) {
        double[] direction = numbers();
        double[] gradient = new double[M];
        noise.gradient(p, 0, gradient);
        double slope = 0;
        double[] up = new double[M + 1];
        double[] down = new double[M + 1];
        double e = 1e-5;
        for (int i = 0; i < M; i++) {
            slope += gradient[i] * direction[i];
            up[i + 1] = p[i] + e * direction[i];
            down[i + 1] = p[i] - e * direction[i];
        }
        double difference = (noise.misfit(up, 1) - noise.misfit(down, 1)) / (2 * e);
        assertEquals(slope, difference, 1e-6 * (1 + Math.abs(slope)));
    }

    /** Φ(q) ≤ Φ(p) + Φ'(p)(q − p) + ½(q − p)ᵀW(q − p): reweighting never overshoots. */
    private static void quadraticBoundsFromAbove(Noise noise, double[] p, double[] q) {
        double[] gradient = new double[M];
        noise.gradient(p, 0, gradient);
        double[] step = new double[M];
        double bound = noise.misfit(p, 0);
        for (int i = 0; i < M; i++) {
            step[i] = q[i] - p[i];
            bound += gradient[i] * step[i];
        }
        noise.whiten(p, step, 1);
        for (double s : step) {
            bound += 0.5 * s * s;
        }
        assertTrue(noise.misfit(q, 0) <= bound + 1e-9 * Math.abs(bound));
    }

    private double[] numbers() {
        double[] a = new double[M];
        for (int i = 0; i < M; i++) {
            a[i] = 2 * random.gaussian();
        }
        return a;
    }

    private double[] positive() {
        double[] a = numbers();
        for (int i = 0; i < M; i++) {
            a[i] = 0.1 + Math.abs(a[i]);
        }
        return a;
    }
}
