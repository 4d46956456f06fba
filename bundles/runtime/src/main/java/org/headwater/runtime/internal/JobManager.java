package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.headwater.api.Diagnostic;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.NoiseProvider;
import org.headwater.api.Reason;
import org.headwater.api.Scaling;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.ProblemFunctions;
import org.headwater.runtime.RunOptions;
import org.headwater.runtime.RunReporter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs, each on its own thread, a few at once; the others wait in order. Configured by the
 * framework or system properties {@code headwater.threads} (threads of all runs together, by
 * default the processors), {@code headwater.jobs} (runs at once, by default 1), {@code
 * headwater.checkpoint} (milliseconds between checkpoints, by default 10,000) and {@code
 * headwater.drain} (seconds that a plug-in which is stopped waits for its jobs, by default 20).
 */
@Component(service = Jobs.class, immediate = true)
public final class JobManager implements Jobs, PluginRegistry.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(JobManager.class);
    private static final String RESUME = "--resume";
    private static final int DRAIN_SECONDS = 20;
    private static final int CHECKPOINT_MILLIS = 10_000;

    private final PluginRegistry plugins;
    private final Platform platform;
    private final FixedWorkers workers;
    private final ExecutorService slots;
    private final RunJob.Services services;
    private final List<RunReporter> reporters = new CopyOnWriteArrayList<>();
    private final List<Diagnostic> diagnostics = new CopyOnWriteArrayList<>();
    private final List<RunJob> jobs = new CopyOnWriteArrayList<>();
    private int lastId;

    /** Activates the component. */
    @Activate
    public JobManager(@Reference PluginRegistry plugins, BundleContext context) {
        this(
                plugins,
                platform(context),
                property(context, "headwater.threads", Runtime.getRuntime().availableProcessors()),
                property(context, "headwater.jobs", 1),
                Duration.ofMillis(property(context, "headwater.checkpoint", CHECKPOINT_MILLIS)),
                Duration.ofSeconds(property(context, "headwater.drain", DRAIN_SECONDS)),
                DrawStore.CHUNK);
    }

    JobManager(
            PluginRegistry plugins,
            Platform platform,
            int threads,
            int jobsAtOnce,
            Duration checkpointEvery,
            Duration drain,
            int chunk) {
        this.plugins = plugins;
        this.platform = platform;
        this.workers = new FixedWorkers(threads);
        this.slots =
                Executors.newFixedThreadPool(
                        jobsAtOnce,
                        task -> {
                            Thread t = new Thread(task, "headwater-job");
                            t.setDaemon(true);
                            return t;
                        });
        this.services =
                new RunJob.Services(
                        workers,
                        plugins,
                        () -> reporters,
                        () -> diagnostics,
                        checkpointEvery,
                        drain,
                        chunk,
                        this::queue);
        plugins.listen(this);
    }

    private static int property(BundleContext context, String key, int otherwise) {
        String text = context.getProperty(key);
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text.strip());
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            LOG.debug("not a number", e);
        }
        LOG.warn("{} must be a whole number > 0, got {}; using {}", key, text, otherwise);
        return otherwise;
    }

    private static Platform platform(BundleContext context) {
        BundleJars jars = new BundleJars();
        return new Platform(
                context.getBundle().getVersion().toString(), () -> platformBundles(context, jars));
    }

    private static List<Map<String, Object>> platformBundles(
            BundleContext context, BundleJars jars) {
        List<Map<String, Object>> out = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            String name = bundle.getSymbolicName();
            if (name != null && name.startsWith("org.headwater.")) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("bundle", name);
                entry.put("version", bundle.getVersion().toString());
                entry.put("sha256", jars.sha256(bundle));
                out.add(entry);
            }
        }
        return out;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindReporter(RunReporter reporter) {
        reporters.add(reporter);
    }

    void unbindReporter(RunReporter reporter) {
        reporters.remove(reporter);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindDiagnostic(Diagnostic diagnostic) {
        diagnostics.add(diagnostic);
        diagnostics.sort(Comparator.comparing(Diagnostic::name));
    }

    void unbindDiagnostic(Diagnostic diagnostic) {
        diagnostics.remove(diagnostic);
    }

    /** Stops all runs at their next safe point, so that they can be resumed. */
    @Deactivate
    void close() throws InterruptedException {
        plugins.unlisten(this);
        jobs.forEach(Job::cancel);
        slots.shutdown();
        if (!slots.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("a run did not reach a safe point within {} s", DRAIN_SECONDS);
        }
        workers.close();
    }

    @Override
    public Job submit(ProblemFile problem, RunOptions options) {
        Segments segments = Segments.of(problem).resolved(plugins);
        String file = problem.file().toString();
        inFile(file, () -> RunDirectory.check(options.output(), "--output"));
        Notices notices = new Notices();
        AssembledProblem assembled = assemble(segments, notices);
        ProblemPlan plan = assembled.plan();
        RunDirectory[] directory = new RunDirectory[1];
        inFile(
                file,
                () ->
                        directory[0] =
                                RunDirectory.create(
                                        options.output(), Path.of("runs"), plan.name()));
        try {
            SafeFiles.write(directory[0].problem(), ProblemParser.write(segments.content()));
            Manifest manifest =
                    Manifest.begin(
                            directory[0],
                            assembled,
                            options.command(),
                            platform,
                            workers.threads());
            manifest.write();
            return enqueue(
                    segments,
                    assembled,
                    directory[0],
                    manifest,
                    notices,
                    options.listener(),
                    List.of(),
                    null);
        } catch (IOException e) {
            try {
                directory[0].discard();
            } catch (IOException more) {
                e.addSuppressed(more);
            }
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the first segment; of later ones makes sure that they can be made. */
    private AssembledProblem assemble(Segments segments, Notices notices) {
        try {
            return withinMemory(segments, notices);
        } catch (OutOfMemoryError e) {
            LOG.error("out of memory before the run", e);
            throw InvalidInputException.of(
                            PluginKind.MODEL.key(),
                            "must fit into the memory that Java may take",
                            "a problem that takes more than "
                                    + Runtime.getRuntime().maxMemory() / 1_000_000
                                    + " MB",
                            "make the model smaller, or allow more with"
                                    + " HEADWATER_JAVA_OPTS=-Xmx8g or the like")
                    .inFile(segments.base().file().toString());
        }
    }

    private AssembledProblem withinMemory(Segments segments, Notices notices) {
        AssembledProblem first =
                AssembledProblem.of(
                        ProblemPlan.of(segments.at(0), plugins), null, workers, notices);
        for (int s = 1; s < segments.count(); s++) {
            segments.in(
                    s,
                    file ->
                            AssembledProblem.of(
                                    ProblemPlan.of(file, plugins),
                                    first.experiment(),
                                    workers,
                                    line -> {}));
        }
        return first;
    }

    private static void inFile(String file, Runnable check) {
        try {
            check.run();
        } catch (InvalidInputException e) {
            throw e.inFile(file);
        }
    }

    @Override
    public Job resume(Path directory, Job.Listener listener) {
        RunDirectory run = RunDirectory.open(directory);
        try {
            return resume(run, listener);
        } catch (IOException e) {
            run.close();
            throw InvalidInputException.of(
                    RESUME,
                    "must name a run whose files are whole",
                    directory + " (" + e.getMessage() + ")",
                    "start the run anew");
        } catch (RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private Job resume(RunDirectory run, Job.Listener listener) throws IOException {
        Manifest manifest = Manifest.read(run);
        if (Manifest.DONE.equals(manifest.status())) {
            throw InvalidInputException.of(
                    RESUME,
                    "must name a run that was interrupted",
                    run.root() + ", which has ended",
                    "its results are there; run its problem.yaml to do it again");
        }
        String changed = manifest.changedInput(run.problem());
        if (changed != null) {
            throw InvalidInputException.of(
                    RESUME,
                    "needs the files that the run began with, but " + changed,
                    null,
                    "restore the file or start a new run");
        }
        Notices notices = new Notices();
        State state = Checkpoint.latest(run.checkpoint(), notices).orElse(null);
        int segment = state == null ? 0 : (int) state.scalar(RunJob.SEGMENT, 0);
        Segments segments = Segments.of(ProblemParser.read(run.problem(), List.of()));
        ProblemPlan plan = ProblemPlan.of(segments.at(segment), plugins);
        double weight = state == null ? Double.NaN : state.scalar(RunJob.PRIOR_WEIGHT, Double.NaN);
        AssembledProblem assembled = AssembledProblem.of(plan, null, workers, notices, weight);
        List<Reason> reasons = new ArrayList<>();
        for (String change : manifest.changedPlugins(plan.identities())) {
            notices.accept(change + ": the run goes on with it");
            reasons.add(RunJob.pluginChanged("the run was resumed", change));
        }
        Files.deleteIfExists(run.verdict());
        manifest.addResume(iteration(state));
        manifest.status(Manifest.RUNNING).write();
        return enqueue(segments, assembled, run, manifest, notices, listener, reasons, state);
    }

    /** The iteration of the whole run that a checkpoint is at. */
    private static int iteration(State state) {
        return state == null ? 0 : state.iteration() + (int) state.scalar(RunJob.SEGMENT_BEGIN, 0);
    }

    private synchronized Job enqueue(
            Segments segments,
            AssembledProblem assembled,
            RunDirectory directory,
            Manifest manifest,
            Notices notices,
            Job.Listener listener,
            List<Reason> reasons,
            State state)
            throws IOException {
        String id = Integer.toString(++lastId);
        RunJob job =
                new RunJob(
                        id, segments, assembled, directory, manifest, notices, listener, services,
                        reasons);
        List<StepInfo> done = RunLog.truncate(directory.log(), iteration(state));
        if (state != null) {
            job.from(state, done);
        }
        jobs.add(job);
        // what left while the problem was made was not told to the job
        assembled.plan().plugins().stream().filter(p -> !plugins.has(p)).forEach(job::leaving);
        queue(job);
        return job;
    }

    private void queue(RunJob job) {
        try {
            slots.execute(
                    () -> {
                        Thread.currentThread().setName("headwater-job-" + job.id());
                        job.run();
                    });
        } catch (RejectedExecutionException e) {
            LOG.info("job {} stays where it is, as the platform stops", job.id());
        }
    }

    @Override
    public void arrived(Plugins.Plugin plugin) {
        jobs.forEach(job -> job.arrived(plugin));
    }

    @Override
    public void leaving(Plugins.Plugin plugin) {
        jobs.forEach(job -> job.leaving(plugin));
    }

    @Override
    public Validation validate(ProblemFile problem) {
        Segments segments = Segments.of(problem).resolved(plugins);
        AssembledProblem assembled = assemble(segments, new Notices());
        inFile(
                problem.file().toString(),
                () ->
                        ProblemCheck.requireMemory(
                                assembled, workers, Runtime.getRuntime().maxMemory()));
        return ProblemCheck.of(assembled, workers);
    }

    @Override
    public long memory(ProblemFile problem) {
        Segments segments = Segments.of(problem).resolved(plugins);
        AssembledProblem made = null;
        long most = 0;
        for (int s = 0; s < segments.count(); s++) {
            made =
                    AssembledProblem.of(
                            ProblemPlan.of(segments.at(s), plugins),
                            made == null ? null : made.experiment(),
                            workers,
                            line -> {});
            most = Math.max(most, ProblemCheck.bytes(made, workers));
        }
        return most;
    }

    @Override
    public List<Path> check(ProblemFile problem) {
        Segments segments = Segments.of(problem);
        Set<Path> files = new TreeSet<>();
        for (int s = 0; s < segments.count(); s++) {
            files.addAll(segments.in(s, file -> ProblemPlan.of(file, plugins)).inputs());
        }
        return List.copyOf(files);
    }

    @Override
    public void forget(Job job) {
        boolean over =
                switch (job.status()) {
                    case DONE, FAILED, CANCELLED -> true;
                    case QUEUED, RUNNING, PAUSED -> false;
                };
        if (!over) {
            throw new IllegalStateException("job " + job.id() + " has not ended");
        }
        jobs.remove(job);
    }

    @Override
    public ProblemFunctions functions(ProblemFile problem) {
        AssembledProblem assembled =
                AssembledProblem.of(
                        ProblemPlan.of(Segments.of(problem).at(0), plugins),
                        null,
                        workers,
                        line -> LOG.info("{}: {}", problem.name(), line));
        assembled
                .open()
                .ifPresent(
                        s -> {
                            throw InvalidInputException.of(
                                            "prior.weight",
                                            "must be a number for a density that others use",
                                            Scaling.AUTO,
                                            "run the problem once: its manifest.json has the weight"
                                                    + " under prior-weight")
                                    .inFile(problem.file().toString());
                        });
        return new AssembledFunctions(assembled);
    }

    @Override
    public Path simulate(ProblemFile problem, Path truth, Path directory) {
        ProblemPlan plan = ProblemPlan.of(Segments.of(problem).at(0), plugins);
        try {
            RunDirectory.check(directory, "--output");
            ForwardModelProvider models = plan.model().provider(ForwardModelProvider.class);
            NoiseProvider noises = plan.noise().provider(NoiseProvider.class);
            ForwardModelProvider.Simulation simulation =
                    models.simulate(plan.model().settings(), plan.data(), truth);
            ForwardModelProvider.NoiseSource noise =
                    (clean, random) ->
                            noises.create(plan.noise().settings(), clean).sample(clean, random);
            KeyedRandom random = KeyedRandom.of(plan.seed()).split(RunJob.SIMULATION);
            double[] noisy = noise.addTo(simulation.clean(), random.split(0));
            Files.createDirectories(directory);
            Map<String, Object> content = new LinkedHashMap<>(plan.content());
            content.put("data", simulation.write(directory, noisy, random.split(1), noise));
            Path file = directory.resolve("problem.yaml");
            SafeFiles.write(file, ProblemParser.write(content));
            return file;
        } catch (InvalidInputException e) {
            throw e.inFile(problem.file().toString());
        } catch (IOException e) {
            throw InvalidInputException.of(
                            "--output",
                            "must be a directory that can be written",
                            directory + " (" + e.getMessage() + ")",
                            "check its permissions or choose another")
                    .inFile(problem.file().toString());
        }
    }

    @Override
    public Samples sample(Path flow, int n, long seed, Path output) {
        return FlowFile.sample(flow, n, seed, output, workers);
    }

    @Override
    public List<Job> list() {
        return List.copyOf(jobs);
    }

    @Override
    public Optional<Job> find(String id) {
        return jobs.stream().filter(j -> j.id().equals(id)).map(Job.class::cast).findFirst();
    }
}
