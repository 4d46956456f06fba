package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ParameterBlock;
import org.headwater.api.StepInfo;
import org.headwater.prior.tv.internal.TvPriorProvider;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.PosteriorExport;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.headwater.solver.langevin.internal.LangevinSolverProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** posterior.zarr, as xarray reads it and as a run writes it bit by bit. */
class InferenceDataTest {
    /** Debian's: python3-xarray and python3-zarr. */
    private static final String PYTHON = "/usr/bin/python3";

    private static final String LONG = "{type: langevin, chains: 4, iterations: 100, thinning: 1}";

    /** Draws of each of the four chains in a chunk of this test. */
    private static final int CHUNK = 26;

    private static final int KEPT = 75;

    @TempDir private Path folder;

    private Path problem(String solver) throws IOException {
        Files.writeString(folder.resolve("A.csv"), "1,0\n2,1\n0,1\n1,1\n");
        Files.writeString(folder.resolve("y.csv"), "0\n1\n2\n2\n");
        return Files.writeString(
                folder.resolve("p.yaml"),
                "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                        + "noise: {type: gaussian, sd: 0.5}\nprior: {type: l1, weight: 1}\n"
                        + "solver: "
                        + solver
                        + "\n");
    }

    private static JobManager jobs(int threads) {
        PluginRegistry plugins = TestPlatform.plugins();
        plugins.add(TestPlatform.plugin(PluginKind.SOLVER, new LangevinSolverProvider(), "0.1.0"));
        plugins.add(TestPlatform.plugin(PluginKind.PRIOR, new TvPriorProvider(), "0.1.0"));
        return TestPlatform.jobs(plugins, threads, CHUNK * 4 * 2);
    }

    private static Job run(Path file, Path out, Job.Listener listener) throws Exception {
        JobManager jobs = jobs(1);
        Job job = jobs.submit(ProblemFile.read(file, List.of()), new RunOptions(out, "", listener));
        job.await();
        jobs.close();
        return job;
    }

    private static Job.Listener stopAt(int iteration) {
        return new Job.Listener() {
            @Override
            public void progress(Job job) {
                if (job.lastStep().map(StepInfo::iteration).orElse(0) == iteration) {
                    job.cancel();
                }
            }
        };
    }

    private Map<String, String> readByXarray(Path run, String names) throws Exception {
        assumePython("xarray, zarr");
        Path script = folder.resolve("read.py");
        try (InputStream in = getClass().getResourceAsStream("read_posterior.py")) {
            Files.write(script, in.readAllBytes());
        }
        String text = python(folder, script.toString(), run.toString(), names);
        Map<String, String> lines = new LinkedHashMap<>();
        text.lines().forEach(l -> lines.put(l.split(" ")[0], l.replaceFirst("^\\S+ ?", "")));
        return lines;
    }

    private static void assumePython(String modules) throws Exception {
        boolean there = Files.exists(Path.of(PYTHON));
        if (there) {
            Process p = new ProcessBuilder(PYTHON, "-c", "import " + modules).start();
            there = p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0;
        }
        assumeTrue(there, "Debian's Python lacks one of " + modules + ": a reader is not tried");
    }

    /** What a Python program prints; it must end well. */
    private static String python(Path folder, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(PYTHON));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("MPLBACKEND", "Agg");
        Process python = builder.start();
        String text = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, python.waitFor(), text);
        return text;
    }

    /** The notebook's code cells, one after the other as Jupyter runs them. */
    @ParameterizedTest
    @ValueSource(strings = {"{particles: 30, iterations: 20}", "{type: langevin, chains: 4}"})
    void theNotebookRuns(String solver) throws Exception {
        assumePython("xarray, zarr, matplotlib");
        Path out = folder.resolve("out");
        run(problem(solver), out, Job.Listener.NONE);
        Map<String, Object> notebook = Json.object(Files.readString(out.resolve("notebook.ipynb")));
        StringBuilder program = new StringBuilder();
        for (Object o : (List<?>) notebook.get("cells")) {
            Map<?, ?> cell = (Map<?, ?>) o;
            if ("code".equals(cell.get("cell_type"))) {
                ((List<?>) cell.get("source")).forEach(program::append);
                program.append('\n');
            }
        }
        program.append("print('covered', covered)\nprint('mean', *mean.tolist())\n");
        Path script = Files.writeString(folder.resolve("notebook.py"), program);
        String text = python(out, script.toString());
        String[] row = Files.readAllLines(out.resolve("summary.csv")).get(1).split(",");
        String[] mean =
                text.lines()
                        .filter(l -> l.startsWith("mean "))
                        .findFirst()
                        .orElseThrow()
                        .split(" ");
        assertEquals(Double.parseDouble(row[1]), Double.parseDouble(mean[1]), 1e-12);
        assertTrue(text.contains("covered 1.0") || text.contains("covered 0."), text);
    }

    @Test
    void xarrayReadsParticles() throws Exception {
        Path out = folder.resolve("out");
        Job job = run(problem("{particles: 30, iterations: 20}"), out, Job.Listener.NONE);
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        Map<String, String> read = readByXarray(out, "field_parameter");
        assertEquals("particle", read.get("kind"));
        assertEquals("1", read.get("chains"));
        assertEquals("30", read.get("draws"));
        assertEquals("chain draw field_parameter", read.get("dims"));
        assertEquals("0.0 1.0 2.0 2.0", read.get("observed"));
        assertEquals("20", read.get("steps"));
        for (String sd : read.get("noise_sd").split(" ")) {
            assertEquals(0.5, Double.parseDouble(sd), 1e-15);
        }
        assertFalse(read.containsKey("lp"), "particles have no density of their own");
    }

    private static double[] numbers(String line) {
        return Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    /**
     * Of 2000 draws of a Laplace prior of weight 1, E|x| = 1 with sd 1, E x = 0 with sd √2; the
     * first datum is the first parameter and noise of sd ½. Limits of five standard errors: odds of
     * 6e-7 each.
     */
    @Test
    void xarrayReadsThePriorAndWhatItPredicts() throws Exception {
        Path out = folder.resolve("out");
        Path file = problem("{particles: 30, iterations: 20}");
        Files.writeString(file, Files.readString(file) + "results: {prior-draws: 2000}\n");
        Job job = run(file, out, Job.Listener.NONE);
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        Map<String, String> read = readByXarray(out, "field_parameter");
        double[] x = numbers(read.get("prior"));
        double[] y = numbers(read.get("prior_data"));
        double[] of = numbers(read.get("prior_draw"));
        assertEquals(4000, x.length);
        assertEquals(2000, of.length);
        assertEquals(1, Arrays.stream(x).map(Math::abs).average().orElseThrow(), 5 / 63.2);
        assertEquals(0, Arrays.stream(x).average().orElseThrow(), 5 * Math.sqrt(2) / 63.2);
        double[] a = {1, 0, 2, 1, 0, 1, 1, 1};
        double squares = 0;
        for (int i = 0; i < y.length; i++) {
            int draw = (int) of[i / 4];
            double clean = a[i % 4 * 2] * x[2 * draw] + a[i % 4 * 2 + 1] * x[2 * draw + 1];
            squares += Math.pow((y[i] - clean) / 0.5, 2) / y.length;
        }
        assertEquals(1, squares, 5 * Math.sqrt(2.0 / 8000));
    }

    @Test
    void aPriorThatCannotBeDrawnIsSaid() throws Exception {
        Path out = folder.resolve("out");
        Path file = problem("{particles: 30, iterations: 20}");
        Files.writeString(
                file,
                Files.readString(file).replace("type: l1", "type: tv")
                        + "results: {exceedance: [1.5, 0.25]}\n");
        Job job = run(file, out, Job.Listener.NONE);
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        assertFalse(Files.exists(out.resolve("posterior.zarr/prior")));
        assertTrue(Files.readString(out.resolve("log.jsonl")).contains("the prior is improper"));
        PosteriorExport.write(out, PosteriorExport.Format.CSV, out.resolve("posterior.csv"));
        assertEquals("chain,draw,x1,x2", Files.readAllLines(out.resolve("posterior.csv")).get(0));
        Map<String, String> read = readByXarray(out, "field_parameter");
        assertTrue(read.get("noprior").contains("the prior is improper"), "said in the store");
        assertEquals("p>0.25", read.get("exceedance"), "the last of two columns, as NumPy counts");
    }

    /** log π = −½|(Ax − y)/sd|² − |x|₁ up to a constant, which is left out. */
    @Test
    void xarrayReadsChainsWithTheirDensity() throws Exception {
        Path out = folder.resolve("out");
        run(problem("{type: langevin, chains: 4, iterations: 200}"), out, Job.Listener.NONE);
        PosteriorExport.write(out, PosteriorExport.Format.CSV, out.resolve("posterior.csv"));
        List<String> csv = Files.readAllLines(out.resolve("posterior.csv"));
        assertTrue(csv.get(151).startsWith("1,0,") && csv.get(600).startsWith("3,149,"));
        Map<String, String> read = readByXarray(out, "field_parameter");
        assertEquals("state of the chain", read.get("kind"));
        assertEquals("4", read.get("chains"));
        assertEquals("150", read.get("draws"));
        double[] v =
                Arrays.stream(read.get("lp").split(" ")).mapToDouble(Double::parseDouble).toArray();
        double[] r = {v[1], 2 * v[1] + v[2] - 1, v[2] - 2, v[1] + v[2] - 2};
        double log = -Math.abs(v[1]) - Math.abs(v[2]);
        for (double x : r) {
            log -= 2 * x * x;
        }
        assertEquals(log, v[0], 1e-10);
    }

    @Test
    void drawsLeaveTheMemoryAsTheyCome() throws Exception {
        Path out = folder.resolve("out");
        Path file = problem(LONG);
        Job stopped = run(file, out, stopAt(90));
        assertEquals(Job.Status.CANCELLED, stopped.status());
        Path field = out.resolve("posterior.zarr/posterior/field");
        assertEquals(
                List.of(4L, 2L * CHUNK, 2L),
                ZarrGroup.description(field).get("shape"),
                "two whole chunks of the 65 draws of each chain so far");
        assertEquals(
                2L * CHUNK,
                (long) Checkpoint.read(out.resolve("checkpoint/state.npz")).scalar(RunJob.SAVED));
        int held = Checkpoint.read(out.resolve("checkpoint/state.npz")).array("kept.0").length;
        assertEquals((65 - 2 * CHUNK) * 4 * (2 + 1), held, "the others wait in the checkpoint");
        Path whole = folder.resolve("whole");
        run(file, whole, Job.Listener.NONE);
        JobManager jobs = jobs(2);
        Job resumed = jobs.resume(out, Job.Listener.NONE);
        resumed.await();
        jobs.close();
        assertEquals(Job.Status.DONE, resumed.status(), () -> "" + resumed.error());
        assertEquals(
                TestPlatform.files(whole.resolve("posterior.zarr")),
                TestPlatform.files(out.resolve("posterior.zarr")));
        for (String name : List.of("posterior.npy", "summary.csv")) {
            assertEquals(-1, Files.mismatch(whole.resolve(name), out.resolve(name)), name);
        }
        Map<String, String> read = readByXarray(out, "field_parameter");
        assertEquals("" + KEPT, read.get("draws"));
        PosteriorExport.write(out, PosteriorExport.Format.NPZ, out.resolve("posterior.npz"));
        assertEquals("same", readByXarray(out, "field_parameter").get("npz"));
    }

    /** A swap ends a segment: its draws stay with it, and the next one's begin anew. */
    @Test
    void segmentsKeepTheirDrawsApart() throws Exception {
        Path file = problem(LONG);
        Files.writeString(
                file,
                Files.readString(file)
                        + "segments: [{from-iteration: 60, prior: {type: l1, weight: 3}}]\n");
        Path out = folder.resolve("out");
        Job job = run(file, out, Job.Listener.NONE);
        assertEquals(Job.Status.DONE, job.status(), () -> "" + job.error());
        Path first = out.resolve("segments/1/posterior.zarr");
        assertEquals(35L, draws(first));
        assertEquals((long) KEPT, draws(out.resolve("posterior.zarr")));
        Path again = folder.resolve("again");
        run(file, again, stopAt(110));
        JobManager jobs = jobs(1);
        jobs.resume(again, Job.Listener.NONE).await();
        jobs.close();
        for (String zarr : List.of("segments/1/posterior.zarr", "posterior.zarr")) {
            assertEquals(
                    TestPlatform.files(out.resolve(zarr)), TestPlatform.files(again.resolve(zarr)));
        }
    }

    private static Object draws(Path zarr) throws IOException {
        return ((List<?>) ZarrGroup.description(zarr.resolve("posterior/field")).get("shape"))
                .get(1);
    }

    /** What comes back is what was appended, for chunks, their remainder, and images. */
    @Test
    void storesReadBack() throws Exception {
        ParameterBlock image =
                new ParameterBlock(
                        "the image",
                        List.of("a", "b", "c", "d", "e", "f"),
                        "S/m",
                        new double[6],
                        new FieldShape(2, 3),
                        null);
        ParameterBlock level =
                new ParameterBlock(
                        "level",
                        List.of("ß"),
                        "",
                        new double[1],
                        new FieldShape(1),
                        new double[] {1});
        List<ParameterBlock> blocks = List.of(image, level);
        int chains = 3;
        int length = 11;
        Ensemble x = Ensemble.zeros(chains * length, 7);
        Arrays.setAll(x.data(), i -> Math.sin(i));
        Path root = folder.resolve("posterior.zarr");
        DrawStore store = DrawStore.write(root, Map.of("name", "x"), blocks, chains);
        for (int s = 0; s < length; s += 4) {
            int n = Math.min(4, length - s);
            Ensemble piece = Ensemble.zeros(chains * n, 7);
            for (int i = 0; i < piece.size(); i++) {
                System.arraycopy(
                        x.data(), (i / n * length + s + i % n) * 7, piece.data(), i * 7, 7);
            }
            store.append(piece, null);
        }
        store.finish();
        for (DrawStore read : List.of(store, DrawStore.open(root, blocks))) {
            assertEquals(length, read.length());
            double[] rows = new double[20 * 7];
            read.rows(9, 20, rows);
            assertArrayEquals(Arrays.copyOfRange(x.data(), 63, 63 + 140), rows);
            double[] column = new double[x.size()];
            for (int j : new int[] {6, 0, 5, 3}) {
                read.column(j, column);
                for (int i = 0; i < column.length; i++) {
                    assertEquals(x.get(i, j), column[i]);
                }
            }
            Ensemble some = read.thinned(7);
            assertEquals(6, some.size());
            assertArrayEquals(x.point(length + 5), some.point(3));
        }
        assertEquals(
                List.of(3L, 11L, 2L, 3L),
                ZarrGroup.description(root.resolve("posterior/the_image")).get("shape"));
    }
}
