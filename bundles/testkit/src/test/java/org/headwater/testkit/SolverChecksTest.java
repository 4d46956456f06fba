package org.headwater.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Resources;
import org.headwater.api.SolverProvider;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check passes a sound solver, and finds the fault that it is for. */
class SolverChecksTest {
    private static List<Check> checks(SolverProvider provider) {
        return SolverChecks.of(
                provider, Map.of(), Path.of(""), SolverChecks.MEAN_LIMIT, SolverChecks.SD_LIMIT);
    }

    /**
     * With 3000 draws a mean errs by .018 sd, a standard deviation by 1.3 %: a fifth of the limits.
     */
    @Test
    void soundSolverPasses() {
        Findings.assertSound(checks(new ExactSolver()));
    }

    private static Arguments broken(
            String name, String check, BiFunction<Problem, Resources, Stepper> stepper) {
        return Arguments.of(
                name,
                check,
                new ExactSolver() {
                    @Override
                    public Stepper prepare(Problem problem, Resources resources) {
                        return stepper.apply(problem, resources);
                    }
                });
    }

    static Stream<Arguments> broken() {
        AtomicInteger calls = new AtomicInteger();
        return Stream.of(
                broken(
                        "draws 20 % too narrow",
                        "gaussian-posterior",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    @Override
                                    double factor() {
                                        return 0.8;
                                    }
                                }),
                broken(
                        "state that is changed",
                        "steps",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    @Override
                                    public StepResult step(State state, RandomStream random) {
                                        StepResult result = super.step(state, random);
                                        state.array("sum")[0] += 1;
                                        return result;
                                    }
                                }),
                broken(
                        "steps that do not count",
                        "steps",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    @Override
                                    public StepResult step(State state, RandomStream random) {
                                        StepResult result = super.step(state, random);
                                        return new StepResult(
                                                result.state().with(State.ITERATION, 1),
                                                result.info());
                                    }
                                }),
                broken(
                        "stepper that remembers",
                        "resume",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    private int steps;

                                    @Override
                                    double factor() {
                                        return 1 + 1e-9 * steps;
                                    }

                                    @Override
                                    public StepResult step(State state, RandomStream random) {
                                        steps++;
                                        return super.step(state, random);
                                    }
                                }),
                broken(
                        "random numbers of its own",
                        "determinism",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    private final double mine = 1e-9 * calls.incrementAndGet();

                                    @Override
                                    double factor() {
                                        return 1 + mine;
                                    }
                                }),
                broken(
                        "result that depends on the threads",
                        "workers",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    @Override
                                    double factor() {
                                        return 1 + 1e-12 * resources.workers().threads();
                                    }
                                }),
                broken(
                        "failures that are hidden",
                        "failing-model",
                        (p, r) ->
                                new ExactSolver.Draws(p, r) {
                                    @Override
                                    int counted(int failed) {
                                        return 0;
                                    }
                                }),
                broken("steppers that share a value", "thread-safety", Shared::new));
    }

    /** Holds the threads of a run up and forgets which of them it works for. */
    private static final class Shared extends ExactSolver.Draws {
        private static final AtomicInteger RUNNING = new AtomicInteger();

        Shared(Problem problem, Resources resources) {
            super(problem, resources);
        }

        @Override
        public StepResult step(State state, RandomStream random) {
            RUNNING.incrementAndGet();
            try {
                return super.step(state, random);
            } finally {
                RUNNING.decrementAndGet();
            }
        }

        @Override
        double factor() {
            Thread.yield();
            return 1 + 1e-9 * RUNNING.get();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void faultIsFound(String name, String check, SolverProvider provider) {
        Findings.assertFound(checks(provider), check);
    }
}
