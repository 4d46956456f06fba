package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.Ensemble;
import org.headwater.api.State;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Against closed forms, and conditions that the nearest Gaussian meets. */
class GaussianFitTest {
    private static GaussianFit fit(
            double[] h, double[] b, double[] start, double lambda, double beta) {
        int d = b.length;
        double[] gradient = new double[d];
        double[] covariance = new double[d * d];
        for (int j = 0; j < d; j++) {
            gradient[j] = DenseProducts.dot(h, j * d, start, 0, d) - b[j];
            covariance[j * d + j] = 2 / (beta * beta * lambda * lambda);
        }
        return GaussianFit.of(h, start, gradient, new Problems.L1Prior(d, lambda), beta, covariance)
                .orElseThrow();
    }

    /**
     * KL(N(0, s²) ‖ Laplace(λ)) is least at s = √(π/2)/λ; 128 nodes and the stopping rule are right
     * to 2 % of s.
     */
    @Test
    void laplaceLaw() {
        for (double lambda : new double[] {0.5, 3}) {
            GaussianFit fit = fit(new double[1], new double[1], new double[1], lambda, 1);
            assertEquals(0, fit.mean()[0], 1e-9);
            assertEquals(1, fit.covariance()[0] * lambda * lambda / (Math.PI / 2), 0.04);
        }
    }

    /** Far from 0 the posterior is N(c − λ/a, 1/(aβ)), although λ²/2 is five times a. */
    @Test
    void whatTheDataHoldAwayFromZeroIsOnlyShifted() {
        GaussianFit fit = fit(new double[] {60}, new double[] {240}, new double[] {3.58}, 25, 2);
        assertEquals(4 - 25 / 60.0, fit.mean()[0], 1e-6);
        assertEquals(1 / 120.0, fit.covariance()[0], 1e-9);
    }

    /** Correlated, some coefficients at 0 and some not: both conditions hold, from afar too. */
    @Test
    void theConditionsHold() {
        int d = 6;
        KeyedRandom random = KeyedRandom.of(4);
        double[] a = new double[20 * d];
        double[] y = new double[20];
        for (int i = 0; i < 20; i++) {
            y[i] = random.gaussian();
            for (int j = 0; j < d; j++) {
                a[i * d + j] = (j > 0 ? 0.7 * a[i * d + j - 1] : 0) + 0.7 * random.gaussian();
            }
            y[i] += 3 * a[i * d] - 2 * a[i * d + 4];
        }
        double[] h = new double[d * d];
        double[] b = new double[d];
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < d; j++) {
                b[j] += a[i * d + j] * y[i];
                for (int k = 0; k < d; k++) {
                    h[j * d + k] += a[i * d + j] * a[i * d + k];
                }
            }
        }
        double lambda = 6;
        GaussianFit fit = fit(h, b, new double[] {4, 1, -1, 0.5, -3, 0}, lambda, 1);
        for (int j = 0; j < d; j++) {
            double s = Math.sqrt(fit.covariance()[j * d + j]);
            double u = fit.mean()[j] / s;
            // E sign and E″ of |x| by the normal distribution function and density
            double[] normal = normal(u);
            double force =
                    DenseProducts.dot(h, j * d, fit.mean(), 0, d)
                            - b[j]
                            + lambda * (2 * normal[0] - 1);
            assertEquals(0, force, 0.04 * lambda, "coordinate " + j);
            double precision = 0;
            for (int k = 0; k < d; k++) {
                double p = h[j * d + k] + (j == k ? 2 * lambda * normal[1] / s : 0);
                precision += p * fit.covariance()[k * d + j];
            }
            assertEquals(1, precision, 0.03, "coordinate " + j);
        }
    }

    /** Φ(u) and φ(u), the first by Simpson's rule. */
    private static double[] normal(double u) {
        int n = 2000;
        double sum = 0;
        for (int k = 0; k <= n; k++) {
            double at = u * k / n;
            sum += (k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2) * Math.exp(-at * at / 2);
        }
        double scale = 1 / Math.sqrt(2 * Math.PI);
        return new double[] {0.5 + scale * sum * u / (3 * n), scale * Math.exp(-u * u / 2)};
    }

    /** A flow begins within a standard deviation of a posterior that a strong prior shifts. */
    @Test
    void aFlowBeginsWhereThePosteriorIs() {
        Problems.Quadratic f =
                new Problems.Quadratic(new double[] {60, 0, 0, 60}, new double[] {240, 0});
        FlowOptions options = new FlowOptions(Last.SLOTS, true, 1, 400, 2, 4, 8, 0.01, 0, 0, 50);
        State state = Problems.stepper(Problems.of(f, 25, 1), options, 1).start(KeyedRandom.of(1));
        Ensemble x = state.ensemble(State.PARTICLES);
        double mean = 0;
        for (int i = 0; i < x.size(); i++) {
            mean += x.get(i, 0) / x.size();
        }
        assertTrue(Math.abs(mean - (4 - 25 / 60.0)) < Math.sqrt(1 / 60.0), "mean " + mean);
    }
}
