package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Provider;
import org.headwater.api.Settings;
import org.headwater.prior.l1.internal.L1PriorProvider;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.runtime.Job;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.headwater.runtime.RunResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plug-ins that come, go and are exchanged while jobs run. */
class HotSwapTest {
    private static final String PROBLEM =
            "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                    + "noise: {sd: 0.5}\nprior: {type: l1, weight: 2}\n"
                    + "solver: {iterations: 30, particles: 60}\n";

    @TempDir private Path folder;
    private PluginRegistry registry;
    private JobManager jobs;
    private final List<RunResult> results = new ArrayList<>();

    @BeforeEach
    void platform() throws Exception {
        Files.writeString(folder.resolve("A.csv"), "1,0,0\n1,1,0\n0,1,1\n2,0,1\n");
        Files.writeString(folder.resolve("y.csv"), "1\n-1\n0.5\n2\n");
        registry = TestPlatform.plugins();
        registry.add(TestPlatform.plugin(PluginKind.PRIOR, new TvPriorProvider(), "0.1.0"));
        jobs = manager(registry);
    }

    private JobManager manager(PluginRegistry plugins) {
        JobManager manager =
                new JobManager(
                        plugins,
                        new Platform("0.1.0", List::of),
                        2,
                        5,
                        Duration.ZERO,
                        Duration.ofSeconds(20),
                        DrawStore.CHUNK);
        manager.bindReporter(results::add);
        return manager;
    }

    @AfterEach
    void close() throws Exception {
        jobs.close();
    }

    /** Stops a job's thread at an iteration until it is let go. */
    private static final class Gate implements Job.Listener {
        private final int iteration;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final Semaphore open = new Semaphore(0);
        private final List<String> notices = new ArrayList<>();
        private boolean passed;

        Gate(int iteration) {
            this.iteration = iteration;
        }

        @Override
        public void progress(Job job) {
            if (!passed && job.lastStep().map(s -> s.iteration() == iteration).orElse(false)) {
                passed = true;
                reached.countDown();
                open.acquireUninterruptibly();
            }
        }

        @Override
        public synchronized void notice(Job job, String line) {
            notices.add(line);
        }

        void await() throws InterruptedException {
            assertTrue(reached.await(60, TimeUnit.SECONDS));
        }
    }

    private Job submit(String problem, String out, Job.Listener listener) throws Exception {
        Path file = folder.resolve("p.yaml");
        Files.writeString(file, problem);
        return jobs.submit(
                ProblemFile.read(file, List.of()),
                new RunOptions(folder.resolve(out), "test", listener));
    }

    private byte[] posterior(String out) throws Exception {
        return Files.readAllBytes(folder.resolve(out).resolve("posterior.npy"));
    }

    private static void await(Job job, Job.Status status) throws InterruptedException {
        for (int i = 0; i < 6000 && job.status() != status; i++) {
            Thread.sleep(10);
        }
        assertEquals(status, job.status(), () -> job.phase() + " " + job.error());
    }

    private static void done(Job job) throws InterruptedException {
        job.await();
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
    }

    @Test
    void aSwapBeginsASegmentThatItsProblemFileReproduces() throws Exception {
        Gate gate = new Gate(12);
        Job job = submit(PROBLEM, "live", gate);
        gate.await();
        job.swap(PluginKind.PRIOR, "tv", Map.of("weight", 1.5));
        gate.open.release();
        done(job);
        assertEquals(2, job.segment());
        assertEquals(42, job.steps().size());
        assertEquals(42, job.steps().get(41).iteration());
        Path live = folder.resolve("live");
        String yaml = Files.readString(live.resolve("problem.yaml"));
        assertTrue(yaml.contains("segments:\n- from-iteration: 12\n"), yaml);
        assertTrue(Files.exists(live.resolve("segments/1/posterior.npy")));
        RunResult result = results.get(0);
        assertEquals(2, result.segments().size());
        assertEquals(12, result.segments().get(0).iterations());
        assertEquals(30, result.segments().get(1).iterations());
        assertEquals("l1", type(result.segments().get(0)));
        assertEquals("tv", type(result.segments().get(1)));
        for (RunResult.Segment s : result.segments()) {
            assertTrue(s.score().crps() > 0 && s.score().coverage() <= 1, s.score().toString());
        }

        Files.copy(live.resolve("problem.yaml"), folder.resolve("again.yaml"));
        Job again =
                jobs.submit(
                        ProblemFile.read(folder.resolve("again.yaml"), List.of()),
                        new RunOptions(folder.resolve("again"), "test", null));
        done(again);
        assertArrayEquals(posterior("live"), posterior("again"));
        assertArrayEquals(
                Files.readAllBytes(live.resolve("segments/1/posterior.npy")),
                Files.readAllBytes(folder.resolve("again/segments/1/posterior.npy")));
    }

    /**
     * What the particles were drawn from before leaves no trace in the last segment's posterior.
     */
    @Test
    void aSegmentsPosteriorIsThatOfItsPrior() throws Exception {
        String[][] pairs = {
            {"{type: l1, weight: 30}", "{type: tv, weight: 1.5}"},
            {"{type: tv, weight: 8}", "{type: l1, weight: 0.5}"}
        };
        for (int k = 0; k < pairs.length; k++) {
            String problem =
                    PROBLEM.replace(
                            "iterations: 30, particles: 60", "iterations: 150, particles: 300");
            String fresh = problem.replace("{type: l1, weight: 2}", pairs[k][1]);
            done(submit(fresh, "fresh" + k, null));
            String swapped =
                    problem.replace("{type: l1, weight: 2}", pairs[k][0])
                            + "segments: [{from-iteration: 100, prior: "
                            + pairs[k][1]
                            + "}]\n";
            done(submit(swapped, "swapped" + k, null));
            double[][] direct = moments("fresh" + k);
            double[][] after = moments("swapped" + k);
            for (int j = 0; j < 3; j++) {
                assertEquals(direct[0][j], after[0][j], 0.1 * direct[1][j], "mean " + j);
                assertEquals(1, after[1][j] / direct[1][j], 0.06, "sd " + j);
            }
        }
    }

    private double[][] moments(String out) throws Exception {
        List<String> rows = Files.readAllLines(folder.resolve(out).resolve("summary.csv"));
        double[][] moments = new double[2][3];
        for (int j = 0; j < 3; j++) {
            String[] cells = rows.get(j + 1).split(",");
            moments[0][j] = Double.parseDouble(cells[1]);
            moments[1][j] = Double.parseDouble(cells[2]);
        }
        return moments;
    }

    private static Object type(RunResult.Segment segment) {
        return ((Map<?, ?>) segment.sections().get("prior")).get("type");
    }

    /** Interrupted in the second segment and resumed, the run ends with the same bytes. */
    @Test
    void aRunWithSegmentsResumesToTheSameBytes() throws Exception {
        String problem =
                PROBLEM
                        + "segments:\n- {from-iteration: 10, prior: {type: tv, weight: 1}}\n"
                        + "- {from-iteration: 25, noise: {sd: 0.7}}\n";
        done(submit(problem, "whole", null));
        for (int stop : new int[] {10, 17}) {
            Gate gate = new Gate(stop);
            Job job = submit(problem, "parts" + stop, gate);
            gate.await();
            job.cancel();
            gate.open.release();
            job.await();
            assertEquals(Job.Status.CANCELLED, job.status());
            done(jobs.resume(folder.resolve("parts" + stop), null));
            assertArrayEquals(posterior("whole"), posterior("parts" + stop));
        }
        assertEquals(3, results.get(2).segments().size());
        assertEquals(55, results.get(2).steps().size());
    }

    @Test
    void aPausedJobGoesOnToTheSameBytes() throws Exception {
        done(submit(PROBLEM, "whole", null));
        Gate gate = new Gate(7);
        Job job = submit(PROBLEM, "paused", gate);
        gate.await();
        job.pause();
        gate.open.release();
        await(job, Job.Status.PAUSED);
        job.resume();
        done(job);
        assertArrayEquals(posterior("whole"), posterior("paused"));
    }

    @Test
    void aPausedJobCanBeCancelledAndResumedLater() throws Exception {
        Gate gate = new Gate(7);
        Job job = submit(PROBLEM, "out", gate);
        gate.await();
        job.pause();
        gate.open.release();
        await(job, Job.Status.PAUSED);
        job.cancel();
        job.await();
        assertEquals(Job.Status.CANCELLED, job.status());
        done(jobs.resume(folder.resolve("out"), null));
    }

    /** A plug-in goes and another instance of the same revision comes: not a bit changes. */
    @ParameterizedTest
    @EnumSource
    void aJobWaitsForItsPluginAndGoesOnToTheSameBytes(PluginKind kind) throws Exception {
        done(submit(PROBLEM, "whole", null));
        Gate gate = new Gate(5);
        Job job = submit(PROBLEM, "out", gate);
        gate.await();
        Plugin gone =
                registry.list(kind).stream()
                        .filter(
                                p ->
                                        List.of("linear", "gaussian", "l1", "rwpo", "vector")
                                                .contains(p.type()))
                        .findFirst()
                        .orElseThrow();
        Thread removal = new Thread(() -> registry.remove(kind, gone.provider()));
        removal.start();
        removal.join(300);
        assertTrue(removal.isAlive(), "the removal waits for the safe point");
        gate.open.release();
        removal.join();
        await(job, Job.Status.PAUSED);
        assertTrue(
                job.phase().startsWith("waiting for " + gone.identity() + ": put its jar back"),
                job.phase());
        Provider again = gone.provider().getClass().getConstructor().newInstance();
        registry.add(TestPlatform.plugin(kind, again, "0.1.0"));
        done(job);
        assertArrayEquals(posterior("whole"), posterior("out"));
        assertEquals(List.of(), job.verdict().orElseThrow().reasons());
    }

    @Test
    void solverAndBackendAreExchangedToo() throws Exception {
        Gate gate = new Gate(5);
        Job job = submit(PROBLEM, "out", gate);
        gate.await();
        job.swap(PluginKind.SOLVER, "metropolis", Map.of("particles", 20, "iterations", 10));
        job.swap(PluginKind.BACKEND, "vector", Map.of());
        gate.open.release();
        done(job);
        assertEquals(2, job.segment());
        assertEquals(15, job.steps().size());
        String yaml = Files.readString(folder.resolve("out/problem.yaml"));
        assertTrue(yaml.contains("backend: vector") && yaml.contains("metropolis"), yaml);
    }

    @Test
    void anotherRevisionInItsPlaceIsSaid() throws Exception {
        done(submit(PROBLEM, "whole", null));
        Gate gate = new Gate(5);
        Job job = submit(PROBLEM, "out", gate);
        gate.await();
        Plugin l1 = registry.find(PluginKind.PRIOR, "l1");
        Thread removal = new Thread(() -> registry.remove(PluginKind.PRIOR, l1.provider()));
        removal.start();
        gate.open.release();
        removal.join();
        registry.add(TestPlatform.plugin(PluginKind.PRIOR, new L1PriorProvider(), "0.2.0"));
        done(job);
        assertArrayEquals(posterior("whole"), posterior("out"));
        assertEquals("plug-in-changed", job.verdict().orElseThrow().reasons().get(0).code());
    }

    @Test
    void aJobWithoutItsPriorTakesAnother() throws Exception {
        Gate gate = new Gate(5);
        Job job = submit(PROBLEM, "out", gate);
        gate.await();
        Plugin l1 = registry.find(PluginKind.PRIOR, "l1");
        Thread removal = new Thread(() -> registry.remove(PluginKind.PRIOR, l1.provider()));
        removal.start();
        gate.open.release();
        removal.join();
        await(job, Job.Status.PAUSED);
        job.swap(PluginKind.PRIOR, "tv", Map.of("weight", 1));
        done(job);
        assertEquals(1, results.get(0).segments().size(), "the first left no posterior");
        RunResult.Segment second = results.get(0).segments().get(0);
        assertEquals(2, second.number());
        assertEquals(30, second.iterations());
        assertEquals(second.from() + 30, job.steps().size());
    }

    /** A newer revision beside the old one: pinned jobs stay, others begin a new segment. */
    @Test
    void onlyUnpinnedJobsMoveToANewerRevision() throws Exception {
        Gate stays = new Gate(5);
        Gate moves = new Gate(5);
        Job pinned = submit(PROBLEM, "pinned", stays);
        Job free = submit(PROBLEM + "pin: false\n", "free", moves);
        stays.await();
        moves.await();
        registry.add(TestPlatform.plugin(PluginKind.PRIOR, new L1PriorProvider(), "0.2.0"));
        stays.open.release();
        moves.open.release();
        done(pinned);
        done(free);
        assertEquals(1, pinned.segment());
        assertEquals(2, free.segment());
        assertTrue(Files.readString(folder.resolve("pinned/manifest.json")).contains("\"0.1.0\""));
        assertTrue(Files.readString(folder.resolve("free/manifest.json")).contains("\"0.2.0\""));
    }

    @Test
    void aWrongSwapLeavesTheJobAsItWas() throws Exception {
        done(submit(PROBLEM, "whole", null));
        Gate gate = new Gate(5);
        Job job = submit(PROBLEM, "out", gate);
        gate.await();
        for (Runnable wrong :
                List.<Runnable>of(
                        () -> job.swap(PluginKind.PRIOR, "l2", Map.of()),
                        () -> job.swap(PluginKind.PRIOR, "tv", Map.of("wait", 1)),
                        () -> job.swap(PluginKind.PRIOR, "l1", Map.of("weight", -1)),
                        () -> job.swap(PluginKind.PRIOR, "l1", Map.of("weight", List.of(1, 2))),
                        () -> job.swap(PluginKind.MODEL, "flaky", Map.of()))) {
            assertThrows(InvalidInputException.class, wrong::run);
        }
        gate.open.release();
        done(job);
        assertArrayEquals(posterior("whole"), posterior("out"));
        assertThrows(
                InvalidInputException.class,
                () -> job.swap(PluginKind.PRIOR, "tv", Map.of("weight", 1)));
    }

    /** A provider whose instances misbehave in some way. */
    private static final class BadPrior implements PriorProvider {
        private final PriorProvider good = new L1PriorProvider();
        private final String fault;

        BadPrior(String fault) {
            this.fault = fault;
        }

        @Override
        public PluginInfo info() {
            PluginInfo i = good.info();
            return new PluginInfo("bad", "1.0.0", i.summary(), i.settings(), "");
        }

        @Override
        public Prior create(Settings settings, FieldShape shape) {
            switch (fault) {
                case "throws":
                    throw new IllegalStateException("boom");
                case "links":
                    throw new NoClassDefFoundError("org/acme/Gone");
                case "null":
                    return null;
                default:
                    return good.create(settings, new FieldShape(shape.dimension() + 1));
            }
        }
    }

    @Test
    void aPriorThatBreaksItsContractIsNamed() throws Exception {
        for (String[] fault :
                new String[][] {
                    {"throws", "it threw IllegalStateException (boom)"},
                    {"links", "it threw NoClassDefFoundError (org/acme/Gone)"},
                    {"null", "it returned null"},
                    {"size", "it acts on 4 parameters where the field has 3"}
                }) {
            Plugin bad = TestPlatform.plugin(PluginKind.PRIOR, new BadPrior(fault[0]), "1.0.0");
            registry.add(bad);
            String message =
                    assertThrows(
                                    InvalidInputException.class,
                                    () -> submit(PROBLEM.replace("l1", "bad"), "out", null))
                            .getMessage();
            assertTrue(
                    message.contains(
                            "prior.type names the prior bad (bundle org.headwater.test 1.0.0), which"
                                    + " failed: "
                                    + fault[1]
                                    + "; this is a fault of the plug-in"),
                    message);
            assertFalse(Files.exists(folder.resolve("out")));
            registry.remove(PluginKind.PRIOR, bad.provider());
        }
    }

    @Test
    void segmentsThatMakeNoSenseAreRefused() throws Exception {
        for (String[] wrong :
                new String[][] {
                    {"segments: 3", "segments[0] must be a mapping"},
                    {"segments: [{prior: {type: l1}}]", "segments[0].from-iteration must be"},
                    {
                        "segments: [{from-iteration: 5}, {from-iteration: 5}]",
                        "segments[1].from-iteration must be a whole number > 5, got 5"
                    },
                    {
                        "segments: [{from-iteration: 5, data: {}}]",
                        "segments[0].data is not a known key"
                    },
                    {
                        "segments: [{from-iteration: 5, prior: {type: l1, weight: -1}}]",
                        ": segments[0].prior.weight must be a number ≥ 0"
                    },
                    {
                        "segments: [{from-iteration: 5, backend: nonsense}]",
                        ": segments[0].backend names no installed backend"
                    }
                }) {
            String message =
                    assertThrows(
                                    InvalidInputException.class,
                                    () -> submit(PROBLEM + wrong[0], "out", null))
                            .getMessage();
            assertTrue(message.contains(wrong[1]), message);
        }
    }
}
