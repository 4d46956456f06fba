package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.headwater.api.Posterior;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Bayesian lasso against long exact Gibbs sampling. */
class LassoTest {
    /** The reference's Monte Carlo error is .0012 sd in the mean and .1 % in the sd. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithTheReferencePosterior(long seed) throws Exception {
        JsonObject p;
        try (Reader reader =
                new InputStreamReader(
                        LassoTest.class.getResourceAsStream("/posteriors.json"),
                        StandardCharsets.UTF_8)) {
            p =
                    new Gson()
                            .fromJson(reader, JsonObject.class)
                            .getAsJsonArray("problems")
                            .get(0)
                            .getAsJsonObject();
        }
        Gson gson = new Gson();
        Quadratic target =
                Quadratic.leastSquares(
                        gson.fromJson(p.get("A"), double[][].class),
                        gson.fromJson(p.get("y"), double[].class),
                        p.get("sigma").getAsDouble());
        Moments truth =
                Moments.ofCovariance(
                        gson.fromJson(p.get("mean"), double[].class),
                        gson.fromJson(p.get("cov"), double[][].class));
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(
                                target, TestProblems.l1(p.get("lam").getAsDouble(), target.d)),
                        Map.of("particles", 500, "iterations", 200),
                        seed);
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) <= 0.06, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) >= 0.93, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) <= 1.07, () -> "sd " + found.largestSdRatio(truth));
        assertTrue(
                found.correlationError(truth) <= 0.03,
                () -> "correlation " + found.correlationError(truth));
        assertEquals(List.of(), posterior.reasons());
    }

    /**
     * A correlated design, AR(0.8), against Gibbs with inverse-Gaussian scale mixtures (Park and
     * Casella, JASA 103, 2008), 40,000 sweeps: its own error is about .01 sd.
     */
    @Test
    void agreesWithGibbsOnACorrelatedDesign() {
        int d = 24;
        int m = 60;
        double lambda = 4;
        KeyedRandom random = KeyedRandom.of(11);
        double[][] a = new double[m][d];
        double[] y = new double[m];
        for (int i = 0; i < m; i++) {
            double previous = random.gaussian();
            for (int j = 0; j < d; j++) {
                previous = 0.8 * previous + 0.6 * random.gaussian();
                a[i][j] = previous;
            }
            y[i] = 1.5 * a[i][2] - a[i][9] + 0.7 * a[i][17] + random.gaussian();
        }
        Quadratic target = Quadratic.leastSquares(a, y, 1);
        Moments truth = LassoGibbs.sample(target, lambda, 40_000, random.split(1));
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(target, TestProblems.l1(lambda, d)), Map.of(), 5);
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) <= 0.06, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) >= 0.92, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) <= 1.08, () -> "sd " + found.largestSdRatio(truth));
        assertTrue(
                found.correlationError(truth) <= 0.03,
                () -> "correlation " + found.correlationError(truth));
    }

    /**
     * Half as many data as parameters, of singular values over two decades and little noise: the
     * stiffest directions are far narrower than any parameter. tr(C·C_true⁻¹)/d counts every
     * direction alike; that of the flow's own covariance is .92.
     */
    @Test
    void hasTheSpreadOfStiffDirections() {
        int d = 24;
        int m = 12;
        KeyedRandom random = KeyedRandom.of(21);
        double[][] a = new double[m][d];
        double[] y = new double[m];
        for (int i = 0; i < m; i++) {
            double size = Math.pow(10, -2.0 * i / (m - 1));
            for (int j = 0; j < d; j++) {
                a[i][j] = size * random.gaussian();
            }
            y[i] = a[i][3] - 1.5 * a[i][17] + 0.01 * random.gaussian();
        }
        Quadratic target = Quadratic.leastSquares(a, y, 0.01);
        Moments truth = LassoGibbs.sample(target, 3, 40_000, random.split(1));
        Posterior posterior =
                TestProblems.run(TestProblems.problem(target, TestProblems.l1(3, d)), Map.of(), 1);
        Moments found = Moments.of(posterior.draws());
        double ratio = found.meanVarianceRatio(truth);
        assertTrue(Math.abs(ratio - 1) <= 0.04, () -> "mean ratio of variances " + ratio);
        assertTrue(found.meanError(truth) <= 0.06, () -> "mean error " + found.meanError(truth));
    }

    /** Fewer particles than parameters: chains, said so, and no collapsed variance. */
    @Test
    void keepsTheVarianceWithFewParticles() {
        int d = 24;
        KeyedRandom random = KeyedRandom.of(3);
        double[][] a = new double[40][d];
        double[] y = new double[40];
        for (int i = 0; i < 40; i++) {
            for (int j = 0; j < d; j++) {
                a[i][j] = random.gaussian();
            }
            y[i] = 2 * a[i][0] + random.gaussian();
        }
        Quadratic target = Quadratic.leastSquares(a, y, 1);
        Moments truth = LassoGibbs.sample(target, 3, 20_000, random.split(1));
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(target, TestProblems.l1(3, d)),
                        Map.of("particles", 16, "iterations", 2000),
                        1);
        assertEquals("too-few-particles", posterior.reasons().get(0).code());
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) <= 0.1, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) >= 0.9, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) <= 1.1, () -> "sd " + found.largestSdRatio(truth));
    }
}
