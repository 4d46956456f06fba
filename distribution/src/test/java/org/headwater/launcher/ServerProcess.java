package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** {@code bin/headwater server} as a process, and requests to it. */
final class ServerProcess implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Without the optimising compiler and the vectors that need it: short jobs are done earlier.
     */
    static final String COMPILER = "-XX:TieredStopAtLevel=1";

    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final long PATIENCE_SECONDS = 240;

    /** Of the key stores that tests make. */
    static final String STORE_PASSWORD = "headwater-test";

    private final Process process;
    private final Path folder;
    private final URI address;
    private final HttpClient client;

    private ServerProcess(Process process, Path folder, URI address) throws Exception {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (address.getScheme().equals("https")) {
            builder.sslContext(trusting(folder.resolve("conf/server.p12")));
        }
        this.client = builder.build();
        this.process = process;
        this.folder = folder;
        this.address = address;
    }

    /** Trusts the certificate of a key store, and no other. */
    private static SSLContext trusting(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, STORE_PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("headwater", keys.getCertificate("headwater"));
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /**
     * Starts a server on the data and the configuration in a folder and waits until it serves.
     *
     * @param settings {@code key=value} over conf/server.yaml
     */
    static ServerProcess start(Path folder, String... settings) throws Exception {
        return serving(launch(folder, settings), folder);
    }

    /** Waits until a process that was started serves. */
    static ServerProcess serving(Process process, Path folder) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            for (String line : Files.readAllLines(out(folder))) {
                if (line.startsWith("serving ")) {
                    URI address = URI.create(line.split(" +")[1]);
                    return new ServerProcess(process, folder, address);
                }
            }
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        "no server: "
                                + Files.readString(out(folder))
                                + Files.readString(err(folder)));
            }
            Thread.sleep(20);
        }
    }

    /** The installation: the folder's own in {@code home/}, or the one that was built. */
    static Path home(Path folder) {
        Path own = folder.resolve("home");
        return Files.exists(own) ? own : HOME;
    }

    /** Starts the process only. */
    static Process launch(Path folder, String... settings) throws IOException {
        return command(folder, "server", settings, "--port", "0");
    }

    /** Starts a command on the data and the configuration in a folder. */
    static Process command(Path folder, String command, String[] settings, String... more)
            throws IOException {
        return command(folder, command, settings, new String[0], more);
    }

    /**
     * Starts a command within another.
     *
     * @param within the other command, which runs what follows it
     */
    static Process command(
            Path folder, String command, String[] settings, String[] within, String... more)
            throws IOException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        List<String> line = new ArrayList<>(List.of(within));
        line.addAll(
                List.of(
                        home(folder).resolve("bin/headwater").toString(),
                        command,
                        "--data",
                        folder.resolve("data").toString(),
                        "--conf",
                        folder.resolve("conf").toString()));
        line.addAll(List.of(more));
        for (String setting : settings) {
            line.addAll(List.of("--set", setting));
        }
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment()
                .put(
                        "HEADWATER_JAVA_OPTS",
                        "-Xmx1g "
                                + COMPILER
                                + " -Dheadwater.threads=2 -Dheadwater.checkpoint=100"
                                + " -Djava.io.tmpdir="
                                + temporary);
        builder.redirectOutput(out(folder).toFile());
        builder.redirectError(err(folder).toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    static Path out(Path folder) {
        return folder.resolve("stdout");
    }

    static Path err(Path folder) {
        return folder.resolve("stderr");
    }

    URI address() {
        return address;
    }

    Process process() {
        return process;
    }

    Path folder() {
        return folder;
    }

    /** The first start's token. */
    String admin() throws IOException {
        return Files.readString(folder.resolve("conf").resolve("admin.token")).strip();
    }

    /** Asks as the administrator. */
    HttpResponse<String> ask(String method, String path) throws Exception {
        return ask(method, path, "application/json", null, admin());
    }

    /** Sends a body as the administrator. */
    HttpResponse<String> send(String method, String path, String type, String body)
            throws Exception {
        return ask(method, path, type, body.getBytes(StandardCharsets.UTF_8), admin());
    }

    /** Sends a request; without a token if that is null. */
    HttpResponse<String> ask(String method, String path, String type, byte[] body, String token)
            throws Exception {
        return client.send(
                request(method, path, type, body, token),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** A request to this server. */
    HttpRequest request(String method, String path, String type, byte[] body, String token) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofMinutes(2));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body != null) {
            request.header("Content-Type", type);
        }
        return request.method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    HttpClient client() {
        return client;
    }

    /** The bytes of a job's file. */
    byte[] file(String id, String name) throws Exception {
        HttpResponse<byte[]> answer =
                client.send(
                        request(
                                "GET",
                                "/api/v1/jobs/" + id + "/files/" + name,
                                null,
                                null,
                                admin()),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertTrue(answer.statusCode() == 200, () -> name + ": " + answer.statusCode());
        return answer.body();
    }

    /** Submits a problem with files; returns the job's number. */
    String submit(String query, String problem, Map<String, byte[]> files) throws Exception {
        HttpResponse<String> answer = post(query, problem, files, admin());
        assertTrue(answer.statusCode() == 201, answer::body);
        return JSON.readTree(answer.body()).get("id").asText();
    }

    /** Sends a problem with files, to /jobs with a query, or to another address. */
    HttpResponse<String> post(String query, String problem, Map<String, byte[]> files, String token)
            throws Exception {
        String boundary = "----headwater-test";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        part(body, boundary, "problem", "problem.yaml", problem.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            part(body, boundary, "files", file.getKey(), file.getValue());
        }
        body.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return ask(
                "POST",
                query.startsWith("/") ? query : "/api/v1/jobs" + query,
                "multipart/form-data; boundary=" + boundary,
                body.toByteArray(),
                token);
    }

    private static void part(
            ByteArrayOutputStream body, String boundary, String name, String file, byte[] content) {
        String head =
                "--"
                        + boundary
                        + "\r\nContent-Disposition: form-data; name=\""
                        + name
                        + "\"; filename=\""
                        + file
                        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
        body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
    }

    /** A job as it is now. */
    JsonNode job(String id) throws Exception {
        return JSON.readTree(ask("GET", "/api/v1/jobs/" + id).body());
    }

    /** Waits until something holds of a job. */
    JsonNode await(String id, Predicate<JsonNode> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            JsonNode job = job(id);
            if (condition.test(job)) {
                return job;
            }
            assertTrue(System.nanoTime() < end, () -> "waited in vain: " + job);
            Thread.sleep(20);
        }
    }

    /** Waits until a job is in a state. */
    JsonNode await(String id, String state) throws Exception {
        return await(
                id,
                job -> {
                    String now = job.path("state").asText();
                    boolean over = List.of("DONE", "FAILED", "CANCELLED").contains(now);
                    assertTrue(!over || now.equals(state), job::toString);
                    return now.equals(state);
                });
    }

    /** The problem of the examples, for the files in {@link #lassoFiles}. */
    static String lasso(String... more) throws IOException {
        return Files.readString(HOME.resolve("examples/lasso.yaml")) + String.join("\n", more);
    }

    /** The files of {@link #lasso}. */
    static Map<String, byte[]> lassoFiles() throws IOException {
        Path files = HOME.resolve("examples/lasso");
        return Map.of(
                "lasso/A.csv", Files.readAllBytes(files.resolve("A.csv")),
                "lasso/y.csv", Files.readAllBytes(files.resolve("y.csv")));
    }

    /** Kills the process as a power failure would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks the process to stop; its exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
