package org.headwater.prior.nonneg.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class NonNegativePriorLawTest {
    private static final int D = 5;
    private static final double[] WEIGHT = {.3, 1, 0, 4, 20};

    private final RandomStream random = KeyedRandom.of(99);
    private final NonNegativePrior prior = new NonNegativePrior(WEIGHT);

    /** The prox minimises ψ(z) + |z−y|²/(2t): (y − p)/t is a subgradient of ψ at p. */
    @Test
    void proxIsOptimal() {
        int inside = 0;
        for (int k = 0; k < 200; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points();
            Ensemble p = prox(y, t);
            double potential = prior.potential(p.data(), 0);
            assertTrue(Double.isFinite(potential));
            for (int i = 0; i < 20; i++) {
                Ensemble z = points();
                double bound = potential;
                for (int j = 0; j < D; j++) {
                    bound += (y.get(0, j) - p.get(0, j)) / t * (z.get(0, j) - p.get(0, j));
                }
                double there = prior.potential(z.data(), 0);
                inside += Double.isFinite(there) ? 1 : 0;
                assertTrue(there >= bound - 1e-12 * (1 + Math.abs(bound)));
            }
        }
        assertTrue(inside > 20);
    }

    /** |p(y) − p(z)|² ≤ ⟨p(y) − p(z), y − z⟩. */
    @Test
    void proxIsFirmlyNonExpansive() {
        for (int k = 0; k < 500; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points();
            Ensemble z = points();
            Ensemble p = prox(y, t);
            Ensemble q = prox(z, t);
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

    /** Points and coordinates have the same prox, in place too. */
    @Test
    void proxOfCoordinatesIsTheProxOfPoints() {
        for (int k = 0; k < 50; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points();
            Ensemble p = prox(y, t);
            for (int j = 0; j < D; j++) {
                double[] column = {y.get(0, j)};
                prior.proxCoordinate(j, t, column, column);
                assertEquals(p.get(0, j), column[0]);
            }
            prior.prox(y, t, y);
            assertEquals(Arrays.toString(p.data()), Arrays.toString(y.data()));
        }
    }

    /** Moreau: y = prox_tψ(y) + t·prox_{φ/t}(y/t), φ = ψ* the conjugate. */
    @Test
    void moreauIdentity() {
        for (int k = 0; k < 200; k++) {
            double t = Math.exp(random.gaussian());
            Ensemble y = points();
            Ensemble p = prox(y, t);
            for (int j = 0; j < D; j++) {
                double v = y.get(0, j) / t;
                // ψ* is the indicator of v ≤ λ.
                double dual = Math.min(v, WEIGHT[j]);
                assertEquals(y.get(0, j), p.get(0, j) + t * dual, 1e-12 * (1 + t));
            }
        }
    }

    /** prox_{tψ}(ay) = a·prox_{(t/a)ψ}(y) for a > 0: ψ is homogeneous. */
    @Test
    void proxScales() {
        Ensemble y = points();
        Ensemble p = prox(y, .7);
        for (int j = 0; j < D; j++) {
            y.data()[j] *= 4;
        }
        Ensemble q = prox(y, 2.8);
        for (int j = 0; j < D; j++) {
            assertEquals(4 * p.get(0, j), q.get(0, j), 1e-12);
        }
    }

    private Ensemble prox(Ensemble y, double t) {
        Ensemble p = Ensemble.zeros(y.size(), D);
        prior.prox(y, t, p);
        return p;
    }

    private Ensemble points() {
        Ensemble y = Ensemble.zeros(1, D);
        for (int j = 0; j < D; j++) {
            y.data()[j] = 1 + 2 * random.gaussian();
        }
        return y;
    }
}
