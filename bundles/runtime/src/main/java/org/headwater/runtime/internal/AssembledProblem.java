package org.headwater.runtime.internal;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Problem;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.SolverProvider;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;

/**
 * A problem with everything that it needs, ready to run.
 *
 * @param plan its settings
 * @param model forward model
 * @param measured measured data, m values
 * @param noise noise model
 * @param target f, with the prior's potential if that is quadratic
 * @param problem what the solver was given
 * @param backend kernels
 * @param stepper the solver's run
 */
record AssembledProblem(
        ProblemPlan plan,
        ForwardModel model,
        double[] measured,
        Noise noise,
        ModelTarget target,
        Problem problem,
        KernelBackend backend,
        Stepper stepper) {
    /**
     * Reads the files and creates everything, in the order forward model, data, noise, prior,
     * solver.
     *
     * @throws InvalidInputException if something does not fit; it names the problem file
     */
    static AssembledProblem of(ProblemPlan plan, Workers workers, Consumer<String> notices) {
        try {
            return assemble(plan, workers, notices);
        } catch (InvalidInputException e) {
            throw e.inFile(plan.file().file().toString());
        }
    }

    private static AssembledProblem assemble(
            ProblemPlan plan, Workers workers, Consumer<String> notices) {
        ForwardModelProvider models = plan.model().provider(ForwardModelProvider.class);
        ForwardModel model = models.create(plan.model().settings(), plan.data());
        double[] measured = models.observe(plan.model().settings(), plan.data(), model);
        require(
                measured.length == model.dataSize(),
                plan,
                "gave data of another size than its own");
        Noise noise =
                plan.noise()
                        .provider(NoiseProvider.class)
                        .create(plan.noise().settings(), measured);
        List<ParameterBlock> blocks = model.blocks();
        require(!blocks.isEmpty() && blocks.get(0).isField(), plan, "has no field");
        require(
                blocks.stream().filter(ParameterBlock::isField).count() == 1,
                plan,
                "has more than one field");
        int d = model.dimension();
        Prior field =
                plan.prior()
                        .provider(PriorProvider.class)
                        .create(plan.prior().settings(), blocks.get(0).shape());
        Optional<QuadraticSplit> split = field.split();
        ModelTarget target =
                new ModelTarget(
                        model,
                        noise,
                        split.map(QuadraticSplit::quadratic).orElse(null),
                        workers,
                        notices);
        Prior rest =
                field.quadratic().isPresent()
                        ? SeparablePrior.flat(d)
                        : FieldPrior.extend(split.map(QuadraticSplit::rest).orElse(field), d);
        Problem problem =
                new Problem(plan.name(), target, rest, plan.beta(), blocks, initial(blocks, d));
        KernelBackend backend = ((KernelBackendProvider) plan.backend().provider()).create();
        Stepper stepper =
                plan.solver()
                        .provider(SolverProvider.class)
                        .create(plan.solver().settings())
                        .prepare(problem, new Resources(workers, backend, notices));
        return new AssembledProblem(
                plan, model, measured, noise, target, problem, backend, stepper);
    }

    private static double[] initial(List<ParameterBlock> blocks, int d) {
        double[] initial = new double[d];
        int j = 0;
        for (ParameterBlock block : blocks) {
            System.arraycopy(block.initial(), 0, initial, j, block.size());
            j += block.size();
        }
        return initial;
    }

    private static void require(boolean condition, ProblemPlan plan, String fault) {
        if (!condition) {
            throw new IllegalStateException(
                    "the forward model " + plan.model().plugin().type() + " " + fault);
        }
    }
}
