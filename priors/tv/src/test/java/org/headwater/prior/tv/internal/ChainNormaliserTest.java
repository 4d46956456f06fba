package org.headwater.prior.tv.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.special.L1Kernel;
import org.junit.jupiter.api.Test;

class ChainNormaliserTest {
    private static double log(double[] y, double lambda, double time, double beta) {
        return new ChainTvPrior(Weight.of(lambda), y.length)
                .logNormaliser(Ensemble.of(1, y.length, y), time, beta)
                .orElseThrow()[0];
    }

    /** The entry logZ_tv1d_d3 of the reference vectors, whose tolerance is 1e-6. */
    @Test
    void agreesWithTheReferenceVector() {
        assertEquals(-0.6855588988748336, log(new double[] {.3, -.1, .4}, 2, .1, 1), 1e-8);
    }

    @Test
    void oneCoordinateIsGaussian() {
        assertEquals(
                .5 * Math.log(4 * Math.PI * .3 / 1.7), log(new double[] {8}, 5, .3, 1.7), 1e-12);
    }

    /**
     * Two coordinates: with z = mean ± r/2 the mean integrates to a Gaussian, and of r the L1
     * kernel of time 2T is left, which has a closed form.
     */
    @Test
    void pairsAreL1Kernels() {
        double[][] cases = {
            {.1, .9, 2, .1, 1}, {-3, 4, .5, .2, 2}, {0, 0, 30, .5, 1}, {1, 40, 6, .1, 1}
        };
        for (double[] c : cases) {
            double time = c[3];
            double beta = c[4];
            double[] log = new double[1];
            double[] apart = {c[1] - c[0]};
            L1Kernel.evaluate(c[2], 2 * time, beta, apart, log, new double[1], new double[1]);
            double expected = log[0] + .5 * Math.log(2 * Math.PI * time / beta);
            assertEquals(expected, log(new double[] {c[0], c[1]}, c[2], time, beta), 1e-9);
        }
    }

    /** The coordinates part as the weight falls: d Gaussians. */
    @Test
    void smallWeightsLeaveGaussians() {
        double[] y = {3, -1, 4, 1, -5};
        double gaussians = 2.5 * Math.log(4 * Math.PI * .2);
        assertEquals(gaussians, log(y, 1e-9, .2, 1), 1e-7);
    }

    /** Shifts, mirror images and reversals of y change nothing; ψ ≥ 0 only takes away. */
    @Test
    void symmetries() {
        KeyedRandom random = KeyedRandom.of(4);
        double[] y = new double[30];
        double[] other = new double[30];
        for (int i = 0; i < 30; i++) {
            y[i] = 2 * random.gaussian();
            other[29 - i] = 1e3 - y[i];
        }
        double z = log(y, 1.5, .3, 1);
        assertEquals(z, log(other, 1.5, .3, 1), 1e-8);
        assertTrue(z < 15 * Math.log(4 * Math.PI * .3));
        assertTrue(z > log(y, 2, .3, 1));
    }

    /**
     * ∂log Z/∂λ is −(β/2)E[ψ/λ], and Σ_i ∂log Z/∂y_i = 0; a step of the chain is good to 1e-11, so
     * that differences of second order must show: the curve of λ is convex.
     */
    @Test
    void isConvexInTheWeight() {
        double[] y = {.3, -.1, .4, 2, 2.2, -1};
        for (double lambda = .2; lambda < 8; lambda *= 1.7) {
            double h = .01 * lambda;
            double second =
                    log(y, lambda + h, .2, 1)
                            - 2 * log(y, lambda, .2, 1)
                            + log(y, lambda - h, .2, 1);
            assertTrue(second > 1e-9, "at " + lambda + ": " + second);
        }
    }

    /** Neither distance nor length underflows: prox and Laplace bound log Z from both sides. */
    @Test
    void farApartAndLong() {
        double[] y = new double[60];
        for (int i = 0; i < 60; i++) {
            y[i] = i < 30 ? 0 : 300;
        }
        double time = .1;
        double lambda = 40;
        Prior prior = new ChainTvPrior(Weight.of(lambda), 60);
        Ensemble p = Ensemble.zeros(1, 60);
        prior.prox(Ensemble.of(1, 60, y), time, p);
        double best = prior.potential(p.data(), 0);
        for (int i = 0; i < 60; i++) {
            best += Math.pow(p.get(0, i) - y[i], 2) / (2 * time);
        }
        double z = log(y, lambda, time, 1);
        assertTrue(z <= -best / 2 + 30 * Math.log(4 * Math.PI * time) + 1e-6);
        assertTrue(z >= -best / 2 - 60 * Math.log(lambda * 40), "z " + z);
    }
}
