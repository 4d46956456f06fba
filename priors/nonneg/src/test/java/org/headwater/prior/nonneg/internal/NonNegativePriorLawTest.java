package org.headwater.prior.nonneg.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.PriorProvider;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.testkit.junit.PriorContract;
import org.junit.jupiter.api.Test;

class NonNegativePriorLawTest extends PriorContract {
    private static final int D = 5;
    private static final double[] WEIGHT = {.3, 1, 0, 4, 20};

    private final RandomStream random = KeyedRandom.of(99);
    private final NonNegativePrior prior = new NonNegativePrior(WEIGHT);

    @Override
    protected PriorProvider provider() {
        return new NonNegativePriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", List.of(.3, 1, 0, 4, 20));
    }

    @Override
    protected FieldShape shape() {
        return new FieldShape(5);
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
