package org.headwater.server.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;

/**
 * Starts jobs on a thread of its own, in the order of their priority, then of their number, as
 * places and memory become free. The first in the order is never overtaken.
 */
final class JobStarter {
    private final OpenJobs open;
    private final JobRuns runs;
    private final JobFolders folders;
    private final Jobs runtime;
    private final Limits limits;
    private final Thread thread = new Thread(this::startJobs, "headwater-queue");

    JobStarter(OpenJobs open, JobRuns runs, JobFolders folders, Jobs runtime, Limits limits) {
        this.open = open;
        this.runs = runs;
        this.folders = folders;
        this.runtime = runtime;
        this.limits = limits;
        thread.setDaemon(true);
    }

    /** Lets jobs start. */
    void start() {
        thread.start();
    }

    /** Waits until the thread has seen that the server stops, for so long at most. */
    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    private void startJobs() {
        while (true) {
            JobRecord next;
            synchronized (open) {
                try {
                    while (!open.stopping && !firstMayStart()) {
                        open.wait();
                    }
                } catch (InterruptedException e) {
                    return;
                }
                if (open.stopping) {
                    return;
                }
                next = open.waiting.first();
                if (next.memory() > 0) {
                    open.waiting.remove(next);
                    OpenJobs.Entry entry = open.entries.get(next.id());
                    entry.waitsFor = null;
                    if (entry.run != null) {
                        entry.job = entry.job.in(Job.Status.RUNNING, JobRecord.Wish.RUN);
                        entry.run.resume();
                        open.record(entry.job);
                        continue;
                    }
                    next = next.tried();
                    entry.job = next;
                }
            }
            if (next.memory() == 0) {
                estimate(next.id());
            } else {
                runs.begin(next);
            }
        }
    }

    /** Whether there is a first job, and room for it; what it waits for is noted. */
    private boolean firstMayStart() {
        if (open.waiting.isEmpty() || open.running() >= limits.atOnce()) {
            return false;
        }
        JobRecord first = open.waiting.first();
        long free = limits.memory() - open.memoryTaken();
        if (first.memory() <= free) {
            return true;
        }
        open.entries.get(first.id()).waitsFor = limits.leave(free, first.memory());
        return false;
    }

    /** Finds out what a waiting job takes; one that never fits ends here. */
    private void estimate(long id) {
        try {
            long bytes = Math.max(1, runtime.memory(problem(id)));
            limits.require(bytes);
            synchronized (open) {
                OpenJobs.Entry entry = open.entries.get(id);
                if (entry != null && open.waiting.remove(entry.job)) {
                    entry.job = entry.job.taking(bytes);
                    open.waiting.add(entry.job);
                }
            }
        } catch (RuntimeException | Error e) {
            synchronized (open) {
                OpenJobs.Entry entry = open.entries.get(id);
                if (entry == null || !open.waiting.remove(entry.job)) {
                    return;
                }
                entry.job = entry.job.tried();
            }
            runs.end(id, e);
        }
    }

    /** The problem as it runs: with its exchanges, once there is a run. */
    private ProblemFile problem(long id) {
        Path begun = folders.run(id).resolve("problem.yaml");
        return ProblemFile.read(Files.exists(begun) ? begun : folders.problem(id), List.of());
    }
}
