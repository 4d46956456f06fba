package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.Resources;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The flow against closed forms and quadrature, and what it promises of its runs. */
class RwpoSolverTest {
    private static final double[] H = {4, 1.5, 0, 1.5, 2, -0.5, 0, -0.5, 1};
    private static final double[] B = {1, -2, 0.5};

    /** With λ = 0 the posterior is N(H⁻¹b, H⁻¹). */
    @Test
    void isExactForAGaussian() {
        double[] inverse = {1.75, -1.5, -0.75, -1.5, 4, 2, -0.75, 2, 5.75};
        double det = 4.75;
        double[][] c = new double[3][3];
        double[] mean = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                c[i][j] = inverse[3 * i + j] / det;
                mean[i] += c[i][j] * B[j];
            }
        }
        Moments truth = Moments.ofCovariance(mean, c);
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(new Quadratic(H, B), TestProblems.l1(0, 3)),
                        Map.of(),
                        1);
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) < 0.02, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) > 0.97, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) < 1.03, () -> "sd " + found.largestSdRatio(truth));
        assertTrue(
                found.correlationError(truth) < 0.02, () -> "c " + found.correlationError(truth));
    }

    /**
     * f of a nonlinear model, y₁ = e^{x₁}, y₂ = x₁x₂ + x₂, with L1: against a fine quadrature. The
     * correction closes the dependence by a Gaussian, so a curved posterior costs some spread.
     */
    @ParameterizedTest
    @ValueSource(strings = {"cc", "joint"})
    void agreesWithQuadratureOnANonlinearModel(String kernel) {
        Target target = new Nonlinear();
        Prior prior = TestProblems.l1(1.5, 2);
        Problem problem = TestProblems.problem(target, prior);
        double[] mean = new double[2];
        double[][] c = new double[2][2];
        double mass = 0;
        int n = 800;
        double[] value = new double[1];
        Ensemble gradient = Ensemble.zeros(1, 2);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double[] x = {-4 + 8 * (i + 0.5) / n, -4 + 8 * (j + 0.5) / n};
                target.evaluate(Ensemble.of(1, 2, x), value, gradient, new boolean[1]);
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
        Moments truth = Moments.ofCovariance(mean, c);
        Posterior posterior = TestProblems.run(problem, Map.of("kernel", kernel), 2);
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) < 0.15, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) > 0.85, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) < 1.15, () -> "sd " + found.largestSdRatio(truth));
    }

    @Test
    void jointKernelInManyDimensionsIsAFailureNotAPosterior() {
        int d = 30;
        double[] h = new double[d * d];
        for (int j = 0; j < d; j++) {
            h[j * d + j] = 1;
        }
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(
                                new Quadratic(h, new double[d]), TestProblems.l1(0.5, d)),
                        Map.of("kernel", "joint"),
                        1);
        assertTrue(
                posterior.reasons().stream()
                        .anyMatch(
                                r ->
                                        r.status() == Reason.Status.FAIL
                                                && r.code().equals("kernel-collapsed")));
    }

    @Test
    void saysThatTheTensorisedKernelIgnoresCorrelation() {
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(new Quadratic(H, B), TestProblems.l1(0.1, 3)),
                        Map.of("kernel", "tensorised"),
                        1);
        assertTrue(codes(posterior).contains("correlation-ignored"), () -> codes(posterior) + "");
    }

    @Test
    void saysWhenThePriorWinsEverywhere() {
        Posterior posterior =
                TestProblems.run(
                        TestProblems.problem(new Quadratic(H, B), TestProblems.l1(50, 3)),
                        Map.of(),
                        1);
        assertTrue(codes(posterior).contains("over-sparsified"), () -> codes(posterior) + "");
    }

    @Test
    void raisesTheDefaultNumberOfParticlesWithTheDimension() {
        int d = 400;
        double[] h = new double[d * d];
        for (int j = 0; j < d; j++) {
            h[j * d + j] = 1;
        }
        List<String> notices = new ArrayList<>();
        Problem problem =
                TestProblems.problem(new Quadratic(h, new double[d]), TestProblems.l1(1, d));
        Stepper stepper =
                TestProblems.solver(Map.of()).prepare(problem, TestProblems.resources(notices));
        State state = stepper.start(KeyedRandom.of(1));
        assertEquals(440, state.ensemble(Flow.PARTICLES).size());
        assertTrue(notices.get(0).contains("440"), notices.get(0));
    }

    /** A state is all there is: another stepper goes on from it to the last bit. */
    @ParameterizedTest
    @ValueSource(ints = {2, 300})
    void goesOnFromAStateToTheLastBit(int particles) {
        Problem problem = TestProblems.problem(new Nonlinear(), TestProblems.l1(1, 2));
        Map<String, Object> settings = Map.of("particles", particles, "iterations", 40);
        State whole = steps(problem, settings, TestProblems.ONE_THREAD, null, 40);
        State half = steps(problem, settings, TestProblems.ONE_THREAD, null, 13);
        State resumed = steps(problem, settings, TestProblems.ONE_THREAD, half, 40);
        assertSame(whole, resumed);
    }

    @Test
    void doesNotDependOnTheNumberOfThreads() {
        Problem problem = TestProblems.problem(new Nonlinear(), TestProblems.l1(1, 2));
        Map<String, Object> settings = Map.of("iterations", 20);
        assertSame(
                steps(problem, settings, TestProblems.ONE_THREAD, null, 20),
                steps(problem, settings, TestProblems.TWO_THREADS, null, 20));
    }

    /** A particle whose model fails stays where it is, is counted, and goes on when it works. */
    @Test
    void freezesParticlesWhoseModelFails() {
        int[] calls = {0};
        Target flaky =
                new Nonlinear() {
                    @Override
                    public int evaluate(
                            Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
                        int count = super.evaluate(theta, value, gradient, failed);
                        if (theta.size() > 10 && ++calls[0] >= 3 && calls[0] <= 4) {
                            failed[7] = true;
                            return 1;
                        }
                        return count;
                    }
                };
        Problem problem = TestProblems.problem(flaky, TestProblems.l1(1, 2));
        Map<String, Object> settings = Map.of("iterations", 20);
        // The start evaluates all particles once, each step once.
        State before = steps(problem, settings, TestProblems.ONE_THREAD, null, 1);
        State once = steps(problem, settings, TestProblems.ONE_THREAD, before, 2);
        State twice = steps(problem, settings, TestProblems.ONE_THREAD, once, 3);
        State after = steps(problem, settings, TestProblems.ONE_THREAD, twice, 4);
        assertEquals(1, once.array(State.FAILURES)[7]);
        assertEquals(2, twice.array(State.FAILURES)[7]);
        assertEquals(0, after.array(State.FAILURES)[7]);
        assertArrayEquals(
                once.ensemble(Flow.PARTICLES).point(7), twice.ensemble(Flow.PARTICLES).point(7));
        assertTrue(Double.isFinite(after.ensemble(Flow.PARTICLES).get(7, 0)));
    }

    static State steps(
            Problem problem, Map<String, ?> settings, Workers workers, State from, int until) {
        Resources one = TestProblems.resources(new ArrayList<>());
        Stepper stepper =
                TestProblems.solver(settings)
                        .prepare(problem, new Resources(workers, one.backend(), s -> {}));
        KeyedRandom random = KeyedRandom.of(9);
        State state = from == null ? stepper.start(random.split(0)) : from;
        while (state.iteration() < until) {
            state = stepper.step(state, random.split(1).split(state.iteration())).state();
        }
        return state;
    }

    static void assertSame(State a, State b) {
        assertEquals(a.arrayNames(), b.arrayNames());
        for (String name : a.arrayNames()) {
            assertArrayEquals(a.array(name), b.array(name), name);
        }
        for (String name : a.scalarNames()) {
            assertEquals(a.scalar(name), b.scalar(name), name);
        }
    }

    static List<String> codes(Posterior posterior) {
        return posterior.reasons().stream().map(Reason::code).toList();
    }

    /** ½Σ(r/sd)², r = (e^{x₁} − 1.6, x₁x₂ + x₂ − 1), sd = (.2, .3). */
    static class Nonlinear implements Target {
        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public boolean isQuadratic() {
            return false;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            for (int i = 0; i < theta.size(); i++) {
                double x = theta.get(i, 0);
                double y = theta.get(i, 1);
                double r1 = (Math.exp(x) - 1.6) / 0.2;
                double r2 = (x * y + y - 1) / 0.3;
                value[i] = 0.5 * (r1 * r1 + r2 * r2);
                gradient.data()[2 * i] = r1 * Math.exp(x) / 0.2 + r2 * y / 0.3;
                gradient.data()[2 * i + 1] = r2 * (x + 1) / 0.3;
                failed[i] = false;
            }
            return 0;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            java.util.Arrays.fill(hessian, 0);
            for (int i = 0; i < points.size(); i++) {
                double x = points.get(i, 0);
                double y = points.get(i, 1);
                double a = Math.exp(x) / 0.2;
                double b = y / 0.3;
                double c = (x + 1) / 0.3;
                hessian[0] += (a * a + b * b) / points.size();
                hessian[1] += b * c / points.size();
                hessian[2] += b * c / points.size();
                hessian[3] += c * c / points.size();
            }
            return points.size();
        }
    }
}
