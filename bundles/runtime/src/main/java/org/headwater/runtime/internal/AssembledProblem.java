package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Problem;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.Resources;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.api.SolverProvider;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;
import org.headwater.runtime.internal.ProblemPlan.Part;

/**
 * A problem with everything that it needs, ready to run.
 *
 * @param plan its settings
 * @param experiment forward model, data and noise
 * @param target f, with the prior's potential if that is quadratic
 * @param field the prior of the field
 * @param problem what the solver was given
 * @param backend kernels
 * @param stepper the solver's run
 * @param open how the prior depends on its weight, if the weight is still to be chosen
 * @param isSmooth whether the field's prior is quadratic, and so in the target altogether
 */
record AssembledProblem(
        ProblemPlan plan,
        Experiment experiment,
        ModelTarget target,
        Prior field,
        Problem problem,
        FallbackBackend backend,
        Stepper stepper,
        Optional<Scaling> open,
        boolean isSmooth) {
    /** A plug-in that creates nothing within this time hangs. */
    private static final long PATIENCE_SECONDS =
            Long.getLong("headwater.plugin-seconds", TimeUnit.MINUTES.toSeconds(10));

    /**
     * A forward model with its data and their noise: what is dear to make and does not change with
     * the prior.
     *
     * @param modelPart what made the model
     * @param noisePart what made the noise
     * @param sections the problem's sections {@code forward-model}, {@code data} and {@code noise}
     * @param model forward model
     * @param measured measured data, m values
     * @param noise noise model
     */
    record Experiment(
            Part modelPart,
            Part noisePart,
            List<Object> sections,
            ForwardModel model,
            double[] measured,
            Noise noise) {
        private boolean hasModelOf(ProblemPlan plan) {
            return modelPart.plugin().provider() == plan.model().plugin().provider()
                    && sections.subList(0, 2).equals(sections(plan).subList(0, 2));
        }

        private boolean hasNoiseOf(ProblemPlan plan) {
            return hasModelOf(plan)
                    && noisePart.plugin().provider() == plan.noise().plugin().provider()
                    && sections.equals(sections(plan));
        }

        private static List<Object> sections(ProblemPlan plan) {
            return Stream.of(PluginKind.MODEL.key(), "data", PluginKind.NOISE.key())
                    .map(plan.content()::get)
                    .toList();
        }

        /** Whether all that it comes from is there. */
        boolean isMadeOf(PluginRegistry registry) {
            return registry.has(modelPart.plugin()) && registry.has(noisePart.plugin());
        }
    }

    /**
     * Reads the files and creates everything, in the order forward model, data, noise, prior,
     * solver.
     *
     * @param kept what an earlier version of the problem used and may be used again, or null
     * @throws InvalidInputException if something does not fit; it names the problem file
     */
    static AssembledProblem of(
            ProblemPlan plan, Experiment kept, Workers workers, Consumer<String> notices) {
        return of(plan, kept, workers, notices, Double.NaN);
    }

    /**
     * The same with a weight for a prior whose weight is left to be chosen.
     *
     * @param weight NaN while it is not chosen: the prior then has a first guess
     */
    static AssembledProblem of(
            ProblemPlan plan,
            Experiment kept,
            Workers workers,
            Consumer<String> notices,
            double weight) {
        try {
            Experiment experiment =
                    kept != null && kept.hasNoiseOf(plan) ? kept : experiment(plan, kept);
            return assemble(plan, experiment, workers, notices, weight);
        } catch (InvalidInputException e) {
            throw e.inFile(plan.file().file().toString());
        }
    }

    private static Experiment experiment(ProblemPlan plan, Experiment kept) {
        ForwardModel model;
        double[] measured;
        if (kept != null && kept.hasModelOf(plan)) {
            model = kept.model();
            measured = kept.measured();
        } else {
            ForwardModelProvider models = plan.model().provider(ForwardModelProvider.class);
            model = create(plan.model(), () -> models.create(plan.model().settings(), plan.data()));
            ForwardModel made = model;
            measured =
                    create(
                            plan.model(),
                            () -> models.observe(plan.model().settings(), plan.data(), made));
            require(
                    measured.length == model.dataSize(),
                    plan.model(),
                    "it gave data of another size than its own");
            List<ParameterBlock> blocks = model.blocks();
            require(
                    !blocks.isEmpty() && blocks.get(0).isField(),
                    plan.model(),
                    "its first parameters are no field");
            require(
                    blocks.stream().filter(ParameterBlock::isField).count() == 1,
                    plan.model(),
                    "it has more than one field");
        }
        double[] data = measured;
        Noise noise =
                create(
                        plan.noise(),
                        () ->
                                plan.noise()
                                        .provider(NoiseProvider.class)
                                        .create(plan.noise().settings(), data));
        return new Experiment(
                plan.model(), plan.noise(), Experiment.sections(plan), model, measured, noise);
    }

    private static AssembledProblem assemble(
            ProblemPlan plan,
            Experiment experiment,
            Workers workers,
            Consumer<String> notices,
            double weight) {
        ForwardModel model = experiment.model();
        List<ParameterBlock> blocks = model.blocks();
        int d = model.dimension();
        Prior given = prior(plan, blocks.get(0).shape());
        Optional<Scaling> automatic = given.scaling().filter(Scaling::automatic);
        Prior field =
                automatic.isEmpty() || Double.isNaN(weight)
                        ? given
                        : automatic.get().withWeight(weight);
        Optional<QuadraticSplit> split = field.split();
        ModelTarget target =
                new ModelTarget(
                        model,
                        experiment.noise(),
                        experiment.measured(),
                        split.map(QuadraticSplit::quadratic).orElse(null),
                        workers,
                        notices);
        Prior rest =
                field.quadratic().isPresent()
                        ? SeparablePrior.flat(d)
                        : FieldPrior.extend(split.map(QuadraticSplit::rest).orElse(field), d);
        Problem problem =
                new Problem(plan.name(), target, rest, plan.beta(), blocks, initial(blocks, d));
        FallbackBackend backend =
                new FallbackBackend(
                        plan.backend().type(),
                        create(
                                new Part(plan.backend(), null),
                                ((KernelBackendProvider) plan.backend().provider())::create),
                        notices);
        Stepper stepper =
                create(
                        plan.solver(),
                        () ->
                                plan.solver()
                                        .provider(SolverProvider.class)
                                        .create(plan.solver().settings())
                                        .prepare(
                                                problem, new Resources(workers, backend, notices)));
        Plugin fastest =
                stepper.layer()
                        .map(
                                l ->
                                        BackendChoice.here()
                                                .fastest(l, plan.backends(), workers, notices))
                        .orElse(plan.backend());
        if (fastest != plan.backend()) {
            return assemble(plan.withBackend(fastest), experiment, workers, notices, weight);
        }
        return new AssembledProblem(
                plan,
                experiment,
                target,
                field,
                problem,
                backend,
                stepper,
                automatic.filter(s -> Double.isNaN(weight)),
                field.quadratic().isPresent());
    }

    /** Creates the prior and asks it for one prox, which must be finite. */
    private static Prior prior(ProblemPlan plan, FieldShape shape) {
        Part part = plan.prior();
        Prior prior =
                create(
                        part,
                        () -> part.provider(PriorProvider.class).create(part.settings(), shape));
        require(
                prior.dimension() == shape.dimension(),
                part,
                "it acts on "
                        + prior.dimension()
                        + " parameters where the field has "
                        + shape.dimension());
        Ensemble probe =
                create(
                        part,
                        () -> {
                            Ensemble zero = Ensemble.zeros(1, shape.dimension());
                            prior.prox(zero, 1, zero);
                            return zero;
                        });
        require(
                Arrays.stream(probe.data()).allMatch(Double::isFinite),
                part,
                "its prox at 0 is not finite");
        return prior;
    }

    private static <T> T create(Part part, Callable<T> call) {
        return PluginCalls.create(part.plugin(), PATIENCE_SECONDS, call);
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

    private static void require(boolean condition, Part part, String fault) {
        if (!condition) {
            throw PluginCalls.fault(part.plugin(), fault);
        }
    }

    /** The forward model. */
    ForwardModel model() {
        return experiment.model();
    }

    /** The noise model. */
    Noise noise() {
        return experiment.noise();
    }

    /** The noise model of other data, as its settings make it. */
    Noise noiseOf(double[] data) {
        return plan.noise().provider(NoiseProvider.class).create(plan.noise().settings(), data);
    }

    /** Whether all plug-ins that it comes from are there. */
    boolean isMadeOf(PluginRegistry registry) {
        return plan.plugins().stream().allMatch(registry::has);
    }
}
