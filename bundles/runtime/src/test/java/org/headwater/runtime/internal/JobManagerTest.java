package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.headwater.api.Diagnostic;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Problem;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.headwater.runtime.RunResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs with real plug-ins, and a forward model that fails on demand. */
class JobManagerTest {
    private static final String FLAKY =
            "forward-model: {type: flaky}\ndata: {values: [0.5, -1, 2]}\n"
                    + "noise: {sd: 0.5}\nprior: {type: l1, weight: 1}\n"
                    + "solver: {type: metropolis, particles: 20, iterations: 12}\n";

    @TempDir private Path folder;

    /**
     * y = Aθ + N(0, ½²), flat prior: the posterior is N(μ, C), C = ¼(AᵀA)⁻¹, μ = (AᵀA)⁻¹Aᵀy. 1,000
     * independent draws: means lie within .16 sd (5 standard errors), standard deviations within 12
     * %; fixed seed.
     */
    @Test
    void linearGaussianProblemMatchesItsClosedForm() throws Exception {
        Path file = linear("prior: {type: l1, weight: 0}");
        Path out = folder.resolve("out");
        Job job = run(file, out, 2, "solver.particles=1000");
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        assertEquals(Reason.Status.PASS, job.verdict().orElseThrow().status());
        assertEquals(80, job.steps().size());
        // AᵀA = [[6, 3], [3, 3]], determinant 9; Aᵀy = (4, 5)
        double[] mean = {(3 * 4 - 3 * 5) / 9.0, (6 * 5 - 3 * 4) / 9.0};
        double[] sd = {0.5 * Math.sqrt(3 / 9.0), 0.5 * Math.sqrt(6 / 9.0)};
        List<String> rows = Files.readAllLines(out.resolve("summary.csv"));
        for (int j = 0; j < 2; j++) {
            String[] cells = rows.get(j + 1).split(",");
            assertEquals("x" + (j + 1), cells[0]);
            assertEquals(mean[j], Double.parseDouble(cells[1]), 0.16 * sd[j]);
            assertEquals(1, Double.parseDouble(cells[2]) / sd[j], 0.12);
            double ess = Double.parseDouble(cells[6]);
            assertTrue(ess > 600 && ess < 1800, "independent chains, ess " + ess);
        }
        double[] draws = draws(out);
        assertEquals(2000, draws.length);
        double first = 0;
        for (int i = 0; i < 1000; i++) {
            first += draws[2 * i] / 1000;
        }
        assertEquals(Double.parseDouble(rows.get(1).split(",")[1]), first, 1e-13);
    }

    @Test
    void theRunDirectoryIsComplete() throws Exception {
        Path file = linear("prior: {type: l1, weight: 0.5}");
        Path out = folder.resolve("out");
        Listener heard = new Listener(null, 0);
        Job job = run(file, out, 2, heard, "seed=5");
        assertEquals(
                List.of(
                        "checkpoint",
                        "log.jsonl",
                        "manifest.json",
                        "notebook.ipynb",
                        "posterior.npy",
                        "posterior.zarr",
                        "problem.yaml",
                        "summary.csv",
                        "verdict.json"),
                names(out));
        assertEquals(
                List.of("preparing", "finding the MAP", "sampling", "writing", "done"),
                heard.phases);
        assertTrue(heard.notices.contains("the proposals follow the Hessian at the initial point"));
        Map<String, Object> manifest = json(out.resolve("manifest.json"));
        assertEquals("done", manifest.get("status"));
        assertEquals(5L, manifest.get("seed"));
        assertEquals("test", manifest.get("command"));
        Map<?, ?> backend = (Map<?, ?>) manifest.get("backend");
        String description = backend.get("description").toString();
        assertEquals(
                description.contains("scalar")
                        ? 1L
                        : Long.parseLong(description.replaceAll(".*?(\\d+)-bit.*", "$1")) / 64,
                ((Number) backend.get("lane-width")).longValue(),
                description);
        assertEquals(5, ((List<?>) manifest.get("plugins")).size());
        List<?> inputs = (List<?>) manifest.get("inputs");
        assertEquals(2, inputs.size());
        assertEquals(
                folder.resolve("A.csv").toAbsolutePath().toString(),
                ((Map<?, ?>) inputs.get(0)).get("path"));
        assertEquals(
                Hashes.sha256(folder.resolve("A.csv")), ((Map<?, ?>) inputs.get(0)).get("sha256"));
        assertEquals(
                "{\"status\":\"PASS\",\"reasons\":[]}",
                Json.line(json(out.resolve("verdict.json"))));
        assertEquals(80, RunLog.truncate(out.resolve("log.jsonl"), 80).size());
        assertEquals(job.steps(), RunLog.truncate(out.resolve("log.jsonl"), 80));
        Path again = folder.resolve("again");
        run(out.resolve("problem.yaml"), again, 1);
        assertSameResults(out, again);
    }

    /** A problem that names no file says the same as one that does, and can be run again. */
    @Test
    void numbersInTheProblemGiveTheBytesOfThoseInFiles() throws Exception {
        Path file = linear("prior: {type: l1, weight: 0.5}");
        Path out = folder.resolve("files");
        run(file, out, 1);
        List<List<String>> rows =
                Files.readAllLines(folder.resolve("A.csv")).stream()
                        .map(line -> List.of(line.split(",")))
                        .toList();
        Path inline = folder.resolve("inline");
        run(
                file,
                inline,
                1,
                "forward-model.matrix=" + rows,
                "data.values=" + Files.readAllLines(folder.resolve("y.csv")));
        assertSameResults(out, inline);
        assertEquals(List.of(), json(inline.resolve("manifest.json")).get("inputs"));
        Path again = folder.resolve("again");
        run(inline.resolve("problem.yaml"), again, 1);
        assertSameResults(out, again);
    }

    @Test
    void theBytesDependOnTheSeedButNotOnTheThreads() throws Exception {
        Path file = linear("prior: {type: l1, weight: 2}");
        Path first = folder.resolve("t1");
        run(file, first, 1);
        for (int threads = 2; threads <= 3; threads++) {
            Path out = folder.resolve("t" + threads);
            run(file, out, threads);
            assertSameResults(first, out);
        }
        Path other = folder.resolve("other");
        run(file, other, 1, "seed=2");
        assertFalse(
                Arrays.equals(
                        Files.readAllBytes(first.resolve("posterior.npy")),
                        Files.readAllBytes(other.resolve("posterior.npy"))));
    }

    /** A diagnostic that counts, and one that fails: what is measured, when, and where it goes. */
    @Test
    void diagnosticsAreMeasuredWhenAskedForAndChangeNothing() throws Exception {
        Path file = write("p.yaml", FLAKY);
        Path plain = folder.resolve("plain");
        List<Integer> sizes = new ArrayList<>();
        Diagnostic size =
                diagnostic(
                        "size",
                        points -> {
                            sizes.add(points.size());
                            return Map.of(
                                    "rows", (double) points.size(), "calls", 1.0 * sizes.size());
                        });
        Diagnostic broken =
                diagnostic(
                        "broken",
                        points -> {
                            throw new IllegalStateException("no luck");
                        });
        runMeasured(file, plain, Job.Listener.NONE, List.of(size, broken));
        assertEquals(List.of(), sizes);
        assertFalse(Files.exists(plain.resolve("diagnostics.csv")));

        Path measured = folder.resolve("measured");
        Listener heard = new Listener(null, 0);
        String every = "diagnostics.every=5";
        Job job = runMeasured(file, measured, heard, List.of(size, broken), every);
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        // after the first step, every fifth and the last, and of the posterior's draws
        List<String> rows = Files.readAllLines(measured.resolve("diagnostics.csv"));
        assertEquals(
                List.of("1", "5", "10", "12", "draws"),
                rows.stream().skip(1).map(r -> r.split(",")[0]).toList());
        assertEquals(List.of(20, 20, 20, 20), sizes.subList(0, 4));
        assertEquals(5, sizes.size());
        assertEquals(20.0, job.steps().get(4).values().get("size.rows"));
        assertEquals(1, heard.notices.stream().filter(n -> n.contains("broken failed")).count());
        // posterior.zarr holds the problem file, too, which differs
        for (String name : List.of("posterior.npy", "summary.csv")) {
            assertArrayEquals(
                    Files.readAllBytes(plain.resolve(name)),
                    Files.readAllBytes(measured.resolve(name)),
                    name);
        }
    }

    private static Diagnostic diagnostic(
            String name, Function<Ensemble, Map<String, Double>> measure) {
        return new Diagnostic() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Map<String, Double> measure(Problem problem, Ensemble points, Workers workers) {
                return measure.apply(points);
            }
        };
    }

    private static Job runMeasured(
            Path file,
            Path out,
            Job.Listener listener,
            List<Diagnostic> diagnostics,
            String... overrides)
            throws InterruptedException {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        diagnostics.forEach(jobs::bindDiagnostic);
        Job job =
                jobs.submit(
                        ProblemFile.read(file, List.of(overrides)),
                        new RunOptions(out, "test", listener));
        job.await();
        jobs.close();
        return job;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 11})
    void aResumedRunGivesTheSameBytes(int stopAt) throws Exception {
        Path file = write("p.yaml", FLAKY);
        Path whole = folder.resolve("whole");
        run(file, whole, 2);
        Path parts = folder.resolve("parts");
        Job stopped = run(file, parts, 1, new Listener("sampling", stopAt));
        assertEquals(Job.Status.CANCELLED, stopped.status());
        assertEquals("interrupted", json(parts.resolve("manifest.json")).get("status"));
        assertFalse(Files.exists(parts.resolve("posterior.npy")));
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 3);
        Job resumed = jobs.resume(parts, Job.Listener.NONE);
        resumed.await();
        assertEquals(Job.Status.DONE, resumed.status(), () -> "" + resumed.error());
        assertSameResults(whole, parts);
        assertEquals(
                RunLog.truncate(whole.resolve("log.jsonl"), 99),
                RunLog.truncate(parts.resolve("log.jsonl"), 99));
        assertEquals(12, resumed.steps().size());
        assertEquals(
                "--resume must name a run that was interrupted, got "
                        + parts
                        + ", which has ended; its results are there; run its problem.yaml to do it"
                        + " again",
                message(() -> jobs.resume(parts, Job.Listener.NONE)));
        jobs.close();
    }

    /** Enough particles for the flow, and so few that the solver draws with chains. */
    @ParameterizedTest
    @ValueSource(ints = {40, 5})
    void theShippedSolverResumesToTheSameBytesOnOtherThreads(int particles) throws Exception {
        int d = 12;
        KeyedRandom random = KeyedRandom.of(3);
        StringBuilder a = new StringBuilder();
        StringBuilder y = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < d; j++) {
                a.append(j == 0 ? "" : ",").append(random.gaussian());
            }
            a.append('\n');
            y.append(3 * random.gaussian()).append('\n');
        }
        write("A.csv", a.toString());
        write("y.csv", y.toString());
        Path file =
                write(
                        "p.yaml",
                        "forward-model: {type: linear, matrix: A.csv}\n"
                                + "data: {values: y.csv}\nnoise: {sd: 1}\n"
                                + "prior: {type: l1, weight: 1}\n"
                                + "solver: {iterations: 30}\n");
        String override = "solver.particles=" + particles;
        Path whole = folder.resolve("whole");
        Job job = run(file, whole, 2, override);
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        Path parts = folder.resolve("parts");
        Job stopped = run(file, parts, 1, new Listener("sampling", 9), override);
        assertEquals(Job.Status.CANCELLED, stopped.status(), () -> "" + stopped.error());
        resume(parts);
        assertSameResults(whole, parts);
    }

    /** A process that was killed leaves log lines after its checkpoint, or no checkpoint at all. */
    @Test
    void aKilledRunGoesOnFromItsCheckpoint() throws Exception {
        Path file = write("p.yaml", FLAKY);
        Path whole = folder.resolve("whole");
        run(file, whole, 1);
        Path killed = folder.resolve("killed");
        run(file, killed, 1, new Listener("sampling", 4));
        Path log = killed.resolve("log.jsonl");
        List<String> more =
                Files.readAllLines(whole.resolve("log.jsonl")).stream()
                        .dropWhile(line -> !line.contains("\"iteration\":5"))
                        .toList();
        Files.write(log, more, StandardOpenOption.APPEND);
        setStatus(killed, "running");
        resume(killed);
        assertSameResults(whole, killed);
        assertEquals(12, RunLog.truncate(log, 99).size());

        Path early = folder.resolve("early");
        run(file, early, 1, new Listener("sampling", 4));
        Files.delete(early.resolve("checkpoint/state.npz"));
        Files.delete(early.resolve("checkpoint/previous.npz"));
        setStatus(early, "running");
        resume(early);
        assertSameResults(whole, early);
        assertEquals(12, RunLog.truncate(early.resolve("log.jsonl"), 99).size());
    }

    /** Whatever of its two checkpoints a kill or a bad disk leaves. */
    @Test
    void aDamagedCheckpointIsPassedOverForTheOneBefore() throws Exception {
        Path file = write("p.yaml", FLAKY);
        Path whole = folder.resolve("whole");
        run(file, whole, 1);
        for (String damage : List.of("torn", "missing")) {
            Path run = folder.resolve(damage);
            run(file, run, 1, new Listener("sampling", 4));
            Path newest = run.resolve("checkpoint/state.npz");
            assertEquals(4, Checkpoint.read(newest).iteration());
            assertTrue(Files.exists(run.resolve("checkpoint/previous.npz")));
            byte[] bytes = Files.readAllBytes(newest);
            Files.delete(newest);
            if (damage.equals("torn")) {
                Files.write(newest, Arrays.copyOf(bytes, bytes.length / 2));
            }
            resume(run);
            assertSameResults(whole, run);
            assertEquals(12, RunLog.truncate(run.resolve("log.jsonl"), 99).size());
        }
    }

    @Test
    void aRunGoesOnOnlyWithItsFiles() throws Exception {
        Path file = linear("prior: {type: l1, weight: 1}");
        Path out = folder.resolve("out");
        run(file, out, 1, new Listener("sampling", 3));
        String y = Files.readString(folder.resolve("y.csv"));
        write("y.csv", "1\n2\n3\n4.5\n");
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        assertEquals(
                "--resume needs the files that the run began with, but "
                        + folder.resolve("y.csv").toAbsolutePath()
                        + " has changed; restore the file or start a new run",
                message(() -> jobs.resume(out, Job.Listener.NONE)));
        write("y.csv", y);
        Files.write(out.resolve("checkpoint/state.npz"), new byte[] {1, 2, 3});
        Files.write(out.resolve("checkpoint/previous.npz"), new byte[] {1, 2, 3});
        assertTrue(
                message(() -> jobs.resume(out, Job.Listener.NONE))
                        .startsWith("--resume must name a run whose files are whole, got " + out));
        Files.writeString(out.resolve("manifest.json"), "{\"status\": ");
        assertEquals(
                "--resume must name a run whose files are whole, got "
                        + out
                        + " (manifest.json is damaged: not a JSON object: the text ends too early);"
                        + " start the run anew",
                message(() -> jobs.resume(out, Job.Listener.NONE)));
        jobs.close();
    }

    @Test
    void anotherVersionOfAPluginIsSaid() throws Exception {
        Path file = write("p.yaml", FLAKY);
        Path out = folder.resolve("out");
        run(file, out, 1, new Listener("sampling", 3));
        PluginRegistry newer = TestPlatform.plugins();
        newer.add(TestPlatform.plugin(PluginKind.MODEL, new FlakyModelProvider(), "0.2.0"));
        JobManager jobs = TestPlatform.jobs(newer, 1);
        Listener heard = new Listener(null, 0);
        Job job = jobs.resume(out, heard);
        job.await();
        jobs.close();
        assertEquals(List.of("plug-in-changed"), codes(job));
        assertEquals(Reason.Status.WARN, job.verdict().orElseThrow().status());
        assertTrue(
                heard.notices.get(0).startsWith("the forward model flaky 0.1.0 is now flaky 0.2.0"),
                heard.notices.get(0));
    }

    @Test
    void aParticleThatFailsOnceRecovers() throws Exception {
        for (String by : List.of("nan", "throw", "linkage")) {
            Path out = folder.resolve(by);
            Job job =
                    run(
                            write("p.yaml", FLAKY),
                            out,
                            2,
                            "forward-model.failing=1",
                            "forward-model.from=4",
                            "forward-model.to=6",
                            "forward-model.by=" + by);
            assertEquals(Job.Status.DONE, job.status());
            assertEquals(List.of("forward-model-failures"), codes(job));
            Reason reason = job.verdict().orElseThrow().reasons().get(0);
            assertEquals(Reason.Status.WARN, reason.status());
            assertEquals(2, reason.value());
            assertTrue(Files.exists(out.resolve("posterior.npy")));
            assertEquals(1, job.steps().get(2).failed());
            assertEquals(0, job.steps().get(4).failed());
            String log = Files.readString(out.resolve("log.jsonl"));
            assertTrue(log.contains("the forward model failed for particle 1: "), log);
        }
    }

    @Test
    void tooManyFailuresInAStepEndTheRun() throws Exception {
        Path out = folder.resolve("out");
        Job job =
                run(
                        write("p.yaml", FLAKY),
                        out,
                        1,
                        "forward-model.failing=3",
                        "forward-model.from=6",
                        "forward-model.by=throw");
        assertEquals(Job.Status.DONE, job.status());
        assertEquals(Reason.Status.FAIL, job.verdict().orElseThrow().status());
        Reason reason = job.verdict().orElseThrow().reasons().get(0);
        assertEquals("forward-model-failures", reason.code());
        assertEquals(0.15, reason.value(), 1e-15);
        assertEquals(0.1, reason.limit());
        assertEquals("the forward model failed for 3 of 20 particles in step 5", reason.message());
        assertEquals("FAIL", json(out.resolve("verdict.json")).get("status"));
        assertFalse(Files.exists(out.resolve("posterior.npy")));
        assertEquals(4, Checkpoint.read(out.resolve("checkpoint/state.npz")).iteration());
        // it can go on; a new model counts its calls anew and so fails six steps later
        assertEquals(
                "the forward model failed for 3 of 20 particles in step 11",
                resume(out).verdict().orElseThrow().reasons().get(0).message());
        assertEquals(10, Checkpoint.read(out.resolve("checkpoint/state.npz")).iteration());
    }

    @Test
    void oneParticleThatFailsFiveTimesEndsTheRun() throws Exception {
        Path out = folder.resolve("out");
        Job job =
                run(
                        write("p.yaml", FLAKY),
                        out,
                        1,
                        "forward-model.failing=2",
                        "forward-model.from=5");
        Reason reason = job.verdict().orElseThrow().reasons().get(0);
        assertEquals(Reason.Status.FAIL, reason.status());
        assertEquals(
                "the forward model failed for particle 1 in 5 steps in a row, the last being"
                        + " step 8",
                reason.message());
        assertEquals(7, Checkpoint.read(out.resolve("checkpoint/state.npz")).iteration());
    }

    @Test
    void aModelThatFailsAtTheStartEndsTheRun() throws Exception {
        Path out = folder.resolve("out");
        Job job =
                run(
                        write("p.yaml", FLAKY),
                        out,
                        1,
                        "forward-model.failing=20",
                        "forward-model.by=throw");
        assertEquals(Job.Status.DONE, job.status());
        Reason reason = job.verdict().orElseThrow().reasons().get(0);
        assertEquals(Reason.Status.FAIL, reason.status());
        assertEquals("forward-model-failures", reason.code());
        assertEquals(
                "the forward model failed at 20 of 21 points before the first step: no gradient at"
                        + " the initial point",
                reason.message());
        assertFalse(Files.exists(out.resolve("checkpoint/state.npz")));
    }

    /** A solver that cannot start for a reason of its own is a fault, not a verdict. */
    @Test
    void aFaultOfAPluginFailsTheJob() throws Exception {
        Path out = folder.resolve("out");
        Path file = linear("prior: {type: l1, weight: 0}");
        write("A.csv", "1,0\n2,0\n0,0\n1,0\n");
        Job job = run(file, out, 1);
        assertEquals(Job.Status.FAILED, job.status());
        assertEquals(
                file
                        + ": solver.type names the solver metropolis (bundle org.headwater.test 0.1.0),"
                        + " which failed: it threw IllegalStateException (no Hessian at the initial"
                        + " point), while finding the MAP; this is a fault of the plug-in: its author"
                        + " will want the log; another version or another plug-in may do",
                job.error().orElseThrow().getMessage());
        assertFalse(Files.exists(out.resolve("verdict.json")));
    }

    @Test
    void errorsOfTheMachineFailTheJob() throws Exception {
        Path out = folder.resolve("out");
        Job job =
                run(
                        write("p.yaml", FLAKY),
                        out,
                        2,
                        "forward-model.failing=1",
                        "forward-model.from=4",
                        "forward-model.by=memory");
        assertEquals(Job.Status.FAILED, job.status());
        InvalidInputException e =
                assertInstanceOf(InvalidInputException.class, job.error().orElseThrow());
        assertTrue(e.getMessage().contains("must leave the run within the "), e.getMessage());
        assertTrue(e.getMessage().contains("HEADWATER_JAVA_OPTS=-Xmx"), e.getMessage());
        assertEquals("failed", json(out.resolve("manifest.json")).get("status"));
        assertEquals(2, Checkpoint.read(out.resolve("checkpoint/state.npz")).iteration());
    }

    @Test
    void temperedAndIllFittingRunsAreSaid() throws Exception {
        Job tempered = run(write("p.yaml", FLAKY), folder.resolve("t"), 1, "beta=0.5");
        assertEquals(List.of("tempered"), codes(tempered));
        Job poor =
                run(
                        write("p.yaml", FLAKY),
                        folder.resolve("m"),
                        1,
                        "prior.weight=50",
                        "data.values=[5, 5, 5]");
        // and twelve steps of this solver do not reach a posterior so narrow
        assertEquals(List.of("misfit-high", "shape-differs"), codes(poor));
    }

    @Test
    void aReporterThatFailsLeavesTheRunValid() throws Exception {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        List<RunResult> seen = new ArrayList<>();
        jobs.bindReporter(
                run -> {
                    throw new IllegalStateException("no pen");
                });
        jobs.bindReporter(seen::add);
        Path out = folder.resolve("out");
        Job job =
                jobs.submit(
                        ProblemFile.read(write("p.yaml", FLAKY), List.of("images.size=32")),
                        new RunOptions(out, "test", Job.Listener.NONE));
        job.await();
        jobs.close();
        assertEquals(Job.Status.DONE, job.status());
        assertEquals(List.of("report-failed"), codes(job));
        assertTrue(Files.readString(out.resolve("verdict.json")).contains("no pen"));
        RunResult run = seen.get(0);
        assertEquals(32, run.images().size());
        assertTrue(Double.isNaN(run.images().exceedance()));
        assertEquals(3, run.summary().size());
        assertEquals("V", run.summary().get(2).unit());
        assertArrayEquals(new double[] {0.5, -1, 2}, run.measured());
        // F(θ) = θ: the prediction's mean and sd are the parameters'
        for (int j = 0; j < 3; j++) {
            assertEquals(run.summary().get(j).mean(), run.predictedMean()[j], 1e-12);
            assertEquals(run.summary().get(j).sd(), run.predictedSd()[j], 1e-12);
        }
    }

    @Test
    void jobsWaitForTheirTurnAndCanBeCancelledThere() throws Exception {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        Path file = write("p.yaml", FLAKY);
        List<Job.Status> statusOfSecond = Collections.synchronizedList(new ArrayList<>());
        Job[] second = new Job[1];
        CountDownLatch submitted = new CountDownLatch(1);
        Job first =
                jobs.submit(
                        ProblemFile.read(file, List.of()),
                        new RunOptions(
                                folder.resolve("first"),
                                "test",
                                new Job.Listener() {
                                    @Override
                                    public void progress(Job job) {
                                        try {
                                            submitted.await();
                                        } catch (InterruptedException e) {
                                            throw new IllegalStateException(e);
                                        }
                                        statusOfSecond.add(second[0].status());
                                    }
                                }));
        second[0] =
                jobs.submit(
                        ProblemFile.read(file, List.of()),
                        new RunOptions(folder.resolve("second"), "test", null));
        second[0].cancel();
        submitted.countDown();
        first.await();
        second[0].await();
        assertEquals(List.of("1", "2"), jobs.list().stream().map(Job::id).toList());
        assertEquals(first, jobs.find("1").orElseThrow());
        assertTrue(jobs.find("3").isEmpty());
        assertTrue(statusOfSecond.stream().allMatch(s -> s == Job.Status.QUEUED));
        assertEquals(Job.Status.DONE, first.status());
        assertEquals(Job.Status.CANCELLED, second[0].status());
        Job resumed = jobs.resume(folder.resolve("second"), Job.Listener.NONE);
        resumed.await();
        jobs.close();
        assertSameResults(folder.resolve("first"), folder.resolve("second"));
    }

    @Test
    void validationTellsSizesAndVersions() throws Exception {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 2);
        Jobs.Validation v =
                jobs.validate(ProblemFile.read(linear("prior: {type: l1, weight: 1}"), List.of()));
        jobs.close();
        assertEquals(2L, v.facts().get("parameters"));
        assertEquals(4L, v.facts().get("data"));
        assertEquals(List.of(2), v.facts().get("field-shape"));
        assertEquals(80, v.facts().get("iterations"));
        assertTrue((double) v.facts().get("seconds-per-particle") > 0);
        assertEquals("l1 (org.headwater.test 0.1.0)", v.lines().get("prior"));
        assertEquals("2 (field 2)", v.lines().get("parameters"));
        assertEquals(List.of("A.csv", "p.yaml", "y.csv"), names(folder));
    }

    @Test
    void aRunThatTakesMoreMemoryThanThereIsIsNotValid() throws Exception {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        Path file = linear("prior: {type: l1, weight: 1}");
        ProblemFile problem =
                ProblemFile.read(
                        file,
                        List.of(
                                "forward-model={type: linear, operator: identity, shape: 200}",
                                "data.values=" + Collections.nCopies(200, 1),
                                "solver={type: rwpo, particles: 10000000}"));
        String message =
                assertThrows(InvalidInputException.class, () -> jobs.validate(problem))
                        .getMessage();
        jobs.close();
        // eleven arrays of 10⁷ × 200 numbers, and little besides
        assertTrue(
                message.startsWith(file + ": solver.particles must leave the run within the "),
                message);
        assertTrue(
                message.contains(", got 10000000, which take about 176002 MB; lower it"), message);
    }

    /**
     * The data simulated are A·truth plus noise of the given sd; the problem written reads them.
     */
    @Test
    void simulatedDataCanBeRun() throws Exception {
        Path file = linear("prior: {type: l1, weight: 0.1}");
        Files.delete(folder.resolve("y.csv"));
        Path truth = write("truth.csv", "1\n-2\n");
        Path out = folder.resolve("synthetic");
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        ProblemFile problem = ProblemFile.read(file, List.of("noise.sd=1e-6"));
        Path written = jobs.simulate(problem, truth, out);
        assertEquals(out.resolve("problem.yaml"), written);
        List<String> values = Files.readAllLines(out.resolve("values.csv"));
        double[] clean = {1 * 1 + 0, 2 * 1 - 2, -2, 1 * 1 - 2};
        boolean noisy = false;
        for (int i = 0; i < 4; i++) {
            double v = Double.parseDouble(values.get(i));
            assertEquals(clean[i], v, 6e-6);
            noisy |= v != clean[i];
        }
        assertTrue(noisy);
        assertTrue(message(() -> jobs.simulate(problem, truth, out)).contains("--output"));
        jobs.close();
        Job job = run(written, folder.resolve("run"), 1);
        assertEquals(Job.Status.DONE, job.status());
        assertEquals("p", job.name());
        String[] x1 = Files.readAllLines(folder.resolve("run/summary.csv")).get(1).split(",");
        assertEquals(1, Double.parseDouble(x1[1]), 1e-5);
    }

    private Path linear(String prior) throws IOException {
        write("A.csv", "1,0\n2,1\n0,1\n1,1\n");
        write("y.csv", "0\n1\n2\n2\n");
        return write(
                "p.yaml",
                "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                        + "noise: {type: gaussian, sd: 0.5}\n"
                        + prior
                        + "\nsolver: {type: metropolis}\n");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static Job run(Path file, Path out, int threads, String... overrides)
            throws InterruptedException {
        return run(file, out, threads, Job.Listener.NONE, overrides);
    }

    private static Job run(
            Path file, Path out, int threads, Job.Listener listener, String... overrides)
            throws InterruptedException {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), threads);
        Job job =
                jobs.submit(
                        ProblemFile.read(file, List.of(overrides)),
                        new RunOptions(out, "test", listener));
        job.await();
        jobs.close();
        return job;
    }

    private static Job resume(Path out) throws InterruptedException {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        Job job = jobs.resume(out, Job.Listener.NONE);
        job.await();
        jobs.close();
        return job;
    }

    private static String message(Executable call) {
        return assertThrows(InvalidInputException.class, call).getMessage();
    }

    /** What keeps it from PASS. */
    private static List<String> codes(Job job) {
        return job.verdict().orElseThrow().reasons().stream()
                .filter(r -> r.status() != Reason.Status.PASS)
                .map(Reason::code)
                .toList();
    }

    private static double[] draws(Path out) throws IOException {
        try (var in = Files.newInputStream(out.resolve("posterior.npy"))) {
            return NpyFile.read(in).data();
        }
    }

    private static void assertSameResults(Path a, Path b) throws IOException {
        for (String name : List.of("posterior.npy", "summary.csv")) {
            assertArrayEquals(
                    Files.readAllBytes(a.resolve(name)), Files.readAllBytes(b.resolve(name)), name);
        }
        assertEquals(
                TestPlatform.files(a.resolve(DrawStore.NAME)),
                TestPlatform.files(b.resolve(DrawStore.NAME)));
    }

    private static Map<String, Object> json(Path file) throws IOException {
        return Json.object(Files.readString(file));
    }

    private static void setStatus(Path out, String status) throws IOException {
        Map<String, Object> manifest = json(out.resolve("manifest.json"));
        manifest.put("status", status);
        Files.writeString(out.resolve("manifest.json"), Json.pretty(manifest));
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /** Remembers what it is told, and cancels the job at a step of a phase. */
    private static final class Listener implements Job.Listener {
        private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
        private final List<String> phases = Collections.synchronizedList(new ArrayList<>());
        private final String stopPhase;
        private final int stopAt;

        Listener(String stopPhase, int stopAt) {
            this.stopPhase = stopPhase;
            this.stopAt = stopAt;
        }

        @Override
        public void notice(Job job, String line) {
            notices.add(line);
        }

        @Override
        public void progress(Job job) {
            if (phases.isEmpty() || !phases.get(phases.size() - 1).equals(job.phase())) {
                phases.add(job.phase());
            }
            int done = job.lastStep().map(StepInfo::iteration).orElse(0);
            if (job.phase().equals(stopPhase) && done == stopAt) {
                job.cancel();
            }
        }
    }
}
