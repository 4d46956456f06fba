package org.headwater.server.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.ProblemFunctions;
import org.headwater.runtime.RunOptions;
import org.headwater.runtime.Verdict;

/**
 * The queue as the service that the shell knows: an attached shell lists the server's jobs, and
 * what it submits waits in the queue with the others. Everything that is no job's business is the
 * runtime's.
 */
final class QueueJobs implements Jobs {
    private static final int LISTED = 100;
    private static final long POLL_MILLIS = 100;
    private static final String OWNER = "shell";

    private final JobQueue queue;
    private final Jobs runtime;

    QueueJobs(JobQueue queue, Jobs runtime) {
        this.queue = queue;
        this.runtime = runtime;
    }

    /** Work that may fail as the disk or the database does. */
    private interface Work<T> {
        T get() throws IOException, SQLException;
    }

    private static <T> T now(Work<T> work) {
        try {
            return work.get();
        } catch (ApiException e) {
            throw InvalidInputException.of("job", e.getMessage(), null, "jobs lists them");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Job submit(ProblemFile problem, RunOptions options) {
        List<Path> inputs = runtime.check(problem);
        return now(
                () -> {
                    long id;
                    Path folder = queue.folders().receive();
                    try {
                        Path input = folder.resolve("input");
                        for (Path file : inputs) {
                            copy(file, problem.directory(), input);
                        }
                        Files.writeString(
                                input.resolve("problem.yaml"), Json.line(problem.content()) + "\n");
                        Object name = problem.content().getOrDefault("name", problem.name());
                        id = queue.newId();
                        queue.accept(folder, JobRecord.accepted(id, name.toString(), 0, OWNER, ""));
                    } finally {
                        if (Files.exists(folder)) {
                            queue.folders().refuse(folder);
                        }
                    }
                    return new Queued(id);
                });
    }

    private static void copy(Path file, Path from, Path to) throws IOException {
        if (!file.startsWith(from)) {
            throw InvalidInputException.of(
                    file.toString(),
                    "must be below the problem file's folder: the server keeps the files of its"
                            + " jobs",
                    null,
                    "copy it to " + from);
        }
        if (!Files.isRegularFile(file)) {
            throw InvalidInputException.of(
                    file.toString(), "is not there", null, "check the name in the problem file");
        }
        Path place = to.resolve(from.relativize(file).toString());
        Files.createDirectories(place.getParent());
        Files.copy(file, place);
    }

    @Override
    public Job resume(Path directory, Job.Listener listener) {
        return runtime.resume(directory, listener);
    }

    @Override
    public Validation validate(ProblemFile problem) {
        return runtime.validate(problem);
    }

    @Override
    public Samples sample(Path flow, int n, long seed, Path output) {
        return runtime.sample(flow, n, seed, output);
    }

    @Override
    public List<Path> check(ProblemFile problem) {
        return runtime.check(problem);
    }

    @Override
    public long memory(ProblemFile problem) {
        return runtime.memory(problem);
    }

    @Override
    public ProblemFunctions functions(ProblemFile problem) {
        return runtime.functions(problem);
    }

    @Override
    public Path simulate(ProblemFile problem, Path truth, Path directory) {
        return runtime.simulate(problem, truth, directory);
    }

    @Override
    public List<Job> list() {
        return now(
                () -> {
                    List<Job> jobs = new ArrayList<>();
                    JobTable.Query newest = new JobTable.Query(null, null, Long.MAX_VALUE, LISTED);
                    for (JobQueue.View view : queue.list(newest)) {
                        jobs.add(new Queued(view.job().id()));
                    }
                    Collections.reverse(jobs);
                    return jobs;
                });
    }

    @Override
    public Optional<Job> find(String id) {
        if (!id.matches("[1-9][0-9]{0,17}")) {
            return Optional.empty();
        }
        long number = Long.parseLong(id);
        return now(() -> queue.find(number)).map(view -> new Queued(number));
    }

    @Override
    public void forget(Job job) {
        // the queue's jobs are erased over HTTP
    }

    /** A job of the queue, looked up anew at each question. */
    private final class Queued implements Job {
        private final long id;

        Queued(long id) {
            this.id = id;
        }

        private JobQueue.View view() {
            return now(
                    () ->
                            queue.find(id)
                                    .orElseThrow(
                                            () -> ApiException.notFound("job " + id + " is gone")));
        }

        private Optional<Job> run() {
            return Optional.ofNullable(view().run());
        }

        @Override
        public String id() {
            return Long.toString(id);
        }

        @Override
        public String name() {
            return view().job().name();
        }

        @Override
        public Status status() {
            return view().job().state();
        }

        @Override
        public Path directory() {
            return queue.folders().run(id);
        }

        @Override
        public String phase() {
            JobQueue.View view = view();
            if (view.waitsFor() != null) {
                return "waits for " + view.waitsFor();
            }
            return view.run() == null
                    ? view.job().state().name().toLowerCase(Locale.ROOT)
                    : view.run().phase();
        }

        @Override
        public Optional<StepInfo> lastStep() {
            return run().flatMap(Job::lastStep);
        }

        @Override
        public List<StepInfo> steps() {
            return run().map(Job::steps).orElse(List.of());
        }

        @Override
        public Optional<Estimate> estimate() {
            return run().flatMap(Job::estimate);
        }

        @Override
        public int iterations() {
            return run().map(Job::iterations).orElse(0);
        }

        @Override
        public Optional<Duration> timeLeft() {
            return run().flatMap(Job::timeLeft);
        }

        @Override
        public Optional<Verdict> verdict() {
            String status = view().job().verdict();
            if (status.isEmpty()) {
                return Optional.empty();
            }
            List<Reason> reasons = new ArrayList<>();
            if (now(() -> queue.folders().verdict(id)).get("reasons") instanceof List<?> list) {
                for (Object o : list) {
                    Map<String, Object> reason = Json.mapping(o);
                    reasons.add(
                            new Reason(
                                    Reason.Status.valueOf(status),
                                    String.valueOf(reason.get("code")),
                                    String.valueOf(reason.get("message")),
                                    number(reason.get("value")),
                                    number(reason.get("limit")),
                                    String.valueOf(reason.get("remedy"))));
                }
            }
            return Optional.of(new Verdict(Reason.Status.valueOf(status), reasons));
        }

        private static double number(Object value) {
            return value instanceof Number n ? n.doubleValue() : Double.NaN;
        }

        @Override
        public Optional<Throwable> error() {
            Object detail = view().job().error().get("detail");
            return Optional.ofNullable(detail)
                    .map(d -> InvalidInputException.of("", d.toString(), null, ""));
        }

        @Override
        public void cancel() {
            now(
                    () -> {
                        queue.cancel(id);
                        return null;
                    });
        }

        @Override
        public void pause() {
            now(
                    () -> {
                        queue.pause(id);
                        return null;
                    });
        }

        @Override
        public void resume() {
            now(
                    () -> {
                        queue.resume(id);
                        return null;
                    });
        }

        @Override
        public void swap(PluginKind kind, String type, Map<String, Object> settings) {
            now(
                    () -> {
                        queue.swap(id, kind, type, settings);
                        return null;
                    });
        }

        @Override
        public int segment() {
            return run().map(Job::segment).orElse(1);
        }

        @Override
        public void await() throws InterruptedException {
            while (!view().job().isOver()) {
                Thread.sleep(POLL_MILLIS);
            }
        }
    }
}
