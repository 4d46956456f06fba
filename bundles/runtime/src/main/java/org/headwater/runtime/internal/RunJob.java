package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Job;
import org.headwater.runtime.RunReporter;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.RunResult.ParameterSummary;
import org.headwater.runtime.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run: the solver's start, its steps one after the other with a checkpoint now and then, and the
 * results.
 *
 * <p>Random streams follow from the seed and from what they are for, so that a resumed run draws
 * the same numbers: {@link #START}; {@link #STEPS}, then the segment, then the iteration; {@link
 * #POSTERIOR}.
 */
final class RunJob implements Job {
    /** Stream of the solver's start. */
    static final long START = 0;

    /** Streams of the steps. */
    static final long STEPS = 1;

    /** Stream of the posterior. */
    static final long POSTERIOR = 2;

    /** Stream of synthetic data. */
    static final long SIMULATION = 3;

    /** The largest share of the ensemble that may fail in a step. */
    private static final double FAILING_SHARE = 0.1;

    /** So many failures of a particle in a row end the run. */
    private static final int FAILURES_IN_A_ROW = 5;

    /** A mean squared standardised residual above it means that the model does not fit. */
    private static final double MISFIT_LIMIT = 2;

    private static final int TIMED_STEPS = 21;
    private static final int SEGMENT = 0;
    private static final String FAILURE_CODE = "forward-model-failures";
    private static final Logger LOG = LoggerFactory.getLogger(RunJob.class);

    private final String id;
    private final AssembledProblem problem;
    private final RunDirectory directory;
    private final Manifest manifest;
    private final Notices notices;
    private final Job.Listener listener;
    private final Services services;
    private final List<Reason> reasons;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<StepInfo> steps = new ArrayList<>();
    private final List<Double> stepSeconds = new ArrayList<>();

    private State state;
    private Instant lastCheckpoint = Instant.MIN;
    private RunLog log;
    private volatile boolean cancelled;
    private volatile Status status = Status.QUEUED;
    private volatile String phase = "queued";
    private volatile Verdict verdict;
    private volatile Throwable error;

    /**
     * What jobs are given by their manager.
     *
     * @param workers threads
     * @param reporters the reporters there are when a run ends
     * @param checkpointEvery time between checkpoints
     */
    record Services(
            Workers workers, Supplier<List<RunReporter>> reporters, Duration checkpointEvery) {}

    /**
     * A job that waits to be run.
     *
     * @param id identifier
     * @param problem what runs
     * @param directory locked for it, released at its end
     * @param manifest written already
     * @param notices where the solver's notices go
     * @param listener told of progress
     * @param services what it works with
     * @param reasons what is doubtful before it begins
     */
    RunJob(
            String id,
            AssembledProblem problem,
            RunDirectory directory,
            Manifest manifest,
            Notices notices,
            Job.Listener listener,
            Services services,
            List<Reason> reasons) {
        this.id = id;
        this.problem = problem;
        this.directory = directory;
        this.manifest = manifest;
        this.notices = notices;
        this.listener = listener == null ? Job.Listener.NONE : listener;
        this.services = services;
        this.reasons = new ArrayList<>(reasons);
    }

    /** Makes it go on from a checkpoint instead of the start. */
    RunJob from(State checkpoint, List<StepInfo> done) {
        state = checkpoint;
        steps.addAll(done);
        return this;
    }

    /** Runs to the end, on the caller's thread. */
    void run() {
        try (directory;
                RunLog open = new RunLog(directory.log())) {
            log = open;
            notices.attach(this::notice);
            try {
                if (cancelled) {
                    interrupted();
                } else {
                    status = Status.RUNNING;
                    execute();
                }
            } catch (RuntimeException | IOException | Error e) {
                fail(e);
            }
        } catch (RuntimeException | IOException e) {
            fail(e);
        } finally {
            notices.attach(line -> LOG.info("{}: {}", id, line));
            state = null;
            tell(() -> listener.progress(this));
            ended.countDown();
        }
    }

    private void execute() throws IOException {
        KeyedRandom random = KeyedRandom.of(problem.plan().seed());
        Stepper stepper = problem.stepper();
        manifest.write();
        phase("preparing");
        if (state == null && !start(stepper, random)) {
            return;
        }
        phase("sampling");
        long begun = System.nanoTime();
        boolean complete = sample(stepper, random.split(STEPS).split(SEGMENT));
        manifest.addTime("sampling", secondsSince(begun));
        if (complete) {
            checkpoint();
            finish(stepper.posterior(state, random.split(POSTERIOR)));
        }
    }

    /** The solver's start; false if the run has ended there. */
    private boolean start(Stepper stepper, KeyedRandom random) throws IOException {
        phase("finding the MAP");
        long begun = System.nanoTime();
        try {
            state = stepper.start(random.split(START));
        } catch (IllegalStateException e) {
            Failures failures = problem.target().failures();
            if (!failures.lastFailedWholly()
                    && failures.failed() <= FAILING_SHARE * failures.evaluated()) {
                throw e;
            }
            LOG.warn("{}: the start failed with the forward model", id, e);
            stop(
                    "the forward model failed at "
                            + failures.failed()
                            + " of "
                            + failures.evaluated()
                            + " points before the first step: "
                            + e.getMessage(),
                    failures.failed(),
                    Double.NaN);
            return false;
        }
        manifest.addTime("start", secondsSince(begun));
        checkpoint();
        return true;
    }

    /** The steps; false if the run has ended before the last. */
    private boolean sample(Stepper stepper, KeyedRandom random) throws IOException {
        while (state.iteration() < stepper.iterations()) {
            if (cancelled) {
                checkpoint();
                interrupted();
                return false;
            }
            int iteration = state.iteration();
            long begun = System.nanoTime();
            Stepper.StepResult result = stepper.step(state, random.split(iteration));
            StepInfo info = result.info();
            synchronized (steps) {
                steps.add(info);
                stepSeconds.add(secondsSince(begun));
            }
            log.step(info);
            tell(() -> listener.progress(this));
            if (tooManyFailures(result.state(), info)) {
                return false;
            }
            state = result.state().with(State.ITERATION, iteration + 1);
            if (Duration.between(lastCheckpoint, Instant.now())
                            .compareTo(services.checkpointEvery())
                    >= 0) {
                checkpoint();
            }
        }
        return true;
    }

    /** Applies the rule on failures of the forward model; the checkpoint stays before this step. */
    private boolean tooManyFailures(State after, StepInfo info) throws IOException {
        double rows = after.scalar("particles.rows", Double.NaN);
        double share = info.failed() / rows;
        if (share > FAILING_SHARE) {
            checkpoint();
            stop(
                    "the forward model failed for "
                            + info.failed()
                            + " of "
                            + (int) rows
                            + " particles in step "
                            + info.iteration(),
                    share,
                    FAILING_SHARE);
            return true;
        }
        if (after.hasArray(State.FAILURES)) {
            double[] failures = after.array(State.FAILURES);
            for (int i = 0; i < failures.length; i++) {
                if (failures[i] >= FAILURES_IN_A_ROW) {
                    checkpoint();
                    stop(
                            "the forward model failed for particle "
                                    + (i + 1)
                                    + " in "
                                    + FAILURES_IN_A_ROW
                                    + " steps in a row, the last being step "
                                    + info.iteration(),
                            failures[i],
                            FAILURES_IN_A_ROW);
                    return true;
                }
            }
        }
        return false;
    }

    /** Ends the run with verdict FAIL; its checkpoint can go on once the model works again. */
    private void stop(String message, double value, double limit) throws IOException {
        reasons.add(
                new Reason(
                        Reason.Status.FAIL,
                        FAILURE_CODE,
                        message,
                        value,
                        limit,
                        "see log.jsonl for the cause; mend the model or start nearer to the data,"
                                + " then go on with --resume"));
        Verdict fail = Verdict.of(reasons);
        SafeFiles.write(directory.verdict(), Json.pretty(json(fail)));
        manifest.status(Manifest.STOPPED).with("finished", Instant.now().toString()).write();
        notice(message);
        end(Status.DONE, "done", fail);
    }

    private void interrupted() throws IOException {
        manifest.status(Manifest.INTERRUPTED)
                .with("stopped-at-iteration", state == null ? 0 : state.iteration())
                .write();
        log.text("interrupted", "stopped on demand, can be resumed");
        end(Status.CANCELLED, "cancelled", null);
    }

    private void finish(Posterior posterior) throws IOException {
        phase("writing");
        long begun = System.nanoTime();
        int d = problem.model().dimension();
        List<ParameterSummary> summary = Summary.of(posterior, problem.model().blocks());
        Prediction prediction = Prediction.of(problem.target(), problem.noise(), posterior.draws());
        Verdict first = judge(posterior, prediction);
        double[] draws = posterior.draws().data();
        int n = posterior.draws().size();
        SafeFiles.write(directory.posterior(), out -> NpyFile.write(out, draws, n, d));
        SafeFiles.write(directory.summary(), Summary.csv(summary));
        SafeFiles.write(directory.verdict(), Json.pretty(json(first)));
        manifest.with("draws", n).with("diagnostics", posterior.diagnostics()).write();
        manifest.with("finished", Instant.now().toString()).with("verdict", first.status().name());
        Map<String, Object> shown = manifest.content();
        shown.put("status", Manifest.DONE);
        RunResult result =
                new RunResult(
                        directory.root(),
                        problem.plan().name(),
                        manifest.command(),
                        problem.plan().content(),
                        problem.plan().images(),
                        shown,
                        first,
                        problem.model(),
                        problem.noise(),
                        problem.measured().clone(),
                        posterior,
                        summary,
                        prediction.mean(),
                        prediction.sd(),
                        steps(),
                        services.workers());
        report(result);
        Verdict last = Verdict.of(reasons);
        SafeFiles.write(directory.verdict(), Json.pretty(json(last)));
        manifest.addTime("writing", secondsSince(begun));
        manifest.with("verdict", last.status().name())
                .with("finished", Instant.now().toString())
                .status(Manifest.DONE)
                .write();
        log.text("verdict", last.status().name());
        end(Status.DONE, "done", last);
    }

    private Verdict judge(Posterior posterior, Prediction prediction) {
        reasons.addAll(posterior.reasons());
        double beta = problem.problem().beta();
        if (beta != 1) {
            reasons.add(
                    new Reason(
                            Reason.Status.WARN,
                            "tempered",
                            "the draws are of a tempered posterior, not of the posterior itself",
                            beta,
                            1,
                            "set beta: 1"));
        }
        int failed = steps().stream().mapToInt(StepInfo::failed).sum();
        if (failed > 0) {
            reasons.add(
                    new Reason(
                            Reason.Status.WARN,
                            FAILURE_CODE,
                            "the forward model failed "
                                    + failed
                                    + " times; the particles concerned were frozen for those steps",
                            failed,
                            0,
                            "see log.jsonl for the cause"));
        }
        if (prediction.misfit() > MISFIT_LIMIT) {
            reasons.add(
                    new Reason(
                            Reason.Status.WARN,
                            "misfit-high",
                            "the data lie further from the prediction at the posterior mean than the"
                                    + " noise explains (mean squared standardised residual)",
                            prediction.misfit(),
                            MISFIT_LIMIT,
                            "check the noise level, the forward model's settings and the data"));
        }
        return Verdict.of(reasons);
    }

    private void report(RunResult result) throws IOException {
        for (RunReporter reporter : services.reporters().get()) {
            try {
                reporter.report(result);
            } catch (Exception | Error e) {
                // the run's numbers are written: a picture that fails does not take them back
                String name = reporter.getClass().getSimpleName();
                LOG.error("{}: {} failed", id, name, e);
                reasons.add(
                        new Reason(
                                Reason.Status.WARN,
                                "report-failed",
                                "a part of the report could not be written ("
                                        + name
                                        + ": "
                                        + e
                                        + ")",
                                Double.NaN,
                                Double.NaN,
                                "the numbers are complete; see the log"));
                notice("the report is incomplete: " + e);
            }
        }
    }

    private void fail(Throwable e) {
        LOG.error("job {} ({}) failed", id, directory.root(), e);
        error =
                e instanceof InvalidInputException invalid
                        ? invalid.inFile(problem.plan().file().file().toString())
                        : e;
        try {
            if (state != null) {
                checkpoint();
            }
            manifest.status(Manifest.FAILED).with("error", String.valueOf(e)).write();
        } catch (IOException unwritable) {
            e.addSuppressed(unwritable);
        }
        end(Status.FAILED, "failed", null);
    }

    private void end(Status last, String lastPhase, Verdict outcome) {
        verdict = outcome;
        phase = lastPhase;
        status = last;
    }

    private void checkpoint() throws IOException {
        Checkpoint.write(directory.checkpoint(), state);
        lastCheckpoint = Instant.now();
    }

    private void phase(String name) throws IOException {
        phase = name;
        log.text("phase", name);
        tell(() -> listener.progress(this));
    }

    private void notice(String line) {
        LOG.info("{}: {}", id, line);
        try {
            log.text("notice", line);
        } catch (IOException e) {
            LOG.warn("{}: cannot write log.jsonl", id, e);
        }
        tell(() -> listener.notice(this, line));
    }

    /** A listener's fault is not the run's. */
    private void tell(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException e) {
            LOG.warn("{}: a listener failed", id, e);
        }
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) * 1e-9;
    }

    private static Map<String, Object> json(Verdict verdict) {
        List<Object> list = new ArrayList<>();
        for (Reason r : verdict.reasons()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("code", r.code());
            entry.put("message", r.message());
            entry.put("value", r.value());
            entry.put("limit", r.limit());
            entry.put("remedy", r.remedy());
            list.add(entry);
        }
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("status", verdict.status().name());
        out.put("reasons", list);
        return out;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String name() {
        return problem.plan().name();
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public Path directory() {
        return directory.root();
    }

    @Override
    public String phase() {
        return phase;
    }

    @Override
    public Optional<StepInfo> lastStep() {
        synchronized (steps) {
            return steps.isEmpty() ? Optional.empty() : Optional.of(steps.get(steps.size() - 1));
        }
    }

    @Override
    public List<StepInfo> steps() {
        synchronized (steps) {
            return List.copyOf(steps);
        }
    }

    @Override
    public int iterations() {
        return problem.stepper().iterations();
    }

    /** The median of the latest steps' times for each step that is left. */
    @Override
    public Optional<Duration> timeLeft() {
        double[] latest;
        int left;
        synchronized (steps) {
            int n = stepSeconds.size();
            if (status != Status.RUNNING || n < 2) {
                return Optional.empty();
            }
            latest =
                    stepSeconds.subList(Math.max(0, n - TIMED_STEPS), n).stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray();
            left = Math.max(0, iterations() - steps.get(steps.size() - 1).iteration());
        }
        Arrays.sort(latest);
        double seconds = Summary.quantile(latest, 0.5) * left;
        return Optional.of(Duration.ofMillis(Math.round(1000 * seconds)));
    }

    @Override
    public Optional<Verdict> verdict() {
        return Optional.ofNullable(verdict);
    }

    @Override
    public Optional<Throwable> error() {
        return Optional.ofNullable(error);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void await() throws InterruptedException {
        ended.await();
    }
}
