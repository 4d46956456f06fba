package org.headwater.prior.gaussian.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GaussianPriorLawTest {
    private static final int D = 6;

    private final RandomStream random = KeyedRandom.of(99);

    static List<Prior> priors() {
        return List.of(
                new IndependentGaussian(new double[] {.3, 1, 2, 4, 20, .01}),
                CorrelatedGaussian.of(Matern.HALF.covariance(new int[] {2, 3}, 3, .7), D)
                        .orElseThrow(),
                CorrelatedGaussian.of(Matern.FIVE_HALVES.covariance(new int[] {D}, 2, 4), D)
                        .orElseThrow());
    }

    /** The prox minimises ψ(z) + |z−y|²/(2t): (y − p)/t is the gradient of ψ at p. */
    @ParameterizedTest
    @MethodSource("priors")
    void proxIsOptimal(Prior prior) {
        for (int k = 0; k < 200; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points(3);
            Ensemble p = Ensemble.zeros(3, D);
            prior.prox(y, t, p);
            for (int i = 0; i < 3; i++) {
                double[] gradient = new double[D];
                prior.quadratic().orElseThrow().addGradient(p.data(), i * D, gradient, 0);
                for (int j = 0; j < D; j++) {
                    double slope = (y.get(i, j) - p.get(i, j)) / t;
                    double scale = 1 + Math.abs(gradient[j]) + Math.abs(y.get(i, j)) / t;
                    assertEquals(gradient[j], slope, 1e-9 * scale);
                }
            }
        }
    }

    /** |p(y) − p(z)|² ≤ ⟨p(y) − p(z), y − z⟩. */
    @ParameterizedTest
    @MethodSource("priors")
    void proxIsFirmlyNonExpansive(Prior prior) {
        for (int k = 0; k < 500; k++) {
            double t = Math.exp(3 * random.gaussian());
            Ensemble y = points(2);
            Ensemble p = Ensemble.zeros(2, D);
            prior.prox(y, t, p);
            double square = 0;
            double product = 0;
            for (int j = 0; j < D; j++) {
                double delta = p.get(0, j) - p.get(1, j);
                square += delta * delta;
                product += delta * (y.get(0, j) - y.get(1, j));
            }
            assertTrue(square <= product + 1e-12 * (1 + square));
        }
    }

    /**
     * Moreau: y = prox_{tψ}(y) + t·q, q the prox with step 1/t of ψ's conjugate ½uᵀCu at y/t; C is
     * the inverse of the prior's own precision Λ, so that (Λ + I/t)q = Λy/t.
     */
    @ParameterizedTest
    @MethodSource("priors")
    void moreauIdentityHolds(Prior prior) {
        double[] lambda = new double[D * D];
        prior.quadratic().orElseThrow().addHessian(lambda, D);
        for (int k = 0; k < 50; k++) {
            double t = Math.exp(random.gaussian());
            Ensemble y = points(1);
            Ensemble p = Ensemble.zeros(1, D);
            prior.prox(y, t, p);
            for (int i = 0; i < D; i++) {
                double left = 0;
                double right = 0;
                double scale = 0;
                for (int j = 0; j < D; j++) {
                    double q = (y.get(0, j) - p.get(0, j)) / t;
                    left += lambda[i * D + j] * q;
                    right += lambda[i * D + j] * y.get(0, j) / t;
                    scale += Math.abs(lambda[i * D + j] * y.get(0, j) / t);
                }
                left += (y.get(0, i) - p.get(0, i)) / (t * t);
                assertEquals(right, left, 1e-9 * (1 + scale));
            }
        }
    }

    /** ψ is the quadratic that it says it is. */
    @ParameterizedTest
    @MethodSource("priors")
    void potentialIsTheQuadratic(Prior prior) {
        for (int k = 0; k < 50; k++) {
            Ensemble y = points(2);
            double psi = prior.quadratic().orElseThrow().addGradient(y.data(), D, new double[D], 0);
            assertEquals(psi, prior.potential(y.data(), D), 1e-9 * (1 + psi));
        }
    }

    private Ensemble points(int n) {
        Ensemble y = Ensemble.zeros(n, D);
        for (int i = 0; i < y.data().length; i++) {
            y.data()[i] = 3 * random.gaussian();
        }
        return y;
    }
}
