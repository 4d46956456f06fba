package org.headwater.prior.l1.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class L1PriorLawTest {
    private static final int D = 5;

    private final RandomStream random = KeyedRandom.of(99);
    private final L1Prior prior = new L1Prior(new double[] {.3, 1, 0, 4, 20});

    /** The prox minimises ψ(z) + |z−y|²/(2t): (y − p)/t is a subgradient of ψ at p. */
    @Test
    void proxIsOptimal() {
        for (int k = 0; k < 200; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points();
            Ensemble p = Ensemble.zeros(1, D);
            prior.prox(y, t, p);
            double potential = prior.potential(p.data(), 0);
            for (int i = 0; i < 20; i++) {
                Ensemble z = points();
                double bound = potential;
                for (int j = 0; j < D; j++) {
                    bound += (y.get(0, j) - p.get(0, j)) / t * (z.get(0, j) - p.get(0, j));
                }
                double slack = 1e-12 * (1 + Math.abs(bound));
                assertTrue(prior.potential(z.data(), 0) >= bound - slack);
            }
        }
    }

    /** |p(y) − p(z)|² ≤ ⟨p(y) − p(z), y − z⟩. */
    @Test
    void proxIsFirmlyNonExpansive() {
        for (int k = 0; k < 500; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points();
            Ensemble z = points();
            Ensemble p = Ensemble.zeros(1, D);
            Ensemble q = Ensemble.zeros(1, D);
            prior.prox(y, t, p);
            prior.prox(z, t, q);
            double square = 0;
            double product = 0;
            for (int j = 0; j < D; j++) {
                double delta = p.get(0, j) - q.get(0, j);
                square += delta * delta;
                product += delta * (y.get(0, j) - z.get(0, j));
            }
            assertTrue(square <= product + 1e-12 * (1 + square));
        }
    }

    private Ensemble points() {
        Ensemble y = Ensemble.zeros(1, D);
        for (int j = 0; j < D; j++) {
            y.data()[j] = 3 * random.gaussian();
        }
        return y;
    }
}
