package org.headwater.server.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.runtime.Job;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a server finds when it starts: it makes good what the last one left between two writes. */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final String DONE = "done";
    private static final String STOPPED = "stopped";

    private Recovery() {}

    /**
     * Brings folders and table into agreement.
     *
     * @param folders the jobs' folders, which are the truth
     * @param table gets what it does not know, or knows wrongly
     * @return the jobs that have not ended
     */
    static List<JobRecord> of(JobFolders folders, JobTable table) throws IOException, SQLException {
        List<Long> here = folders.ids();
        List<Long> known = table.ids();
        for (long id : known) {
            if (!Files.isDirectory(folders.of(id))) {
                LOG.warn("job {} has no folder any more: it is taken off the list", id);
                table.remove(id);
            }
        }
        List<Long> unknown = new ArrayList<>(here);
        unknown.removeAll(new HashSet<>(known));
        List<Long> unsure = new ArrayList<>(unknown);
        table.open().forEach(job -> unsure.add(job.id()));
        List<JobRecord> open = new ArrayList<>();
        for (long id : unsure) {
            settle(folders, table, id).ifPresent(open::add);
        }
        return open;
    }

    /** The job, if it has not ended. */
    private static Optional<JobRecord> settle(JobFolders folders, JobTable table, long id)
            throws SQLException {
        try {
            JobRecord job = settled(folders, folders.read(id));
            folders.write(job);
            table.put(job);
            return Optional.of(job).filter(j -> !j.isOver());
        } catch (IOException e) {
            LOG.error("job {} is left alone: its folder {} is damaged", id, folders.of(id), e);
            return Optional.empty();
        }
    }

    /** What a job has become while nobody looked: its run's manifest has the last word. */
    private static JobRecord settled(JobFolders folders, JobRecord job) throws IOException {
        if (job.isOver()) {
            return job;
        }
        String run = folders.runStatus(job.id());
        if (DONE.equals(run) || STOPPED.equals(run)) {
            return job.ended(Job.Status.DONE, verdictOf(folders, job.id()), Map.of());
        }
        return switch (job.wanted()) {
            case RUN -> job.in(Job.Status.QUEUED, JobRecord.Wish.RUN);
            case PAUSE -> job.in(Job.Status.PAUSED, JobRecord.Wish.PAUSE);
            case CANCEL -> job.ended(Job.Status.CANCELLED, "", Map.of());
        };
    }

    private static String verdictOf(JobFolders folders, long id) throws IOException {
        Object status = folders.verdict(id).get("status");
        return status == null ? "" : status.toString();
    }
}
