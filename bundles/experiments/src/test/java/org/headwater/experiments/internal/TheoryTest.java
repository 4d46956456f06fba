package org.headwater.experiments.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.experiments.internal.FokkerPlanck.Measures;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Closed forms to six digits, and the flow of densities against them. */
class TheoryTest {
    private static void close(double kl, double direction, double fisher, Measures found) {
        assertEquals(kl, found.divergence(), 5e-7);
        assertEquals(direction, found.direction(), 5e-7);
        assertEquals(fisher, found.fisher(), 5e-7);
    }

    @Test
    void closedForms() {
        close(0.306853, 1, 1, Densities.laplace(1, 2));
        close(0.072132, -1, 1, Densities.laplace(3, 2));
        close(0.806853, 1.196827, 2.25, Densities.gaussian(2, 1));
        close(0.318147, -1.196827, 2.25, Densities.gaussian(0.5, 1));
        assertEquals(0.391500, Densities.ornsteinUhlenbeck(2, 0.25), 5e-7);
        assertEquals(0.179985, Densities.ornsteinUhlenbeck(2, 0.5), 5e-7);
        assertEquals(0.032626, Densities.ornsteinUhlenbeck(2, 1), 5e-7);
    }

    /** The grid's error is O(h²), h = .008. */
    @Test
    void measuresOnTheGridAreTheClosedForms() {
        FokkerPlanck gaussian = new FokkerPlanck(16, 4000, x -> x * x / 2, 1, x -> -x * x / 8);
        Measures g = gaussian.against(x -> -x * x / 2);
        Measures exact = Densities.gaussian(2, 1);
        assertEquals(exact.divergence(), g.divergence(), 1e-5);
        assertEquals(exact.direction(), g.direction(), 3e-5);
        assertEquals(exact.fisher(), g.fisher(), 3e-5);
        FokkerPlanck laplace =
                new FokkerPlanck(24, 6000, x -> 2 * Math.abs(x), 1, x -> -Math.abs(x));
        Measures l = laplace.against(x -> -2 * Math.abs(x));
        assertEquals(Densities.laplace(1, 2).divergence(), l.divergence(), 1e-4);
        assertEquals(1, l.direction(), 1e-4);
        assertEquals(1, l.fisher(), 1e-4);
    }

    @Test
    void flowIsTheOrnsteinUhlenbeckProcess() {
        FokkerPlanck flow = new FokkerPlanck(16, 2000, x -> x * x / 2, 1, x -> -x * x / 8);
        for (int k = 1; k <= 200; k++) {
            flow.step(0.005);
            if (k % 50 == 0) {
                assertEquals(
                        Densities.ornsteinUhlenbeck(2, 0.005 * k),
                        flow.against(x -> -x * x / 2).divergence(),
                        1e-4);
            }
        }
    }

    /**
     * dKL/dt = −I − λD with an extra sign drift. The values of γ at t = .25 and .5 are from central
     * differences on the half-line x > 0, another scheme in another language.
     */
    @Test
    void signDriftChangesTheDecayAsTheorySays() {
        double lambda = 0.5;
        FokkerPlanck flow =
                new FokkerPlanck(
                        16, 2000, x -> x * x / 2 + lambda * Math.abs(x), 1, x -> -x * x / 8);
        double dt = 0.0025;
        double gamma = Double.POSITIVE_INFINITY;
        Measures before = flow.against(x -> -x * x / 2);
        for (int k = 1; k <= 320; k++) {
            flow.step(dt);
            Measures now = flow.against(x -> -x * x / 2);
            double middle =
                    -0.5 * (before.fisher() + now.fisher())
                            - 0.5 * lambda * (before.direction() + now.direction());
            double rate = (now.divergence() - before.divergence()) / dt;
            assertEquals(middle, rate, 2e-3 * Math.max(1, Math.abs(middle)), "step " + k);
            gamma = Math.min(gamma, now.direction() / Math.sqrt(now.fisher()));
            if (k == 100) {
                assertEquals(0.64036, gamma, 5e-4);
            }
            if (k == 200) {
                assertEquals(0.40925, gamma, 5e-4);
            }
            before = now;
        }
        assertTrue(gamma < 0);
    }

    @Test
    void inviscidFlowBlowsUpWhereItShould() {
        for (double a : new double[] {0.5, 2, 10}) {
            assertEquals(1 / a, StabilityExperiment.timeToBlowUp(a), 1e-6 / a);
        }
    }

    /** The Laplace approximation errs by the root of λ²βh at the kink, by nothing far from it. */
    @Test
    void laplaceNormaliserErrsByTheRoot() {
        for (double e : new double[] {1e-6, 1e-4}) {
            double[] found = BiasExperiment.error(1, e, new double[] {0, 1});
            assertEquals(-Math.sqrt(e / Math.PI), found[0], 0.03 * Math.sqrt(e));
            assertEquals(0, found[1], 1e-9);
        }
    }

    /** Of two unit point masses at distance 1 it is 2; its derivative is that of differences. */
    @Test
    void energyDistance() {
        Ensemble x = Ensemble.of(2, 2, new double[] {0, 0, 0, 0});
        Ensemble y = Ensemble.of(2, 2, new double[] {0, 1, 0, 1});
        assertEquals(2, Toy2dExperiment.distance(x, y, null), 1e-15);
        Ensemble a = Toy2dExperiment.data("moons", 6, KeyedRandom.of(1));
        Ensemble b = Toy2dExperiment.data("rings", 5, KeyedRandom.of(2));
        double[] bar = new double[12];
        Toy2dExperiment.distance(a, b, bar);
        for (int i = 0; i < 12; i++) {
            double[] up = a.data().clone();
            double[] down = a.data().clone();
            up[i] += 1e-6;
            down[i] -= 1e-6;
            double slope =
                    (Toy2dExperiment.distance(Ensemble.of(6, 2, up), b, null)
                                    - Toy2dExperiment.distance(Ensemble.of(6, 2, down), b, null))
                            / 2e-6;
            assertEquals(slope, bar[i], 1e-8);
        }
    }
}
