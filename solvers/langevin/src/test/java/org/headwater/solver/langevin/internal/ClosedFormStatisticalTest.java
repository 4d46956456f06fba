package org.headwater.solver.langevin.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.Target;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.gaussian.internal.GaussianPriorProvider;
import org.headwater.prior.grouplasso.internal.GroupLassoPriorProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.nonneg.internal.NonNegativePriorProvider;
import org.headwater.solver.langevin.internal.TestProblems.Estimate;
import org.headwater.solver.langevin.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Posteriors known in closed form or by quadrature. Fixed seeds; z-scores over the draws' own Monte
 * Carlo error stay below 4.5, which fails with odds of 7e-6 each under the null, of less than 1e-3
 * over all of them.
 */
class ClosedFormStatisticalTest {
    private static final double LIMIT = 4.5;
    private static final double SMALL_ERROR = 0.04;

    private static void assertMoments(Posterior posterior, int j, double mean, double sd) {
        Estimate e = Estimate.of(posterior, j);
        assertTrue(e.meanError() < SMALL_ERROR * sd, () -> "error of mean " + e);
        assertTrue(e.sdError() < SMALL_ERROR * sd, () -> "error of sd " + e);
        assertEquals(0, (e.mean() - mean) / e.meanError(), LIMIT, () -> "mean " + mean + " " + e);
        assertEquals(0, (e.sd() - sd) / e.sdError(), LIMIT, () -> "sd " + sd + " " + e);
    }

    /** H + Λ = ((5, 2), (2, 2)) with b = (1, 4): mean (−1, 3), covariance ((2, −2), (−2, 5))/6. */
    @ParameterizedTest
    @ValueSource(strings = {"mala", "nuts", "pcn"})
    void gaussian(String method) {
        Prior prior = TestProblems.prior(new GaussianPriorProvider(), Map.of("sd", 1), 2);
        Problem problem =
                TestProblems.problem(
                        new Quadratic(new double[] {4, 2, 2, 1}, new double[] {1, 4}), prior);
        Posterior posterior = TestProblems.run(problem, Map.of("method", method), 3);
        assertMoments(posterior, 0, -1, Math.sqrt(2.0 / 6));
        assertMoments(posterior, 1, 3, Math.sqrt(5.0 / 6));
        assertEquals(List.of(), posterior.reasons());
        if (method.equals("pcn")) {
            assertEquals(1, posterior.diagnostics().get("acceptance"), 1e-9);
        }
    }

    /** w ← (1 − ε)w + √(2ε)ξ has the variance 1/(1 − ε/2). */
    @Test
    void unadjustedStepsHaveTheirKnownBias() {
        Problem problem =
                TestProblems.problem(
                        new Quadratic(new double[] {4}, new double[] {8}),
                        TestProblems.prior(new GaussianPriorProvider(), Map.of("sd", 1e6), 1));
        Posterior posterior = TestProblems.run(problem, Map.of("method", "ula", "step", 0.3), 4);
        assertMoments(posterior, 0, 2, 0.5 / Math.sqrt(1 - 0.15));
        assertEquals("not-adjusted", posterior.reasons().get(0).code());
    }

    /**
     * MYULA draws exp(−f − ψ^μ), up to O(ε): with a small step its moments are those, not the
     * posterior's, from which the smoothed mean is 4 % of a standard deviation away.
     */
    @Test
    void myulaDrawsTheSmoothedPosterior() {
        double weight = 3;
        Problem problem =
                TestProblems.problem(
                        new Quadratic(new double[] {1}, new double[] {2}),
                        TestProblems.prior(new L1PriorProvider(), Map.of("weight", weight), 1));
        double mu = Potential.SMOOTHING / (1 + weight * weight / 2);
        double[] smoothed =
                moments(
                        x -> {
                            double a = Math.abs(x);
                            double huber =
                                    a <= weight * mu
                                            ? x * x / (2 * mu)
                                            : weight * a - weight * weight * mu / 2;
                            return 0.5 * x * x - 2 * x + huber;
                        },
                        -12,
                        12);
        Posterior posterior =
                TestProblems.run(
                        problem, Map.of("method", "myula", "step", 0.008, "iterations", 30_000), 5);
        assertMoments(posterior, 0, smoothed[0], smoothed[1]);
    }

    /** A kink: exact whatever the smoothing. */
    @ParameterizedTest
    @ValueSource(strings = {"mala", "nuts", "gibbs"})
    void lassoInOneDimension(String method) {
        Problem problem =
                TestProblems.problem(
                        new Quadratic(new double[] {1}, new double[] {2}),
                        TestProblems.prior(new L1PriorProvider(), Map.of("weight", 3), 1));
        double[] truth = moments(x -> 0.5 * x * x - 2 * x + 3 * Math.abs(x), -12, 12);
        assertMoments(
                TestProblems.run(problem, Map.of("method", method), 6), 0, truth[0], truth[1]);
    }

    /** Bounds, one of which the unconstrained mean lies beyond. */
    @ParameterizedTest
    @ValueSource(strings = {"mala", "nuts"})
    void box(String method) {
        Prior prior =
                TestProblems.prior(new BoxPriorProvider(), Map.of("lower", -0.5, "upper", 1), 2);
        double[] b = {1.5, -0.3};
        Problem problem = TestProblems.problem(new Quadratic(new double[] {1, 0, 0, 4}, b), prior);
        Posterior posterior = TestProblems.run(problem, Map.of("method", method), 7);
        for (int j = 0; j < 2; j++) {
            double h = j == 0 ? 1 : 4;
            double slope = b[j];
            double[] truth = moments(x -> 0.5 * h * x * x - slope * x, -0.5, 1);
            assertMoments(posterior, j, truth[0], truth[1]);
        }
        for (double x : posterior.draws().data()) {
            assertTrue(x >= -0.5 && x <= 1, "outside: " + x);
        }
    }

    /**
     * Thirty pairs of correlated coordinates at bounds: truncated normal laws. Reflected moves must
     * be reflected in the coordinates of the preconditioner, which are oblique.
     */
    @ParameterizedTest
    @ValueSource(strings = {"mala", "nuts"})
    void manyBounds(String method) {
        int d = 60;
        Prior prior = TestProblems.prior(new NonNegativePriorProvider(), Map.of(), d);
        double[] coupling = {0.8, -0.8};
        double[][] slope = {{-0.5, 0.6}, {-1.5, -0.3}};
        double[][] truth = new double[2][];
        for (int k = 0; k < 2; k++) {
            double c = coupling[k];
            double[] b = slope[k];
            truth[k] =
                    moments(
                            (x, y) ->
                                    x < 0 || y < 0
                                            ? Double.POSITIVE_INFINITY
                                            : 0.5 * (x * x + 2 * c * x * y + y * y)
                                                    - b[0] * x
                                                    - b[1] * y);
        }
        double[] h = new double[d * d];
        double[] b = new double[d];
        for (int j = 0; j < d; j++) {
            h[j * d + j] = 1;
            h[j * d + (j ^ 1)] = coupling[j / 2 % 2];
            b[j] = slope[j / 2 % 2][j % 2];
        }
        int iterations = method.equals("nuts") ? 2000 : 12_000;
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(new Quadratic(h, b), prior),
                        Map.of("method", method, "iterations", iterations),
                        11);
        for (int j = 0; j < d; j++) {
            double mean = truth[j / 2 % 2][j % 2 * 2];
            double sd = truth[j / 2 % 2][j % 2 * 2 + 1];
            Estimate e = Estimate.of(posterior, j);
            assertTrue(e.meanError() < 0.05 * sd, () -> "error of mean " + e);
            assertEquals(0, (e.mean() - mean) / e.meanError(), LIMIT, () -> "mean " + e);
            assertEquals(0, (e.sd() - sd) / e.sdError(), LIMIT, () -> "sd " + e);
        }
        for (double x : posterior.draws().data()) {
            assertTrue(x >= 0, "outside: " + x);
        }
    }

    /** A prior that couples the coordinates, ψ = w·√2·|x|, with every preconditioner. */
    @ParameterizedTest
    @ValueSource(strings = {"auto", "none", "diagonal", "covariance", "gauss-newton", "averaged"})
    void groupLasso(String preconditioner) {
        double weight = 2;
        Prior prior =
                TestProblems.prior(
                        new GroupLassoPriorProvider(), Map.of("weight", weight, "block", 2), 2);
        Problem problem =
                TestProblems.problem(
                        new Quadratic(new double[] {3, 1, 1, 1}, new double[] {4, 3}), prior);
        double[] truth =
                moments(
                        (x, y) ->
                                0.5 * (3 * x * x + 2 * x * y + y * y)
                                        - 4 * x
                                        - 3 * y
                                        + weight * Math.sqrt(2 * (x * x + y * y)));
        for (String method : List.of("mala", "nuts")) {
            Posterior posterior =
                    TestProblems.run(
                            problem,
                            Map.of(
                                    "method", method,
                                    "preconditioner", preconditioner,
                                    "iterations", method.equals("mala") ? 6000 : 1500),
                            8);
            assertMoments(posterior, 0, truth[0], truth[1]);
            assertMoments(posterior, 1, truth[2], truth[3]);
        }
    }

    /** f = ½((eˣ − 2)/.8)², by a model that fails beyond 1.2. */
    private static final class Curved implements Target {
        private static final double EDGE = 1.2;

        @Override
        public int dimension() {
            return 1;
        }

        @Override
        public boolean isQuadratic() {
            return false;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            int count = 0;
            for (int i = 0; i < theta.size(); i++) {
                double x = theta.get(i, 0);
                failed[i] = x > EDGE;
                count += failed[i] ? 1 : 0;
                double r = failed[i] ? Double.NaN : (Math.exp(x) - 2) / 0.8;
                value[i] = 0.5 * r * r;
                gradient.data()[i] = r * Math.exp(x) / 0.8;
            }
            return count;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            hessian[0] = 0;
            for (int i = 0; i < points.size(); i++) {
                double x = points.get(i, 0);
                hessian[0] += Math.exp(2 * x) / 0.64 / points.size();
            }
            return points.size();
        }
    }

    /** A nonlinear model that fails in a region: the posterior is the one without the region. */
    @ParameterizedTest
    @ValueSource(strings = {"mala", "nuts", "pcn"})
    void nonlinearModelThatFailsSomewhere(String method) {
        Prior prior = TestProblems.prior(new GaussianPriorProvider(), Map.of("sd", 1), 1);
        Problem problem = TestProblems.problem(new Curved(), prior);
        double[] truth =
                moments(
                        x -> 0.5 * Math.pow((Math.exp(x) - 2) / 0.8, 2) + 0.5 * x * x,
                        -12,
                        Curved.EDGE);
        Posterior posterior =
                TestProblems.run(
                        problem,
                        Map.of("method", method, "iterations", method.equals("nuts") ? 4000 : 8000),
                        9);
        assertMoments(posterior, 0, truth[0], truth[1]);
    }

    /** Mean and sd of ∝ exp(−potential) on an interval, by the midpoint rule. */
    private static double[] moments(DoubleUnaryOperator potential, double from, double to) {
        int n = 200_000;
        double[] s = new double[3];
        for (int i = 0; i < n; i++) {
            double x = from + (i + 0.5) / n * (to - from);
            double w = Math.exp(-potential.applyAsDouble(x));
            s[0] += w;
            s[1] += w * x;
            s[2] += w * x * x;
        }
        double mean = s[1] / s[0];
        return new double[] {mean, Math.sqrt(s[2] / s[0] - mean * mean)};
    }

    /** Mean and sd of x, then of y, on [−12, 12]². */
    private static double[] moments(DoubleBinaryOperator potential) {
        int n = 2400;
        double[] s = new double[5];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                double x = -12 + (i + 0.5) / n * 24;
                double y = -12 + (k + 0.5) / n * 24;
                double w = Math.exp(-potential.applyAsDouble(x, y));
                s[0] += w;
                s[1] += w * x;
                s[2] += w * x * x;
                s[3] += w * y;
                s[4] += w * y * y;
            }
        }
        double mx = s[1] / s[0];
        double my = s[3] / s[0];
        return new double[] {
            mx, Math.sqrt(s[2] / s[0] - mx * mx), my, Math.sqrt(s[4] / s[0] - my * my)
        };
    }
}
