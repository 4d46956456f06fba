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
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.grouplasso.internal.GroupLassoPriorProvider;
import org.headwater.solver.rwpo.internal.RwpoSolverTest.Nonlinear;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chains against quadrature, and what they promise of their runs. */
class ChainStepperTest {
    private static Prior coupled(double weight) {
        return TestProblems.prior(
                new GroupLassoPriorProvider(), Map.of("weight", weight, "block", 2), 2);
    }

    /**
     * The curved posterior of a nonlinear model under a prior that is not separable, with and
     * without tempering. 6,000 draws leave an error of about .02 sd.
     */
    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5})
    void agreesWithQuadratureOnANonlinearModel(double beta) {
        Target target = new Nonlinear();
        Prior prior = coupled(1.5);
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
                double w = Math.exp(-beta * (value[0] + prior.potential(x, 0)));
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
        Problem p = TestProblems.problem(target, prior);
        Problem tempered = new Problem(p.name(), target, prior, beta, p.blocks(), p.initial());
        Posterior posterior = TestProblems.run(tempered, Map.of("iterations", 200), 2);
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) < 0.06, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) > 0.95, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) < 1.05, () -> "sd " + found.largestSdRatio(truth));
        assertTrue(
                found.correlationError(truth) < 0.05, () -> "c " + found.correlationError(truth));
        assertEquals(List.of(), posterior.reasons());
    }

    /** A state is all there is: another stepper goes on from it to the last bit. */
    @ParameterizedTest
    @ValueSource(ints = {1, 9, 26})
    void goesOnFromAStateToTheLastBit(int stop) {
        Problem problem = TestProblems.problem(new Nonlinear(), coupled(1));
        Map<String, Object> settings = Map.of("particles", 20, "iterations", 40);
        State whole = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, null, 40);
        State part = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, null, stop);
        RwpoSolverTest.assertSame(
                whole, RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, part, 40));
    }

    @Test
    void doesNotDependOnTheNumberOfThreads() {
        Problem problem = TestProblems.problem(new Nonlinear(), coupled(1));
        Map<String, Object> settings = Map.of("iterations", 20);
        RwpoSolverTest.assertSame(
                RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, null, 20),
                RwpoSolverTest.steps(problem, settings, TestProblems.TWO_THREADS, null, 20));
    }

    /** Chain by chain, so that the last draw of each is where its particle is. */
    @Test
    void drawsFollowOneAnotherChainByChain() {
        Problem problem = TestProblems.problem(new Nonlinear(), coupled(1));
        Map<String, Object> settings = Map.of("particles", 20, "iterations", 40);
        State end = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, null, 40);
        Stepper stepper =
                TestProblems.solver(settings)
                        .prepare(problem, TestProblems.resources(new ArrayList<>()));
        Posterior posterior = stepper.posterior(end, KeyedRandom.of(1));
        assertEquals(20, posterior.diagnostics().get("chains"));
        int length = posterior.draws().size() / 20;
        assertEquals(20, length);
        Ensemble x = end.ensemble(Flow.PARTICLES);
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(x.point(i), posterior.draws().point((i + 1) * length - 1));
        }
    }

    /** A proposal at which the model fails is a rejection, and counted until one works. */
    @Test
    void rejectsProposalsAtWhichTheModelFails() {
        int[] calls = {0};
        Target flaky =
                new Nonlinear() {
                    @Override
                    public int evaluate(
                            Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
                        int count = super.evaluate(theta, value, gradient, failed);
                        if (theta.size() > 10 && ++calls[0] >= 3 && calls[0] <= 4) {
                            failed[7] = true;
                            value[7] = Double.NaN;
                            return 1;
                        }
                        return count;
                    }
                };
        Problem problem = TestProblems.problem(flaky, coupled(1));
        Map<String, Object> settings = Map.of("iterations", 20);
        // The start evaluates all particles once, each step once.
        State before = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, null, 1);
        State once = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, before, 2);
        State twice = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, once, 3);
        State after = RwpoSolverTest.steps(problem, settings, TestProblems.ONE_THREAD, twice, 4);
        assertEquals(1, once.array(State.FAILURES)[7]);
        assertEquals(2, twice.array(State.FAILURES)[7]);
        assertEquals(0, after.array(State.FAILURES)[7]);
        assertArrayEquals(
                before.ensemble(Flow.PARTICLES).point(7), twice.ensemble(Flow.PARTICLES).point(7));
    }

    @Test
    void saysWhenTheChainsAreTooShort() {
        int d = 8;
        double[] h = new double[d * d];
        for (int j = 0; j < d; j++) {
            h[j * d + j] = 1;
        }
        Prior prior =
                TestProblems.prior(
                        new GroupLassoPriorProvider(), Map.of("weight", 1, "block", 4), d);
        Problem problem = TestProblems.problem(new Quadratic(h, new double[d]), prior);
        List<String> codes =
                RwpoSolverTest.codes(TestProblems.run(problem, Map.of("iterations", 4), 1));
        assertTrue(codes.contains("start-remembered"), codes::toString);
    }

    /** The Moreau route is left to the kernels that the user asks for, and says what it is. */
    @Test
    void saysThatTheMoreauRouteOverratesTheSpread() {
        Problem problem = TestProblems.problem(new Nonlinear(), coupled(1));
        List<String> codes =
                RwpoSolverTest.codes(TestProblems.run(problem, Map.of("kernel", "tensorised"), 1));
        assertTrue(codes.contains("spread-approximate"), codes::toString);
    }
}
