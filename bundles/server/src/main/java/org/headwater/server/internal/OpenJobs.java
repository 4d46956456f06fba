package org.headwater.server.internal;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.headwater.runtime.Job;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs that have not ended, and how a change of one is written: to its folder, then to the
 * table. All of it is guarded by this object's monitor, which whoever uses it holds, so that what
 * is seen, decided and written of a job is one step; it is notified of what may let a job start.
 */
final class OpenJobs {
    private static final Logger LOG = LoggerFactory.getLogger(OpenJobs.class);

    /** A job that has not ended: its record, and its run once it has begun in this process. */
    static final class Entry {
        JobRecord job;
        Job run;

        /** What it waits for besides its turn, in words; null when for nothing. */
        String waitsFor;

        /** Whether that is a plug-in. */
        boolean lacksPlugin;

        Entry(JobRecord job) {
            this.job = job;
        }

        private boolean holdsSlot() {
            return job.state() == Job.Status.RUNNING;
        }

        JobQueue.View view() {
            return new JobQueue.View(job, run, waitsFor, lacksPlugin);
        }
    }

    /** All of them, by their numbers. */
    final Map<Long, Entry> entries = new HashMap<>();

    /** Those that wait for their turn, in the order in which they start. */
    final TreeSet<JobRecord> waiting =
            new TreeSet<>(
                    Comparator.comparingInt(JobRecord::priority)
                            .reversed()
                            .thenComparingLong(JobRecord::id));

    /** Whether the server stops, and nothing is to start any more. */
    boolean stopping;

    private final JobFolders folders;
    private final JobTable table;

    OpenJobs(JobFolders folders, JobTable table) {
        this.folders = folders;
        this.table = table;
    }

    /** How many jobs run. */
    int running() {
        return (int) entries.values().stream().filter(Entry::holdsSlot).count();
    }

    /** What the running jobs take together, by their estimates, in bytes. */
    long memoryTaken() {
        return entries.values().stream()
                .filter(Entry::holdsSlot)
                .mapToLong(e -> e.job.memory())
                .sum();
    }

    /** Writes an entry; one at a time, in the order in which they came about. */
    void save(JobRecord job) throws IOException, SQLException {
        folders.write(job);
        table.put(job);
    }

    /** Writes what has happened, and cannot be undone if the disk refuses: false if it does. */
    boolean record(JobRecord job) {
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
}
