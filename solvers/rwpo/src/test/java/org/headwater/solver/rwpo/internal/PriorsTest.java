package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Target;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.elasticnet.internal.ElasticNetPriorProvider;
import org.headwater.prior.grouplasso.internal.GroupLassoPriorProvider;
import org.headwater.prior.nonneg.internal.NonNegativePriorProvider;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;

/** The solver under each prior that ships, in the plane: against dense quadrature. */
class PriorsTest {
    private static final double[] H = {4, 2.4, 2.4, 4};
    private static final double[] B = {2, -1};

    private static void check(
            String name, double[] h, double[] b, PriorProvider provider, Map<String, ?> settings) {
        Prior prior = TestProblems.prior(provider, settings, b.length);
        Quadratic f = new Quadratic(h, b);
        Moments truth = quadrature(f, prior);
        for (long seed = 1; seed <= 2; seed++) {
            Posterior posterior = TestProblems.run(TestProblems.problem(f, prior), Map.of(), seed);
            Moments found = Moments.of(posterior.draws());
            String at = name + " " + seed;
            double error = found.meanError(truth);
            assertTrue(error <= 0.1, () -> at + " mean error " + error);
            double least = found.leastSdRatio(truth);
            assertTrue(least >= 0.9, () -> at + " sd " + least);
            double largest = found.largestSdRatio(truth);
            assertTrue(largest <= 1.1, () -> at + " sd " + largest);
            double correlation = found.correlationError(truth);
            assertTrue(correlation <= 0.15, () -> at + " correlation " + correlation);
            for (int i = 0; i < posterior.draws().size(); i++) {
                double there = prior.potential(posterior.draws().data(), 2 * i);
                assertTrue(there < Double.POSITIVE_INFINITY, at + " outside");
            }
        }
    }

    private static Moments quadrature(Quadratic f, Prior prior) {
        double[] mean = new double[2];
        double[][] c = new double[2][2];
        double mass = 0;
        int n = 1600;
        double[] value = new double[1];
        Ensemble gradient = Ensemble.zeros(1, 2);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double[] x = {-8 + 16 * (i + 0.5) / n, -8 + 16 * (j + 0.5) / n};
                f.evaluate(Ensemble.of(1, 2, x), value, gradient, new boolean[1]);
                double w = Math.exp(-value[0] - prior.potential(x, 0));
                mass += w;
                for (int k = 0; k < 2; k++) {
                    mean[k] += w * x[k];
                    for (int l = 0; l < 2; l++) {
                        c[k][l] += w * x[k] * x[l];
                    }
                }
            }
        }
        for (int k = 0; k < 2; k++) {
            mean[k] /= mass;
        }
        for (int k = 0; k < 2; k++) {
            for (int l = 0; l < 2; l++) {
                c[k][l] = c[k][l] / mass - mean[k] * mean[l];
            }
        }
        return Moments.ofCovariance(mean, c);
    }

    @Test
    void elasticNet() {
        PriorProvider provider = new ElasticNetPriorProvider();
        check("both terms", H, B, provider, Map.of("weight", 1.5, "ridge", 2));
        // The data leave one direction open; the ridge closes it.
        double[] singular = {4, 4, 4, 4};
        check("singular", singular, B, provider, Map.of("weight", 0.5, "ridge", 2));
    }

    @Test
    void box() {
        PriorProvider provider = new BoxPriorProvider();
        check("cuts", H, B, provider, Map.of("lower", -1, "upper", 1));
        check("idle", H, B, provider, Map.of("lower", -3, "upper", 3));
        check("wall", H, new double[] {6, -1}, provider, Map.of("lower", -1, "upper", 1));
        double[] little = {.1, .05, .05, .1};
        check("uniform", little, new double[2], provider, Map.of("lower", -1, "upper", 2));
    }

    @Test
    void nonNegative() {
        PriorProvider provider = new NonNegativePriorProvider();
        check("one", H, B, provider, Map.of());
        check("none", H, new double[] {4, 4}, provider, Map.of());
        check("wall", H, new double[] {2, -6}, provider, Map.of());
        check("exponential", H, B, provider, Map.of("weight", 2));
    }

    /** An exponential law, quantile by quantile, by a model that is asked within the bounds. */
    @Test
    void exponentialLaw() {
        Prior prior = TestProblems.prior(new NonNegativePriorProvider(), Map.of("weight", 2), 1);
        Target inside = new Inside(new Quadratic(new double[] {1e-4}, new double[1]));
        Posterior posterior = TestProblems.run(TestProblems.problem(inside, prior), Map.of(), 5);
        double[] x = posterior.draws().data().clone();
        Arrays.sort(x);
        for (double level : new double[] {.02, .05, .25, .5, .75, .95}) {
            double found = x[(int) (level * x.length)];
            assertEquals(-Math.log(1 - level) / 2, found, 0.05 / 2, () -> "at " + level);
        }
    }

    /** Fails for negative parameters. */
    private record Inside(Target target) implements Target {
        @Override
        public int dimension() {
            return target.dimension();
        }

        @Override
        public boolean isQuadratic() {
            return false;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            for (double x : theta.data()) {
                assertTrue(x >= 0, () -> "asked at " + x);
            }
            return target.evaluate(theta, value, gradient, failed);
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            for (double x : points.data()) {
                assertTrue(x >= 0, () -> "asked at " + x);
            }
            return target.gaussNewton(points, hessian);
        }
    }

    @Test
    void groupLasso() {
        PriorProvider provider = new GroupLassoPriorProvider();
        check("a block", H, B, provider, Map.of("weight", 1.5, "block", 2));
    }

    /**
     * Twelve correlated non-negative parameters, half at the bound, against exact Gibbs: by the
     * flow, and by the chains that take its place where there are too few particles.
     */
    @Test
    void nonNegativeLeastSquares() {
        int d = 12;
        int m = 30;
        KeyedRandom random = KeyedRandom.of(21);
        double[][] a = new double[m][d];
        double[] y = new double[m];
        for (int i = 0; i < m; i++) {
            double previous = random.gaussian();
            for (int j = 0; j < d; j++) {
                previous = 0.6 * previous + 0.8 * random.gaussian();
                a[i][j] = previous;
            }
            y[i] = 1.5 * a[i][2] + 0.4 * a[i][5] + 0.8 * a[i][9] + random.gaussian();
        }
        Quadratic f = Quadratic.leastSquares(a, y, 1);
        Moments truth = gibbs(f, 100_000, random.split(1));
        Prior prior = TestProblems.prior(new NonNegativePriorProvider(), Map.of(), d);
        Map<String, Integer> few = Map.of("particles", 10, "iterations", 8000);
        for (Map<String, Integer> settings : List.of(Map.<String, Integer>of(), few)) {
            Posterior posterior = TestProblems.run(TestProblems.problem(f, prior), settings, 4);
            Moments found = Moments.of(posterior.draws());
            assertTrue(found.meanError(truth) <= 0.1, () -> "mean error " + found.meanError(truth));
            assertTrue(found.leastSdRatio(truth) >= 0.9, () -> "sd " + found.leastSdRatio(truth));
            double largest = found.largestSdRatio(truth);
            assertTrue(largest <= 1.1, () -> "sd " + largest);
        }
    }

    /** Each conditional is a normal truncated to x_j ≥ 0; its own error is about .01 sd. */
    private static Moments gibbs(Quadratic f, int sweeps, KeyedRandom random) {
        int d = f.d;
        double[] x = new double[d];
        double[] mean = new double[d];
        double[][] second = new double[d][d];
        for (int sweep = -500; sweep < sweeps; sweep++) {
            for (int j = 0; j < d; j++) {
                double r = f.b[j];
                for (int k = 0; k < d; k++) {
                    r -= k == j ? 0 : f.h[j * d + k] * x[k];
                }
                double sd = 1 / Math.sqrt(f.h[j * d + j]);
                x[j] = sd * (truncated(-r * sd, random) + r * sd);
            }
            if (sweep >= 0) {
                for (int j = 0; j < d; j++) {
                    mean[j] += x[j] / sweeps;
                    for (int k = 0; k < d; k++) {
                        second[j][k] += x[j] * x[k] / sweeps;
                    }
                }
            }
        }
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                second[j][k] -= mean[j] * mean[k];
            }
        }
        return Moments.ofCovariance(mean, second);
    }

    /** A standard normal beyond t (Robert, Statistics and Computing 5, 1995). */
    private static double truncated(double t, KeyedRandom random) {
        double rate = 0.5 * (t + Math.sqrt(t * t + 4));
        while (true) {
            if (t < 0) {
                double z = random.gaussian();
                if (z >= t) {
                    return z;
                }
            } else {
                double z = t - Math.log(1 - random.uniform()) / rate;
                if (random.uniform() <= Math.exp(-0.5 * (z - rate) * (z - rate))) {
                    return z;
                }
            }
        }
    }
}
