package org.headwater.server.internal;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job's life from its start to its end: its run begins or goes on, is parked, ends; one that
 * failed by no fault of its input, or lacks a plug-in, is queued again.
 */
final class JobRuns {
    private static final Logger LOG = LoggerFactory.getLogger(JobRuns.class);
    private static final int MOST_TRIES_DELAY_SECONDS = 600;
    private static final int RETRY_SECONDS = 5;

    private final OpenJobs open;
    private final JobFolders folders;
    private final Jobs runtime;
    private final Limits limits;
    private final LongAdder starts = new LongAdder();
    private final DoubleAdder waited = new DoubleAdder();
    private final ScheduledExecutorService later;

    JobRuns(OpenJobs open, JobFolders folders, Jobs runtime, Limits limits) {
        this.open = open;
        this.folders = folders;
        this.runtime = runtime;
        this.limits = limits;
        ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1, JobRuns::daemon);
        pool.setRemoveOnCancelPolicy(true);
        later = pool;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "headwater-retry");
        thread.setDaemon(true);
        return thread;
    }

    /** How many jobs this process has begun. */
    long starts() {
        return starts.sum();
    }

    /** How long those jobs had waited, together. */
    double waitedSeconds() {
        return waited.sum();
    }

    /** Tries nothing again any more. */
    void stopRetries() {
        later.shutdownNow();
    }

    /** Begins a job that was taken from the queue, or goes on with it. */
    void begin(JobRecord job) {
        long id = job.id();
        try {
            synchronized (open) {
                // as it is by now: it may have been cancelled since it was taken from the queue
                open.save(open.entries.get(id).job);
            }
            if (job.tries() == 1) {
                starts.increment();
                waited.add(Duration.between(job.submitted(), job.started()).toMillis() * 1e-3);
            }
            Job run = run(id, job.name());
            synchronized (open) {
                OpenJobs.Entry entry = open.entries.get(id);
                entry.run = run;
                JobRecord.Wish wish = entry.job.wanted();
                if (wish == JobRecord.Wish.CANCEL || open.stopping) {
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
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
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
            open.record(entry.job);
            open.notifyAll();
        }
    }

    /** Notes the end of a run, once. */
    private void settle(long id, Job run) {
        if (!JobRecord.isOver(run.status())) {
            return;
        }
        JobRecord ended;
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
            if (entry == null || entry.run != run) {
                return;
            }
            if (run.status() == Job.Status.CANCELLED
                    && entry.job.wanted() != JobRecord.Wish.CANCEL) {
                // interrupted by the server's stop: it goes on at the next start
                open.entries.remove(id);
                open.notifyAll();
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
    private boolean again(OpenJobs.Entry entry, Throwable error) {
        Optional<String> plugin =
                error instanceof InvalidInputException e ? e.missingPlugin() : Optional.empty();
        if (plugin.isPresent()) {
            forget(entry);
            entry.waitsFor = "the " + plugin.get() + ", which is not installed";
            entry.lacksPlugin = true;
            entry.job = entry.job.notTried();
            LOG.warn("job {} waits for {}", entry.job.id(), entry.waitsFor);
            open.record(entry.job);
            open.notifyAll();
            return true;
        }
        if (error instanceof InvalidInputException
                || entry.job.tries() >= limits.tries()
                || open.stopping) {
            return false;
        }
        JobRecord job = entry.job;
        long delay = Math.min(MOST_TRIES_DELAY_SECONDS, 5L << Math.min(job.tries(), 10));
        LOG.warn("job {} failed and is tried again in {} s: {}", job.id(), delay, error + "");
        forget(entry);
        entry.job = job.in(Job.Status.QUEUED, job.wanted());
        entry.waitsFor =
                "another try in " + delay + " s: " + ApiException.details(error).get("detail");
        open.notifyAll();
        later.schedule(() -> queue(job.id()), delay, TimeUnit.SECONDS);
        return true;
    }

    /** Lets go of a run that has ended: the next try makes another. */
    private void forget(OpenJobs.Entry entry) {
        if (entry.run != null) {
            runtime.forget(entry.run);
        }
        entry.run = null;
    }

    private void queue(long id) {
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
            if (entry != null && entry.job.state() == Job.Status.QUEUED) {
                entry.waitsFor = null;
                open.waiting.add(entry.job);
                open.notifyAll();
            }
        }
    }

    /** Notes that a job could not be started. */
    void end(long id, Throwable error) {
        JobRecord ended;
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(id);
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
        synchronized (open) {
            OpenJobs.Entry entry = open.entries.get(ended.id());
            if (entry == null || entry.job != ended) {
                return;
            }
            if (open.record(ended)) {
                open.entries.remove(ended.id());
            } else if (!open.stopping) {
                later.schedule(() -> conclude(ended), RETRY_SECONDS, TimeUnit.SECONDS);
            }
            open.notifyAll();
        }
    }

    /** Has the jobs tried again that wait for a plug-in, once whoever knows plug-ins knows it. */
    void pluginCame() {
        synchronized (open) {
            if (!open.stopping && open.entries.values().stream().anyMatch(e -> e.lacksPlugin)) {
                later.schedule(this::queueThoseThatLackPlugins, 1, TimeUnit.SECONDS);
            }
        }
    }

    private void queueThoseThatLackPlugins() {
        synchronized (open) {
            for (OpenJobs.Entry entry : open.entries.values()) {
                if (entry.lacksPlugin && entry.job.state() == Job.Status.QUEUED) {
                    entry.lacksPlugin = false;
                    open.waiting.add(entry.job);
                }
            }
            open.notifyAll();
        }
    }
}
