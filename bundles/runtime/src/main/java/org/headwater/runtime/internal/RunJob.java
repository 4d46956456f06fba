package org.headwater.runtime.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.headwater.api.Diagnostic;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Identity;
import org.headwater.runtime.Plugins.Plugin;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunReporter;
import org.headwater.runtime.RunResult;
import org.headwater.runtime.Verdict;
import org.headwater.runtime.internal.AssembledProblem.Experiment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run: the solver's start, its steps one after the other with a checkpoint now and then, and the
 * results.
 *
 * <p>Between two steps is a safe point. There the run may be cancelled; paused; given other
 * plug-ins, which begins a new segment; or parked because a plug-in that it uses leaves. A parked
 * job holds no thread and nothing made by a plug-in that left: it remembers its plug-ins by their
 * {@linkplain Identity names} and makes everything anew, from the problem and the state, when they
 * are there again. As a {@link Stepper} keeps nothing outside the state, that changes no bit of the
 * result.
 *
 * <p>Random streams follow from the seed and from what they are for, so that a resumed run draws
 * the same numbers: {@link #START}; {@link #STEPS}, then the segment, then the iteration; {@link
 * #POSTERIOR}; {@link #REPLICATION}; {@link #WEIGHT}; {@link #PRIOR}.
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

    /** Stream of replicated data, which scores are made from. */
    static final long REPLICATION = 4;

    /** Stream of the choice of the prior's weight. */
    static final long WEIGHT = 5;

    /** Stream of draws of the prior. */
    static final long PRIOR = 6;

    /** Scalar of a checkpoint: the segment that it is in, from 0. */
    static final String SEGMENT = "segment";

    /** Scalar of a checkpoint: the iteration of the run at which its segment began. */
    static final String SEGMENT_BEGIN = "segment.begin";

    /** Scalar of a checkpoint: the prior's weight, if it was chosen from the data. */
    static final String PRIOR_WEIGHT = "prior.weight";

    /** Scalar of a checkpoint: the draws of each chain that are in posterior.zarr already. */
    static final String SAVED = "draws.saved";

    private static final Logger LOG = LoggerFactory.getLogger(RunJob.class);

    private final String id;
    private final String name;
    private final RunDirectory directory;
    private final Manifest manifest;
    private final Notices notices;
    private final Job.Listener listener;
    private final Services services;
    private final Measurements measurements;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final StepHistory history = new StepHistory();

    /** Guards all that follows and is not the working thread's own. */
    private final Object lock = new Object();

    private boolean working;
    private Waiting waiting = Waiting.NOTHING;
    private AssembledProblem current;
    private Experiment experiment;
    private List<Identity> pins;
    private boolean left;
    private Swap swap;
    private volatile boolean newer;
    private volatile boolean pauseWanted;
    private volatile boolean cancelled;
    private volatile Status status = Status.QUEUED;
    private volatile String phase = "queued";
    private volatile Verdict verdict;
    private volatile Throwable error;
    private volatile int iterations;
    private volatile int segment;

    private volatile Segments segments;

    /** Written by the working thread only, as is all that follows. */
    private volatile State state;

    private final List<Reason> reasons;

    private Ensemble points;
    private double weight = Double.NaN;
    private volatile int segmentBegin;
    private final SegmentDraws draws;
    private Swap successor;
    private long seen;
    private Instant lastCheckpoint = Instant.MIN;
    private RunLog log;

    /** What a parked job waits for. */
    private enum Waiting {
        NOTHING,
        PLUGIN,
        USER
    }

    /** Why the steps ended. */
    private enum End {
        COMPLETE,
        REQUEST,
        STOPPED
    }

    /**
     * An exchange that was asked for.
     *
     * @param sections the new sections; none for newer revisions of the plug-ins
     * @param problem with them
     */
    private record Swap(Map<String, Object> sections, AssembledProblem problem) {
        boolean lacks(PluginRegistry registry) {
            return problem != null && !problem.isMadeOf(registry);
        }
    }

    /**
     * What jobs are given by their manager.
     *
     * @param workers threads
     * @param registry plug-ins
     * @param reporters the reporters there are when a run ends
     * @param diagnostics those there are at a step
     * @param checkpointEvery time between checkpoints
     * @param drain how long a plug-in that leaves is held up for the safe point of its jobs
     * @param chunk numbers in a chunk of draws
     * @param queue gets jobs that can be {@linkplain #run run}
     */
    record Services(
            Workers workers,
            PluginRegistry registry,
            Supplier<List<RunReporter>> reporters,
            Supplier<List<Diagnostic>> diagnostics,
            Duration checkpointEvery,
            Duration drain,
            int chunk,
            Consumer<RunJob> queue) {}

    /**
     * A job that waits to be run.
     *
     * @param id identifier
     * @param segments the problem
     * @param problem its segment to begin with
     * @param directory locked for it, released at its end
     * @param manifest written already
     * @param notices where the solver's notices go
     * @param listener told of progress
     * @param services what it works with
     * @param reasons what is doubtful before it begins
     */
    RunJob(
            String id,
            Segments segments,
            AssembledProblem problem,
            RunDirectory directory,
            Manifest manifest,
            Notices notices,
            Job.Listener listener,
            Services services,
            List<Reason> reasons) {
        this.id = id;
        this.name = problem.plan().name();
        this.segments = segments;
        this.current = problem;
        this.experiment = problem.experiment();
        this.pins = problem.plan().identities();
        this.iterations = problem.stepper().iterations();
        this.directory = directory;
        this.manifest = manifest;
        this.draws = new SegmentDraws(directory, manifest, services.chunk());
        this.notices = notices;
        this.listener = listener == null ? Job.Listener.NONE : listener;
        this.services = services;
        this.measurements = new Measurements(services.diagnostics());
        this.reasons = new ArrayList<>(reasons);
        this.seen = services.registry().generation();
        services.registry().lease(pins);
    }

    /** Makes it go on from a checkpoint instead of the start. */
    RunJob from(State checkpoint, List<StepInfo> done) {
        state = checkpoint;
        segment = (int) checkpoint.scalar(SEGMENT, 0);
        segmentBegin = (int) checkpoint.scalar(SEGMENT_BEGIN, 0);
        draws.after((int) checkpoint.scalar(SAVED, 0));
        weight = checkpoint.scalar(PRIOR_WEIGHT, Double.NaN);
        iterations += segmentBegin;
        history.addAll(done);
        return this;
    }

    /** Works until it ends or is parked, on the caller's thread. */
    void run() {
        synchronized (lock) {
            if (working || isOver()) {
                return;
            }
            working = true;
            waiting = Waiting.NOTHING;
        }
        boolean over = true;
        try (RunLog open = new RunLog(directory.log())) {
            log = open;
            notices.attach(this::notice);
            over = attempt();
        } catch (RuntimeException | IOException e) {
            fail(e);
        } finally {
            notices.attach(line -> LOG.info("{}: {}", id, line));
            log = null;
            if (over) {
                close();
            }
            synchronized (lock) {
                working = false;
                drop();
            }
            tell(() -> listener.progress(this));
            if (over) {
                ended.countDown();
            } else {
                goOn(services.registry().generation() != seen);
            }
        }
    }

    /** Works; an error counts as a fault of the job unless a plug-in was leaving meanwhile. */
    private boolean attempt() throws IOException {
        try {
            return work();
        } catch (RuntimeException | IOException | Error e) {
            boolean leaving;
            synchronized (lock) {
                leaving = left;
            }
            if (!leaving) {
                fail(e);
                return true;
            }
            LOG.info("{}: a call was lost with a plug-in that left", id, e);
            return park(Waiting.PLUGIN, "waiting for a plug-in that left");
        }
    }

    /** Goes from safe point to safe point; false if the job has been parked at one. */
    private boolean work() throws IOException {
        status = Status.RUNNING;
        if (!manifest.status().equals(Manifest.RUNNING)) {
            manifest.status(Manifest.RUNNING).write();
        }
        if (state == null) {
            phase("preparing");
        }
        while (true) {
            if (cancelled) {
                return interrupted();
            }
            if (pauseWanted) {
                return park(Waiting.USER, "paused");
            }
            moveToNewer();
            takeUpSwap();
            String obstacle = prepare();
            if (obstacle != null && successor == null) {
                return park(Waiting.PLUGIN, obstacle);
            }
            if (obstacle != null) {
                // its plug-in has gone for good: what was sampled stays without a posterior
                nextSegment(null, null);
                continue;
            }
            AssembledProblem problem = current;
            if (problem == null) {
                continue;
            }
            if (problem.open().isPresent()) {
                chooseWeight(problem);
                continue;
            }
            if (state == null && !start(problem)) {
                return true;
            }
            End end = sample(problem);
            if (end == End.STOPPED) {
                return true;
            }
            if (end == End.COMPLETE) {
                checkpoint();
                if (segment + 1 == segments.count()) {
                    finish(problem);
                    return true;
                }
                nextSegment(problem, outcome(problem));
            }
        }
    }

    private KeyedRandom random(AssembledProblem problem, long purpose) {
        KeyedRandom random = KeyedRandom.of(problem.plan().seed()).split(purpose);
        return segment == 0 ? random : random.split(segment);
    }

    private boolean isOver() {
        return switch (status) {
            case QUEUED, RUNNING, PAUSED -> false;
            case DONE, FAILED, CANCELLED -> true;
        };
    }

    /** The steps done in this segment. */
    private int done() {
        return state == null ? 0 : state.iteration();
    }

    /** Chooses the prior's weight, and goes on with the prior that has it. */
    private void chooseWeight(AssembledProblem problem) throws IOException {
        phase("choosing the prior's weight");
        long begun = System.nanoTime();
        WeightChoice choice =
                WeightChoice.of(
                        problem.open().orElseThrow(),
                        problem.problem().beta(),
                        w -> assemble(problem.plan(), problem.experiment(), w).stepper(),
                        points,
                        random(problem, WEIGHT),
                        () -> cancelled || left());
        if (choice == null) {
            return;
        }
        weight = choice.weight();
        manifest.addTime("weight", secondsSince(begun));
        manifest.with("prior-weight", choice.entry()).write();
        notice(
                String.format(
                        Locale.ROOT,
                        "prior.weight: %.4g, which the data make likeliest (%d rounds)",
                        weight,
                        choice.trace().size()));
        if (!choice.settled()) {
            reasons.add(choice.reason());
        }
        adopt(assemble(problem.plan(), problem.experiment(), weight));
    }

    private AssembledProblem assemble(ProblemPlan plan, Experiment kept, double w) {
        return AssembledProblem.of(plan, kept, services.workers(), notices, w);
    }

    private boolean left() {
        synchronized (lock) {
            return left;
        }
    }

    /** Prepares an exchange for newer revisions, if there are some and the job may move to them. */
    private void moveToNewer() throws IOException {
        if (!newer) {
            return;
        }
        newer = false;
        try {
            ProblemPlan plan = ProblemPlan.of(segments.at(segment), services.registry());
            AssembledProblem made =
                    AssembledProblem.of(plan, experiment, services.workers(), notices);
            synchronized (lock) {
                if (swap == null && !plan.identities().equals(pins)) {
                    swap = new Swap(Map.of(), made);
                }
            }
        } catch (InvalidInputException e) {
            notice(
                    "the job stays with its plug-ins: a newer one cannot be used, "
                            + e.getMessage());
        }
    }

    /**
     * Takes up an exchange that was asked for: before the first step of a segment it changes the
     * segment, later it ends it.
     */
    private void takeUpSwap() throws IOException {
        Swap wanted;
        synchronized (lock) {
            wanted = swap;
            if (wanted == null || state != null && done() == 0) {
                return;
            }
            swap = null;
        }
        int now = segmentBegin + done();
        if (state == null) {
            segments = segments.instead(segment, wanted.sections());
            adopt(wanted.problem());
        } else {
            segments = segments.then(segment, now, wanted.sections());
            successor = wanted;
        }
        manifest.problem(directory, ProblemParser.write(segments.content()));
        String what =
                wanted.sections().isEmpty()
                        ? "newer plug-ins"
                        : ProblemParser.write(wanted.sections()).strip();
        notice("from iteration " + now + ": " + what);
    }

    /** Makes the problem anew if need be; what is in the way, or null. */
    private String prepare() throws IOException {
        Experiment kept;
        synchronized (lock) {
            drop();
            if (current != null) {
                return null;
            }
            kept = experiment;
        }
        seen = services.registry().generation();
        try {
            String changed = kept == null ? manifest.changedInput(directory.problem()) : null;
            if (changed != null) {
                return "waiting, because " + changed + ": restore it, then resume the job";
            }
            ProblemPlan plan =
                    ProblemPlan.of(segments.at(segment), new Pins(services.registry(), pins));
            adopt(assemble(plan, kept, weight));
            return null;
        } catch (InvalidInputException e) {
            for (Identity id : pins) {
                if (services.registry().list(id.kind()).stream()
                        .noneMatch(p -> p.type().equals(id.type()))) {
                    return "waiting for "
                            + id
                            + ": put its jar back"
                            + (Segments.KINDS.contains(id.kind())
                                    ? ", or swap it for another " + id.kind().singular()
                                    : "");
                }
            }
            return "waiting, because " + e.getMessage();
        }
    }

    /** Goes on with a problem that has been made anew. */
    private void adopt(AssembledProblem problem) throws IOException {
        List<Identity> now = problem.plan().identities();
        List<Identity> before = pins;
        synchronized (lock) {
            pins = now;
            current = problem;
            experiment = problem.experiment();
            drop();
        }
        iterations = segmentBegin + problem.stepper().iterations();
        if (now.equals(before)) {
            return;
        }
        services.registry().lease(now);
        services.registry().release(before);
        manifest.plugins(problem.plan());
        manifest.write();
        List<String> changed = Manifest.changed(before, now);
        if (state == null || changed.isEmpty()) {
            return;
        }
        if (problem.plan().pinned() || done() == 0) {
            for (String change : changed) {
                notice(change + ": the run goes on with it");
                reasons.add(pluginChanged("the run went on", change));
            }
        } else {
            segments = segments.then(segment, segmentBegin + done(), Map.of());
            successor = new Swap(Map.of(), problem);
            manifest.problem(directory, ProblemParser.write(segments.content()));
            notice(String.join(", ", changed) + ": a new segment begins");
        }
    }

    /** The reason that a revision was exchanged within a segment. */
    static Reason pluginChanged(String what, String change) {
        return new Reason(
                Reason.Status.WARN,
                "plug-in-changed",
                what + " with another plug-in than it began with: " + change,
                Double.NaN,
                Double.NaN,
                "run problem.yaml anew to have one version throughout");
    }

    /** Lets go of everything that was made by a plug-in that is no longer there. Holds the lock. */
    private void drop() {
        synchronized (lock) {
            PluginRegistry registry = services.registry();
            if (current != null && !current.isMadeOf(registry)) {
                current = null;
            }
            if (experiment != null && !experiment.isMadeOf(registry)) {
                experiment = null;
            }
            if (successor != null && successor.lacks(registry)) {
                successor = new Swap(successor.sections(), null);
            }
            left = false;
            lock.notifyAll();
        }
    }

    /** The solver's start; false if the run has ended there. */
    private boolean start(AssembledProblem problem) throws IOException {
        phase("finding the MAP");
        long begun = System.nanoTime();
        KeyedRandom random = random(problem, START);
        try {
            state =
                    points == null
                            ? problem.stepper().start(random)
                            : problem.stepper().start(points, random);
        } catch (IllegalStateException e) {
            Optional<Reason> fault = FailureRule.atStart(problem.target().failures(), e);
            if (fault.isEmpty() || leaves(problem)) {
                throw e;
            }
            LOG.warn("{}: the start failed with the forward model", id, e);
            stop(fault.get());
            return false;
        }
        manifest.addTime("start", secondsSince(begun));
        checkpoint();
        return true;
    }

    /** Whether a plug-in that the problem uses is leaving: its failures then do not count. */
    private boolean leaves(AssembledProblem problem) {
        synchronized (lock) {
            return left && !problem.isMadeOf(services.registry());
        }
    }

    private boolean requested() {
        synchronized (lock) {
            return cancelled || pauseWanted || newer || left || swap != null && done() > 0;
        }
    }

    /** The steps of a segment, until its end or until something is wanted. */
    private End sample(AssembledProblem problem) throws IOException {
        phase(segment == 0 ? "sampling" : "sampling segment " + (segment + 1));
        long start = System.nanoTime();
        Stepper stepper = problem.stepper();
        KeyedRandom random = KeyedRandom.of(problem.plan().seed()).split(STEPS).split(segment);
        int limit =
                Math.min(
                        stepper.iterations(),
                        segments.end(segment).orElse(Integer.MAX_VALUE) - segmentBegin);
        try {
            while (done() < limit) {
                if (requested()) {
                    return End.REQUEST;
                }
                int iteration = state.iteration();
                long begun = System.nanoTime();
                Stepper.StepResult result = stepper.step(state, random.split(iteration));
                StepInfo plain = ofRun(result.info());
                if (plain.failed() > 0 && leaves(problem)) {
                    return End.REQUEST;
                }
                requireNumbers(result.state(), plain, problem);
                double seconds = secondsSince(begun);
                StepInfo info =
                        isMeasured(problem, iteration + 1, limit)
                                ? measurements.added(
                                        plain,
                                        problem.problem(),
                                        stepper.points(result.state()),
                                        services.workers(),
                                        this::notice)
                                : plain;
                history.add(info, seconds);
                log.step(info);
                tell(() -> listener.progress(this));
                Optional<Reason> fault = FailureRule.after(result.state(), info);
                if (fault.isPresent()) {
                    // the checkpoint stays before this step
                    checkpoint();
                    stop(fault.get());
                    return End.STOPPED;
                }
                state =
                        draws.save(
                                problem,
                                segment,
                                result.state().with(State.ITERATION, iteration + 1));
                if (Duration.between(lastCheckpoint, Instant.now())
                                .compareTo(services.checkpointEvery())
                        >= 0) {
                    checkpoint();
                }
            }
            return End.COMPLETE;
        } finally {
            manifest.addTime("sampling", secondsSince(start));
        }
    }

    /** Whether diagnostics are wanted after a step: the first, every k-th and the last. */
    private boolean isMeasured(AssembledProblem problem, int step, int limit) {
        OptionalInt every = problem.plan().diagnosticsEvery();
        return every.isPresent() && (step == 1 || step == limit || step % every.getAsInt() == 0);
    }

    /** A step's account with the iteration of the whole run. */
    private StepInfo ofRun(StepInfo info) {
        return new StepInfo(
                segmentBegin + info.iteration(),
                info.residual(),
                info.spread(),
                info.failed(),
                info.values());
    }

    /** A plug-in that returns NaN is found out before it spoils the checkpoint. */
    private void requireNumbers(State after, StepInfo info, AssembledProblem problem) {
        if (!after.hasArray(State.PARTICLES)) {
            return;
        }
        for (double x : after.array(State.PARTICLES)) {
            if (Double.isNaN(x)) {
                throw InvalidInputException.of(
                        PluginRegistry.typeKey(PluginKind.PRIOR),
                        "led to a particle that is not a number in step "
                                + info.iteration()
                                + ", though the forward model did not fail",
                        "'" + problem.plan().prior().plugin().type() + "'",
                        "check the prior and the solver with the shell's verify command");
            }
        }
    }

    /** Ends the run with verdict FAIL; its checkpoint can go on once the model works again. */
    private void stop(Reason fault) throws IOException {
        List<Reason> all = new ArrayList<>(reasons);
        all.add(fault);
        Verdict fail = Verdict.of(all);
        SafeFiles.write(directory.verdict(), Json.pretty(Outcome.json(fail)));
        manifest.status(Manifest.STOPPED).with("finished", Instant.now().toString()).write();
        notice(fault.message());
        end(Status.DONE, "done", fail);
    }

    private boolean interrupted() throws IOException {
        if (state != null) {
            checkpoint();
        }
        manifest.status(Manifest.INTERRUPTED)
                .with("stopped-at-iteration", segmentBegin + done())
                .write();
        log.text("interrupted", "stopped on demand, can be resumed");
        end(Status.CANCELLED, "cancelled", null);
        return true;
    }

    /** Gives the thread back until the job can go on. */
    private boolean park(Waiting what, String why) throws IOException {
        if (state != null) {
            checkpoint();
        }
        manifest.status(Manifest.PAUSED).write();
        synchronized (lock) {
            waiting = what;
        }
        status = Status.PAUSED;
        phase(why);
        if (what == Waiting.PLUGIN) {
            notice(why);
        }
        return false;
    }

    private Outcome outcome(AssembledProblem problem) throws IOException {
        phase("writing");
        Posterior posterior = draws.posterior(problem, segment, state, random(problem, POSTERIOR));
        List<StepInfo> own = new ArrayList<>();
        for (StepInfo info : steps()) {
            if (info.iteration() > segmentBegin) {
                own.add(info);
            }
        }
        List<Reason> known = new ArrayList<>(reasons);
        if (done() < problem.stepper().iterations()) {
            known.add(
                    new Reason(
                            Reason.Status.WARN,
                            "segment-cut-short",
                            "the segment ended before the solver's iterations were over; it may not"
                                    + " have converged",
                            done(),
                            problem.stepper().iterations(),
                            "run its problem on its own to compare with it"));
        }
        Outcome outcome =
                Outcome.of(
                        problem,
                        posterior,
                        draws.store(),
                        own,
                        known,
                        random(problem, REPLICATION));
        InferenceData.write(
                directory.draws(),
                InferenceData.attributes(problem.plan(), manifest, posterior.particles()),
                problem,
                outcome,
                prior(problem),
                own);
        return outcome;
    }

    /** What the prior says before the data; empty where it cannot be drawn, or need not be. */
    private Optional<PriorPrediction> prior(AssembledProblem problem) throws IOException {
        int most = problem.plan().results().priorDraws();
        if (most == 0) {
            return Optional.empty();
        }
        Optional<PriorPrediction> prior = PriorPrediction.of(problem, most, random(problem, PRIOR));
        if (prior.isEmpty()) {
            log.text("prior", InferenceData.NO_PRIOR);
        }
        return prior;
    }

    /** Keeps what a segment has come to and begins the next; without outcome it leaves none. */
    private void nextSegment(AssembledProblem problem, Outcome outcome) throws IOException {
        int done = done();
        Map<String, Object> entry = new LinkedHashMap<>();
        if (outcome == null) {
            entry.put(Segments.FROM, segmentBegin);
            entry.put("iterations", done);
            points = null;
        } else {
            outcome.write(directory.segment(segment + 1));
            entry = outcome.entry(problem.plan(), segmentBegin, done);
            points = problem.stepper().points(state).orElse(null);
        }
        draws.endSegment(segment);
        manifest.segment(segment, entry);
        manifest.write();
        reasons.clear();
        weight = Double.NaN;
        segmentBegin += done;
        segment++;
        state = null;
        AssembledProblem next = successor == null ? null : successor.problem();
        successor = null;
        synchronized (lock) {
            current = null;
        }
        if (next != null) {
            adopt(next);
        }
    }

    private void finish(AssembledProblem problem) throws IOException {
        long begun = System.nanoTime();
        Outcome outcome = outcome(problem);
        outcome.write(directory.root());
        InferenceData.writeNotebook(directory.root());
        Map<String, Object> entry = outcome.entry(problem.plan(), segmentBegin, done());
        Posterior posterior = measured(problem, outcome.posterior());
        Verdict first = outcome.verdict();
        manifest.segment(segment, entry);
        manifest.with("draws", outcome.draws().size())
                .with("diagnostics", posterior.diagnostics())
                .write();
        manifest.with("finished", Instant.now().toString()).with("verdict", first.status().name());
        Map<String, Object> shown = manifest.content();
        shown.put("status", Manifest.DONE);
        State flow = problem.stepper().sampler(state).orElse(null);
        if (flow != null) {
            List<String> parameters =
                    outcome.summary().stream().map(RunResult.ParameterSummary::name).toList();
            FlowFile.write(directory.flow(), flow, FlowFile.description(shown, parameters));
        }
        RunResult result =
                new RunResult(
                        directory.root(),
                        name,
                        manifest.command(),
                        problem.plan().content(),
                        problem.plan().images(),
                        shown,
                        first,
                        problem.model(),
                        problem.noise(),
                        problem.experiment().measured().clone(),
                        posterior,
                        outcome.summary(),
                        outcome.prediction().mean(),
                        outcome.prediction().sd(),
                        segmentResults(problem, outcome),
                        steps(),
                        services.workers());
        List<Reason> all = new ArrayList<>(outcome.reasons());
        report(result, all);
        Verdict last = Verdict.of(all);
        SafeFiles.write(directory.verdict(), Json.pretty(Outcome.json(last)));
        manifest.addTime("writing", secondsSince(begun));
        manifest.with("verdict", last.status().name())
                .with("finished", Instant.now().toString())
                .status(Manifest.DONE)
                .write();
        log.text("verdict", last.status().name());
        end(Status.DONE, "done", last);
    }

    /**
     * Measures a posterior's draws, too, if diagnostics are wanted, and writes what was measured.
     */
    private Posterior measured(AssembledProblem problem, Posterior posterior) throws IOException {
        if (problem.plan().diagnosticsEvery().isEmpty()) {
            return posterior;
        }
        Map<String, Double> values =
                measurements
                        .added(
                                new StepInfo(done(), 0, 0, 0, posterior.diagnostics()),
                                problem.problem(),
                                Optional.of(posterior.draws()),
                                services.workers(),
                                this::notice)
                        .values();
        Optional<String> csv = Measurements.csv(steps(), values);
        if (csv.isPresent()) {
            SafeFiles.write(directory.root().resolve(Measurements.FILE), csv.get());
        }
        return new Posterior(
                posterior.draws(),
                posterior.particles(),
                posterior.reasons(),
                values,
                posterior.mode());
    }

    private List<RunResult.Segment> segmentResults(AssembledProblem problem, Outcome last)
            throws IOException {
        List<RunResult.Segment> all = new ArrayList<>();
        List<Map<String, Object>> entries = manifest.segments();
        for (int s = 0; s < segment; s++) {
            Path folder = directory.segment(s + 1);
            if (Files.exists(folder)) {
                all.add(Outcome.read(s + 1, entries.get(s), folder, problem.model().blocks()));
            }
        }
        all.add(last.segment(segment + 1, entries.get(segment)));
        return all;
    }

    private void report(RunResult result, List<Reason> all) {
        for (RunReporter reporter : services.reporters().get()) {
            try {
                reporter.report(result);
            } catch (Exception | Error e) {
                // the run's numbers are written: a picture that fails does not take them back
                String what = reporter.getClass().getSimpleName();
                LOG.error("{}: {} failed", id, what, e);
                all.add(
                        new Reason(
                                Reason.Status.WARN,
                                "report-failed",
                                "a part of the report could not be written ("
                                        + what
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
        error = explained(e);
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

    /** An error of a plug-in names the plug-in. */
    private Throwable explained(Throwable e) {
        InvalidInputException invalid = e instanceof InvalidInputException i ? i : null;
        AssembledProblem problem = current;
        if (problem != null && e instanceof OutOfMemoryError) {
            invalid =
                    ProblemCheck.outOfMemory(
                            problem, services.workers(), Runtime.getRuntime().maxMemory());
        }
        if (invalid == null && problem != null && !(e instanceof VirtualMachineError)) {
            invalid =
                    PluginCalls.culprit(e, problem.plan().plugins())
                            .map(
                                    p ->
                                            PluginCalls.fault(
                                                    p,
                                                    "it threw "
                                                            + PluginDoctor.rootCause(e)
                                                            + ", while "
                                                            + phase))
                            .orElse(null);
        }
        return invalid == null ? e : invalid.inFile(segments.base().file().toString());
    }

    private void end(Status last, String lastPhase, Verdict outcome) {
        verdict = outcome;
        phase = lastPhase;
        status = last;
    }

    /** Lets go of everything but what is shown of the job. */
    private void close() {
        synchronized (lock) {
            current = null;
            experiment = null;
            swap = null;
            successor = null;
            points = null;
            state = null;
            draws.letGo();
            services.registry().release(pins);
        }
        try {
            directory.close();
        } catch (UncheckedIOException e) {
            LOG.warn("{}: its directory could not be released", id, e);
        }
    }

    private void checkpoint() throws IOException {
        State all =
                state.with(SEGMENT, segment)
                        .with(SEGMENT_BEGIN, segmentBegin)
                        .with(SAVED, draws.saved());
        Checkpoint.replace(
                directory.checkpoint(),
                Double.isNaN(weight) ? all : all.with(PRIOR_WEIGHT, weight));
        lastCheckpoint = Instant.now();
    }

    private void phase(String what) throws IOException {
        phase = what;
        log.text("phase", what);
        tell(() -> listener.progress(this));
    }

    private void notice(String line) {
        LOG.info("{}: {}", id, line);
        RunLog open = log;
        try {
            if (open != null) {
                open.text("notice", line);
            }
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

    /** A plug-in is there: the job may have waited for it, or may move to it. */
    void arrived(Plugin plugin) {
        synchronized (lock) {
            if (isOver()) {
                return;
            }
            AssembledProblem problem = current;
            if (problem != null && !problem.plan().pinned()) {
                newer |=
                        pins.stream()
                                .anyMatch(
                                        id ->
                                                id.kind() == plugin.kind()
                                                        && id.type().equals(plugin.type())
                                                        && !id.equals(plugin.identity()));
            }
        }
        goOn(true);
    }

    /**
     * A plug-in leaves: returns when this job has let go of it at a safe point, at the latest after
     * the time that a drain may take.
     */
    void leaving(Plugin plugin) {
        long end = System.nanoTime() + services.drain().toNanos();
        synchronized (lock) {
            PluginRegistry registry = services.registry();
            boolean used =
                    current != null && !current.isMadeOf(registry)
                            || experiment != null && !experiment.isMadeOf(registry)
                            || successor != null && successor.lacks(registry);
            if (swap != null && swap.lacks(registry)) {
                LOG.info("{}: the exchange is off, as {} left", id, plugin.identity());
                swap = null;
            }
            if (!used) {
                return;
            }
            left = true;
            if (!working) {
                drop();
            }
            try {
                while (left && !isOver()) {
                    long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (millis <= 0) {
                        LOG.warn(
                                "job {} has reached no safe point within {} s; {} leaves without it",
                                id,
                                services.drain().toSeconds(),
                                plugin.identity());
                        return;
                    }
                    lock.wait(millis);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Has a parked job run again if it can.
     *
     * @param changed whether a try is worth while for one that waits for a plug-in
     */
    private void goOn(boolean changed) {
        synchronized (lock) {
            boolean go =
                    switch (waiting) {
                        case NOTHING -> false;
                        case USER -> cancelled || !pauseWanted;
                        case PLUGIN -> cancelled || changed;
                    };
            if (working || !go) {
                return;
            }
            waiting = Waiting.NOTHING;
        }
        services.queue().accept(this);
    }

    @Override
    public void cancel() {
        cancelled = true;
        goOn(true);
    }

    @Override
    public void pause() {
        pauseWanted = true;
    }

    @Override
    public void resume() {
        pauseWanted = false;
        goOn(true);
    }

    @Override
    public void swap(PluginKind kind, String type, Map<String, Object> settings) {
        if (!Segments.KINDS.contains(kind)) {
            throw InvalidInputException.of(
                    kind.key(),
                    "cannot be exchanged while a job runs",
                    null,
                    "submit a new job with the other " + kind.singular());
        }
        Map<String, Object> section = new LinkedHashMap<>();
        section.put("type", type);
        section.putAll(settings);
        Map<String, Object> sections = new LinkedHashMap<>();
        Experiment kept;
        List<Identity> others;
        synchronized (lock) {
            requireGoingOn();
            if (swap != null) {
                sections.putAll(swap.sections());
            }
            kept = experiment;
            others = pins.stream().filter(p -> p.kind() != kind).toList();
        }
        sections.put(kind.key(), kind == PluginKind.BACKEND ? type : section);
        ProblemFile now = segments.at(segment);
        Map<String, Object> content = new LinkedHashMap<>(now.content());
        content.putAll(sections);
        ProblemPlan plan =
                ProblemPlan.of(
                        new ProblemFile(now.name(), now.file(), now.directory(), content),
                        new Pins(services.registry(), others));
        AssembledProblem made = AssembledProblem.of(plan, kept, services.workers(), notices);
        sections.replaceAll((key, value) -> plan.content().get(key));
        synchronized (lock) {
            requireGoingOn();
            swap = new Swap(sections, made);
        }
        goOn(true);
    }

    private void requireGoingOn() {
        if (isOver()) {
            throw InvalidInputException.of(
                    "job " + id, "has ended", status, "submit its problem.yaml with the change");
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String name() {
        return name;
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
    public int segment() {
        return segment + 1;
    }

    @Override
    public Optional<StepInfo> lastStep() {
        return history.last();
    }

    @Override
    public List<StepInfo> steps() {
        return history.all();
    }

    @Override
    public Optional<Estimate> estimate() {
        AssembledProblem problem;
        synchronized (lock) {
            problem = current;
        }
        State now = state;
        if (problem == null || now == null || isOver()) {
            return Optional.empty();
        }
        try {
            return problem.stepper()
                    .points(now)
                    .filter(points -> points.size() > 0)
                    .map(
                            points ->
                                    Estimates.of(
                                            problem.model(),
                                            points,
                                            segmentBegin + now.iteration()));
        } catch (RuntimeException | LinkageError e) {
            // between two segments, or when a plug-in leaves, problem and state may not fit
            LOG.debug("{}: no estimate at this moment", id, e);
            return Optional.empty();
        }
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public Optional<Duration> timeLeft() {
        return status == Status.RUNNING ? history.timeLeft(iterations) : Optional.empty();
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
    public void await() throws InterruptedException {
        ended.await();
    }
}
