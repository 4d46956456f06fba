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
        return trained(laplace(), last, iterations);
    }

    private static Map<String, Double> trained(Problem problem, Last last, int iterations) {
        Stepper stepper = Problems.stepper(problem, options(last, iterations, 0.01), 1);
        State state = Problems.train(stepper, 1, iterations);
        return stepper.posterior(state, KeyedRandom.of(1).split(2)).diagnostics();
    }

    /** KL falls from that of the Gaussian start; the weights' log Z is the exact one. */
    @Test
    void lossFallsTowardsTheExactNormaliser() {
        double logZ = 2 * Math.log(2.0 / 3);
        double start = trained(Last.NONE, 0).get("kl");
        // KL(N(0, π/2λ²) ‖ Laplace) = ½ + log(2/π), the least of a Gaussian, in each of two
        // dimensions
        double exact = 0.5 + Math.log(2 / Math.PI);
        assertEquals(2 * exact, start, 0.02);
        for (Last last : Last.values()) {
            Map<String, Double> end = trained(last, 120);
            assertTrue(end.get("kl") < 0.35 * start, last + ": " + end.get("kl"));
            assertEquals(logZ, end.get("log-normaliser"), 0.02, last.toString());
            assertTrue(end.get("least-slope") > 0);
        }
        assertTrue(trained(Last.READOUT, 120).get("kl") < 0.1 * start);
    }

    /**
     * Without data the slots begin at the prior itself, with data on each coordinate at the
     * posterior; log Z of the latter by quadrature of e^{−3x²/2 + x/2 − 3|x|}.
     */
    @Test
    void slotsBeginAtTheLawOfEachCoordinate() {
        Problem separate =
                Problems.of(
                        new Problems.Quadratic(new double[] {3, 0, 0, 3}, new double[] {0.5, 0.5}),
                        3,
                        1);
        double integral = 0;
        for (int k = -80_000; k <= 80_000; k++) {
            double x = 1e-4 * k;
            integral += 1e-4 * Math.exp(-1.5 * x * x + 0.5 * x - 3 * Math.abs(x));
        }
        double[] exact = {2 * Math.log(2.0 / 3), 2 * Math.log(integral)};
        Problem[] problems = {laplace(), separate};
        for (int i = 0; i < 2; i++) {
            Map<String, Double> slots = trained(problems[i], Last.SLOTS, 0);
            double gaussian = trained(problems[i], Last.NONE, 0).get("kl");
            assertTrue(slots.get("kl") < 0.2 * gaussian, slots.get("kl") + " of " + gaussian);
            assertEquals(exact[i], slots.get("log-normaliser"), 0.01);
        }
    }

    /** Where data tie x₀ to 2x₁, moving each by itself would leave the posterior. */
    @Test
    void slotsBeginAsNoWorseThanTheGaussian() {
        double[] h = {1e4, -2e4, -2e4, 4e4};
        Problem tied = Problems.of(new Problems.Quadratic(h, new double[2]), 3, 1);
        double gaussian = trained(tied, Last.NONE, 0).get("kl");
        double slots = trained(tied, Last.SLOTS, 0).get("kl");
        assertTrue(slots < 1.05 * gaussian, slots + " of " + gaussian);
    }

    @Test
    void resumesToTheLastBitOnAnyNumberOfThreads() {
        for (FlowOptions options :
                new FlowOptions[] {
                    options(Last.SLOTS, 6, 0.01), particles(Attention.Policy.CROSS_FIT, 6)
                }) {
            Stepper one = Problems.stepper(laplace(), options, 1);
            Stepper two = Problems.stepper(laplace(), options, 2);
            State whole = Problems.train(one, 5, 6);
            State half = Problems.train(two, 5, 3);
            for (int k = 3; k < 6; k++) {
                half = two.step(half, KeyedRandom.of(5).split(1).split(k)).state();
            }
            for (String name : whole.arrayNames()) {
                assertArrayEquals(whole.array(name), half.array(name), 0, name);
            }
            for (String name : whole.scalarNames()) {
                assertEquals(whole.scalar(name), half.scalar(name), 0, name);
            }
        }
    }

    private static FlowOptions particles(Attention.Policy policy, int iterations) {
        return new FlowOptions(Last.NONE, true, iterations, 64, 2, 8, 0, 0.01, 0, 0, 2000)
                .with(new FlowOptions.Particles(false, true, policy, 32, 0.1));
    }

    /**
     * Particles as keys: the weights find the exact normaliser whatever the keys were, since the
     * final flow's keys are fixed; a batch that attends to itself believes to be better than it is.
     */
    @Test
    void particlesAsKeysHaveAnHonestDensity() {
        double logZ = 2 * Math.log(2.0 / 3);
        for (Attention.Policy policy : Attention.Policy.values()) {
            Stepper stepper = Problems.stepper(laplace(), particles(policy, 30), 1);
            State state = Problems.train(stepper, 1, 30);
            Posterior posterior = stepper.posterior(state, KeyedRandom.of(1).split(2));
            Map<String, Double> v = posterior.diagnostics();
            assertEquals(logZ, v.get("log-normaliser"), 0.1, policy.toString());
            assertTrue(v.get("kl") > 0, policy.toString());
            double believed = state.scalar("smoothed-loss") + logZ;
            if (policy == Attention.Policy.SELF) {
                assertTrue(believed < 0.5 * v.get("kl"), "believed " + believed);
            }
        }
    }

    /**
     * Before any training the draws are Gaussian: |x| is below .1/λ with probability .0564; for the
     * Laplace law it is 1 − e^{−.1} = .0952. 20,000 draws, accepted with a probability of about .8:
     * standard error .0025.
     */
    @Test
    void metropolisChainHasTheTargetsLaw() {
        for (boolean chain : new boolean[] {false, true}) {
            FlowOptions options =
                    new FlowOptions(Last.NONE, true, 0, 64, 3, 8, 12, 0.01, 0, 0, 20_000)
                            .with(new FlowOptions.Finish(0, chain));
            Stepper stepper = Problems.stepper(laplace(), options, 1);
            Posterior posterior =
                    stepper.posterior(stepper.start(KeyedRandom.of(1)), KeyedRandom.of(2));
            double near = 0;
            for (double x : posterior.draws().data()) {
                near += Math.abs(x) < 0.1 / 3 ? 1.0 / posterior.draws().data().length : 0;
            }
            assertEquals(chain ? 0.0952 : 0.0564, near, 0.01);
            assertEquals(chain, posterior.diagnostics().containsKey("acceptance"));
        }
    }

    /** At a rate that only does harm the training ends early, at its best parameters. */
    @Test
    void patienceEndsATrainingThatGainsNothing() {
        FlowOptions options = options(Last.NONE, 200, 0.3).with(new FlowOptions.Finish(5, false));
        Stepper stepper = Problems.stepper(laplace(), options, 1);
        State state = Problems.train(stepper, 4, 200);
        int stopped = (int) state.scalar("stopped-at");
        assertTrue(stopped < 150, "stopped at " + stopped);
        assertEquals(200, state.iteration());
        assertEquals(64.0 * stopped, state.scalar("evaluations"), 0);
        assertArrayEquals(state.array("parameters.best"), state.array("parameters"), 0);
        Map<String, Double> v = stepper.posterior(state, KeyedRandom.of(1)).diagnostics();
        assertEquals(stopped, v.get("stopped-at"), 0);
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

    /** A prior that forbids what it does not say; a read-out without an l1 prior. */
    @Test
    void refusesWhatItCannotTake() {
        Problem problem = laplace();
        Problem box =
                Problems.of(
                        new Problems.Quadratic(new double[] {9, 0, 0, 9}, new double[2]),
                        new Problems.Coupled(new Problems.Interval(2, 0, -1, 1), false),
                        1);
        Stepper flow = Problems.stepper(box, options(Last.NONE, 4, 0.01), 1);
        InvalidInputException bounds =
                assertThrows(InvalidInputException.class, () -> flow.start(KeyedRandom.of(1)));
        assertTrue(bounds.getMessage().contains("beyond a bound"), bounds.getMessage());
        InvalidInputException readout =
                assertThrows(
                        InvalidInputException.class,
                        () -> Problems.stepper(box, options(Last.READOUT, 4, 0.01), 1));
        assertEquals("solver.layer", readout.key());
        assertArrayEquals(new double[] {3, 3}, L1Weights.of(problem.prior()).orElseThrow(), 0);
    }
}
