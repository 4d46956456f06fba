package org.headwater.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.h2.jdbcx.JdbcDataSource;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which jobs the queue starts, and what it says of those that wait; the runs are played. */
@Timeout(60)
class JobQueueTest {
    private static final long MB = 1_000_000;

    @TempDir private Path data;
    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    private final Map<String, Boolean> installed = new ConcurrentHashMap<>();
    private JobFolders folders;
    private JobTable table;
    private JobQueue queue;

    /** A run that goes on until the test ends it. */
    private final class Run {
        private volatile Job.Status status = Job.Status.RUNNING;
        private final Job.Listener listener;
        private final Job job =
                (Job)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {Job.class},
                                (proxy, method, arguments) ->
                                        switch (method.getName()) {
                                            case "status" -> status;
                                            case "verdict", "error", "lastStep", "timeLeft" ->
                                                    Optional.empty();
                                            case "cancel" -> {
                                                // later, as at a safe point
                                                new Thread(() -> end(Job.Status.CANCELLED)).start();
                                                yield null;
                                            }
                                            case "hashCode" -> System.identityHashCode(proxy);
                                            case "equals" -> proxy == arguments[0];
                                            default ->
                                                    throw new UnsupportedOperationException(
                                                            method.getName());
                                        });

        Run(Job.Listener listener) {
            this.listener = listener;
        }

        void end(Job.Status how) {
            status = how;
            listener.progress(job);
        }
    }

    private Object runtime(String method, Object[] arguments) {
        switch (method) {
            case "memory" -> {
                Map<String, Object> problem = ((ProblemFile) arguments[0]).content();
                lookFor(String.valueOf(problem.get("prior")));
                return ((Number) problem.get("needs")).longValue() * MB;
            }
            case "submit" -> {
                lookFor(String.valueOf(((ProblemFile) arguments[0]).content().get("prior")));
                Run run = new Run(((RunOptions) arguments[1]).listener());
                runs.put(((ProblemFile) arguments[0]).name(), run);
                return run.job;
            }
            case "forget" -> {
                return null;
            }
            default -> throw new UnsupportedOperationException(method);
        }
    }

    private void lookFor(String prior) {
        if (!installed.containsKey(prior)) {
            throw InvalidInputException.notInstalled("prior.type", "prior", prior, "");
        }
    }

    @BeforeEach
    void open() throws Exception {
        installed.put("l1", true);
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:");
        folders = JobFolders.open(data);
        table = new JobTable(source::getConnection);
        Jobs runtime =
                (Jobs)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {Jobs.class},
                                (proxy, method, arguments) -> runtime(method.getName(), arguments));
        queue = new JobQueue(folders, table, runtime, new Limits(3, 1000 * MB, 1));
        queue.start();
    }

    @AfterEach
    void close() throws Exception {
        assertTrue(queue.stop(Duration.ofSeconds(10)));
        queue.close();
    }

    private long submit(String name, int needs, String prior) throws Exception {
        long id = queue.newId();
        Path folder = folders.receive();
        Files.writeString(
                folder.resolve("input/problem.yaml"),
                "needs: " + needs + "\nprior: " + prior + "\n");
        queue.accept(folder, JobRecord.accepted(id, name, 0, "ada", ""));
        return id;
    }

    private JobQueue.View await(long id, Predicate<JobQueue.View> what) throws Exception {
        while (true) {
            JobQueue.View view = queue.find(id).orElseThrow();
            if (what.test(view)) {
                return view;
            }
            Thread.sleep(5);
        }
    }

    private static Predicate<JobQueue.View> in(Job.Status state) {
        return view -> view.job().state() == state;
    }

    @Test
    void jobThatDoesNotFitWaitsAndIsNotOvertaken() throws Exception {
        long first = submit("first", 600, "l1");
        await(first, view -> view.run() != null);
        long second = submit("second", 500, "l1");
        long third = submit("third", 10, "l1");
        JobQueue.View waits = await(second, view -> view.waitsFor() != null);
        assertEquals(Job.Status.QUEUED, waits.job().state());
        assertEquals(
                "memory: it takes about 500 MB, and running jobs leave 400 MB of 1000 MB",
                waits.waitsFor());
        assertEquals(Job.Status.QUEUED, queue.find(third).orElseThrow().job().state());
        assertEquals(600 * MB, queue.memoryTaken());
        runs.get("first").end(Job.Status.DONE);
        assertNull(await(second, view -> view.run() != null).waitsFor());
        await(third, view -> view.run() != null);
        assertEquals(510 * MB, queue.memoryTaken());
    }

    @Test
    void jobThatNeverFitsEndsWithAReason() throws Exception {
        long id = submit("huge", 1001, "l1");
        Map<String, Object> error = await(id, in(Job.Status.FAILED)).job().error();
        assertEquals("memory", error.get("key"));
        assertEquals("about 1001 MB", error.get("value"));
        assertEquals(Job.Status.FAILED, table.find(id).orElseThrow().state());
    }

    @Test
    void jobWaitsForItsPluginAndHoldsNobodyUp() throws Exception {
        long id = submit("acme", 1, "acme");
        JobQueue.View waits = await(id, JobQueue.View::lacksPlugin);
        assertEquals(Job.Status.QUEUED, waits.job().state());
        assertEquals("the prior 'acme', which is not installed", waits.waitsFor());
        assertEquals(0, waits.job().tries());
        await(submit("other", 1, "l1"), view -> view.run() != null);
        installed.put("acme", true);
        queue.pluginCame();
        JobQueue.View runs = await(id, view -> view.run() != null);
        assertEquals(1, runs.job().tries());
        assertNull(runs.waitsFor());
    }

    /** What an estimate was made for is in the entry, on the disk and in the table. */
    @Test
    void estimateIsKept() throws Exception {
        long id = submit("kept", 7, "l1");
        await(id, view -> view.run() != null);
        assertEquals(7 * MB, folders.read(id).memory());
        assertEquals(7 * MB, table.find(id).orElseThrow().memory());
    }

    /** Only what has ended is erased; the refusal names the way there, and it leads there. */
    @Test
    void runningJobIsCancelledBeforeItIsErased() throws Exception {
        long id = submit("runs", 7, "l1");
        await(id, view -> view.run() != null);
        ApiException refused = assertThrows(ApiException.class, () -> queue.purge(id));
        assertEquals(409, refused.status());
        assertTrue(refused.getMessage().contains("DELETE without purge"), refused::getMessage);
        queue.cancel(id);
        await(id, in(Job.Status.CANCELLED));
        while (queue.open().stream().anyMatch(view -> view.job().id() == id)) {
            Thread.sleep(5);
        }
        queue.purge(id);
        assertEquals(Optional.empty(), queue.find(id));
        assertFalse(Files.exists(folders.of(id)));
    }

    /** A number is given once, whatever is erased and whenever the process ends. */
    @Test
    void numbersAreNotGivenAgain() throws Exception {
        long first = submit("first", 7, "l1");
        await(first, view -> view.run() != null);
        runs.get("first").end(Job.Status.DONE);
        while (!queue.open().isEmpty()) {
            Thread.sleep(5);
        }
        queue.purge(first);
        assertEquals(first, table.lastId());
        assertEquals(first + 1, submit("second", 7, "l1"));
    }
}
