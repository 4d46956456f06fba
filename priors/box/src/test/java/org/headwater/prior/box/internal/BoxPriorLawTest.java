package org.headwater.prior.box.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.PriorProvider;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.testkit.junit.PriorContract;
import org.junit.jupiter.api.Test;

class BoxPriorLawTest extends PriorContract {
    private static final int D = 5;
    private static final double[] LOWER = {-1, -8, 0, -2.5, -9};
    private static final double[] UPPER = {1, 2, 9, 3, 1};

    private final RandomStream random = KeyedRandom.of(99);
    private final BoxPrior prior = new BoxPrior(LOWER, UPPER);

    @Override
    protected PriorProvider provider() {
        return new BoxPriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("lower", List.of(-1, -8, 0, -2.5, -9), "upper", List.of(1, 2, 9, 3, 1));
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
                // ψ* is the support function; its prox keeps what sticks out of the box.
                double dual = Math.max(v - UPPER[j] / t, 0) - Math.max(LOWER[j] / t - v, 0);
                assertEquals(y.get(0, j), p.get(0, j) + t * dual, 1e-12 * (1 + t));
            }
        }
    }

    /** A shifted box: everything shifts with it. */
    @Test
    void shiftsWithTheBox() {
        BoxPrior moved =
                new BoxPrior(
                        Arrays.stream(LOWER).map(v -> v + 7).toArray(),
                        Arrays.stream(UPPER).map(v -> v + 7).toArray());
        double[][] k = new double[6][1];
        for (int j = 0; j < D; j++) {
            double y = 3 * random.gaussian();
            prior.kernel(j, .3, 1.1, new double[] {y}, k[0], k[1], k[2]);
            moved.kernel(j, .3, 1.1, new double[] {y + 7}, k[3], k[4], k[5]);
            assertEquals(k[0][0], k[3][0], 1e-10);
            assertEquals(k[1][0] + 7, k[4][0], 1e-12);
            assertEquals(k[2][0], k[5][0], 1e-12);
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
            y.data()[j] = 3 * random.gaussian();
        }
        return y;
    }
}
