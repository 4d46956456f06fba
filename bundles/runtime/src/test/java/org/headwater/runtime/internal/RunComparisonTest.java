package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.headwater.runtime.PosteriorExport;
import org.headwater.runtime.PosteriorExport.Format;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Reproduction;
import org.headwater.runtime.Reproduction.Agreement;
import org.headwater.runtime.RunOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs done again, compared; posteriors in other files. */
class RunComparisonTest {
    @TempDir private Path folder;

    private Path file;
    private Path run;

    /** 200 independent chains of a solver whose effective sample size is known. */
    @BeforeEach
    void aRun() throws Exception {
        Files.writeString(folder.resolve("A.csv"), "1,0\n2,1\n0,1\n1,1\n");
        Files.writeString(folder.resolve("y.csv"), "0\n1\n2\n2\n");
        file =
                Files.writeString(
                        folder.resolve("p.yaml"),
                        "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                                + "noise: {type: gaussian, sd: 0.5}\n"
                                + "prior: {type: l1, weight: 1}\n"
                                + "solver: {type: metropolis, particles: 200}\n");
        run = folder.resolve("run");
        run(file, run);
    }

    private static void run(Path file, Path out, String... overrides) throws Exception {
        JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);
        ProblemFile problem = ProblemFile.read(file, List.of(overrides));
        Job job = jobs.submit(problem, new RunOptions(out, "test", Job.Listener.NONE));
        job.await();
        jobs.close();
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
    }

    private Path again(String... overrides) throws Exception {
        Path again = folder.resolve("again");
        run(overrides.length == 0 ? run.resolve("problem.yaml") : file, again, overrides);
        return again;
    }

    /** Makes a run look as if another Java had done it. */
    private static void otherJava(Path run) throws IOException {
        Path manifest = run.resolve("manifest.json");
        Map<String, Object> content = Json.object(Files.readString(manifest));
        content.put("java", Map.of("version", "99"));
        Files.writeString(manifest, Json.pretty(content));
    }

    /** Adds something to the last number of posterior.npy. */
    private static void disturb(Path run, double by) throws IOException {
        Path npy = run.resolve("posterior.npy");
        double[] x;
        try (InputStream in = Files.newInputStream(npy)) {
            x = NpyFile.read(in).data();
        }
        x[x.length - 1] += by;
        try (OutputStream out = Files.newOutputStream(npy)) {
            NpyFile.write(out, x, x.length / 2, 2);
        }
    }

    private void assertDamaged(String name, byte[] content, String why) throws IOException {
        Path damaged = run.resolve(name);
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, content);
        String message =
                assertThrows(InvalidInputException.class, () -> Reproduction.problem(run))
                        .getMessage();
        assertEquals(
                "RUN_DIR must be a run directory whose files are whole, got "
                        + run
                        + " ("
                        + name
                        + " is damaged: "
                        + why
                        + "); restore the file, or start the run anew: headwater run "
                        + run.resolve("problem.yaml"),
                message);
        Files.write(damaged, whole);
    }

    /** Known before the run is done again, which may take hours. */
    @Test
    void damagedResultsAreRefusedAtOnce() throws Exception {
        byte[] npy = Files.readAllBytes(run.resolve("posterior.npy"));
        int numbers = npy.length - 128;
        assertDamaged(
                "posterior.npy",
                Arrays.copyOf(npy, npy.length - 8),
                "it has " + (numbers - 8) + " bytes of numbers in the place of " + numbers);
        assertDamaged("posterior.npy", new byte[0], "not an NPY file of version 1.0");
        assertDamaged("posterior.npy", new byte[300], "not an NPY file of version 1.0");
        assertDamaged("summary.csv", new byte[0], "it ends too early");
        assertDamaged("manifest.json", new byte[0], "empty JSON");
        assertDamaged(
                "manifest.json",
                "{\"status\"".getBytes(),
                "not a JSON object: the text ends too early");
        assertDamaged(
                "manifest.json",
                "\"done\"".getBytes(),
                "not a JSON object: a mistake in line 1, column 2");
        assertDamaged("manifest.json", "{}".getBytes(), "it has no status");
        assertDamaged("manifest.json", new byte[] {-1, -2}, "not UTF-8 text");
        Reproduction.problem(run);
    }

    @Test
    void theSameAgainHasTheSameBytes() throws Exception {
        assertEquals(
                file.getParent().resolve("A.csv").toAbsolutePath().toString(),
                ((Map<?, ?>) Reproduction.problem(run).content().get("forward-model"))
                        .get("matrix"));
        Reproduction r = Reproduction.of(run, again());
        assertEquals(Agreement.SAME, r.agreement(), () -> "" + r.files());
        assertEquals(
                List.of(
                        "posterior.npy: same bytes",
                        "summary.csv: same bytes",
                        "posterior.zarr: same bytes"),
                r.files());
        assertEquals(List.of(), r.changes());
    }

    @Test
    void roundingIsForgivenOnAnotherMachineOnly() throws Exception {
        Path again = again();
        disturb(again, 1e-9);
        Reproduction same = Reproduction.of(run, again);
        assertEquals(Agreement.DIFFERENT, same.agreement());
        assertTrue(
                same.files().contains("nothing else has changed, so the bytes should be the same"));
        otherJava(again);
        Reproduction other = Reproduction.of(run, again);
        assertEquals(Agreement.WITHIN_TOLERANCE, other.agreement(), () -> "" + other.files());
        assertEquals(1, other.changes().size());
        assertTrue(other.changes().get(0).endsWith(", now 99"), other.changes().get(0));
    }

    /** Other chains of the same posterior agree in what they estimate, those of another do not. */
    @Test
    void chainsMayTakeAnotherPathToTheSame() throws Exception {
        Path again = again("seed=2");
        otherJava(again);
        Reproduction same = Reproduction.of(run, again);
        assertEquals(Agreement.WITHIN_TOLERANCE, same.agreement(), () -> "" + same.files());
        assertTrue(same.files().get(0).startsWith("posterior.npy: the chains took another path"));
        Path other = folder.resolve("other");
        run(file, other, "seed=2", "prior.weight=9");
        otherJava(other);
        assertEquals(Agreement.DIFFERENT, Reproduction.of(run, other).agreement());
        Files.delete(again.resolve("summary.csv"));
        assertThrows(IOException.class, () -> Reproduction.of(run, again));
    }

    @Test
    void whatCannotBeDoneAgainIsSaid() throws Exception {
        assertTrue(
                message(folder).startsWith("RUN_DIR must be a run directory, got " + folder),
                message(folder));
        Path y = folder.resolve("y.csv").toAbsolutePath();
        Files.writeString(y, "0\n1\n2\n3\n");
        assertEquals(
                "RUN_DIR cannot be reproduced without the files that it read, but "
                        + y
                        + " has changed; restore the file",
                message(run));
        Files.delete(y);
        assertTrue(message(run).contains(y + " is no longer there"), message(run));
        Path manifest = run.resolve("manifest.json");
        Files.writeString(
                manifest, Files.readString(manifest).replace("\"done\"", "\"interrupted\""));
        assertTrue(message(run).contains("whose status is interrupted"), message(run));
    }

    private static String message(Path run) {
        return assertThrows(InvalidInputException.class, () -> Reproduction.problem(run))
                .getMessage();
    }

    @Test
    void csvHasARowPerDraw() throws Exception {
        Path csv = folder.resolve("x.csv");
        PosteriorExport.write(run, Format.CSV, csv);
        List<String> lines = Files.readAllLines(csv);
        assertEquals("chain,draw,x1,x2", lines.get(0));
        try (InputStream in =
                new BufferedInputStream(Files.newInputStream(run.resolve("posterior.npy")))) {
            double[] x = NpyFile.read(in).data();
            int draws = x.length / 2;
            assertEquals(draws + 1, lines.size());
            for (int i = 0; i < draws; i++) {
                assertEquals("0," + i + "," + x[2 * i] + "," + x[2 * i + 1], lines.get(i + 1));
            }
        }
        assertTrue(
                assertThrows(
                                InvalidInputException.class,
                                () -> PosteriorExport.write(run, Format.CSV, csv))
                        .getMessage()
                        .startsWith("--output must be a new file"));
        assertTrue(
                assertThrows(
                                InvalidInputException.class,
                                () -> PosteriorExport.write(folder, Format.NPZ, csv))
                        .getMessage()
                        .startsWith("RUN_DIR must be a run that has ended"));
    }
}
