package org.headwater.solver.rwpo.internal;

import java.util.Optional;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.Solver;
import org.headwater.api.Stepper;
import org.headwater.api.Synthesis;

/**
 * Chooses the numbers that the settings leave open, and the method: with fewer than 1.1·d particles
 * the covariance correction would collapse the variance, so that preconditioned MYULA takes over.
 * With kernel cc, a prior that is separable in other variables is sampled in those.
 */
final class RwpoSolver implements Solver {
    private static final int DEFAULT_PARTICLES = 300;
    private static final int LINEAR_ITERATIONS = 100;
    private static final int NONLINEAR_ITERATIONS = 60;

    private final RwpoOptions options;

    RwpoSolver(RwpoOptions options) {
        this.options = options;
    }

    @Override
    public Stepper prepare(Problem problem, Resources resources) {
        Optional<Synthesis> synthesis = problem.prior().synthesis();
        if (synthesis.isEmpty() || options.kernel() != RwpoOptions.Kernel.CC) {
            return stepper(problem, resources);
        }
        SynthesisProblem inner = new SynthesisProblem(problem, synthesis.get());
        return inner.mapped(stepper(inner.inSynthesis(), resources));
    }

    private Stepper stepper(Problem problem, Resources resources) {
        int d = problem.dimension();
        int needed = needed(d);
        int particles = options.particles();
        if (particles == 0) {
            particles = Math.max(DEFAULT_PARTICLES, needed);
            if (needed > DEFAULT_PARTICLES) {
                resources
                        .notices()
                        .accept(
                                "particles raised to "
                                        + particles
                                        + ": the covariance correction needs 1.1 for each of "
                                        + d
                                        + " parameters");
            }
        }
        int iterations = options.iterations();
        if (iterations == 0) {
            iterations = problem.target().isQuadratic() ? LINEAR_ITERATIONS : NONLINEAR_ITERATIONS;
        }
        Flow flow = new Flow(problem, resources, options);
        if (options.kernel() == RwpoOptions.Kernel.CC && particles < needed) {
            resources
                    .notices()
                    .accept(
                            "particles: "
                                    + particles
                                    + " are fewer than 1.1 for each of "
                                    + d
                                    + " parameters: preconditioned MYULA takes the place of the"
                                    + " covariance correction");
            return new MyulaStepper(flow, particles, needed, iterations);
        }
        return new RwpoStepper(flow, particles, iterations);
    }

    /** ⌈1.1·d⌉: the least number of particles for the covariance correction. */
    private static int needed(int d) {
        return (11 * d + 9) / 10;
    }
}
