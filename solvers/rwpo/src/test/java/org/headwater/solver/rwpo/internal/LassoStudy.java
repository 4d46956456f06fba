package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.headwater.api.Posterior;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bayesian lasso problems up to d = 128 against Gibbs sampling, with the figures of
 * docs/research/rwpo-accuracy.md. Minutes long: {@code mvn -B -Pstudies -pl solvers/rwpo -am
 * verify}.
 */
class LassoStudy {
    private static final int SWEEPS = 60_000;

    /**
     * Rows of the design are AR(1) with coefficient rho, or equicorrelated with correlation −rho
     * where rho is negative.
     */
    @ParameterizedTest
    @CsvSource({
        "50, 200, .7, 5, 1, 500",
        "50, 200, .9, 5, 1, 500",
        "50, 200, .9, 5, 1, 75",
        "40, 25, .5, 4, .5, 500",
        "20, 60, .5, 25, 1, 500",
        "30, 90, -.8, 3, 1, 500",
        "128, 300, .7, 6, 1, 500",
        "128, 300, .7, 6, 1, 141"
    })
    void agreesWithGibbs(int d, int m, double rho, double lambda, double noise, int particles) {
        KeyedRandom random = KeyedRandom.of(1000 + d).split(Math.round(100 * rho)).split(m);
        double[][] a = new double[m][d];
        double[] y = new double[m];
        for (int i = 0; i < m; i++) {
            double common = random.gaussian();
            double previous = random.gaussian();
            for (int j = 0; j < d; j++) {
                double fresh = random.gaussian();
                if (rho < 0) {
                    a[i][j] = Math.sqrt(-rho) * common + Math.sqrt(1 + rho) * fresh;
                } else {
                    a[i][j] = j == 0 ? previous : rho * previous + Math.sqrt(1 - rho * rho) * fresh;
                    previous = a[i][j];
                }
            }
            for (int j = 0; j < d; j += 7) {
                y[i] += (j % 2 == 0 ? 1.5 : -1) * a[i][j];
            }
            y[i] += noise * random.gaussian();
        }
        Quadratic target = Quadratic.leastSquares(a, y, noise);
        Moments truth = LassoGibbs.sample(target, lambda, SWEEPS, random.split(1));
        Moments again = LassoGibbs.sample(target, lambda, SWEEPS, random.split(2));
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(target, TestProblems.l1(lambda, d)),
                        Map.of("particles", particles),
                        1);
        Moments found = Moments.of(posterior.draws());
        System.out.printf(
                "| %d, %d data, rho %.1f, weight %.0f, N %d | %.3f | %.3f, %.3f | %.3f | %.3f |%n",
                d,
                m,
                rho,
                lambda,
                particles,
                found.meanError(truth),
                found.leastSdRatio(truth),
                found.largestSdRatio(truth),
                found.correlationError(truth),
                again.meanError(truth));
        assertTrue(found.meanError(truth) <= 0.08);
        assertTrue(found.leastSdRatio(truth) >= 0.9);
        assertTrue(found.largestSdRatio(truth) <= 1.1);
    }
}
