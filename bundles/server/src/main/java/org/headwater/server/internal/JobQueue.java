package org.headwater.server.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of the server: those that wait, those that run, those that have ended.
 *
 * <p>Each change is written to the job's folder first, then to the table; what a kill leaves
 * between the two is made good when the queue is opened. A job that was running then goes on from
 * its last checkpoint. Jobs start in the order of their priority, then of their number.
 */
final class JobQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobQueue.class);
    private static final int MOST_TRIES_DELAY_SECONDS = 600;
    private static final int RETRY_SECONDS = 5;

    private final JobFolders folders;
    private final JobTable table;
    private final Jobs runtime;
    private final Limits limits;
    private final LongAdder starts = new LongAdder();
    private final DoubleAdder waited = new DoubleAdder();

    /** Guards all that follows. */
    private final Object lock = new Object();

    private final Map<Long, Entry> entries = new HashMap<>();
    private final TreeSet<JobRecord> waiting =
            new TreeSet<>(
                    Comparator.comparingInt(JobRecord::priority)
                            .reversed()
                            .thenComparingLong(JobRecord::id));
    private final Thread starter = new Thread(this::startJobs, "headwater-queue");
    private final ScheduledExecutorService later;
    private long lastId;
    private boolean stopping;

    /** A job that has not ended: its record, and its run once it has begun in this process. */
    private static final class Entry {
        private JobRecord job;
        private Job run;

        /** What it waits for besides its turn, in words; null when for nothing. */
        private String waitsFor;

        /** Whether that is a plug-in. */
        private boolean lacksPlugin;

        Entry(JobRecord job) {
            this.job = job;
        }

        boolean holdsSlot() {
            return job.state() == Job.Status.RUNNING;
        }
    }

    /**
     * A job as it is now.
     *
     * @param job the queue's entry
     * @param run the run, or null when it is not in this process
     * @param waitsFor what it waits for besides its turn, in words, or null
     * @param lacksPlugin whether that is a plug-in
     */
    record View(JobRecord job, Job run, String waitsFor, boolean lacksPlugin) {
        /** A job that is not in this process. */
        static View of(JobRecord job) {
            return new View(job, null, null, false);
        }
    }

    /**
     * Opens the queue.
     *
     * @param folders the jobs' folders, which are the truth
     * @param table brought into agreement with them
     * @param runtime runs the jobs
     * @param limits what jobs may take
     */
    JobQueue(JobFolders folders, JobTable table, Jobs runtime, Limits limits)
            throws IOException, SQLException {
        this.folders = folders;
        this.table = table;
        this.runtime = runtime;
        this.limits = limits;
        ScheduledThreadPoolExecutor pool =
                new ScheduledThreadPoolExecutor(1, task -> daemon(task, "headwater-retry"));
        pool.setRemoveOnCancelPolicy(true);
        later = pool;
        for (JobRecord job : Recovery.of(folders, table)) {
            entries.put(job.id(), new Entry(job));
            if (job.state() == Job.Status.QUEUED) {
                waiting.add(job);
            }
        }
        lastId = table.lastId();
        starter.setDaemon(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Lets jobs start. */
    void start() {
        starter.start();
    }

    /** A number that no job has had. */
    long newId() {
        synchronized (lock) {
            return ++lastId;
        }
    }

    /** Makes a received problem a job. */
    JobRecord accept(Path received, JobRecord job) throws IOException, SQLException {
        synchronized (lock) {
            if (stopping) {
                throw ApiException.of(503, "Stopping", "the server is stopping; try again later");
            }
        }
        folders.accept(received, job);
        table.put(job);
        synchronized (lock) {
            entries.put(job.id(), new Entry(job));
            waiting.add(job);
            lock.notifyAll();
        }
        return job;
    }

    /** How many jobs wait. */
    int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /** How many jobs this process has begun. */
    long starts() {
        return starts.sum();
    }

    /** How long those jobs had waited, together. */
    double waitedSeconds() {
        return waited.sum();
    }

    /** How many jobs run. */
    int running() {
        synchronized (lock) {
            return (int) entries.values().stream().filter(Entry::holdsSlot).count();
        }
    }

    /** What the running jobs take together, by their estimates, in bytes. */
    long memoryTaken() {
        synchronized (lock) {
            return entries.values().stream()
                    .filter(Entry::holdsSlot)
                    .mapToLong(e -> e.job.memory())
                    .sum();
        }
    }

    /** Starts jobs as there is room for them. The first in the order is never overtaken. */
    private void startJobs() {
        while (true) {
            JobRecord next;
            synchronized (lock) {
                try {
                    while (!stopping && !firstMayStart()) {
                        lock.wait();
                    }
                } catch (InterruptedException e) {
                    return;
                }
                if (stopping) {
                    return;
                }
                next = waiting.first();
                if (next.memory() > 0) {
                    waiting.remove(next);
                    Entry entry = entries.get(next.id());
                    entry.waitsFor = null;
                    if (entry.run != null) {
                        entry.job = entry.job.in(Job.Status.RUNNING, JobRecord.Wish.RUN);
                        entry.run.resume();
                        record(entry.job);
                        continue;
                    }
                    next = next.tried();
                    entry.job = next;
                }
            }
            if (next.memory() == 0) {
                estimate(next.id());
            } else {
                begin(next);
            }
        }
    }

    /** Whether there is a first job, and room for it; what it waits for is noted. */
    private boolean firstMayStart() {
        if (waiting.isEmpty() || running() >= limits.atOnce()) {
            return false;
        }
        JobRecord first = waiting.first();
        long free = limits.memory() - memoryTaken();
        if (first.memory() <= free) {
            return true;
        }
        entries.get(first.id()).waitsFor = limits.leave(free, first.memory());
        return false;
    }

    /** Finds out what a waiting job takes; one that never fits ends here. */
    private void estimate(long id) {
        try {
            long bytes = Math.max(1, runtime.memory(problem(id)));
            limits.require(bytes);
            synchronized (lock) {
                Entry entry = entries.get(id);
                if (entry != null && waiting.remove(entry.job)) {
                    entry.job = entry.job.taking(bytes);
                    waiting.add(entry.job);
                }
            }
        } catch (RuntimeException | Error e) {
            synchronized (lock) {
                Entry entry = entries.get(id);
                if (entry == null || !waiting.remove(entry.job)) {
                    return;
                }
                entry.job = entry.job.tried();
            }
            end(id, e);
        }
    }

    /** The problem as it runs: with its exchanges, once there is a run. */
    private ProblemFile problem(long id) {
        Path begun = folders.run(id).resolve("problem.yaml");
        return ProblemFile.read(Files.exists(begun) ? begun : folders.problem(id), List.of());
    }

    /** Tries the jobs again that wait for a plug-in, once whoever knows plug-ins knows it. */
    void pluginCame() {
        synchronized (lock) {
            if (!stopping && entries.values().stream().anyMatch(e -> e.lacksPlugin)) {
                later.schedule(this::queueThoseThatLackPlugins, 1, TimeUnit.SECONDS);
            }
        }
    }

    private void queueThoseThatLackPlugins() {
        synchronized (lock) {
            for (Entry entry : entries.values()) {
                if (entry.lacksPlugin && entry.job.state() == Job.Status.QUEUED) {
                    entry.lacksPlugin = false;
                    waiting.add(entry.job);
                }
            }
            lock.notifyAll();
        }
    }

    private void begin(JobRecord job) {
        long id = job.id();
        try {
            synchronized (lock) {
                // as it is by now: it may have been cancelled since it was taken from the queue
                save(entries.get(id).job);
            }
            if (job.tries() == 1) {
                starts.increment();
                waited.add(Duration.between(job.submitted(), job.started()).toMillis() * 1e-3);
            }
            Job run = run(id, job.name());
            synchronized (lock) {
                Entry entry = entries.get(id);
                entry.run = run;
                JobRecord.Wish wish = entry.job.wanted();
                if (wish == JobRecord.Wish.CANCEL || stopping) {
                    run.cancel();
                } else if (wish == JobRecord.Wish.PAUSE) {
                    run.pause();
                }
            }
            settle(id, run);
        } catch (InvalidInputException | IOException | SQLException e) {
            end(id, e);
        } catch (RuntimeException | Error e) {
            LOG.error("job {} did not start", id, e);
            end(id, e);
        }
    }

    /** Starts a job's run, or goes on with the one that there is. */
    private Job run(long id, String name) throws IOException {
        Job.Listener listener =
                new Job.Listener() {
                    @Override
                    public void progress(Job run) {
                        follow(id, run);
                        settle(id, run);
                    }
                };
        if (!folders.runStatus(id).isEmpty()) {
            return runtime.resume(folders.run(id), listener);
        }
        folders.clearRun(id);
        ProblemFile problem = ProblemFile.read(folders.problem(id), List.of());
        return runtime.submit(
                new ProblemFile(name, problem.file(), problem.directory(), problem.content()),
                new RunOptions(folders.run(id), "submitted as job " + id, listener));
    }

    /** Notes that a run has been parked, or goes on after that. */
    private void follow(long id, Job run) {
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry == null || entry.run != run) {
                return;
            }
            Job.Status noted = entry.job.state();
            Job.Status now = run.status();
            boolean parked = noted == Job.Status.RUNNING && now == Job.Status.PAUSED;
            boolean goesOn = noted == Job.Status.PAUSED && now == Job.Status.RUNNING;
            if (!parked && !goesOn) {
                return;
            }
            entry.job = entry.job.in(now, entry.job.wanted());
            record(entry.job);
            lock.notifyAll();
        }
    }

    /** Notes the end of a run, once. */
    private void settle(long id, Job run) {
        if (!JobRecord.isOver(run.status())) {
            return;
        }
        JobRecord ended;
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry == null || entry.run != run) {
                return;
            }
            if (run.status() == Job.Status.CANCELLED
                    && entry.job.wanted() != JobRecord.Wish.CANCEL) {
                // interrupted by the server's stop: it goes on at the next start
                entries.remove(id);
                lock.notifyAll();
                return;
            }
            if (run.status() == Job.Status.FAILED && again(entry, run.error().orElse(null))) {
                return;
            }
            ended =
                    entry.job.ended(
                            run.status(),
                            run.verdict().map(v -> v.status().name()).orElse(""),
                            run.error().map(ApiException::details).orElse(Map.of()));
            entry.job = ended;
            entry.run = null;
        }
        runtime.forget(run);
        conclude(ended);
    }

    /** Has a job wait for another try if its failure is none of its input and tries are left. */
    private boolean again(Entry entry, Throwable error) {
        Optional<String> plugin =
                error instanceof InvalidInputException e ? e.missingPlugin() : Optional.empty();
        if (plugin.isPresent()) {
            entry.waitsFor = "the " + plugin.get() + ", which is not installed";
            entry.lacksPlugin = true;
            entry.job = entry.job.notTried();
            LOG.warn("job {} waits for {}", entry.job.id(), entry.waitsFor);
            record(entry.job);
            lock.notifyAll();
            return true;
        }
        if (error instanceof InvalidInputException
                || entry.job.tries() >= limits.tries()
                || stopping) {
            return false;
        }
        JobRecord job = entry.job;
        long delay = Math.min(MOST_TRIES_DELAY_SECONDS, 5L << Math.min(job.tries(), 10));
        LOG.warn("job {} failed and is tried again in {} s: {}", job.id(), delay, error + "");
        if (entry.run != null) {
            runtime.forget(entry.run);
        }
        entry.run = null;
        entry.job = job.in(Job.Status.QUEUED, job.wanted());
        entry.waitsFor =
                "another try in " + delay + " s: " + ApiException.details(error).get("detail");
        lock.notifyAll();
        later.schedule(() -> queue(job.id()), delay, TimeUnit.SECONDS);
        return true;
    }

    private void queue(long id) {
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry != null && entry.job.state() == Job.Status.QUEUED) {
                entry.waitsFor = null;
                waiting.add(entry.job);
                lock.notifyAll();
            }
        }
    }

    /** Notes that a job could not be started. */
    private void end(long id, Throwable error) {
        JobRecord ended;
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry == null
                    || entry.job.wanted() != JobRecord.Wish.CANCEL && again(entry, error)) {
                return;
            }
            ended = entry.job.ended(Job.Status.FAILED, "", ApiException.details(error));
            entry.job = ended;
        }
        conclude(ended);
    }

    /** Saves an end and forgets the job; keeps it in mind while the disk refuses. */
    private void conclude(JobRecord ended) {
        synchronized (lock) {
            Entry entry = entries.get(ended.id());
            if (entry == null || entry.job != ended) {
                return;
            }
            if (record(ended)) {
                entries.remove(ended.id());
            } else if (!stopping) {
                later.schedule(() -> conclude(ended), RETRY_SECONDS, TimeUnit.SECONDS);
            }
            lock.notifyAll();
        }
    }

    /** Saves what has happened, and cannot be undone if the disk refuses. */
    private boolean record(JobRecord job) {
        try {
            save(job);
            return true;
        } catch (IOException | SQLException e) {
            LOG.error(
                    "job {} is {}, which could not be noted; the next start finds it out",
                    job.id(),
                    job.state(),
                    e);
            return false;
        }
    }

    /** Writes an entry; one at a time, in the order in which they came about. */
    private void save(JobRecord job) throws IOException, SQLException {
        synchronized (lock) {
            folders.write(job);
            table.put(job);
        }
    }

    /** A job as it is now. */
    Optional<View> find(long id) throws SQLException {
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry != null) {
                return Optional.of(view(entry));
            }
        }
        return table.find(id).map(job -> View.of(job));
    }

    private static View view(Entry entry) {
        return new View(entry.job, entry.run, entry.waitsFor, entry.lacksPlugin);
    }

    /** Jobs as they are now, newest first. */
    List<View> list(JobTable.Query query) throws SQLException {
        List<View> views = new ArrayList<>();
        for (JobRecord job : table.list(query)) {
            synchronized (lock) {
                Entry entry = entries.get(job.id());
                views.add(entry == null ? View.of(job) : view(entry));
            }
        }
        return views;
    }

    /** The jobs that have not ended. */
    List<View> open() {
        synchronized (lock) {
            return entries.values().stream()
                    .map(JobQueue::view)
                    .sorted(Comparator.comparingLong(v -> v.job().id()))
                    .toList();
        }
    }

    /** The table, for lists. */
    JobTable table() {
        return table;
    }

    /** The folders. */
    JobFolders folders() {
        return folders;
    }

    private JobRecord known(long id) throws SQLException {
        return table.find(id).orElseThrow(() -> missing(id));
    }

    private static ApiException missing(long id) {
        return ApiException.notFound("there is no job " + id);
    }

    /** Pauses a job: one that runs at its next safe point. */
    void pause(long id) throws IOException, SQLException {
        change(
                id,
                entry -> {
                    if (entry == null) {
                        throw ApiException.conflict("job " + id + " has ended");
                    }
                    waiting.remove(entry.job);
                    entry.waitsFor = null;
                    boolean runs = entry.job.state() == Job.Status.RUNNING;
                    if (entry.run != null) {
                        entry.run.pause();
                    }
                    return entry.job.in(
                            runs ? Job.Status.RUNNING : Job.Status.PAUSED, JobRecord.Wish.PAUSE);
                });
    }

    /** Lets a job go on: one that was paused, or that ended by an error or on demand. */
    void resume(long id) throws IOException, SQLException {
        JobRecord before = find(id).map(View::job).orElseThrow(() -> missing(id));
        change(
                id,
                entry -> {
                    if (entry == null) {
                        if (before.state() == Job.Status.DONE) {
                            throw ApiException.conflict(
                                    "job " + id + " is done; submit its problem again");
                        }
                        JobRecord job = before.in(Job.Status.QUEUED, JobRecord.Wish.RUN);
                        entries.put(id, new Entry(job));
                        waiting.add(job);
                        return job;
                    }
                    if (entry.job.state() == Job.Status.RUNNING) {
                        if (entry.run != null) {
                            entry.run.resume();
                        }
                        return entry.job.in(Job.Status.RUNNING, JobRecord.Wish.RUN);
                    }
                    waiting.remove(entry.job);
                    entry.waitsFor = null;
                    entry.lacksPlugin = false;
                    JobRecord job = entry.job.in(Job.Status.QUEUED, JobRecord.Wish.RUN);
                    waiting.add(job);
                    return job;
                });
    }

    /** Ends a job: one that runs at its next safe point. */
    void cancel(long id) throws IOException, SQLException {
        known(id);
        change(
                id,
                entry -> {
                    if (entry == null) {
                        return null;
                    }
                    waiting.remove(entry.job);
                    if (entry.run != null) {
                        entry.run.cancel();
                        return entry.job.in(entry.job.state(), JobRecord.Wish.CANCEL);
                    }
                    JobRecord asked = entry.job.in(entry.job.state(), JobRecord.Wish.CANCEL);
                    if (asked.state() == Job.Status.RUNNING) {
                        return asked;
                    }
                    entries.remove(id);
                    return asked.ended(Job.Status.CANCELLED, "", Map.of());
                });
    }

    /** Gives a job another place in the queue. */
    void prioritise(long id, int priority) throws IOException, SQLException {
        change(
                id,
                entry -> {
                    if (entry == null) {
                        throw ApiException.conflict("job " + id + " has ended");
                    }
                    boolean waits = waiting.remove(entry.job);
                    JobRecord job = entry.job.withPriority(priority);
                    if (waits) {
                        waiting.add(job);
                    }
                    return job;
                });
    }

    /** What becomes of an entry; null for a job that has ended. */
    private interface Change {
        JobRecord of(Entry entry);
    }

    private void change(long id, Change change) throws IOException, SQLException {
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry == null) {
                known(id);
            }
            // one that has ended is only here until its end is on the disk
            JobRecord job = change.of(entry == null || entry.job.isOver() ? null : entry);
            if (job == null) {
                return;
            }
            Entry now = entries.get(id);
            if (now != null) {
                now.job = job;
            }
            // under the lock: a run's end must not be written before this
            save(job);
            lock.notifyAll();
        }
    }

    /** Exchanges a plug-in of a job that runs. */
    void swap(long id, PluginKind kind, String type, Map<String, Object> settings)
            throws SQLException {
        Job run;
        synchronized (lock) {
            Entry entry = entries.get(id);
            run = entry == null ? null : entry.run;
        }
        if (run == null) {
            JobRecord job = known(id);
            throw ApiException.conflict(
                    "job "
                            + id
                            + " is "
                            + job.state()
                            + ": plug-ins are exchanged while a job runs; "
                            + (job.isOver()
                                    ? "submit its problem with the change"
                                    : "wait until it has begun"));
        }
        run.swap(kind, type, settings);
    }

    /** Erases a job that has ended. */
    void purge(long id) throws IOException, SQLException {
        synchronized (lock) {
            known(id);
            if (entries.containsKey(id)) {
                throw ApiException.conflict(
                        "job " + id + " has not ended yet; ask again when it is CANCELLED");
            }
        }
        folders.purge(id);
        table.remove(id);
    }

    /**
     * Stops all runs at their next safe point.
     *
     * @return whether all have stopped in time
     */
    boolean stop(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        List<Job> runs = new ArrayList<>();
        synchronized (lock) {
            stopping = true;
            later.shutdownNow();
            lock.notifyAll();
            for (Entry entry : entries.values()) {
                if (entry.run != null) {
                    runs.add(entry.run);
                }
            }
        }
        runs.forEach(Job::cancel);
        starter.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        synchronized (lock) {
            while (entries.values().stream().anyMatch(e -> e.run != null)) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                lock.wait(millis);
            }
        }
        return true;
    }

    @Override
    public void close() throws SQLException, IOException {
        table.close();
        folders.close();
    }
}
