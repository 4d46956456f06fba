package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The problem files that docs/tutorials shows, on the distribution that ships. */
class TutorialsIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final Path TUTORIALS = Path.of("..", "docs", "tutorials");
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    /** What a server of a model of two parameters and twelve data says. */
    private static final Map<String, String> ANSWERS =
            Map.of(
                    "/Info", "{\"protocolVersion\":1.0,\"models\":[\"decay\"]}",
                    "/ModelInfo", "{\"support\":{\"Evaluate\":true,\"Gradient\":true}}",
                    "/InputSizes", "{\"inputSizes\":[2]}",
                    "/OutputSizes", "{\"outputSizes\":[12]}",
                    "/Evaluate", "{\"output\":[[1,1,1,1,1,1,1,1,1,1,1,1]]}",
                    "/Gradient", "{\"output\":[0,0]}");

    private static Platform platform;
    private static ToIntFunction<String[]> command;
    private static HttpServer server;

    @TempDir private Path folder;

    @BeforeAll
    @SuppressWarnings("unchecked")
    static void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", TutorialsIT::answer);
        server.start();
        platform = Platform.start(HOME, Platform.LEVEL_PLATFORM);
        command =
                platform.find(
                                ToIntFunction.class,
                                "(headwater.command=true)",
                                Duration.ofSeconds(60))
                        .orElseThrow();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] text =
                    ANSWERS.get(exchange.getRequestURI().getPath())
                            .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
        }
    }

    @AfterAll
    static void stop() {
        platform.close();
        server.stop(0);
    }

    /** Runs a command; what it says goes into the failure's message. */
    private static void headwater(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        System.setErr(System.out);
        int code;
        try {
            code = command.applyAsInt(args);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        assertEquals(0, code, () -> said.toString(StandardCharsets.UTF_8));
    }

    static Stream<Path> tutorials() throws IOException {
        try (Stream<Path> files = Files.list(TUTORIALS)) {
            return files.filter(f -> f.toString().endsWith(".md")).sorted().toList().stream();
        }
    }

    /** Every whole problem of a tutorial is valid beside the examples' data. */
    @ParameterizedTest
    @MethodSource("tutorials")
    void problemsAreValid(Path tutorial) throws IOException {
        String text = Files.readString(tutorial);
        assertTrue(text.contains("](images/"), "ends in a picture");
        Matcher blocks = YAML.matcher(text);
        int problems = 0;
        while (blocks.find()) {
            if (blocks.group(1).contains("solver:")) {
                problems++;
                Path file = beside(blocks.group(1), problems);
                headwater("validate", file.toString());
            }
        }
        assertTrue(problems > 0, "shows a problem");
    }

    /** Writes a problem into a copy of the examples. */
    private Path beside(String problem, int number) throws IOException {
        Path examples = HOME.resolve("examples");
        List<Path> files;
        try (Stream<Path> all = Files.walk(examples)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path copy = folder.resolve(examples.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            if (Files.notExists(copy)) {
                Files.copy(file, copy);
            }
        }
        Path file = folder.resolve("tutorial-" + number + ".yaml");
        String url = "http://localhost:" + server.getAddress().getPort();
        Files.writeString(file, problem.replace("http://localhost:4242", url));
        return file;
    }

    /** What the tutorial does, at a size that takes a second: truth, data, posterior, pictures. */
    @Test
    void darcyRuns() throws IOException {
        Path truth = folder.resolve("truth.csv");
        Files.writeString(truth, "1\n0\n-1\n0\n");
        Path data = folder.resolve("data");
        String problem = HOME.resolve("examples/darcy.yaml").toString();
        headwater(
                "simulate",
                problem,
                "--truth",
                truth.toString(),
                "--output",
                data.toString(),
                "--set",
                "forward-model.grid=16",
                "--set",
                "forward-model.basis.modes=4");
        Path run = folder.resolve("run");
        headwater(
                "run",
                data.resolve("problem.yaml").toString(),
                "--output",
                run.toString(),
                "--set",
                "solver.particles=60");
        for (String picture : List.of("log-permeability-mean.png", "log-permeability-sd.png")) {
            assertTrue(Files.size(run.resolve("images").resolve(picture)) > 1000, picture);
        }
    }

    /** Synthetic data of the linear examples, with their own noise, read back. */
    @ParameterizedTest
    @ValueSource(strings = {"tomography", "counts"})
    void linearExamplesSimulate(String name) {
        Path examples = HOME.resolve("examples");
        Path output = folder.resolve(name);
        headwater(
                "simulate",
                examples.resolve(name + ".yaml").toString(),
                "--truth",
                examples.resolve(name).resolve("truth.csv").toString(),
                "--output",
                output.toString());
        headwater("validate", output.resolve("problem.yaml").toString());
    }
}
