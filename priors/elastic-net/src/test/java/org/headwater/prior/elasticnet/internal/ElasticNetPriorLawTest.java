package org.headwater.prior.elasticnet.internal;

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

class ElasticNetPriorLawTest extends PriorContract {
    private static final int D = 5;
    private static final double[] WEIGHT = {.3, 1, 0, 4, 20};
    private static final double[] RIDGE = {.5, 0, 2, .1, 7};

    private final RandomStream random = KeyedRandom.of(99);
    private final ElasticNetPrior prior = new ElasticNetPrior(WEIGHT, RIDGE);

    @Override
    protected PriorProvider provider() {
        return new ElasticNetPriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", List.of(.3, 1, 0, 4, 20), "ridge", List.of(.5, 0, 2, .1, 7));
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
                // ψ* = max(|v| − λ, 0)²/(2μ); its prox with step 1/t in closed form.
                double beyond = Math.max(Math.abs(v) - WEIGHT[j], 0);
                double rate = 1 / (1 + RIDGE[j] * t);
                double dual = v - Math.copySign(beyond * rate, v);
                assertEquals(y.get(0, j), p.get(0, j) + t * dual, 1e-12 * (1 + t));
            }
        }
    }

    /** ψ is even: prox(−y) = −prox(y). */
    @Test
    void proxIsOdd() {
        Ensemble y = points();
        Ensemble p = prox(y, .7);
        for (int j = 0; j < D; j++) {
            y.data()[j] = -y.data()[j];
        }
        Ensemble q = prox(y, .7);
        for (int j = 0; j < D; j++) {
            assertEquals(-p.get(0, j), q.get(0, j), 1e-15);
        }
    }

    /** K scales: ψ with λ/a, μ/a² at ay and a²T is K at y and T, stretched by a. */
    @Test
    void kernelScales() {
        double a = 3;
        ElasticNetPrior one = new ElasticNetPrior(new double[] {2}, new double[] {1.5});
        ElasticNetPrior wide =
                new ElasticNetPrior(new double[] {2 / a}, new double[] {1.5 / (a * a)});
        double[][] k = new double[6][1];
        for (double y = -3; y < 3; y += .37) {
            one.kernel(0, .2, 1.3, new double[] {y}, k[0], k[1], k[2]);
            wide.kernel(0, .2 * a * a, 1.3, new double[] {a * y}, k[3], k[4], k[5]);
            assertEquals(k[0][0] + Math.log(a), k[3][0], 1e-13);
            assertEquals(a * k[1][0], k[4][0], 1e-13);
            assertEquals(a * a * k[2][0], k[5][0], 1e-13);
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
