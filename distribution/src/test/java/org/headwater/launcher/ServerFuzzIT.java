package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests made from the server's own description, most of them wrong somewhere. The property
 * {@code headwater.fuzz} says how many.
 */
@DisabledOnOs(OS.WINDOWS)
class ServerFuzzIT {
    private static final int REQUESTS = Integer.getInteger("headwater.fuzz", 400);
    private static final List<String> STRANGE =
            List.of(
                    "",
                    " ",
                    "0",
                    "-1",
                    "1e999",
                    "99999999999999999999",
                    "null",
                    "true",
                    "..",
                    "../../etc/passwd",
                    "%",
                    "a\u0000b",
                    "'; DROP TABLE job; --",
                    "<script>alert(1)</script>",
                    "\ud83d\ude80\u202e",
                    "x".repeat(3000));

    @TempDir private Path folder;
    private final Random random = new Random(2026);
    private ServerProcess server;
    private String problem;

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void noRequestIsTheServersFault() throws Exception {
        problem =
                ServerProcess.lasso()
                        .replace(
                                "solver: {type: rwpo}\n",
                                "solver: {type: rwpo, particles: 10, iterations: 2}\n");
        try (ServerProcess started = ServerProcess.start(folder, "requests-per-second=100000")) {
            server = started;
            String done = server.submit("", problem, ServerProcess.lassoFiles());
            server.await(done, "DONE");
            JsonNode api =
                    ServerProcess.JSON.readTree(server.ask("GET", "/api/v1/openapi.json").body());
            List<Operation> operations = new ArrayList<>();
            api.get("paths")
                    .fields()
                    .forEachRemaining(
                            path ->
                                    path.getValue()
                                            .fieldNames()
                                            .forEachRemaining(
                                                    m -> operations.add(operation(path, m))));
            operations.removeIf(o -> o.method().equals("PARAMETERS"));
            assertTrue(operations.size() > 25, operations::toString);
            for (int i = 0; i < REQUESTS; i++) {
                if (i % 20 == 19) {
                    garbage();
                } else {
                    fuzz(any(operations), done);
                }
            }
            settle();
            String metrics = server.ask("GET", "/metrics").body();
            assertTrue(metrics.contains("\nheadwater_http_faults_total 0\n"), metrics);
            assertEquals(200, server.ask("GET", "/health").statusCode());
            try (Stream<Path> left = Files.list(folder.resolve("data/incoming"))) {
                assertEquals(0, left.count());
            }
            assertTrue(figure(metrics, "headwater_threads") < 150, metrics);
            assertTrue(figure(metrics, "headwater_open_files") < 400, metrics);
            assertEquals(0, server.stop());
        }
    }

    /** Waits until nothing runs any more. */
    private void settle() throws Exception {
        for (JsonNode job : list("QUEUED")) {
            server.ask("DELETE", "/api/v1/jobs/" + job.get("id").asText());
        }
        for (JsonNode job : list("RUNNING")) {
            server.await(
                    job.get("id").asText(),
                    j -> !List.of("QUEUED", "RUNNING").contains(j.get("state").asText()));
        }
    }

    private JsonNode list(String state) throws Exception {
        return ServerProcess.JSON
                .readTree(server.ask("GET", "/api/v1/jobs?limit=1000&state=" + state).body())
                .get("jobs");
    }

    private static double figure(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
                .findFirst()
                .orElseThrow();
    }

    private record Operation(String method, String path, JsonNode description) {}

    private static Operation operation(Map.Entry<String, JsonNode> path, String method) {
        return new Operation(method.toUpperCase(), path.getKey(), path.getValue().get(method));
    }

    /**
     * Sends once more what met a connection that was just being closed, as it is after a body that
     * was refused half read: a client cannot know.
     */
    private HttpResponse<String> answer(HttpRequest request) throws Exception {
        BodyHandler<String> text = BodyHandlers.ofString(StandardCharsets.UTF_8);
        try {
            return server.client().send(request, text);
        } catch (HttpTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return server.client().send(request, text);
        }
    }

    private void fuzz(Operation operation, String done) throws Exception {
        StringBuilder path = new StringBuilder("/api/v1");
        for (String part : operation.path().substring(1).split("/", -1)) {
            path.append('/');
            if (!part.startsWith("{")) {
                path.append(part);
            } else if (random.nextInt(3) > 0) {
                path.append(
                        switch (part) {
                            case "{id}" -> done;
                            case "{type}" -> "l1";
                            case "{path}" -> "summary.csv";
                            default -> "nobody";
                        });
            } else {
                path.append(encoded(any(STRANGE)));
            }
        }
        StringBuilder query = new StringBuilder();
        for (JsonNode parameter : operation.description().path("parameters")) {
            if (parameter.path("in").asText().equals("query") && random.nextBoolean()) {
                query.append(query.isEmpty() ? "?" : "&")
                        .append(parameter.get("name").asText())
                        .append('=')
                        .append(encoded(any(STRANGE)));
            }
        }
        List<String> types = new ArrayList<>(List.of("text/plain", "application/json"));
        operation
                .description()
                .at("/requestBody/content")
                .fieldNames()
                .forEachRemaining(types::add);
        byte[] body = operation.description().has("requestBody") ? body() : null;
        HttpRequest base =
                server.request(
                        operation.method(),
                        path.toString() + query,
                        any(types) + (random.nextInt(4) == 0 ? "; boundary=x" : ""),
                        body,
                        random.nextInt(12) == 0 ? "wrong" : server.admin());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base, (name, value) -> true).timeout(Duration.ofSeconds(60));
        if (random.nextInt(4) == 0) {
            request.header("Last-Event-ID", any(List.of("-5", "x", "99999999999", "3")));
        }
        HttpResponse<String> answer = answer(request.build());
        String what =
                operation.method()
                        + " "
                        + path
                        + query
                        + " -> "
                        + answer.statusCode()
                        + " "
                        + answer.body();
        assertTrue(answer.statusCode() < 500, what);
        assertFalse(answer.body().contains("\tat "), what);
        boolean ours =
                answer.headers()
                        .firstValue("Content-Type")
                        .orElse("")
                        .equals("application/problem+json");
        // a strange path may be another operation's, or refused before it is one's at all
        boolean strange = !path.toString().matches("[\\w/.-]*") || path.indexOf("//") >= 0;
        if (!strange && (ours || answer.statusCode() < 400)) {
            assertTrue(
                    operation
                                    .description()
                                    .get("responses")
                                    .has(Integer.toString(answer.statusCode()))
                            || path.toString().endsWith("/") && answer.statusCode() == 404,
                    what + " is not described");
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A body that may be right, or was right before something happened to it. */
    private byte[] body() {
        String text =
                any(
                        List.of(
                                problem,
                                "{\"prior\": {\"type\": \"l1\", \"weight\": 1}}",
                                "{\"priority\": 3}",
                                "{\"name\": \"a" + random.nextInt(1000) + "\", \"role\": \"user\"}",
                                "{\"sweep\": {\"seed\": [1, 2]}}",
                                "--x\r\nContent-Disposition: form-data; name=\"problem\"\r\n\r\n"
                                        + problem
                                        + "\r\n--x--\r\n",
                                "[".repeat(2000),
                                "{\"a\":" + "9".repeat(2000) + "}",
                                "a: &a [*a]",
                                "prior: {type: [l1], weight: {}}\ndata: 3\nforward-model: []\n"));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(6) == 0
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
                : bytes;
    }

    /** Bytes that are no HTTP. */
    private void garbage() throws IOException {
        URI address = server.address();
        byte[] bytes = new byte[1 + random.nextInt(2000)];
        random.nextBytes(bytes);
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(any(List.of("", "GET ", "POST /api/v1/jobs HTTP/1.1\r\n")).getBytes());
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answer =
                    new String(socket.getInputStream().readNBytes(15), StandardCharsets.ISO_8859_1);
            // 505 is the answer to a version of HTTP that does not exist
            boolean fault = answer.startsWith("HTTP/1.1 5") && !answer.startsWith("HTTP/1.1 505");
            assertFalse(fault, answer);
        } catch (SocketException e) {
            assertTrue(server.process().isAlive());
        }
    }
}
