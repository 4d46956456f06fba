package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.State;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.kernels.chain.ChainStatistics;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class ReplicatesTest {
    private static final int D = 3;
    private static final int COUNT = 6;

    private static Problem lasso() {
        double[] h = {3, 1, 0, 1, 4, -1, 0, -1, 2};
        double[] b = {2, 0.3, -4};
        return TestProblems.problem(new TestProblems.Quadratic(h, b), TestProblems.l1(2, D));
    }

    private static Stepper stepper(Problem problem, Map<String, ?> settings) {
        return TestProblems.solver(settings)
                .prepare(problem, TestProblems.resources(new ArrayList<>()));
    }

    private static State steps(Stepper stepper, State state, int from, int to) {
        State now = state;
        for (int k = from; k < to; k++) {
            now = stepper.step(now, KeyedRandom.of(3).split(1).split(k)).state();
        }
        return now;
    }

    /** Each is the run that it would be alone with its streams. */
    @Test
    void replicatesAreRunsOfTheirOwn() {
        Map<String, ?> settings = Map.of("replicates", COUNT, "particles", 60, "iterations", 20);
        Stepper all = stepper(lasso(), settings);
        assertEquals(COUNT * 60, all.particles());
        State state = steps(all, all.start(KeyedRandom.of(3).split(0)), 0, 20);
        Posterior posterior = all.posterior(state, KeyedRandom.of(3).split(2));
        assertEquals(COUNT, posterior.diagnostics().get("replicates"));
        assertEquals(60, posterior.diagnostics().get("particles"));
        assertEquals(COUNT * 60, posterior.draws().size());
        assertEquals(COUNT * 60, all.points(state).orElseThrow().size());
        Stepper one = stepper(lasso(), Map.of("particles", 60, "iterations", 20));
        for (int r = 0; r < COUNT; r++) {
            State own = one.start(KeyedRandom.of(3).split(0).split(r));
            for (int k = 0; k < 20; k++) {
                own = one.step(own, KeyedRandom.of(3).split(1).split(k).split(r)).state();
            }
            Posterior alone = one.posterior(own, KeyedRandom.of(3).split(2).split(r));
            int length = 60 * D;
            assertArrayEquals(
                    alone.draws().data(),
                    Arrays.copyOfRange(posterior.draws().data(), r * length, (r + 1) * length),
                    0);
        }
    }

    @Test
    void resumesToTheLastBit() {
        Map<String, ?> settings = Map.of("replicates", 2, "particles", 60, "iterations", 20);
        Stepper whole = stepper(lasso(), settings);
        Stepper resumed = stepper(lasso(), settings);
        State start = whole.start(KeyedRandom.of(3).split(0));
        State end = steps(whole, start, 0, 8);
        State again = steps(resumed, steps(whole, start, 0, 3), 3, 8);
        assertEquals(end.arrayNames(), again.arrayNames());
        for (String name : end.arrayNames()) {
            assertArrayEquals(end.array(name), again.array(name), 0, name);
        }
    }

    /** Means of many runs scatter as the error that each run of replicates states. */
    @Test
    void theStatedErrorIsTheScatterOfMeans() {
        int runs = 40;
        double[] means = new double[runs];
        double stated = 0;
        for (int k = 0; k < runs; k++) {
            Posterior p =
                    TestProblems.run(
                            lasso(),
                            Map.of("replicates", COUNT, "particles", 30, "iterations", 30),
                            k);
            double[] x = new double[p.draws().size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = p.draws().get(i, 1);
                means[k] += x[i] / x.length;
            }
            ChainStatistics s = ChainStatistics.ofReplicates(x, COUNT);
            stated += s.mcse() * s.mcse() / runs;
        }
        double mean = Arrays.stream(means).average().orElseThrow();
        double scatter = Arrays.stream(means).map(m -> (m - mean) * (m - mean)).sum() / (runs - 1);
        // 39 degrees of freedom: the ratio of variances has a standard error of .23.
        assertEquals(1, scatter / stated, 0.9);
        assertTrue(stated > 0);
    }

    /** β(x² − 1)²·20 in one dimension: two modes, one for each replicate. */
    @Test
    void replicatesInDifferentModesAreWarnedOf() {
        Target wells =
                new Target() {
                    @Override
                    public int dimension() {
                        return 1;
                    }

                    @Override
                    public boolean isQuadratic() {
                        return false;
                    }

                    @Override
                    public int evaluate(
                            Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
                        for (int i = 0; i < theta.size(); i++) {
                            double x = theta.get(i, 0);
                            value[i] = 20 * (x * x - 1) * (x * x - 1);
                            gradient.data()[i] = 80 * x * (x * x - 1);
                        }
                        return 0;
                    }

                    @Override
                    public int gaussNewton(Ensemble points, double[] hessian) {
                        hessian[0] = 160;
                        return points.size();
                    }
                };
        Problem problem = TestProblems.problem(wells, TestProblems.l1(0.1, 1));
        Stepper stepper =
                stepper(problem, Map.of("replicates", 2, "particles", 60, "iterations", 20));
        Ensemble points = Ensemble.zeros(120, 1);
        Arrays.setAll(points.data(), i -> (i < 60 ? -1 : 1) + 0.001 * i);
        State state = steps(stepper, stepper.start(points, KeyedRandom.of(3).split(0)), 0, 20);
        Posterior posterior = stepper.posterior(state, KeyedRandom.of(3).split(2));
        assertTrue(
                posterior.reasons().stream().anyMatch(r -> r.code().equals("replicates-disagree")),
                posterior.reasons()::toString);
        assertTrue(
                TestProblems.run(
                                lasso(),
                                Map.of("replicates", COUNT, "particles", 60, "iterations", 60),
                                1)
                        .reasons()
                        .stream()
                        .noneMatch(r -> r.code().equals("replicates-disagree")));
    }

    /** Where chains take the flow's place, replicates are more chains. */
    @Test
    void chainsAddUp() {
        Posterior posterior =
                TestProblems.run(
                        lasso(), Map.of("replicates", 3, "particles", 2, "iterations", 10), 1);
        assertEquals(6, posterior.diagnostics().get("chains"));
        assertEquals(0, posterior.draws().size() % 6);
    }
}
