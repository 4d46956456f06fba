package org.headwater.kernels.flow;

import java.util.List;
import org.headwater.api.Setting;
import org.headwater.api.Settings;

/** The settings that all trained flows share, so that they are compared at the same budget. */
public final class FlowSettings {
    private static final String ITERATIONS = "iterations";
    private static final String BATCH = "batch";
    private static final String STEPS = "steps";
    private static final String WIDTH = "width";
    private static final String RATE = "rate";
    private static final String KINETIC = "transport-cost";
    private static final String HJB = "hjb";
    private static final String PATIENCE = "patience";
    private static final String POLISH = "polish";
    private static final String NONE = "none";
    private static final String METROPOLIS = "metropolis";
    private static final String DRAWS = "draws";

    private FlowSettings() {}

    /** The keys. */
    public static List<Setting> keys() {
        return List.of(
                Setting.integer(ITERATIONS, "iterations of the training")
                        .atLeast(1)
                        .atMost(1_000_000)
                        .byDefault(600),
                Setting.integer(
                                BATCH,
                                "draws of an iteration; the model evaluates them with gradients")
                        .atLeast(8)
                        .atMost(100_000)
                        .byDefault(256),
                Setting.integer(STEPS, "steps of the drift").atLeast(1).atMost(48).byDefault(6),
                Setting.integer(WIDTH, "width of the network whose gradient is the drift")
                        .atLeast(1)
                        .atMost(1024)
                        .byDefault(24),
                Setting.number(
                                RATE,
                                "Adam's step for the first 60 % of the iterations; then .3 of it,"
                                        + " from 85 % on .09")
                        .above(0)
                        .atMost(1)
                        .byDefault(0.01),
                Setting.number(KINETIC, "coefficient of the transport cost in the loss")
                        .atLeast(0)
                        .byDefault(0.0),
                Setting.number(
                                HJB,
                                "coefficient of the Hamilton-Jacobi-Bellman residual in the loss")
                        .atLeast(0)
                        .byDefault(0.0),
                Setting.integer(
                                PATIENCE,
                                "the training stops when the smoothed loss, each iteration's on"
                                        + " fresh draws, has not fallen for so many iterations, and"
                                        + " goes back to its least; 0: it goes on to the end")
                        .atLeast(0)
                        .atMost(1_000_000)
                        .byDefault(0),
                Setting.choice(
                                POLISH,
                                "metropolis: the draws are proposals of a Metropolis chain, which"
                                        + " costs no further evaluation; none: they are left as they"
                                        + " are",
                                NONE,
                                METROPOLIS)
                        .byDefault(NONE),
                Setting.integer(DRAWS, "draws of the posterior")
                        .atLeast(2)
                        .atMost(10_000_000)
                        .byDefault(4000));
    }

    /**
     * The options that settings with these keys make.
     *
     * @param last the last layer
     * @param sparse whether slots begin at the prior's weights
     * @param slots of each coordinate
     */
    public static FlowOptions options(
            Settings s, TrainedFlow.Last last, boolean sparse, int slots) {
        FlowOptions options =
                new FlowOptions(
                        last,
                        sparse,
                        s.integer(ITERATIONS),
                        s.integer(BATCH),
                        s.integer(STEPS),
                        s.integer(WIDTH),
                        slots,
                        s.number(RATE),
                        s.number(KINETIC),
                        s.number(HJB),
                        s.integer(DRAWS));
        return options.with(
                new FlowOptions.Finish(s.integer(PATIENCE), s.text(POLISH).equals(METROPOLIS)));
    }
}
