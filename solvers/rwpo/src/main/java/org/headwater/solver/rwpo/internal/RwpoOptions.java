package org.headwater.solver.rwpo.internal;

import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;

/**
 * The settings of the RWPO solver.
 *
 * @param kernel how the softmax of the layer couples the coordinates
 * @param particles N, 0 for automatic
 * @param replicates runs of N particles each
 * @param iterations steps
 * @param step η, the step in units of the preconditioner
 * @param lateStep η of the last two fifths of the steps, which lets the particles come to rest
 * @param timeScale τ: the RWPO time of coordinate i is T_i = τ·P_ii; 0 for automatic
 * @param hessianParticles particles over which the Gauss–Newton Hessian of a nonlinear model is
 *     averaged
 */
record RwpoOptions(
        Kernel kernel,
        int particles,
        int replicates,
        int iterations,
        double step,
        double lateStep,
        double timeScale,
        int hessianParticles) {

    /** How the softmax of the layer couples the coordinates. */
    enum Kernel {
        /** A softmax per coordinate and a covariance correction. */
        CC,
        /** A softmax per coordinate. */
        TENSORISED,
        /** One softmax over all coordinates. */
        JOINT
    }

    private static final String KERNEL = "kernel";
    private static final String PARTICLES = "particles";
    private static final String REPLICATES = "replicates";
    private static final String ITERATIONS = "iterations";
    private static final String STEP = "step";
    private static final String LATE_STEP = "late-step";
    private static final String TIME_SCALE = "time-scale";
    private static final String HESSIAN_PARTICLES = "hessian-particles";
    private static final String AUTO = "auto";

    static final SettingsSchema SCHEMA =
            SettingsSchema.of(
                    Setting.choice(
                                    KERNEL,
                                    "cc: a softmax per coordinate with a covariance correction;"
                                            + " tensorised: without it, for independent"
                                            + " coordinates; joint: one softmax, for d ≤ 3",
                                    "cc",
                                    "tensorised",
                                    "joint")
                            .byDefault("cc"),
                    Setting.integer(
                                    PARTICLES,
                                    "number of particles N; auto takes max(300, 1.1·d). With"
                                            + " fewer than 1.1·d, cc gives way to N Metropolis-"
                                            + "adjusted Langevin chains; with a prior that couples"
                                            + " the parameters it always does, and auto takes 300")
                            .atLeast(2)
                            .atMost(10_000_000)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.integer(
                                    REPLICATES,
                                    "independent runs of N particles each, whose spread tells how"
                                            + " well the means are known (mcse in summary.csv)")
                            .atLeast(1)
                            .atMost(1000)
                            .byDefault(1),
                    Setting.integer(
                                    ITERATIONS,
                                    "number of steps, each of which evaluates the forward model"
                                            + " and its gradient once a particle; auto takes 60"
                                            + " for nonlinear models, 100 for linear ones, 300 for"
                                            + " linear ones whose prior couples the parameters")
                            .atLeast(1)
                            .atMost(1_000_000)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.number(
                                    STEP,
                                    "step η of the flow relative to the preconditioner; auto takes"
                                            + " 0.3")
                            .above(0)
                            .atMost(1)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.number(
                                    LATE_STEP,
                                    "step η of the last two fifths of the iterations; auto takes a"
                                            + " third of step")
                            .above(0)
                            .atMost(1)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.number(
                                    TIME_SCALE,
                                    "RWPO time of a coordinate relative to its variance; auto"
                                            + " takes 0.05, or 0.2 where the posterior is"
                                            + " Gaussian")
                            .above(0)
                            .atMost(0.3)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.integer(
                                    HESSIAN_PARTICLES,
                                    "particles over which the Gauss-Newton Hessian of a nonlinear"
                                            + " model is averaged")
                            .atLeast(1)
                            .byDefault(24));

    static RwpoOptions of(Settings s) {
        double step = s.isNumber(STEP) ? s.number(STEP) : 0.3;
        return new RwpoOptions(
                Kernel.valueOf(s.text(KERNEL).toUpperCase(java.util.Locale.ROOT)),
                s.isNumber(PARTICLES) ? s.integer(PARTICLES) : 0,
                s.integer(REPLICATES),
                s.isNumber(ITERATIONS) ? s.integer(ITERATIONS) : 0,
                step,
                s.isNumber(LATE_STEP) ? s.number(LATE_STEP) : step / 3,
                s.isNumber(TIME_SCALE) ? s.number(TIME_SCALE) : 0,
                s.integer(HESSIAN_PARTICLES));
    }
}
