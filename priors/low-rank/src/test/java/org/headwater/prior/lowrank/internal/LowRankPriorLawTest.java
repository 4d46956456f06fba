package org.headwater.prior.lowrank.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.PriorProvider;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.testkit.junit.PriorContract;
import org.junit.jupiter.api.Test;

class LowRankPriorLawTest extends PriorContract {
    private static final int M = 4;
    private static final int N = 3;
    private static final int D = M * N;
    private static final double WEIGHT = 1.3;

    private final RandomStream random = KeyedRandom.of(99);
    private final LowRankPrior prior = new LowRankPrior(WEIGHT, M, N);

    @Override
    protected PriorProvider provider() {
        return new LowRankPriorProvider();
    }

    @Override
    protected Map<String, ?> settings() {
        return Map.of("weight", 1.3);
    }

    @Override
    protected FieldShape shape() {
        return new FieldShape(4, 3);
    }

    /**
     * Moreau: y − prox_{tψ}(y) is t times the projection of y/t on the unit ball of the dual norm,
     * here the matrices whose singular values are at most λ; and ⟨p, (y − p)/t⟩ = ψ(p).
     */
    @Test
    void moreauIdentityHolds() {
        for (int k = 0; k < 100; k++) {
            double t = Math.exp(random.gaussian());
            double[] y = point();
            double[] p = prox(y, t);
            double[] q = new double[D];
            double product = 0;
            for (int j = 0; j < D; j++) {
                q[j] = (y[j] - p[j]) / t;
                product += p[j] * q[j];
            }
            SingularValueDecomposition svd = new SingularValueDecomposition(matrix(q));
            assertTrue(svd.getSingularValues()[0] <= WEIGHT * (1 + 1e-11));
            assertEquals(prior.potential(p, 0), product, 1e-10 * (1 + product));
        }
    }

    /** prox(UYVᵀ) = U·prox(Y)·Vᵀ and ψ(UYVᵀ) = ψ(Y) for orthogonal U and V. */
    @Test
    void proxIsOrthogonallyEquivariant() {
        for (int k = 0; k < 100; k++) {
            double t = Math.exp(random.gaussian());
            double[] y = point();
            RealMatrix u = orthogonal(M);
            RealMatrix v = orthogonal(N);
            double[] turned = flat(u.multiply(matrix(y)).multiply(v.transpose()));
            double[] expected = flat(u.multiply(matrix(prox(y, t))).multiply(v.transpose()));
            assertArrayEquals(expected, prox(turned, t), 1e-11);
            assertEquals(prior.potential(y, 0), prior.potential(turned, 0), 1e-11);
        }
    }

    private double[] prox(double[] y, double t) {
        Ensemble p = Ensemble.zeros(1, D);
        prior.prox(Ensemble.of(1, D, y), t, p);
        return p.data();
    }

    private double[] point() {
        double[] y = new double[D];
        for (int j = 0; j < D; j++) {
            y[j] = 2 * random.gaussian();
        }
        return y;
    }

    private RealMatrix orthogonal(int n) {
        RealMatrix a = MatrixUtils.createRealMatrix(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                a.setEntry(i, j, random.gaussian());
            }
        }
        return new QRDecomposition(a).getQ();
    }

    private static RealMatrix matrix(double[] x) {
        RealMatrix m = MatrixUtils.createRealMatrix(M, N);
        for (int i = 0; i < D; i++) {
            m.setEntry(i / N, i % N, x[i]);
        }
        return m;
    }

    private static double[] flat(RealMatrix m) {
        double[] x = new double[D];
        for (int i = 0; i < D; i++) {
            x[i] = m.getEntry(i / N, i % N);
        }
        return x;
    }
}
