package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.Scaling;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.Json;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Trial;
import org.headwater.runtime.internal.AssembledProblem.Experiment;

/** A trial: a plan, and the experiment that all runs of it share. */
final class AssembledTrial implements Trial {
    private static final String SOLVER = "solver";

    private final ProblemPlan plan;
    private final Plugins plugins;
    private final Experiment experiment;

    /** What single calls are made on; runs assemble their own, with the threads they are given. */
    private final AssembledProblem single;

    private AssembledTrial(ProblemPlan plan, Plugins plugins, Experiment experiment) {
        this.plan = plan;
        this.plugins = plugins;
        this.single = assemble(plan, experiment, new FixedWorkers(1));
        this.experiment = single.experiment();
    }

    static AssembledTrial of(ProblemFile file, Plugins plugins) {
        ProblemPlan plan = ProblemPlan.of(Segments.of(file).at(0), plugins);
        AssembledTrial trial = new AssembledTrial(plan, plugins, null);
        if (trial.single.open().isPresent()) {
            throw InvalidInputException.of(
                            "prior.weight",
                            "must be a number for a study",
                            Scaling.AUTO,
                            "run the problem once: its manifest.json has the weight under"
                                    + " prior-weight")
                    .inFile(file.file().toString());
        }
        return trial;
    }

    private static AssembledProblem assemble(
            ProblemPlan plan, Experiment experiment, Workers workers) {
        return AssembledProblem.of(plan, experiment, workers, line -> {});
    }

    @Override
    public String name() {
        return plan.name();
    }

    @Override
    public long seed() {
        return plan.seed();
    }

    @Override
    public List<String> parameters() {
        return experiment.model().blocks().stream()
                .map(ParameterBlock::parameters)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public double[] data() {
        return experiment.measured().clone();
    }

    @Override
    public String fingerprint() {
        Map<String, Object> content = new LinkedHashMap<>(plan.content());
        content.keySet()
                .removeAll(List.of("seed", "name", "images", "results", "diagnostics", "pin"));
        StringBuilder text = new StringBuilder(Json.line(content));
        try {
            for (Path input : plan.inputs()) {
                text.append('\n').append(Hashes.sha256(input));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        plan.identities().forEach(id -> text.append('\n').append(id).append(id.sha256()));
        return Hashes.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    @SuppressWarnings("unchecked")
    public Map<String, Object> solver() {
        return new LinkedHashMap<>((Map<String, Object>) plan.content().get(SOLVER));
    }

    @Override
    public Optional<double[]> truth(RandomStream random) {
        return new PriorDraw(single).draw(random);
    }

    @Override
    public double[] simulate(double[] truth, RandomStream random) {
        double[] clean = predicted(truth);
        if (Double.isNaN(clean[0])) {
            throw new IllegalStateException("the forward model fails at a draw of the prior");
        }
        return single.noiseOf(clean).sample(clean, random);
    }

    private double[] predicted(double[] theta) {
        double[] out = new double[experiment.measured().length];
        single.target().predict(Ensemble.of(1, theta.length, theta.clone()), out);
        return out;
    }

    @Override
    public double misfit(double[] theta) {
        double[] clean = predicted(theta);
        return Double.isNaN(clean[0]) ? Double.NaN : experiment.noise().misfit(clean, 0);
    }

    @Override
    public double potential(double[] theta) {
        return single.field().potential(theta, 0);
    }

    @Override
    public Trial withData(double[] data) {
        Experiment other =
                new Experiment(
                        experiment.modelPart(),
                        experiment.noisePart(),
                        experiment.sections(),
                        experiment.model(),
                        data,
                        single.noiseOf(data));
        return new AssembledTrial(plan, plugins, other);
    }

    @Override
    public Trial withSolver(Map<String, Object> section) {
        Map<String, Object> content = new LinkedHashMap<>(plan.content());
        content.put(SOLVER, section);
        ProblemFile file = plan.file();
        ProblemFile other = new ProblemFile(file.name(), file.file(), file.directory(), content);
        return new AssembledTrial(ProblemPlan.of(other, plugins), plugins, experiment);
    }

    @Override
    public Ensemble draws(Path source) {
        Path file = Files.isDirectory(source) ? source.resolve("posterior.npy") : source;
        int d = experiment.model().dimension();
        String fault;
        try (InputStream in = Files.newInputStream(file)) {
            double[] data = NpyFile.read(in).data();
            if (data.length > 0 && data.length % d == 0) {
                return Ensemble.of(data.length / d, d, data);
            }
            fault = data.length + " numbers, not rows of " + d;
        } catch (IOException e) {
            fault = e.getMessage();
        }
        throw InvalidInputException.of(
                "--reference",
                "must be a run directory or a .npy file of draws × " + d + " parameters",
                file + " (" + fault + ")",
                "name a finished run like runs/NAME, or a file that numpy.save wrote");
    }

    @Override
    public int particles() {
        return single.stepper().particles();
    }

    @Override
    public int iterations() {
        return single.stepper().iterations();
    }

    @Override
    public Result run(long seed, int threads, int steps, long budget, BooleanSupplier stop) {
        try (FixedWorkers workers = new FixedWorkers(threads)) {
            AssembledProblem problem = assemble(plan, experiment, workers);
            Stepper stepper = problem.stepper();
            KeyedRandom random = KeyedRandom.of(seed);
            List<StepInfo> infos = new ArrayList<>();
            long begun = System.nanoTime();
            State state = stepper.start(random.split(RunJob.START));
            long startCost = cost(problem);
            KeyedRandom stream = random.split(RunJob.STEPS).split(0);
            int limit = Math.min(steps, stepper.iterations());
            while (state.iteration() < limit && cost(problem) < budget && !stop.getAsBoolean()) {
                int iteration = state.iteration();
                Stepper.StepResult result = stepper.step(state, stream.split(iteration));
                infos.add(result.info());
                state = result.state().with(State.ITERATION, iteration + 1);
            }
            double seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
            ModelTarget.Count count = problem.target().count();
            long cost = cost(problem);
            Posterior posterior = stepper.posterior(state, random.split(RunJob.POSTERIOR));
            Outcome outcome =
                    Outcome.of(
                            problem,
                            posterior,
                            Draws.of(posterior.draws(), Summary.chains(posterior)),
                            infos,
                            List.of(),
                            random.split(RunJob.REPLICATION));
            return new Result(
                    outcome.posterior(),
                    outcome.verdict(),
                    state.iteration(),
                    count.evaluations(),
                    count.jacobians(),
                    cost,
                    startCost,
                    seconds);
        }
    }

    private static long cost(AssembledProblem problem) {
        ModelTarget.Count count = problem.target().count();
        int m = problem.noise().dataSize();
        int d = problem.problem().dimension();
        return count.evaluations() + count.jacobians() * Math.min(d, m);
    }
}
