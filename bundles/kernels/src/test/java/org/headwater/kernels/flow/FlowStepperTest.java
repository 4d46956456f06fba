package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Training on small posteriors whose normaliser is known in closed form. */
class FlowStepperTest {
    private static FlowOptions options(Last last, int iterations, double rate) {
        return new FlowOptions(last, true, iterations, 64, 3, 8, 12, rate, 0, 0, 4000);
    }

    /** The Laplace law in two dimensions: log Z = 2·log(2/λ). */
    private static Problem laplace() {
        return Problems.of(new Problems.Quadratic(new double[4], new double[2]), 3, 1);
    }

    private static Map<String, Double> trained(Last last, int iterations) {
        Stepper stepper = Problems.stepper(laplace(), options(last, iterations, 0.01), 1);
        State state = Problems.train(stepper, 1, iterations);
        return stepper.posterior(state, KeyedRandom.of(1).split(2)).diagnostics();
    }

    /** KL falls from that of the Gaussian start; the weights' log Z is the exact one. */
    @Test
    void lossFallsTowardsTheExactNormaliser() {
        double logZ = 2 * Math.log(2.0 / 3);
        double start = trained(Last.NONE, 0).get("kl");
        // KL(N(0, 2/λ²) ‖ Laplace) = √(4/π) − ½log(4πe) + log 2 in each of two dimensions
        double exact = Math.sqrt(4 / Math.PI) - 0.5 * Math.log(4 * Math.PI * Math.E) + Math.log(2);
        assertEquals(2 * exact, start, 0.02);
        for (Last last : Last.values()) {
            Map<String, Double> end = trained(last, 120);
            assertTrue(end.get("kl") < 0.35 * start, last + ": " + end.get("kl"));
            assertEquals(logZ, end.get("log-normaliser"), 0.02, last.toString());
            assertTrue(end.get("least-slope") > 0);
        }
        assertTrue(trained(Last.READOUT, 120).get("kl") < 0.1 * start);
    }

    @Test
    void resumesToTheLastBitOnAnyNumberOfThreads() {
        FlowOptions options = options(Last.SLOTS, 6, 0.01);
        Stepper one = Problems.stepper(laplace(), options, 1);
        Stepper two = Problems.stepper(laplace(), options, 2);
        State whole = Problems.train(one, 5, 6);
        State half = Problems.train(two, 5, 3);
        for (int k = 3; k < 6; k++) {
            half = two.step(half, KeyedRandom.of(5).split(1).split(k)).state();
        }
        assertArrayEquals(whole.array("parameters"), half.array("parameters"), 0);
    }

    /** A rate at which the first update leaves the range of numbers is taken back and halved. */
    @Test
    void stepsBackFromALossThatIsNotFinite() {
        Stepper stepper = Problems.stepper(laplace(), options(Last.NONE, 4, 1e200), 1);
        KeyedRandom random = KeyedRandom.of(3);
        State start = stepper.start(random);
        State wild = stepper.step(start, random.split(1)).state();
        State back = stepper.step(wild, random.split(2)).state();
        assertEquals(1, back.scalar("steps-back"), 0);
        assertEquals(0.5, back.scalar("rate-factor"), 0);
        assertArrayEquals(start.array("parameters"), back.array("parameters"), 0);
        Posterior posterior = stepper.posterior(back, random.split(3));
        assertTrue(
                posterior.reasons().stream()
                        .anyMatch(
                                r ->
                                        r.code().equals("training-stepped-back")
                                                && r.status() == Reason.Status.WARN));
    }

    /** A quarter of the model's evaluations fails: they are counted, the training goes on. */
    @Test
    void leavesOutFailures() {
        Problems.Quadratic target =
                new Problems.Quadratic(new double[] {2, 1, 1, 3}, new double[2]);
        Stepper stepper =
                Problems.stepper(Problems.of(target, 1, 1), options(Last.SLOTS, 4, 0.01), 1);
        State start = stepper.start(KeyedRandom.of(3));
        target.fail(true);
        Stepper.StepResult result = stepper.step(start, KeyedRandom.of(3).split(1));
        StepInfo info = result.info();
        assertEquals(16, info.failed());
        assertTrue(Double.isFinite(info.values().get("loss")));
        Posterior posterior = stepper.posterior(result.state(), KeyedRandom.of(4));
        assertEquals(3000, posterior.draws().size());
        assertTrue(posterior.reasons().stream().anyMatch(r -> r.code().equals("draws-failed")));
    }

    /** The weight found in the prior is the one that it has; a box is refused. */
    @Test
    void refusesWhatItCannotTake() {
        Problem problem = laplace();
        Problem box =
                new Problem(
                        "box",
                        problem.target(),
                        new Problems.Interval(2),
                        1,
                        problem.blocks(),
                        problem.initial());
        Stepper flow = Problems.stepper(box, options(Last.NONE, 4, 0.01), 1);
        InvalidInputException bounds =
                assertThrows(InvalidInputException.class, () -> flow.start(KeyedRandom.of(1)));
        assertTrue(bounds.getMessage().contains("bounds"), bounds.getMessage());
        InvalidInputException readout =
                assertThrows(
                        InvalidInputException.class,
                        () -> Problems.stepper(box, options(Last.READOUT, 4, 0.01), 1));
        assertEquals("solver.layer", readout.key());
        assertArrayEquals(new double[] {3, 3}, L1Weights.of(problem.prior()).orElseThrow(), 0);
    }
}
