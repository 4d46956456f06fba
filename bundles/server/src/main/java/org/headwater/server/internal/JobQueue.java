package org.headwater.server.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;

/**
 * The jobs of the server: those that wait, those that run, those that have ended.
 *
 * <p>Each change is written to the job's folder first, then to the table; what a kill leaves
 * between the two is made good when the queue is opened. A job that was running then goes on from
 * its last checkpoint. Jobs start in the order of their priority, then of their number.
 */
final class JobQueue implements AutoCloseable {
    private final JobFolders folders;
    private final JobTable table;
    private final OpenJobs open;
    private final JobRuns runs;
    private final JobStarter starter;
    private long lastId;

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
        open = new OpenJobs(folders, table);
        runs = new JobRuns(open, folders, runtime, limits);
        starter = new JobStarter(open, runs, folders, runtime, limits);
        for (JobRecord job : Recovery.of(folders, table)) {
            open.entries.put(job.id(), new OpenJobs.Entry(job));
            if (job.state() == Job.Status.QUEUED) {
                open.waiting.add(job);
            }
        }
        lastId = table.lastId();
    }

    /** Lets jobs start. */
    void start() {
        starter.start();
    }

    /** A number that no job has had. */
    long newId() {
        synchronized (open) {
            return ++lastId;
        }
    }

    /** Makes a received problem a job. */
    JobRecord accept(Path received, JobRecord job) throws IOException, SQLException {
        synchronized (open) {
            if (open.stopping) {
                throw ApiException.of(503, "Stopping", "the server is stopping; try again later");
            }
        }
        folders.accept(received, job);
        table.put(job);
        synchronized (open) {
            open.entries.put(job.id(), new OpenJobs.Entry(job));
            open.waiting.add(job);
            open.notifyAll();
        }
        return job;
    }

    /** How many jobs wait. */
    int waiting() {
        synchronized (open) {
            return open.waiting.size();
        }
    }

    /** How many jobs this process has begun. */
    long starts() {
        return runs.starts();
    }

    /** How long those jobs had waited, together. */
    double waitedSeconds() {
        return runs.waitedSeconds();
    }

    /** How many jobs run. */
    int running() {
        synchronized (open) {
            return open.running();
        }
    }

    /** What the running jobs take together, by their estimates, in bytes. */
    long memoryTaken() {
        synchronized (open) {
            return open.memoryTaken();
        }
    }

    /** Has the jobs tried again that wait for a plug-in. */
    void pluginCame() {
        runs.pluginCame();
    }

    /** A job as it is now. */
    Optional<View> find(long id) throws SQLException {
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
            if (entry != null) {
                return Optional.of(entry.view());
            }
        }
        return table.find(id).map(job -> View.of(job));
    }

    /** Jobs as they are now, newest first. */
    List<View> list(JobTable.Query query) throws SQLException {
        List<View> views = new ArrayList<>();
        for (JobRecord job : table.list(query)) {
            synchronized (open) {
                OpenJobs.Entry entry = open.entries.get(job.id());
                views.add(entry == null ? View.of(job) : entry.view());
            }
        }
        return views;
    }

    /** The jobs that have not ended. */
    List<View> open() {
        synchronized (open) {
            return open.entries.values().stream()
                    .map(OpenJobs.Entry::view)
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
                    open.waiting.remove(entry.job);
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
                        open.entries.put(id, new OpenJobs.Entry(job));
                        open.waiting.add(job);
                        return job;
                    }
                    if (entry.job.state() == Job.Status.RUNNING) {
                        if (entry.run != null) {
                            entry.run.resume();
                        }
                        return entry.job.in(Job.Status.RUNNING, JobRecord.Wish.RUN);
                    }
                    open.waiting.remove(entry.job);
                    entry.waitsFor = null;
                    entry.lacksPlugin = false;
                    JobRecord job = entry.job.in(Job.Status.QUEUED, JobRecord.Wish.RUN);
                    open.waiting.add(job);
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
                    open.waiting.remove(entry.job);
                    if (entry.run != null) {
                        entry.run.cancel();
                        return entry.job.in(entry.job.state(), JobRecord.Wish.CANCEL);
                    }
                    JobRecord asked = entry.job.in(entry.job.state(), JobRecord.Wish.CANCEL);
                    if (asked.state() == Job.Status.RUNNING) {
                        return asked;
                    }
                    open.entries.remove(id);
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
                    boolean waits = open.waiting.remove(entry.job);
                    JobRecord job = entry.job.withPriority(priority);
                    if (waits) {
                        open.waiting.add(job);
                    }
                    return job;
                });
    }

    /** What becomes of an entry; null for a job that has ended. */
    private interface Change {
        JobRecord of(OpenJobs.Entry entry);
    }

    private void change(long id, Change change) throws IOException, SQLException {
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
            if (entry == null) {
                known(id);
            }
            // one that has ended is only here until its end is on the disk
            JobRecord job = change.of(entry == null || entry.job.isOver() ? null : entry);
            if (job == null) {
                return;
            }
            OpenJobs.Entry now = open.entries.get(id);
            if (now != null) {
                now.job = job;
            }
            // under the lock: a run's end must not be written before this
            open.save(job);
            open.notifyAll();
        }
    }

    /** Exchanges a plug-in of a job that runs. */
    void swap(long id, PluginKind kind, String type, Map<String, Object> settings)
            throws SQLException {
        Job run;
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
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
        synchronized (open) {
            known(id);
            OpenJobs.Entry entry = open.entries.get(id);
            if (entry != null) {
                throw ApiException.conflict(
                        "job "
                                + id
                                + " is "
                                + entry.job.state()
                                + (entry.job.isOver()
                                        ? ", which is being written; ask again in a moment"
                                        : ", and only jobs that have ended are erased: cancel it"
                                                + " first (DELETE without purge), and erase it when"
                                                + " it is CANCELLED"));
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
        List<Job> running = new ArrayList<>();
        synchronized (open) {
            open.stopping = true;
            runs.stopRetries();
            open.notifyAll();
            for (OpenJobs.Entry entry : open.entries.values()) {
                if (entry.run != null) {
                    running.add(entry.run);
                }
            }
        }
        running.forEach(Job::cancel);
        starter.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        synchronized (open) {
            while (open.entries.values().stream().anyMatch(e -> e.run != null)) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                open.wait(millis);
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
