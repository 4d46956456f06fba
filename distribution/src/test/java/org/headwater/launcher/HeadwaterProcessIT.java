package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The assembled {@code bin/headwater} as a process: exit codes and streams. */
@DisabledOnOs(OS.WINDOWS)
class HeadwaterProcessIT {
    private static final int BEFORE_JAVA_HEEDS_SIGNALS = 143;

    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final String LASSO = HOME.resolve("examples/lasso.yaml").toString();

    /** Short commands are over before the optimising compiler has paid. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    @TempDir private Path folder;

    private record Outcome(int code, List<String> out, List<String> err) {}

    private Process start(Path home, String... args) throws IOException {
        return start(home, Map.of(), args);
    }

    private Process start(Path home, Map<String, String> environment, String... args)
            throws IOException {
        List<String> line = new ArrayList<>(List.of(home.resolve("bin/headwater").toString()));
        line.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("TMPDIR", folder.toString());
        builder.environment().put("HEADWATER_JAVA_OPTS", QUICK + " -Djava.io.tmpdir=" + folder);
        builder.environment().putAll(environment);
        builder.redirectOutput(folder.resolve("stdout").toFile());
        builder.redirectError(folder.resolve("stderr").toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private Outcome end(Process process) throws IOException, InterruptedException {
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return new Outcome(
                process.waitFor(),
                Files.readAllLines(folder.resolve("stdout")),
                Files.readAllLines(folder.resolve("stderr")));
    }

    private Outcome headwater(String... args) throws IOException, InterruptedException {
        return end(start(HOME, args));
    }

    private void assertNoFrameworkIsLeft() throws IOException {
        try (var files = Files.list(folder)) {
            assertEquals(
                    0,
                    files.filter(f -> f.getFileName().toString().startsWith("headwater-")).count());
        }
    }

    @Test
    void exampleRunsToItsResults() throws Exception {
        Path output = folder.resolve("a folder with blanks");
        Outcome run = headwater("run", LASSO, "--output", output.toString());
        assertEquals(0, run.code(), () -> run.toString());
        assertEquals("results: " + output, run.out().get(run.out().size() - 1));
        assertTrue(run.err().stream().noneMatch(l -> l.contains("\r") || l.contains("\u001b")));
        for (String file :
                List.of("manifest.json", "problem.yaml", "verdict.json", "summary.csv")) {
            assertTrue(Files.size(output.resolve(file)) > 0, file);
        }
        assertNoFrameworkIsLeft();
    }

    /** Java's newest long-term release prints warnings that users should not see. */
    @Test
    void newerJavaRunsWithoutAWord() throws Exception {
        Path java = newerJava();
        assumeTrue(java != null, "no Java 25 in /usr/lib/jvm");
        Path output = folder.resolve("run");
        Map<String, String> environment =
                Map.of(
                        "JAVA_HOME",
                        java.toString(),
                        "HEADWATER_JAVA_OPTS",
                        "-Djava.io.tmpdir=" + folder);
        Process process = start(HOME, environment, "run", LASSO, "--output", output.toString());
        Outcome run = end(process);
        assertEquals(0, run.code(), () -> run.toString());
        assertTrue(
                run.err().stream().noneMatch(l -> l.toLowerCase(Locale.ROOT).contains("warning")),
                () -> run.toString());
        String manifest = Files.readString(output.resolve("manifest.json"));
        assertTrue(manifest.contains("\"25."), manifest);
    }

    private static Path newerJava() throws IOException {
        Path machines = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(machines)) {
            return null;
        }
        try (Stream<Path> folders = Files.list(machines)) {
            for (Path java : folders.sorted().toList()) {
                Path release = java.resolve("release");
                if (Files.isReadable(release)
                        && Files.readString(release).contains("JAVA_VERSION=\"25")) {
                    return java;
                }
            }
        }
        return null;
    }

    @Test
    void invalidInputEndsWith2() throws Exception {
        Outcome run = headwater("run", LASSO, "--set", "prior.weight=-1");
        assertEquals(2, run.code());
        assertEquals(1, run.err().size(), () -> run.toString());
        assertTrue(run.err().get(0).startsWith("error: " + LASSO + ": prior.weight must be "));
        assertEquals(List.of(), run.out());
    }

    /** One softmax over 20 coordinates leaves every particle alone: the verdict must say so. */
    @Test
    void failedVerdictEndsWith3() throws Exception {
        Path output = folder.resolve("run");
        Outcome run =
                headwater("run", LASSO, "--set", "solver.kernel=joint", "--output", output + "");
        assertEquals(3, run.code(), () -> run.toString());
        assertTrue(run.out().contains("verdict: FAIL"), () -> run.toString());
        assertEquals("results: " + output, run.out().get(run.out().size() - 1));
    }

    @Test
    void interruptedRunGoesOnToTheSameBytes() throws Exception {
        Path whole = folder.resolve("whole");
        assertEquals(0, headwater("run", LASSO, "--output", whole.toString()).code());

        Path part = folder.resolve("part");
        Process process = start(HOME, "run", LASSO, "--output", part.toString());
        Path log = part.resolve("log.jsonl");
        while (process.isAlive()
                && !(Files.exists(log) && Files.readString(log).contains("\"step\""))) {
            Thread.sleep(5);
        }
        process.destroy();
        Outcome interrupted = end(process);
        assertEquals(130, interrupted.code(), () -> interrupted.toString());
        assertTrue(
                String.join("\n", interrupted.err()).contains("headwater run --resume " + part),
                () -> interrupted.toString());
        assertNoFrameworkIsLeft();

        Outcome resumed = headwater("run", "--resume", part.toString());
        assertEquals(0, resumed.code(), () -> resumed.toString());
        assertEquals("results: " + part, resumed.out().get(resumed.out().size() - 1));
        assertArrayEquals(
                Files.readAllBytes(whole.resolve("posterior.npy")),
                Files.readAllBytes(part.resolve("posterior.npy")));
    }

    /** Whenever it is interrupted: one says how to go on, or there is nothing left. */
    @Test
    void anInterruptedStartLeavesNothing() throws Exception {
        for (int delay = 300; delay <= 3000; delay += 450) {
            Path output = folder.resolve("early-" + delay);
            Process process = start(HOME, "run", LASSO, "--output", output.toString());
            process.waitFor(delay, TimeUnit.MILLISECONDS);
            process.destroy();
            Outcome run = end(process);
            if (run.code() == 0) {
                return;
            }
            String at = delay + " ms: " + run;
            if (run.code() == BEFORE_JAVA_HEEDS_SIGNALS) {
                assertFalse(Files.exists(output), at);
                continue;
            }
            assertEquals(130, run.code(), at);
            String last = run.err().isEmpty() ? "" : run.err().get(run.err().size() - 1);
            boolean begun = last.startsWith("interrupted; go on with: headwater run --resume ");
            assertTrue(begun || last.startsWith("interrupted before the "), at);
            assertEquals(begun, Files.exists(output), at);
            assertTrue(run.err().stream().noneMatch(l -> l.contains("error")), at);
            assertNoFrameworkIsLeft();
        }
    }

    @Test
    void aRunIsReproducedAndExported() throws Exception {
        Path run = folder.resolve("run");
        assertEquals(0, headwater("run", LASSO, "--output", run.toString()).code());
        Outcome again = headwater("reproduce", run.toString());
        assertEquals(0, again.code(), () -> again.toString());
        assertEquals(
                List.of(
                        "posterior.npy: same bytes",
                        "summary.csv: same bytes",
                        "posterior.zarr: same bytes",
                        "reproduced: the same bytes"),
                again.out());
        assertFalse(Files.exists(folder.resolve("run-again")), "the same twice is no use");
        Outcome csv = headwater("export", run.toString(), "--format", "csv");
        assertEquals(List.of("results: " + run.resolve("posterior.csv")), csv.out());
        assertEquals(301, Files.readAllLines(run.resolve("posterior.csv")).size());

        Outcome none = headwater("reproduce", folder.toString());
        assertEquals(2, none.code());
        assertEquals(
                List.of(
                        "error: RUN_DIR must be a run directory, got "
                                + folder
                                + "; name a folder like runs/NAME"),
                none.err());
    }

    /** A read-only installation and a user whom the password file does not know. */
    @Test
    void logsGoWhereTheUserMayWriteOrNowhere() throws Exception {
        Path home = Installation.in(folder.resolve("home"));
        Files.writeString(home.resolve("logs"), "a file, where no folder can be made");
        Path user = Files.createDirectory(folder.resolve("user"));
        Map<String, String> environment = new HashMap<>();
        environment.put("HEADWATER_JAVA_OPTS", QUICK + " -Duser.home=?");
        environment.put("XDG_STATE_HOME", "");
        environment.put("HOME", user.toString());
        Outcome kept = end(start(home, environment, "schema"));
        assertEquals(0, kept.code(), () -> kept.toString());
        assertEquals(List.of(), kept.err());
        Path logs = user.resolve(".local/state/headwater/logs");
        try (Stream<Path> files = Files.list(logs)) {
            assertEquals(1, files.count());
        }

        environment.put("HOME", user.resolve("nowhere").toString());
        Outcome none = end(start(home, environment, "schema"));
        assertEquals(0, none.code(), () -> none.toString());
        assertEquals(kept.out(), none.out(), "nothing but the command's output");
        assertEquals(
                List.of(
                        "warning: no log is kept: cannot write any of "
                                + home.resolve("logs")
                                + "; set XDG_STATE_HOME"),
                none.err());
        assertTrue(Files.notExists(Path.of("?")), "a folder for the unknown home");

        Files.createDirectories(user.resolve("state"));
        environment.put("XDG_STATE_HOME", user.resolve("state").toString());
        assertEquals(List.of(), end(start(home, environment, "schema")).err());
        assertTrue(Files.isDirectory(user.resolve("state/headwater/logs")));
    }

    @Test
    void shellRunsAScript() throws Exception {
        Outcome shell = headwater("shell", "-c", "priors; help hw:submit");
        assertEquals(0, shell.code(), () -> shell.toString());
        String text = String.join("\n", shell.out());
        assertTrue(text.contains("Laplace") && text.contains("start a problem"), text);
        assertNoFrameworkIsLeft();
    }

    @Test
    void shellKnowsThisMachine() throws Exception {
        Outcome help = headwater("shell", "-c", "help");
        for (String name : List.of("submit", "priors", "install", "verify", "bench", "doctor")) {
            assertTrue(help.out().stream().anyMatch(l -> l.startsWith(name + " ")), name);
        }
        Outcome doctor = headwater("shell", "-c", "doctor");
        assertEquals(0, doctor.code(), () -> doctor.toString());
        assertTrue(
                doctor.out().stream().anyMatch(l -> l.matches("OK +java .*")),
                () -> doctor.toString());
        Outcome bench = headwater("shell", "-c", "bench cc --n 20 --threads 1 --json");
        assertEquals(0, bench.code(), () -> bench.toString());
        String json = bench.out().get(0);
        assertTrue(json.contains("\"precision\":64,\"threads\":1,"), json);
        Outcome wrong = headwater("shell", "-c", "bench cc --threads 0");
        assertEquals(2, wrong.code(), () -> wrong.toString());
        assertEquals(
                List.of("error: --threads must be at least 1, got 0; see 'bench --help'"),
                wrong.err());
    }

    /** A shell that reads from a pipe ends at the first mistake; its job can go on. */
    @Test
    void shellNamesTheJobsThatAMistakeStopped() throws Exception {
        Path output = folder.resolve("at");
        Path problem = Files.createDirectory(output).resolve("long.yaml");
        Files.writeString(
                problem,
                Files.readString(Path.of(LASSO))
                        .replace("lasso/", Path.of(LASSO).resolveSibling("lasso") + "/"));
        String commands =
                "cd " + output + "\nsubmit long.yaml solver.iterations=100000\npriors l2\n";
        ProcessBuilder builder = new ProcessBuilder(HOME.resolve("bin/headwater").toString());
        builder.command().add("shell");
        builder.environment().put("HEADWATER_JAVA_OPTS", QUICK + " -Djava.io.tmpdir=" + folder);
        builder.directory(output.toFile());
        builder.redirectInput(Files.writeString(folder.resolve("commands"), commands).toFile());
        builder.redirectOutput(folder.resolve("stdout").toFile());
        builder.redirectError(folder.resolve("stderr").toFile());
        Outcome shell = end(builder.start());
        assertEquals(2, shell.code(), () -> shell.toString());
        String last = shell.err().get(shell.err().size() - 1);
        assertEquals("job 1 stopped; go on with: headwater run --resume runs/long", last);
        assertTrue(Files.isRegularFile(output.resolve("runs/long/manifest.json")));
    }

    @Test
    void shellScriptWithAMistakeEndsWith2() throws Exception {
        Outcome shell = headwater("shell", "-c", "priors l2");
        assertEquals(2, shell.code(), () -> shell.toString());
        assertEquals(1, shell.err().size(), () -> shell.toString());
    }

    @Test
    void brokenPluginIsNamedAndLeavesTheRestAtWork() throws Exception {
        Path home = Installation.in(folder.resolve("home"));
        Files.writeString(home.resolve("plugins/broken.jar"), "no jar at all");
        Outcome plugins = end(start(home, "plugins"));
        assertEquals(0, plugins.code(), () -> plugins.toString());
        assertEquals(1, plugins.err().size(), () -> plugins.toString());
        assertTrue(
                plugins.err()
                        .get(0)
                        .startsWith("warning: plug-in broken.jar is left out: it is not a jar"),
                () -> plugins.toString());
        assertTrue(plugins.out().size() > 5, () -> plugins.toString());
    }
}
