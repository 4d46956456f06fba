package org.headwater.solver.rwpo.internal;

import java.util.Optional;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Solver;
import org.headwater.api.Stepper;
import org.headwater.api.Synthesis;
import org.headwater.kernels.laplace.SynthesisProblem;

/**
 * Chooses the numbers that the settings leave open, and the method. With kernel cc: a prior that is
 * separable in other variables is sampled in those; one that is not separable is drawn by {@link
 * ChainStepper}, since the covariance correction closes the dependence that the prior makes with a
 * Gaussian; and so is any with fewer than 1.1·d particles, where the correction would collapse the
 * variance.
 */
final class RwpoSolver implements Solver {
    private static final int DEFAULT_PARTICLES = 300;
    private static final int LINEAR_ITERATIONS = 100;
    private static final int LINEAR_CHAIN_ITERATIONS = 300;
    private static final int NONLINEAR_ITERATIONS = 60;

    private final RwpoOptions options;

    RwpoSolver(RwpoOptions options) {
        this.options = options;
    }

    @Override
    public Stepper prepare(Problem problem, Resources resources) {
        Optional<Synthesis> synthesis = problem.prior().synthesis();
        if (synthesis.isEmpty() || options.kernel() != RwpoOptions.Kernel.CC) {
            return replicated(stepper(problem, resources));
        }
        SynthesisProblem inner = new SynthesisProblem(problem, synthesis.get());
        return inner.mapped(replicated(stepper(inner.inSynthesis(), resources)));
    }

    private Stepper replicated(Stepper one) {
        return options.replicates() == 1 ? one : new Replicates(one, options.replicates());
    }

    private Stepper stepper(Problem problem, Resources resources) {
        Flow flow = new Flow(problem, resources, options);
        boolean cc = options.kernel() == RwpoOptions.Kernel.CC;
        if (cc && !(problem.prior() instanceof SeparablePrior)) {
            resources
                    .notices()
                    .accept(
                            "the prior couples the parameters: Metropolis-adjusted Langevin chains"
                                    + " take the place of the RWPO flow");
            int particles = options.particles() == 0 ? DEFAULT_PARTICLES : options.particles();
            return new ChainStepper(
                    flow, particles, 0, iterations(problem, LINEAR_CHAIN_ITERATIONS));
        }
        int iterations = iterations(problem, LINEAR_ITERATIONS);
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
        if (cc && particles < needed) {
            resources
                    .notices()
                    .accept(
                            "particles: "
                                    + particles
                                    + " are fewer than 1.1 for each of "
                                    + d
                                    + " parameters: Metropolis-adjusted Langevin chains take the"
                                    + " place of the RWPO flow");
            return new ChainStepper(flow, particles, needed, iterations);
        }
        return new RwpoStepper(flow, particles, iterations);
    }

    private int iterations(Problem problem, int linear) {
        if (options.iterations() > 0) {
            return options.iterations();
        }
        return problem.target().isQuadratic() ? linear : NONLINEAR_ITERATIONS;
    }

    /** ⌈1.1·d⌉: the least number of particles for the covariance correction. */
    private static int needed(int d) {
        return (11 * d + 9) / 10;
    }
}
