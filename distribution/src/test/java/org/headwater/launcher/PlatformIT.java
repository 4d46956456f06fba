package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Bundle;

/** The bundles that ship, in a framework of this process. */
class PlatformIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));

    private static Platform platform;
    private static ToIntFunction<String[]> command;

    @TempDir private Path folder;

    @BeforeAll
    static void start() throws Exception {
        platform = Platform.start(HOME, Platform.LEVEL_SHELL);
        command = command();
    }

    @SuppressWarnings("unchecked")
    private static ToIntFunction<String[]> command() throws InterruptedException {
        return platform.find(
                        ToIntFunction.class, "(headwater.command=true)", Duration.ofSeconds(60))
                .orElseThrow();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    /** A problem whose parts the tests spoil one at a time. */
    @BeforeEach
    void problem() throws IOException {
        write("A.csv", "2,0\n0,1\n");
        write("y.csv", "2.2\n-0.4\n");
        write(
                "problem.yaml",
                "forward-model: {type: linear, matrix: A.csv}",
                "data: {values: y.csv}",
                "noise: {type: gaussian, sd: 0.5}",
                "prior: {type: l1, weight: 2.0}",
                "solver: {type: rwpo}");
    }

    private void write(String name, String... lines) throws IOException {
        Files.write(folder.resolve(name), List.of(lines));
    }

    private record Outcome(int code, List<String> out, List<String> err) {}

    private static Outcome headwater(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream newOut = new ByteArrayOutputStream();
        ByteArrayOutputStream newErr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(newOut, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(newErr, true, StandardCharsets.UTF_8));
        try {
            int code = command.applyAsInt(args);
            return new Outcome(
                    code,
                    newOut.toString(StandardCharsets.UTF_8).lines().toList(),
                    newErr.toString(StandardCharsets.UTF_8).lines().toList());
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    @Test
    void allBundlesStart() {
        for (Bundle b : platform.context().getBundles()) {
            assertNotNull(b.getSymbolicName(), b.getLocation() + " is no bundle");
        }
        assertEquals(List.of(), platform.stalled().stream().map(Platform::name).toList());
    }

    @Test
    void everyKindOfPluginIsInstalled() {
        Outcome plugins = headwater("plugins");
        assertEquals(0, plugins.code());
        for (String kind : List.of("forward-model", "noise", "prior", "solver", "backend")) {
            assertTrue(
                    plugins.out().stream().anyMatch(l -> l.startsWith(kind + " ")),
                    () -> kind + " is missing in " + plugins.out());
        }
    }

    /**
     * With a diagonal matrix the posterior is a product of densities on the line, ∝ exp(−(a·x −
     * y)²/(2·sd²) − w|x|), whose moments quadrature gives.
     */
    @Test
    void linearProblemWithL1PriorMeetsQuadrature() throws IOException {
        Path output = folder.resolve("run");
        Outcome run =
                headwater(
                        "run", folder.resolve("problem.yaml").toString(), "--output", output + "");
        assertEquals(0, run.code(), () -> run.toString());
        assertEquals("results: " + output, run.out().get(run.out().size() - 1));
        List<String> rows = Files.readAllLines(output.resolve("summary.csv"));
        assertMoments(rows.get(1), 2, 2.2);
        assertMoments(rows.get(2), 1, -0.4);
    }

    private static void assertMoments(String row, double a, double y) {
        double z = 0;
        double first = 0;
        double second = 0;
        int n = 200_000;
        for (int i = 0; i < n; i++) {
            double x = -10 + 20 * (i + 0.5) / n;
            double p = Math.exp(-0.5 * Math.pow((a * x - y) / 0.5, 2) - 2 * Math.abs(x));
            z += p;
            first += p * x;
            second += p * x * x;
        }
        double mean = first / z;
        double sd = Math.sqrt(second / z - mean * mean);
        String[] cells = row.split(",");
        assertEquals(mean, Double.parseDouble(cells[1]), 0.15 * sd, row);
        assertEquals(sd, Double.parseDouble(cells[2]), 0.15 * sd, row);
    }

    @Test
    void validateTellsWithoutRunning() {
        Outcome validate = headwater("validate", folder.resolve("problem.yaml").toString());
        assertEquals(0, validate.code(), () -> validate.toString());
        assertTrue(validate.out().get(validate.out().size() - 1).startsWith("valid: "));
        assertEquals(3, folder.toFile().list().length, "nothing was written");
    }

    /** A trained flow meets the same moments, and its file gives the same samples twice. */
    @Test
    void trainedFlowIsSampledFromItsFile() throws IOException {
        Path output = folder.resolve("run");
        Outcome run =
                headwater(
                        "run",
                        folder.resolve("problem.yaml").toString(),
                        "--set",
                        "solver={type: sparse-transformer, iterations: 100, batch: 64, width: 8}",
                        "--output",
                        output + "");
        assertEquals(0, run.code(), () -> run.toString());
        List<String> rows = Files.readAllLines(output.resolve("summary.csv"));
        assertMoments(rows.get(1), 2, 2.2);
        assertMoments(rows.get(2), 1, -0.4);
        byte[][] bytes = new byte[2][];
        for (int i = 0; i < 2; i++) {
            Path samples = folder.resolve("samples" + i + ".npy");
            Outcome sample =
                    headwater("sample", output + "", "--n", "70", "--output", samples + "");
            assertEquals(0, sample.code(), () -> sample.toString());
            assertEquals("results: " + samples, sample.out().get(sample.out().size() - 1));
            bytes[i] = Files.readAllBytes(samples);
            assertTrue(Files.exists(folder.resolve("samples" + i + "-log-density.npy")));
        }
        assertTrue(Arrays.equals(bytes[0], bytes[1]));
        assertMistake(
                "must be a trained flow",
                headwater("sample", folder + "", "--n", "7", "--output", folder + "/x.npy"));
    }

    /** With the plug-ins of the platform; the second time everything is there. */
    @Test
    void experimentKeepsWhatIsFinished() throws IOException {
        Path output = folder.resolve("experiment");
        String[] command = {"experiment", "elliptic", "--small", "--output", output + ""};
        Outcome first = headwater(command);
        assertEquals(0, first.code(), () -> first.toString());
        assertEquals("results: " + output, first.out().get(first.out().size() - 1));
        byte[] report = Files.readAllBytes(output.resolve("report.html"));
        Outcome second = headwater(command);
        assertTrue(
                second.err().contains("8 of 8 cells are kept from before"),
                () -> second.toString());
        assertArrayEquals(report, Files.readAllBytes(output.resolve("report.html")));
    }

    @Test
    void examplesAreValid() {
        for (String example : List.of("lasso.yaml", "flow.yaml", "eit-tank.yaml")) {
            Outcome validate =
                    headwater("validate", HOME.resolve("examples").resolve(example).toString());
            assertEquals(0, validate.code(), () -> validate.toString());
        }
    }

    /** The problem file that README.md shows. */
    @Test
    void problemOfTheReadmeIsValid() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        int begin = readme.indexOf("```yaml\n") + "```yaml\n".length();
        write("readme.yaml", readme.substring(begin, readme.indexOf("```", begin)));
        Outcome validate = headwater("validate", folder.resolve("readme.yaml").toString());
        assertEquals(0, validate.code(), () -> validate.toString());
    }

    @Test
    void simulatedDataCanBeRun() throws IOException {
        write("truth.csv", "1.0", "-0.5");
        Path output = folder.resolve("synthetic");
        Outcome simulate =
                headwater(
                        "simulate",
                        folder.resolve("problem.yaml").toString(),
                        "--truth",
                        folder.resolve("truth.csv").toString(),
                        "--output",
                        output.toString());
        assertEquals(0, simulate.code(), () -> simulate.toString());
        assertEquals("results: " + output, simulate.out().get(simulate.out().size() - 1));
        Path written;
        try (Stream<Path> files = Files.list(output)) {
            written = files.filter(f -> f.toString().endsWith(".yaml")).findFirst().orElseThrow();
        }
        assertEquals(0, headwater("validate", written.toString()).code());
    }

    /** A validator that is not ours accepts the examples, and finds the mistakes. */
    @Test
    void schemaTellsRightFromWrong() throws IOException {
        Outcome printed = headwater("schema");
        assertEquals(0, printed.code());
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(String.join("\n", printed.out()));
        for (String example : List.of("lasso.yaml", "eit-tank.yaml")) {
            String text = Files.readString(HOME.resolve("examples").resolve(example));
            assertEquals(Set.of(), schema.validate(text, InputFormat.YAML), example);
        }
        String right = Files.readString(folder.resolve("problem.yaml"));
        assertEquals(Set.of(), schema.validate(right, InputFormat.YAML));
        String swapped = "\nsegments: [{from-iteration: 5, prior: {type: tv, weight: 1}}]\n";
        assertEquals(Set.of(), schema.validate(right + swapped, InputFormat.YAML));
        for (String[] mistake :
                new String[][] {
                    {"weight: 2.0", "weight: -1"},
                    {"weight: 2.0", "wieght: 2.0"},
                    {"type: l1", "type: l2"},
                    {"type: gaussian, sd: 0.5", "sd: none, type: gaussian, width: 3"},
                    {"values: y.csv", "voltages: y.csv"},
                    {"type: rwpo", "type: rwpo, iterations: many"},
                    {"solver:", "segments: [{from-iteration: 0}]\nsolver:"},
                    {"solver:", "segments: [{from-iteration: 5, data: {}}]\nsolver:"},
                    {"solver:", "sampler:"},
                    {"prior: {type: l1, weight: 2.0}", ""}
                }) {
            assertTrue(right.contains(mistake[0]), mistake[0]);
            String wrong = right.replace(mistake[0], mistake[1]);
            assertNotEquals(Set.of(), schema.validate(wrong, InputFormat.YAML), mistake[1]);
        }
    }

    @Test
    void doctorFindsThisMachineFit() {
        Outcome doctor = headwater("doctor");
        assertEquals(0, doctor.code());
        assertTrue(
                doctor.out().stream().allMatch(l -> l.startsWith("OK ") || l.startsWith("WARN ")),
                () -> doctor.toString());
    }

    @Test
    void helpNamesEveryCommand() {
        String help = String.join("\n", headwater("--help").out());
        for (String name :
                List.of(
                        "run",
                        "validate",
                        "simulate",
                        "serve-model",
                        "reproduce",
                        "export",
                        "schema",
                        "plugins",
                        "doctor",
                        "shell")) {
            assertTrue(help.contains("  " + name), name);
            assertEquals(0, headwater(name, "--help").code());
        }
    }

    /** What people get wrong: how to spoil the problem, and what the one line must say. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("matrix that does not exist", "forward-model.matrix=B.csv", "B.csv"),
                mistake("unknown key", "prior.wieght=1", "did you mean 'weight'?"),
                mistake("unknown section", "priors.weight=1", "did you mean 'prior'?"),
                mistake("wrong type", "solver.iterations=many", "solver.iterations must be"),
                mistake(
                        "weight that is no file",
                        "prior.weight=heavy",
                        "prior.weight must be a number"),
                mistake("negative noise", "noise.sd=-1", "noise.sd must be"),
                mistake("no noise", "noise.sd=0", "noise.sd must be"),
                mistake("NaN", "noise.sd=.nan", "noise.sd must be"),
                mistake("unknown plug-in", "prior.type=l2", "did you mean 'l1'?"),
                mistake("unknown backend", "backend=abacus", "abacus"),
                mistake("sizes that differ", "data.values=long.csv", "3"),
                mistake("NaN in the data", "data.values=nan.csv", "row 2, column 1"),
                mistake("text in the data", "data.values=text.csv", "'two'"),
                mistake("empty data", "data.values=empty.csv", "empty"),
                mistake("ragged matrix", "forward-model.matrix=ragged.csv", "line 2"),
                mistake("particles out of range", "solver.particles=1", "solver.particles must be"),
                mistake("override without a value", "prior.weight", "prior.weight"));
    }

    private static Arguments mistake(String name, String setting, String expected) {
        return Arguments.of(name, setting, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void mistakeInASettingIsOneLine(String name, String setting, String expected)
            throws IOException {
        write("long.csv", "1", "2", "3");
        write("nan.csv", "1", "NaN");
        write("text.csv", "1", "two");
        write("empty.csv");
        write("ragged.csv", "1,2", "3");
        Path file = folder.resolve("problem.yaml");
        Path output = folder.resolve("run");
        assertMistake(
                expected, headwater("run", file + "", "--output", output + "", "--set", setting));
        assertTrue(Files.notExists(output), "nothing is written for a wrong problem");
        assertMistake(expected, headwater("validate", file + "", "--set", setting));
    }

    private static void assertMistake(String expected, Outcome outcome) {
        assertEquals(2, outcome.code(), () -> outcome.toString());
        assertEquals(1, outcome.err().size(), () -> outcome.toString());
        String line = outcome.err().get(0);
        assertTrue(line.startsWith("error: ") && line.contains(expected), line);
        assertEquals(List.of(), outcome.out());
    }

    @Test
    void mistakeInAFileNamesIt() throws IOException {
        write("broken.yaml", "prior: {type: l1");
        write("list.yaml", "- 1", "- 2");
        write("empty.yaml", "");
        assertMistake("absent.yaml", headwater("run", folder.resolve("absent.yaml").toString()));
        assertMistake("broken.yaml", headwater("run", folder.resolve("broken.yaml").toString()));
        assertMistake("list.yaml", headwater("run", folder.resolve("list.yaml").toString()));
        assertMistake("empty.yaml", headwater("run", folder.resolve("empty.yaml").toString()));
        assertMistake(folder.toString(), headwater("run", folder.toString()));
    }

    @Test
    void mistakeInAnOptionNamesIt() {
        String file = folder.resolve("problem.yaml").toString();
        assertMistake("--output", headwater("run", file, "--output", folder.toString()));
        assertMistake("--resume", headwater("run", "--resume", folder.toString()));
        assertMistake("--resume", headwater("run", file, "--resume", folder.toString()));
        assertMistake("did you mean 'run'?", headwater("rum", file));
        assertMistake("--outptu", headwater("run", file, "--outptu", "x"));
        assertMistake("'one' is not a whole number", headwater("run", file, "--seed", "one"));
        assertMistake(
                "prior.weight", headwater("run", file, "--seed", "1", "--set", "prior.weight"));
        assertMistake("problem file", headwater("run"));
        assertMistake("--truth", headwater("simulate", file));
        assertMistake(
                "--threads must be at least 1, got 0", headwater("bench", "cc", "--threads", "0"));
    }
}
