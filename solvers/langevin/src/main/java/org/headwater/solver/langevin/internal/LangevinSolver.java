package org.headwater.solver.langevin.internal;

import java.util.Optional;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.Solver;
import org.headwater.api.Stepper;
import org.headwater.api.Synthesis;
import org.headwater.kernels.laplace.SynthesisProblem;
import org.headwater.solver.langevin.internal.LangevinOptions.Method;

/**
 * Checks that the method takes the problem. A prior that is separable in other variables is drawn
 * in those, where the scales of its coordinates can be told.
 */
final class LangevinSolver implements Solver {
    private static final String METHOD = "solver.method";

    private final LangevinOptions options;

    LangevinSolver(LangevinOptions options) {
        this.options = options;
    }

    @Override
    public Stepper prepare(Problem problem, Resources resources) {
        Optional<Synthesis> synthesis = problem.prior().synthesis();
        Stepper stepper;
        if (synthesis.isPresent()) {
            SynthesisProblem inner = new SynthesisProblem(problem, synthesis.get());
            Problem u = inner.inSynthesis();
            check(u);
            stepper = inner.mapped(new Chains(u, resources, options, inner::apply));
        } else {
            check(problem);
            stepper = new Chains(problem, resources, options, x -> x);
        }
        if (problem.prior().quadratic().isEmpty()
                && (options.method() == Method.MALA || options.method() == Method.NUTS)) {
            resources
                    .notices()
                    .accept(
                            "the prior has kinks or bounds: proposals follow its smoothed form"
                                    + " (Moreau envelope), are reflected at bounds of single"
                                    + " parameters, and accepted by the prior itself, so that the"
                                    + " draws stay exact");
        }
        return stepper;
    }

    private void check(Problem problem) {
        if (options.method() == Method.ULA && problem.prior().quadratic().isEmpty()) {
            throw InvalidInputException.of(
                    METHOD,
                    "must not be ula for a prior that is not Gaussian, which has no gradient"
                            + " everywhere",
                    "ula",
                    "use mala or nuts, which are exact, or myula, which smooths the prior");
        }
        if (options.method() == Method.GIBBS
                && (!problem.target().isQuadratic()
                        || LassoGibbs.weights(problem.prior()) == null)) {
            throw InvalidInputException.of(
                    METHOD,
                    "must not be gibbs for this problem: it takes linear models with Gaussian noise"
                            + " and an l1 prior, an elastic net or tv of a vector",
                    "gibbs",
                    "use mala or nuts");
        }
    }
}
