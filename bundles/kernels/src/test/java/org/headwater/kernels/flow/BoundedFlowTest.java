package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.kernels.flow.Problems.Interval;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.junit.jupiter.api.Test;

/** Flows between bounds, against quadrature. */
class BoundedFlowTest {
    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final double[][] INTERVALS = {
        {0, INFINITY}, {-INFINITY, 3}, {-1, 1}, {2, 1002}, {-INFINITY, INFINITY}
    };

    private static Bounds bounds(double scale) {
        int count = INTERVALS.length;
        double[] lower = new double[count];
        double[] upper = new double[count];
        double[] scales = new double[count];
        for (int j = 0; j < count; j++) {
            lower[j] = INTERVALS[j][0];
            upper[j] = INTERVALS[j][1];
            scales[j] = Math.min(scale, (upper[j] - lower[j]) / 2);
        }
        return new Bounds(lower, upper, scales);
    }

    @Test
    void slopesAndInversesAreThoseOfTheMap() {
        for (double scale : new double[] {1e-3, 0.5, 40}) {
            Bounds b = bounds(scale);
            for (int j = 0; j < INTERVALS.length; j++) {
                double s = b.scale()[j];
                double from = Double.isFinite(b.lower()[j]) ? b.lower()[j] : b.upper()[j];
                from = Double.isFinite(from) ? from : 0;
                for (double t = -6; t <= 6; t += 0.37) {
                    double z = from + t * s;
                    double h = 1e-4 * s;
                    double slope = (b.apply(j, z + h) - b.apply(j, z - h)) / (2 * h);
                    String at = j + " at " + z;
                    double rounding = Math.ulp(from) / (h * slope);
                    assertEquals(Math.log(slope), b.logSlope(j, z), 1e-5 + rounding, at);
                    double bend = (b.logSlope(j, z + h) - b.logSlope(j, z - h)) / (2 * h);
                    assertEquals(s * bend, s * b.bend(j, z), 1e-5, at);
                    double theta = b.apply(j, z);
                    double inside = Math.min(theta - b.lower()[j], b.upper()[j] - theta);
                    if (inside > 0.25 * s) {
                        assertEquals(z, b.inverse(j, theta), 1e-9 * s + 1e-9 * Math.abs(z), at);
                    }
                }
                for (double far : new double[] {-1e9, -1e3, 62.2187, 1e3, 1e9}) {
                    double theta = b.apply(j, far);
                    assertTrue(theta >= b.lower()[j] && theta <= b.upper()[j], "" + theta);
                    assertTrue(Double.isFinite(b.inverse(j, far)));
                }
            }
        }
    }

    @Test
    void slopesAreExactFarBeyondTheBounds() {
        Bounds b = new Bounds(new double[1], new double[] {3}, new double[] {1});
        // Φ(−8) − Φ(−11) and Φ(−40) by mpmath.
        assertEquals(-35.013437159914857028, b.logSlope(0, -8), 1e-12);
        assertEquals(-804.6084420137538, b.logSlope(0, -40), 1e-9);
        assertEquals(-804.6084420137538, b.logSlope(0, 43), 1e-9);
    }

    private static FlowOptions options(Last last, int iterations) {
        return new FlowOptions(last, true, iterations, 64, 3, 8, 12, 0.01, 0, 0, 4000);
    }

    /** log Z, mean and standard deviation of the first coordinate by quadrature over a grid. */
    private static double[] exact(double[] h, double[] b, Interval prior, double beta) {
        int nodes = 1500;
        double low = Math.max(prior.lower(), -12);
        double step = (Math.min(prior.upper(), 12) - low) / nodes;
        double[] sums = new double[3];
        for (int i = 0; i < nodes; i++) {
            double x = low + (i + 0.5) * step;
            for (int k = 0; k < nodes; k++) {
                double y = low + (k + 0.5) * step;
                double f = 0.5 * (h[0] * x * x + 2 * h[1] * x * y + h[3] * y * y);
                f += prior.lambda() * (x + y) - b[0] * x - b[1] * y;
                double p = Math.exp(-beta * f) * step * step;
                sums[0] += p;
                sums[1] += p * x;
                sums[2] += p * x * x;
            }
        }
        double mean = sums[1] / sums[0];
        return new double[] {Math.log(sums[0]), mean, Math.sqrt(sums[2] / sums[0] - mean * mean)};
    }

    @Test
    void drawsAreThoseOfThePosteriorBetweenItsBounds() {
        double[] none = new double[4];
        double[] tied = {2, -1.2, -1.2, 2};
        Object[][] cases = {
            {none, new double[2], new Interval(2, 2, 0, INFINITY)},
            {none, new double[2], new Interval(2, 0, -1, 1)},
            {tied, new double[] {-0.5, 0.8}, new Interval(2, 0, 0, INFINITY)},
            {tied, new double[] {3, 0.8}, new Interval(2, 0.3, -INFINITY, 1.5)},
        };
        for (int k = 0; k < cases.length; k++) {
            double[] h = (double[]) cases[k][0];
            double[] b = (double[]) cases[k][1];
            Interval prior = (Interval) cases[k][2];
            double beta = k == 2 ? 1.7 : 1;
            double[] exact = exact(h, b, prior, beta);
            for (int way = 0; way < 3; way++) {
                Last last = way == 0 ? Last.NONE : Last.SLOTS;
                Prior told = way < 2 ? prior : new Problems.Coupled(prior, true);
                Problem problem = Problems.of(new Problems.Quadratic(h, b), told, beta);
                Stepper stepper = Problems.stepper(problem, options(last, 150), 1);
                State state = Problems.train(stepper, 1, 150);
                KeyedRandom random = KeyedRandom.of(1).split(2);
                Posterior posterior = stepper.posterior(state, random);
                String at = "case " + k + ", " + way + ": " + posterior.diagnostics();
                assertTrue(posterior.diagnostics().get("kl") < 0.02, at);
                assertEquals(exact[0], posterior.diagnostics().get("log-normaliser"), 0.01, at);
                assertTrue(Double.isFinite(prior.potential(posterior.mode(), 0)), at);
                Ensemble draws = posterior.draws();
                double mean = 0;
                for (int i = 0; i < draws.size(); i++) {
                    assertTrue(Double.isFinite(prior.potential(draws.data(), draws.offset(i))));
                    mean += draws.get(i, 0) / draws.size();
                }
                assertEquals(exact[1], mean, 0.08 * exact[2], at);
                checkSampler(stepper, state, problem, random, exact[0], draws);
            }
        }
    }

    /** Its draws are the posterior's, and the mean of e^{−V}/q is Z. */
    private static void checkSampler(
            Stepper stepper,
            State state,
            Problem problem,
            KeyedRandom random,
            double logNormaliser,
            Ensemble draws) {
        TrainedFlow flow = TrainedFlow.of(stepper.sampler(state).orElseThrow());
        TrainedFlow again = TrainedFlow.of(flow.toState());
        TrainedFlow.Draws sample = again.draw(draws.size(), random, new Threads(1));
        assertArrayEquals(draws.data(), sample.points().data(), 0);
        int n = draws.size();
        double[] f = new double[n];
        problem.target().evaluate(draws, f, Ensemble.zeros(n, 2), new boolean[n]);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double psi = problem.prior().potential(draws.data(), draws.offset(i));
            sum += Math.exp(-problem.beta() * (f[i] + psi) - sample.logDensity()[i]) / n;
        }
        assertEquals(logNormaliser, Math.log(sum), 0.01);
    }

    @Test
    void resumesToTheLastBit() {
        Problem problem =
                Problems.of(
                        new Problems.Quadratic(new double[] {2, -1, -1, 2}, new double[2]),
                        new Interval(2, 0.5, 0, INFINITY),
                        1);
        State whole = Problems.train(Problems.stepper(problem, options(Last.SLOTS, 6), 1), 5, 6);
        State half = Problems.train(Problems.stepper(problem, options(Last.SLOTS, 6), 2), 5, 3);
        Stepper resumed = Problems.stepper(problem, options(Last.SLOTS, 6), 2);
        for (int k = 3; k < 6; k++) {
            half = resumed.step(half, KeyedRandom.of(5).split(1).split(k)).state();
        }
        for (String name : whole.arrayNames()) {
            assertArrayEquals(whole.array(name), half.array(name), 0, name);
        }
        Ensemble points = resumed.points(half).orElseThrow();
        assertTrue(Arrays.stream(points.data()).allMatch(v -> v >= 0));
        assertArrayEquals(
                Problems.stepper(problem, options(Last.SLOTS, 6), 1)
                        .posterior(whole, KeyedRandom.of(3))
                        .draws()
                        .data(),
                resumed.posterior(half, KeyedRandom.of(3)).draws().data(),
                0);
    }

    /** The prox in z by its definition: the least of φ(z) + (z − y)²/2t over a fine grid. */
    @Test
    void theProxIsTheLeastOfItsDefinition() {
        Problem problem =
                Problems.of(
                        new Problems.Quadratic(new double[] {1}, new double[1]),
                        new Interval(1, 0.7, 0, INFINITY),
                        2);
        Bounds bounds = new Bounds(new double[1], new double[] {INFINITY}, new double[] {0.4});
        Problem free = BoundedProblem.of(problem, bounds, new double[] {0.3});
        SeparablePrior prior = (SeparablePrior) free.prior();
        for (double y : new double[] {-5, -0.3, 0, 0.8, 12}) {
            for (double t : new double[] {1e-3, 0.2, 5, 1e4}) {
                double[] z = {y};
                prior.proxCoordinate(0, t, z, z);
                double reached = energy(prior, z[0], y, t);
                for (double by : new double[] {-1e-3, 1e-3}) {
                    assertTrue(reached <= energy(prior, z[0] + by, y, t) + 1e-12, y + ", " + t);
                }
            }
        }
        // Steps of less than a rounding of y, and of a few.
        for (double t = 1e-18; t < 1e-14; t *= 1.7) {
            double[] z = {0.249};
            prior.proxCoordinate(0, t, z, z);
            assertEquals(0.249, z[0], 10 * t);
        }
        assertEquals(-INFINITY, prior.lower(0));
        assertEquals(INFINITY, prior.upper(0));
        double[] y = {1e100};
        prior.proxCoordinate(0, Double.MIN_NORMAL, y, y);
        assertEquals(1e100, y[0]);
    }

    private static double energy(SeparablePrior prior, double z, double y, double t) {
        return prior.potential(new double[] {z}, 0) + (z - y) * (z - y) / (2 * t);
    }

    @Test
    void theExactReadOutIsRefusedAtOnce() {
        Problem problem =
                Problems.of(
                        new Problems.Quadratic(new double[4], new double[2]),
                        new Interval(2, 2, 0, INFINITY),
                        1);
        assertEquals(
                "solver.layer",
                assertThrows(
                                InvalidInputException.class,
                                () -> Problems.stepper(problem, options(Last.READOUT, 4), 1))
                        .key());
    }
}
