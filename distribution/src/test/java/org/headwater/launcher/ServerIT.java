package org.headwater.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The server's HTTP API, on the distribution that ships. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class ServerIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final String JOBS = "/api/v1/jobs";
    private static final String LONG = "solver: {type: rwpo, iterations: 100000}\n";

    @TempDir private static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(folder, "jobs=1");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            assertEquals(0, server.stop());
        }
    }

    /** A test that has failed leaves no job in the others' way. */
    @AfterEach
    void cancelAll() throws Exception {
        for (JsonNode job : json(server.ask("GET", JOBS)).get("jobs")) {
            server.ask("DELETE", JOBS + "/" + job.get("id").asText());
        }
    }

    /** The lasso example with so many steps that it ends only on demand. */
    private static String endless() throws Exception {
        return ServerProcess.lasso().replace("solver: {type: rwpo}\n", LONG);
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return ServerProcess.JSON.readTree(answer.body());
    }

    private static JsonNode expect(int status, HttpResponse<String> answer) throws Exception {
        assertEquals(status, answer.statusCode(), answer::body);
        if (status >= 400) {
            assertEquals(
                    "application/problem+json",
                    answer.headers().firstValue("Content-Type").orElse(""));
            assertEquals(status, json(answer).get("status").asInt());
            assertFalse(answer.body().contains("Exception"), answer::body);
        }
        return answer.body().isEmpty() ? null : json(answer);
    }

    private static void cancel(String id) throws Exception {
        expect(200, server.ask("DELETE", JOBS + "/" + id));
        server.await(id, "CANCELLED");
    }

    /** The server computes what the command line computes, to the last byte. */
    @Test
    void problemIsSolvedAsOnTheCommandLine() throws Exception {
        HttpResponse<String> answer =
                server.post(
                        "?name=first",
                        ServerProcess.lasso(),
                        ServerProcess.lassoFiles(),
                        server.admin());
        JsonNode job = expect(201, answer);
        String id = job.get("id").asText();
        assertEquals(JOBS + "/" + id, answer.headers().firstValue("Location").orElse(""));
        JsonNode done = server.await(id, "DONE");
        assertEquals("PASS", done.get("verdict").asText(), done::toString);
        assertEquals("first", done.get("name").asText());

        Path run = folder.resolve("by-hand");
        ProcessBuilder builder =
                new ProcessBuilder(
                        HOME.resolve("bin/headwater").toString(),
                        "run",
                        HOME.resolve("examples/lasso.yaml").toString(),
                        "--output",
                        run.toString());
        builder.environment().put("HEADWATER_JAVA_OPTS", ServerProcess.COMPILER);
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("by-hand.txt").toFile());
        Process command = builder.start();
        assertTrue(command.waitFor(4, TimeUnit.MINUTES));
        for (String file : List.of("posterior.npy", "summary.csv")) {
            assertArrayEquals(Files.readAllBytes(run.resolve(file)), server.file(id, file), file);
        }
        List<String> names = new ArrayList<>();
        json(server.ask("GET", JOBS + "/" + id + "/files/"))
                .get("files")
                .forEach(f -> names.add(f.get("name").asText()));
        assertTrue(names.containsAll(List.of("verdict.json", "report.html", "manifest.json")));
        assertEquals(
                ServerProcess.lasso(),
                new String(server.file(id, "input/problem.yaml"), StandardCharsets.UTF_8));

        // a stream of a job that has ended tells all of it again
        HttpResponse<String> events = server.ask("GET", JOBS + "/" + id + "/events");
        List<Integer> steps = new ArrayList<>();
        for (String line : events.body().split("\n")) {
            if (line.startsWith("id: ")) {
                steps.add(Integer.parseInt(line.substring(4)));
            }
        }
        assertEquals(Stream.iterate(1, i -> i + 1).limit(100).toList(), steps);
        assertTrue(events.body().stripTrailing().contains("\"state\":\"DONE\""), events::body);

        expect(204, server.ask("DELETE", JOBS + "/" + id + "?purge=true"));
        expect(404, server.ask("GET", JOBS + "/" + id));
        assertFalse(Files.exists(folder.resolve("data/jobs").resolve(id)));
    }

    @Test
    void stepsAreToldWhileTheJobRuns() throws Exception {
        String id = server.submit("", endless(), ServerProcess.lassoFiles());
        HttpResponse<Stream<String>> stream =
                server.client()
                        .send(
                                server.request(
                                        "GET",
                                        JOBS + "/" + id + "/events",
                                        null,
                                        null,
                                        server.admin()),
                                HttpResponse.BodyHandlers.ofLines());
        assertEquals(
                "text/event-stream;charset=utf-8",
                stream.headers().firstValue("Content-Type").orElse("").toLowerCase());
        List<String> steps =
                stream.body()
                        .filter(line -> line.startsWith("id: "))
                        .limit(5)
                        .collect(Collectors.toList());
        assertEquals(List.of("id: 1", "id: 2", "id: 3", "id: 4", "id: 5"), steps);
        cancel(id);
    }

    @Test
    void jobIsPausedSwappedResumedAndCancelled() throws Exception {
        String id = server.submit("", endless(), ServerProcess.lassoFiles());
        server.await(id, job -> job.path("iteration").asInt() > 0);
        expect(200, server.ask("POST", JOBS + "/" + id + "/pause"));
        server.await(id, "PAUSED");
        String other = server.submit("", ServerProcess.lasso(), ServerProcess.lassoFiles());
        server.await(other, "DONE");
        JsonNode wrong =
                expect(
                        422,
                        server.send(
                                "POST",
                                JOBS + "/" + id + "/swap",
                                "application/json",
                                "{\"prior\": {\"type\": \"l1\", \"weight\": -1}}"));
        assertEquals("prior.weight", wrong.get("key").asText());
        expect(
                200,
                server.send(
                        "POST",
                        JOBS + "/" + id + "/swap",
                        "application/json",
                        "{\"prior\": {\"type\": \"elastic-net\", \"weight\": 2, \"ridge\": 1}}"));
        expect(200, server.ask("POST", JOBS + "/" + id + "/resume"));
        server.await(id, job -> job.path("segment").asInt() == 2);
        cancel(id);
        expect(409, server.ask("POST", JOBS + "/" + id + "/pause"));
        expect(
                409,
                server.send(
                        "POST",
                        JOBS + "/" + id + "/swap",
                        "application/json",
                        "{\"prior\": {\"type\": \"l1\", \"weight\": 1}}"));
        // what was cancelled can go on
        expect(200, server.ask("POST", JOBS + "/" + id + "/resume"));
        server.await(id, job -> job.path("phase").asText().startsWith("sampling"));
        cancel(id);
    }

    @Test
    void jobsOfHigherPriorityStartFirst() throws Exception {
        String blocker = server.submit("", endless(), ServerProcess.lassoFiles());
        server.await(blocker, "RUNNING");
        String low = server.submit("?priority=-1", endless(), ServerProcess.lassoFiles());
        String high = server.submit("?priority=5", endless(), ServerProcess.lassoFiles());
        String later = server.submit("", endless(), ServerProcess.lassoFiles());
        expect(
                200,
                server.send("PATCH", JOBS + "/" + later, "application/json", "{\"priority\": 9}"));
        JsonNode page = json(server.ask("GET", JOBS + "?state=QUEUED&limit=2"));
        assertEquals(3, page.get("total").asInt());
        assertEquals(later, page.get("jobs").get(0).get("id").asText());
        JsonNode rest = json(server.ask("GET", page.get("next").asText()));
        assertEquals(low, rest.get("jobs").get(0).get("id").asText());
        for (String next : List.of(blocker, later, high, low)) {
            server.await(next, "RUNNING");
            assertEquals(
                    "QUEUED", next.equals(low) ? "QUEUED" : server.job(low).get("state").asText());
            cancel(next);
        }
    }

    @Test
    void wrongInputSaysWhatToDo() throws Exception {
        JsonNode e =
                expect(
                        422,
                        server.post(
                                "",
                                ServerProcess.lasso().replace("weight: 2.0", "weight: -2"),
                                ServerProcess.lassoFiles(),
                                server.admin()));
        assertEquals("prior.weight", e.get("key").asText());
        assertTrue(e.get("rule").asText().contains("≥ 0"), e::toString);
        assertEquals("-2.0", e.get("value").asText());
        assertFalse(e.get("remedy").asText().isEmpty());
        JsonNode missing =
                expect(422, server.post("", ServerProcess.lasso(), Map.of(), server.admin()));
        assertEquals("forward-model.matrix", missing.get("key").asText());
        assertEquals("lasso/A.csv", missing.get("value").asText());
        expect(400, server.send("POST", JOBS, "application/yaml", "a: [1\n"));
        expect(400, server.send("POST", JOBS, "application/json", "[1, 2]"));
        JsonNode twice =
                expect(400, server.send("POST", JOBS, "application/json", "{\"a\": 1,\n\"a\": 2}"));
        assertTrue(twice.get("rule").asText().endsWith("line 2, column 4"), twice::toString);
        expect(415, server.send("POST", JOBS, "text/html", "<p>"));
        expect(413, server.send("POST", JOBS, "application/yaml", "a: b\n".repeat(300_000)));
        expect(404, server.ask("GET", JOBS + "/999999"));
        expect(404, server.ask("GET", "/api/v1/nothing"));
        expect(405, server.ask("PUT", JOBS));
        expect(405, server.ask("TRACE", "/"));
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            // the answer comes at once, though the body never does
            socket.setSoTimeout(60_000);
            String request =
                    "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                            + "Content-Length: 99999999999\r\n\r\n";
            socket.getOutputStream()
                    .write(request.formatted(JOBS, server.admin()).getBytes(US_ASCII));
            assertEquals(
                    "HTTP/1.1 413", new String(socket.getInputStream().readNBytes(12), US_ASCII));
        }
        expect(400, server.ask("GET", JOBS + "?limit=0"));
        JsonNode unknown = expect(400, server.ask("GET", JOBS + "?after=7"));
        assertEquals("after", unknown.get("key").asText());
        assertEquals("known are state, sweep, limit, before", unknown.get("remedy").asText());
        assertEquals(0, Files.list(folder.resolve("data/incoming")).count());
    }

    /** Each address takes the parameters that the description lists, and no other. */
    @Test
    void queriesAreAsDescribed() throws Exception {
        JsonNode paths = expect(200, server.ask("GET", "/api/v1/openapi.json")).get("paths");
        for (Iterator<Map.Entry<String, JsonNode>> i = paths.fields(); i.hasNext(); ) {
            Map.Entry<String, JsonNode> path = i.next();
            for (Iterator<String> methods = path.getValue().fieldNames(); methods.hasNext(); ) {
                String method = methods.next();
                if (method.equals("parameters")) {
                    continue;
                }
                List<String> known = new ArrayList<>();
                for (JsonNode p : path.getValue().get(method).path("parameters")) {
                    if (p.get("in").asText().equals("query")) {
                        known.add(p.get("name").asText());
                    }
                }
                String at = "/api/v1" + path.getKey().replaceAll("\\{[a-z]+}", "1") + "?nonsense=1";
                JsonNode e = expect(400, server.ask(method.toUpperCase(Locale.ROOT), at));
                assertEquals("nonsense", e.get("key").asText(), at);
                assertEquals(
                        known.isEmpty()
                                ? "leave it out; it takes none"
                                : "known are " + String.join(", ", known),
                        e.get("remedy").asText(),
                        at);
            }
        }
    }

    /** What Jetty refuses by itself is answered as everything else is. */
    @Test
    void errorsOfTheWebServerAreProblemDetails() throws Exception {
        expect(400, server.ask("GET", JOBS + "/1/files/a%2Fb"));
        HttpRequest large =
                HttpRequest.newBuilder(
                                server.request("GET", JOBS, null, null, server.admin()),
                                (name, value) -> true)
                        .header("X-Large", "x".repeat(20_000))
                        .build();
        expect(431, server.client().send(large, HttpResponse.BodyHandlers.ofString()));
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write("no HTTP at all\r\n\r\n".getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertTrue(answer.contains("application/problem+json"), answer);
            assertFalse(answer.contains("<html>"), answer);
        }
    }

    @Test
    void refusedProblemsTakeNoNumber() throws Exception {
        String before = server.submit("", endless(), ServerProcess.lassoFiles());
        expect(422, server.post("", endless(), Map.of(), server.admin()));
        expect(
                422,
                server.post(
                        "/api/v1/sweeps",
                        endless() + "sweep: {prior.weight: [1, -2]}\n",
                        ServerProcess.lassoFiles(),
                        server.admin()));
        String next = server.submit("", endless(), ServerProcess.lassoFiles());
        assertEquals(Long.parseLong(before) + 1, Long.parseLong(next));
        server.await(before, "RUNNING");
        JsonNode runs = expect(409, server.ask("DELETE", JOBS + "/" + before + "?purge=true"));
        assertTrue(runs.get("detail").asText().contains("DELETE without purge"), runs::toString);
    }

    /** What a problem could reach for beyond its own files. */
    @Test
    void uploadedProblemStaysInItsFolder() throws Exception {
        for (String outside :
                List.of(
                        "/etc/passwd",
                        "../1/input/problem.yaml",
                        "lasso/../../job.json",
                        "~/.ssh/id_rsa",
                        "file:///etc/passwd",
                        "'C:\\secret.csv'",
                        "http://169.254.169.254/latest")) {
            JsonNode e =
                    expect(
                            422,
                            server.post(
                                    "",
                                    ServerProcess.lasso().replace("lasso/A.csv}", outside + "}"),
                                    ServerProcess.lassoFiles(),
                                    server.admin()));
            assertEquals("forward-model.matrix", e.get("key").asText(), outside);
        }
        for (String name : List.of("../A.csv", "/tmp/A.csv", "a/../../A.csv", "problem.yaml")) {
            expect(
                    422,
                    server.post(
                            "",
                            ServerProcess.lasso(),
                            Map.of(name, new byte[] {'1'}),
                            server.admin()));
        }
        JsonNode host =
                expect(
                        422,
                        server.send(
                                "POST",
                                JOBS,
                                "application/yaml",
                                "forward-model: {type: umbridge, url: 'http://10.0.0.1:4242'}\n"
                                        + "data: {values: y.csv}\nprior: {type: l1, weight: 1}\n"));
        assertTrue(host.get("remedy").asText().contains("allowed-hosts"), host::toString);
        String bomb =
                "a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
                        + "prior: {type: l1, weight: 1}\ndata: *c\n";
        expect(422, server.send("POST", JOBS, "application/yaml", bomb));
        expect(422, server.send("POST", JOBS, "application/yaml", "a: " + "[".repeat(50_000)));
        expect(400, server.send("POST", JOBS, "application/json", "{\"a\":" + "[".repeat(50_000)));
        expect(422, server.send("POST", JOBS, "application/yaml", "seed: " + "9".repeat(5000)));
    }

    @Test
    void problemThatHoldsItsNumbersNeedsNoFiles() throws Exception {
        String problem =
                "{\"forward-model\": {\"type\": \"linear\", \"matrix\": [[1, 0], [2, 1], [0, 1]]},"
                        + "\"data\": {\"values\": [0.5, -1, 2]}, \"noise\": {\"sd\": 0.5},"
                        + "\"prior\": {\"type\": \"l1\", \"weight\": 1},"
                        + "\"solver\": {\"type\": \"rwpo\", \"particles\": 50, \"iterations\": 5}}";
        JsonNode job = expect(201, server.send("POST", JOBS, "application/json", problem));
        String id = job.get("id").asText();
        server.await(id, "DONE");
        JsonNode refused =
                expect(
                        422,
                        server.send(
                                "POST",
                                JOBS,
                                "application/json",
                                problem.replace("[0.5, -1, 2]", "[0.5, \"a\"]")));
        assertEquals("data.values[1]", refused.get("key").asText());
    }

    @Test
    void tokensOpenWhatTheirRolesAllow() throws Exception {
        Path token = folder.resolve("conf/admin.token");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(token)));
        assertFalse(
                Files.readString(folder.resolve("conf/tokens")).contains(server.admin()),
                "a token in the clear");
        expect(401, server.ask("GET", JOBS, null, null, null));
        expect(401, server.ask("GET", JOBS, null, null, "wrong"));
        expect(401, server.ask("GET", "/metrics", null, null, null));
        expect(200, server.ask("GET", "/health", null, null, null));
        String ada = token("ada", "user");
        String bob = token("bob", "user");
        String eve = token("eve", "read-only");
        expect(
                409,
                server.send(
                        "POST",
                        "/api/v1/tokens",
                        "application/json",
                        "{\"name\":\"ada\",\"role\":\"user\"}"));
        JsonNode job = expect(201, server.post("", endless(), ServerProcess.lassoFiles(), ada));
        assertEquals("ada", job.get("owner").asText());
        String id = job.get("id").asText();
        expect(403, server.post("", endless(), ServerProcess.lassoFiles(), eve));
        expect(200, server.ask("GET", JOBS + "/" + id, null, null, eve));
        expect(403, server.ask("DELETE", JOBS + "/" + id, null, null, eve));
        expect(403, server.ask("DELETE", JOBS + "/" + id, null, null, bob));
        expect(403, server.ask("GET", "/api/v1/tokens", null, null, bob));
        byte[] jar = {1, 2, 3};
        String install = "/api/v1/plugins?name=nothing.jar";
        HttpResponse<String> unread =
                server.ask("POST", install, "application/java-archive", jar, ada);
        expect(403, unread);
        // its body may not have been read, and then the connection ends
        assertEquals("close", unread.headers().firstValue("Connection").orElse(""));
        JsonNode refused =
                expect(
                        422,
                        server.ask(
                                "POST", install, "application/java-archive", jar, server.admin()));
        assertTrue(refused.get("detail").asText().contains("no plug-in"), refused::toString);
        assertEquals("nothing.jar", refused.get("value").asText());
        assertFalse(refused.get("remedy").asText().isEmpty(), refused::toString);
        expect(
                400,
                server.ask(
                        "POST",
                        "/api/v1/plugins?name=../nothing.jar",
                        "application/java-archive",
                        jar,
                        server.admin()));
        assertEquals(0, expect(200, server.ask("GET", "/api/v1/plugins")).get("jars").size());
        expect(200, server.ask("DELETE", JOBS + "/" + id, null, null, ada));
        server.await(id, "CANCELLED");
        expect(204, server.ask("DELETE", "/api/v1/tokens/ada"));
        expect(401, server.ask("GET", JOBS, null, null, ada));
        expect(409, server.ask("DELETE", "/api/v1/tokens/admin"));
    }

    private static String token(String name, String role) throws Exception {
        return expect(
                        201,
                        server.send(
                                "POST",
                                "/api/v1/tokens",
                                "application/json",
                                "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"}"))
                .get("token")
                .asText();
    }

    @Test
    void pluginsShowTheirSettings() throws Exception {
        JsonNode l1 = expect(200, server.ask("GET", "/api/v1/priors/l1"));
        assertEquals("weight", l1.get("settings").get(0).get("key").asText());
        for (String kind : List.of("priors", "solvers", "models", "noises", "backends")) {
            JsonNode all = expect(200, server.ask("GET", "/api/v1/" + kind)).get("plugins");
            assertTrue(all.size() > 0, kind);
            assertMatches("Plugin", all.get(0));
        }
        expect(404, server.ask("GET", "/api/v1/priors/l2"));
        JsonNode schema = expect(200, server.ask("GET", "/api/v1/schema"));
        assertTrue(schema.get("properties").has("forward-model"));
    }

    /** What is served has the shape that openapi.json promises. */
    @Test
    void answersAreAsDescribed() throws Exception {
        String id = server.submit("", endless(), ServerProcess.lassoFiles());
        server.await(id, job -> job.path("iteration").asInt() > 0);
        assertMatches("WholeJob", server.job(id));
        assertTrue(server.job(id).get("memory").asLong() > 0, "the memory was estimated");
        JsonNode estimate = expect(200, server.ask("GET", JOBS + "/" + id + "/estimate"));
        assertMatches("Estimate", estimate);
        assertEquals(20, estimate.at("/parameters/mean").size());
        assertMatches("JobPage", json(server.ask("GET", JOBS)));
        cancel(id);
        assertEquals(204, server.ask("GET", JOBS + "/" + id + "/estimate").statusCode());
        assertMatches("WholeJob", server.job(id));
        assertMatches("Problem", json(server.ask("GET", JOBS + "/999999")));
        assertMatches("Problem", json(server.send("POST", JOBS, "application/yaml", "prior: 1")));
        String metrics = server.ask("GET", "/metrics").body();
        assertTrue(metrics.contains("\nheadwater_jobs{state=\"cancelled\"} "), metrics);
        assertTrue(metrics.matches("(?s)(#? ?[^\n]+\n)+"), metrics);
    }

    private static void assertMatches(String schema, JsonNode value) throws Exception {
        JsonNode api =
                ServerProcess.JSON.readTree(
                        server.ask("GET", "/api/v1/openapi.json", null, null, null)
                                .body()
                                .replace("#/components/schemas/", "#/$defs/"));
        JsonSchema compiled =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(
                                ServerProcess.JSON
                                        .createObjectNode()
                                        .put("$ref", "#/$defs/" + schema)
                                        .set("$defs", api.at("/components/schemas")));
        assertEquals(List.of(), List.copyOf(compiled.validate(value)), value::toString);
    }

    @Test
    void sweepMakesAJobOfEachCombination() throws Exception {
        String grid = "\nsweep: {prior.weight: [1, 2.5], seed: [1, 2, 3]}\n";
        String problem = ServerProcess.lasso().replace("seed: 1\n", grid);
        HttpResponse<String> answer =
                server.post(
                        "/api/v1/sweeps?name=scan",
                        problem,
                        ServerProcess.lassoFiles(),
                        server.admin());
        JsonNode made = expect(201, answer);
        assertEquals(6, made.get("jobs").size());
        JsonNode page = json(server.ask("GET", answer.headers().firstValue("Location").get()));
        List<String> names = new ArrayList<>();
        page.get("jobs").forEach(job -> names.add(0, job.get("name").asText()));
        assertEquals("scan weight=1 seed=1", names.get(0));
        assertEquals("scan weight=2.5 seed=3", names.get(5));
        String last = made.get("jobs").get(5).asText();
        String sent = new String(server.file(last, "input/problem.yaml"), StandardCharsets.UTF_8);
        assertTrue(sent.contains("\"weight\":2.5") && sent.contains("\"seed\":3"), sent);
        expect(200, server.ask("DELETE", "/api/v1/sweeps/" + made.get("sweep").asText()));
        for (JsonNode id : made.get("jobs")) {
            server.await(
                    id.asText(),
                    job -> List.of("CANCELLED", "DONE").contains(job.get("state").asText()));
        }
        JsonNode wrong =
                expect(
                        422,
                        server.post(
                                "/api/v1/sweeps",
                                problem.replace("[1, 2.5]", "[1, -2]"),
                                ServerProcess.lassoFiles(),
                                server.admin()));
        assertEquals("prior.weight", wrong.get("key").asText());
        assertEquals(0, json(server.ask("GET", JOBS + "?sweep=s999999")).get("total").asInt());
    }

    /** A shell that is attached sees the queue, and what it submits stays in the server. */
    @Test
    void attachedShellWorksOnTheQueue() throws Exception {
        String id = server.submit("?name=by-http", endless(), ServerProcess.lassoFiles());
        server.await(id, job -> job.path("iteration").asInt() > 0);
        String said =
                shell(
                        "jobs; show "
                                + id
                                + "; submit "
                                + HOME.resolve("examples/lasso.yaml")
                                + "; cancel "
                                + id
                                + "; jobs");
        assertTrue(said.contains("by-http") && said.contains("CANCELLED"), said);
        JsonNode job = json(server.ask("GET", JOBS + "?limit=1")).get("jobs").get(0);
        assertEquals("lasso", job.get("name").asText(), said);
        assertEquals("shell", job.get("owner").asText());
        server.await(job.get("id").asText(), "DONE");
        String shown = shell("show " + job.get("id").asText());
        assertTrue(shown.contains("verdict: PASS"), shown);
    }

    private static String shell(String commands) throws Exception {
        Process shell =
                new ProcessBuilder(
                                HOME.resolve("bin/headwater").toString(),
                                "shell",
                                "--attach",
                                Long.toString(server.process().pid()),
                                "-c",
                                commands)
                        .redirectErrorStream(true)
                        .start();
        shell.getOutputStream().close();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), said);
        return said;
    }

    @Test
    void pythonClientSubmitsWaitsAndFetches() throws Exception {
        Path results = folder.resolve("fetched");
        String said =
                python(
                        0,
                        "submit",
                        HOME.resolve("examples/lasso.yaml").toString(),
                        "--fetch",
                        results.toString());
        String id = said.split("\\s+")[1];
        assertTrue(said.contains("job " + id + ": DONE PASS"), said);
        assertTrue(said.endsWith("results: " + results + "\n"), said);
        for (String file : List.of("posterior.npy", "verdict.json", "checkpoint/state.npz")) {
            assertArrayEquals(
                    server.file(id, file), Files.readAllBytes(results.resolve(file)), file);
        }
        Path wrong = folder.resolve("wrong.yaml");
        Files.writeString(wrong, "prior: {type: l1}\n");
        assertTrue(python(2, "submit", wrong.toString()).startsWith("error: forward-model "));
    }

    private static String python(int code, String... arguments) throws Exception {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "python3",
                                HOME.resolve("clients/headwater.py").toString(),
                                "--url",
                                server.address().toString(),
                                "--token-file",
                                folder.resolve("conf/admin.token").toString()));
        line.addAll(List.of(arguments));
        Process python = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(code, python.waitFor(), said);
        return said;
    }

    /** A browser's session needs its cookie and, to change something, a header besides. */
    @Test
    void sessionIsSafeFromOtherSites() throws Exception {
        HttpResponse<String> begun = server.ask("POST", "/api/v1/session");
        expect(200, begun);
        String set = begun.headers().firstValue("Set-Cookie").orElse("");
        assertTrue(set.contains("HttpOnly") && set.contains("SameSite=Strict"), set);
        String cookie = set.split(";")[0];
        assertEquals(200, withCookie(cookie, "GET", JOBS, false));
        assertEquals(403, withCookie(cookie, "DELETE", JOBS + "/999999", false));
        assertEquals(404, withCookie(cookie, "DELETE", JOBS + "/999999", true));
        assertEquals(204, withCookie(cookie, "DELETE", "/api/v1/session", true));
        assertEquals(401, withCookie(cookie, "GET", JOBS, false));
    }

    private static int withCookie(String cookie, String method, String path, boolean header)
            throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                server.request(method, path, null, null, null),
                                (name, value) -> true)
                        .header("Cookie", cookie);
        if (header) {
            request.header("X-Headwater", "1");
        }
        return server.client()
                .send(request.build(), HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }
}
