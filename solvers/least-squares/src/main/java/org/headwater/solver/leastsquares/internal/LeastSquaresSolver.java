package org.headwater.solver.leastsquares.internal;

import java.util.function.BiFunction;
import org.headwater.api.Problem;
import org.headwater.api.Resources;
import org.headwater.api.Solver;
import org.headwater.api.Stepper;
import org.headwater.api.Synthesis;
import org.headwater.kernels.laplace.SynthesisProblem;

/**
 * A solver that works in the coordinates of the prior's synthesis, if it has one.
 *
 * @param stepper makes the run
 */
record LeastSquaresSolver(BiFunction<Problem, Resources, Stepper> stepper) implements Solver {
    @Override
    public Stepper prepare(Problem problem, Resources resources) {
        Synthesis synthesis = problem.prior().synthesis().orElse(null);
        if (synthesis == null) {
            return stepper.apply(problem, resources);
        }
        SynthesisProblem inner = new SynthesisProblem(problem, synthesis);
        return inner.mapped(stepper.apply(inner.inSynthesis(), resources));
    }
}
