package org.headwater.solver.langevin.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.prior.box.internal.BoxPriorProvider;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.solver.langevin.internal.TestProblems.Quadratic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainsTest {
    private static final int D = 6;

    private static Problem lasso() {
        return TestProblems.problem(chain(), l1());
    }

    private static Prior l1() {
        return TestProblems.prior(new L1PriorProvider(), Map.of("weight", 2), D);
    }

    private static Quadratic chain() {
        double[] h = new double[D * D];
        double[] b = new double[D];
        for (int i = 0; i < D; i++) {
            h[i * D + i] = 3;
            b[i] = i - 2;
            if (i > 0) {
                h[i * D + i - 1] = -1;
                h[(i - 1) * D + i] = -1;
            }
        }
        return new Quadratic(h, b);
    }

    /** The state with all arrays copied, as a checkpoint gives it back. */
    private static State reread(State state) {
        State copy = State.empty();
        for (String name : state.arrayNames()) {
            copy = copy.with(name, state.array(name).clone());
        }
        for (String name : state.scalarNames()) {
            copy = copy.with(name, state.scalar(name));
        }
        return copy;
    }

    /** Through tuning, windows and draws, with the run cut in the burn-in and after it. */
    @ParameterizedTest
    @CsvSource({
        "mala, auto",
        "mala, covariance",
        "myula, auto",
        "pcn, averaged",
        "nuts, diagonal",
        "gibbs, auto"
    })
    void threadsAndResumingChangeNothing(String method, String preconditioner) {
        Map<String, Object> settings =
                Map.of(
                        "method",
                        method,
                        "preconditioner",
                        preconditioner,
                        "iterations",
                        120,
                        "burn-in",
                        0.4);
        Stepper one = TestProblems.stepper(lasso(), settings, TestProblems.ONE_THREAD);
        KeyedRandom random = KeyedRandom.of(1);
        State whole = TestProblems.advance(one, one.start(random.split(0)), 120, random);
        double[] draws = one.posterior(whole, random).draws().data();
        assertTrue(draws.length >= 16 * 72 * D);

        Stepper two = TestProblems.stepper(lasso(), settings, TestProblems.TWO_THREADS);
        State cut = two.start(random.split(0));
        for (int stop : new int[] {7, 30, 48, 49, 100, 120}) {
            cut = reread(TestProblems.advance(two, cut, stop, random));
        }
        assertArrayEquals(draws, two.posterior(cut, random).draws().data());
    }

    @Test
    void drawsAreChainAfterChain() {
        Map<String, Object> settings =
                Map.of("chains", 3, "iterations", 10, "burn-in", 0.5, "thinning", 2);
        Stepper stepper = TestProblems.stepper(lasso(), settings, TestProblems.ONE_THREAD);
        KeyedRandom random = KeyedRandom.of(2);
        State state = stepper.start(random.split(0));
        double[][] kept = new double[3][];
        for (int k = 0; k < 3; k++) {
            state = TestProblems.advance(stepper, state, 6 + 2 * k, random);
            kept[k] = state.array(State.PARTICLES);
        }
        Posterior posterior = stepper.posterior(state, random);
        assertEquals(9, posterior.draws().size());
        assertEquals(3.0, posterior.diagnostics().get("chains"));
        for (int c = 0; c < 3; c++) {
            for (int k = 0; k < 3; k++) {
                double[] there = Arrays.copyOfRange(kept[k], c * D, (c + 1) * D);
                assertArrayEquals(there, posterior.draws().point(c * 3 + k));
            }
        }
    }

    /** Another solver's points, in x, are where chains in the variables of a synthesis begin. */
    @Test
    void goesOnFromGivenPoints() {
        Prior tv = TestProblems.prior(new TvPriorProvider(), Map.of("weight", 1), D);
        for (Prior prior : List.of(l1(), tv)) {
            Problem problem = TestProblems.problem(chain(), prior);
            Stepper stepper =
                    TestProblems.stepper(problem, Map.of("chains", 4), TestProblems.ONE_THREAD);
            Ensemble points = Ensemble.zeros(8, D);
            for (int k = 0; k < points.data().length; k++) {
                points.data()[k] = Math.sin(k);
            }
            State state = stepper.start(points, KeyedRandom.of(3));
            Ensemble begun = stepper.points(state).orElseThrow();
            assertEquals(4, begun.size());
            for (int i = 0; i < 4; i++) {
                assertArrayEquals(points.point(2 * i), begun.point(i), 1e-12);
            }
        }
    }

    @Test
    void pointsOutsideTheBoundsComeInside() {
        Prior box = TestProblems.prior(new BoxPriorProvider(), Map.of("lower", 0, "upper", 1), D);
        Stepper stepper =
                TestProblems.stepper(
                        TestProblems.problem(chain(), box),
                        Map.of("chains", 2),
                        TestProblems.ONE_THREAD);
        Ensemble points = Ensemble.of(2, D, new double[] {9, .5, -9, .5, 0, 1, 1, 1, 1, 1, 1, 2});
        Ensemble begun = stepper.points(stepper.start(points, KeyedRandom.of(3))).orElseThrow();
        assertArrayEquals(new double[] {1, .5, 0, .5, 0, 1}, begun.point(0), 1e-12);
        assertArrayEquals(new double[] {1, 1, 1, 1, 1, 1}, begun.point(1), 1e-12);
    }

    @Test
    void tooFewIterationsShowInTheVerdict() {
        Posterior posterior = TestProblems.run(lasso(), Map.of("iterations", 60), 4);
        List<String> codes = posterior.reasons().stream().map(Reason::code).toList();
        assertTrue(codes.contains("few-effective-draws"), codes::toString);
        assertTrue(posterior.diagnostics().get("least-ess") < 400);
    }

    @Test
    void longStepsShowInTheVerdict() {
        Posterior posterior = TestProblems.run(lasso(), Map.of("step", 4, "iterations", 500), 5);
        Reason rejected =
                posterior.reasons().stream()
                        .filter(r -> r.code().equals("proposals-rejected"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(rejected.value() < 0.2);
        assertTrue(rejected.remedy().contains("solver.step"));
    }

    @Test
    void aRunThatEndsInItsBurnInSaysSo() {
        Stepper stepper = TestProblems.stepper(lasso(), Map.of(), TestProblems.ONE_THREAD);
        KeyedRandom random = KeyedRandom.of(6);
        State state = TestProblems.advance(stepper, stepper.start(random), 20, random);
        Posterior posterior = stepper.posterior(state, random);
        assertEquals(16, posterior.draws().size());
        assertEquals("burn-in-only", posterior.reasons().get(0).code());
    }

    /** A target that says no to all but the start. */
    private static final class Failing implements Target {
        private final Quadratic quadratic = chain();
        private boolean broken;

        @Override
        public int dimension() {
            return D;
        }

        @Override
        public boolean isQuadratic() {
            return false;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            quadratic.evaluate(theta, value, gradient, failed);
            Arrays.fill(failed, broken);
            return broken ? theta.size() : 0;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] hessian) {
            return quadratic.gaussNewton(points, hessian);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mala", "myula", "pcn", "nuts"})
    void failedProposalsAreRejectedAndCounted(String method) {
        Failing target = new Failing();
        Stepper stepper =
                TestProblems.stepper(
                        TestProblems.problem(target, l1()),
                        Map.of("method", method),
                        TestProblems.ONE_THREAD);
        State start = stepper.start(KeyedRandom.of(7));
        target.broken = true;
        Stepper.StepResult once = stepper.step(start, KeyedRandom.of(8));
        Stepper.StepResult twice = stepper.step(once.state(), KeyedRandom.of(9));
        assertEquals(16, twice.info().failed());
        double[] failures = new double[16];
        Arrays.fill(failures, 2);
        assertArrayEquals(failures, twice.state().array(State.FAILURES));
        assertArrayEquals(start.array(State.PARTICLES), twice.state().array(State.PARTICLES));
        target.broken = false;
        State third = stepper.step(twice.state(), KeyedRandom.of(10)).state();
        assertArrayEquals(new double[16], third.array(State.FAILURES));
    }

    @Test
    void methodsRefuseWhatTheyCannotDraw() {
        assertRefused(lasso(), Map.of("method", "ula"), "solver.method must not be ula");
        Prior box = TestProblems.prior(new BoxPriorProvider(), Map.of("lower", -2, "upper", 2), D);
        assertRefused(
                TestProblems.problem(chain(), box),
                Map.of("method", "gibbs"),
                "solver.method must not be gibbs");
        assertRefused(
                TestProblems.problem(new Failing(), l1()),
                Map.of("method", "gibbs"),
                "solver.method must not be gibbs");
        assertRefused(lasso(), Map.of("method", "gibbs", "step", 1), "solver.step must not be");
        assertRefused(lasso(), Map.of("method", "pcn", "step", 2), "solver.step must be at most 1");
    }

    private static void assertRefused(Problem problem, Map<String, ?> settings, String message) {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> TestProblems.stepper(problem, settings, TestProblems.ONE_THREAD));
        assertTrue(e.getMessage().startsWith(message), e::getMessage);
    }
}
