package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the server says and keeps when something around it is broken. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class ServerFailureIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final int LONG = 400;
    private static final int ENDLESS = 1_000_000;

    @TempDir private Path folder;

    private String refused(String... settings) throws Exception {
        return refused(ServerProcess.launch(folder, settings));
    }

    private String refused(Process process) throws Exception {
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        List<String> lines = Files.readAllLines(ServerProcess.err(folder));
        assertEquals(2, process.exitValue(), lines::toString);
        assertEquals(1, lines.size(), lines::toString);
        return lines.get(0);
    }

    /**
     * A server is killed; its database, a checkpoint and an entry are damaged, a plug-in is taken
     * away. And a backup that was made while it ran is restored elsewhere, from entries of the
     * first version, and served by TLS. In both places the same jobs come to the same bytes.
     */
    @Test
    void whatIsOnTheDiskOutlivesItsServer() throws Exception {
        Path backup = Files.createDirectory(folder.resolve("backup"));
        Path plugin = Installation.in(folder.resolve("home")).resolve("plugins/acme.jar");
        PluginJars.acme(HOME, plugin, "", "");
        String kept;
        String running;
        String waits;
        byte[] result;
        byte[] undisturbed;
        try (ServerProcess server = ServerProcess.start(folder, "jobs=2")) {
            kept = server.submit("?name=kept", ServerProcess.lasso(), ServerProcess.lassoFiles());
            String calm = server.submit("?name=calm", longer(LONG), ServerProcess.lassoFiles());
            result = finished(server, kept);
            undisturbed = finished(server, calm);
            secondServerIsRefused(server);
            waits =
                    server.submit(
                            "",
                            longer(ENDLESS).replaceAll("prior: .*", "prior: {type: acme}"),
                            ServerProcess.lassoFiles());
            server.await(waits, job -> job.path("iteration").asInt() > 0);
            running = server.submit("?name=running", longer(LONG), ServerProcess.lassoFiles());
            Path checkpoints = folder.resolve("data/jobs/" + running + "/run/checkpoint");
            server.await(running, job -> Files.exists(checkpoints.resolve("previous.npz")));
            // as rsync does, but for its exit status 24: files may vanish while the server works
            run(
                    "sh",
                    "-c",
                    "cp -a \"$@\" 2>&1 | grep -v 'cannot stat'; test $? = 1",
                    "sh",
                    folder + "/data/jobs",
                    folder + "/conf",
                    backup.toString());
            server.kill();
        }
        Files.delete(plugin);
        assertEquals("RUNNING", entry(folder, running).get("state").asText());
        Files.writeString(
                folder.resolve("data/jobs/" + running + "/run/checkpoint/state.npz"), "torn");
        Path database;
        try (Stream<Path> files = Files.list(folder.resolve("data/db"))) {
            database = files.filter(f -> f.toString().endsWith(".mv.db")).findFirst().orElseThrow();
        }
        Files.writeString(database, "no database at all ".repeat(1000));
        assertTrue(refused().contains("run 'headwater reindex'"));
        reindex(folder, 4);
        try (ServerProcess server = ServerProcess.start(folder, "jobs=1")) {
            assertEquals("kept", server.job(kept).get("name").asText());
            assertArrayEquals(result, server.file(kept, "posterior.npy"));
            assertArrayEquals(undisturbed, finished(server, running));
            JsonNode job = server.await(waits, j -> !j.get("waits-for").isNull());
            assertEquals("QUEUED", job.get("state").asText(), job::toString);
            assertEquals("the prior 'acme', which is not installed", job.get("waits-for").asText());
            PluginJars.acme(HOME, plugin, "", "");
            int before = lastIteration(folder, waits);
            server.await(waits, j -> j.path("iteration").asInt() > before);
            server.ask("DELETE", "/api/v1/jobs/" + waits);
            server.await(waits, "CANCELLED");
            String next = server.submit("", ServerProcess.lasso(), ServerProcess.lassoFiles());
            assertTrue(Long.parseLong(next) > Long.parseLong(waits));
            assertEquals(0, server.stop());
        }
        restore(backup, kept, waits);
        try (ServerProcess server = ServerProcess.start(backup, "jobs=1")) {
            assertEquals("https", server.address().getScheme());
            assertArrayEquals(result, server.file(kept, "posterior.npy"));
            assertArrayEquals(undisturbed, finished(server, running));
            assertEquals(0, server.stop());
        }
    }

    /** Puts a backup where a server finds it, as if version 0.1.0 had written it; sets up TLS. */
    private static void restore(Path backup, String kept, String waits) throws Exception {
        Files.createDirectory(backup.resolve("data"));
        Files.move(backup.resolve("jobs"), backup.resolve("data/jobs"));
        Path old = backup.resolve("data/jobs/" + kept + "/job.json");
        String entry = Files.readString(old);
        assertTrue(entry.contains("\"memory\":"), entry);
        Files.writeString(old, entry.replaceAll("\"memory\":\\d+,", ""));
        Files.writeString(backup.resolve("data/jobs/" + waits + "/job.json"), "{\"id\":");
        reindex(backup, 3);
        Path store = backup.resolve("conf/server.p12");
        run(
                Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                "-genkeypair",
                "-alias",
                "headwater",
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12",
                "-dname",
                "CN=headwater",
                "-ext",
                "san=ip:127.0.0.1",
                "-storepass",
                ServerProcess.STORE_PASSWORD,
                "-keystore",
                store.toString());
        Files.writeString(
                backup.resolve("conf/server.p12.password"), ServerProcess.STORE_PASSWORD + "\n");
        Files.writeString(
                backup.resolve("conf/server.yaml"),
                "tls: {keystore: server.p12, password-file: server.p12.password}\n");
    }

    private static String longer(int iterations) throws Exception {
        return ServerProcess.lasso()
                .replace(
                        "solver: {type: rwpo}",
                        "solver: {type: rwpo, particles: 60, iterations: " + iterations + "}");
    }

    private static byte[] finished(ServerProcess server, String id) throws Exception {
        server.await(id, "DONE");
        return server.file(id, "posterior.npy");
    }

    private void secondServerIsRefused(ServerProcess server) throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.createSymbolicLink(other.resolve("data"), folder.resolve("data"));
        Process second = ServerProcess.launch(other);
        assertTrue(second.waitFor(2, TimeUnit.MINUTES));
        String said = Files.readString(ServerProcess.err(other));
        assertTrue(
                said.contains("no other server works on")
                        && said.contains("process " + server.process().pid()),
                said);
    }

    private static JsonNode entry(Path place, String id) throws Exception {
        return ServerProcess.JSON.readTree(
                Files.readString(place.resolve("data/jobs/" + id + "/job.json")));
    }

    private static int lastIteration(Path place, String id) throws Exception {
        List<String> log = Files.readAllLines(place.resolve("data/jobs/" + id + "/run/log.jsonl"));
        return (int) log.stream().filter(line -> line.contains("\"step\"")).count() / 2;
    }

    private static void reindex(Path place, int jobs) throws Exception {
        Process reindex = ServerProcess.command(place, "reindex", new String[0]);
        assertEquals(0, reindex.waitFor());
        String said = Files.readString(ServerProcess.out(place));
        assertTrue(said.startsWith(jobs + " jobs found"), said);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    /**
     * A file system of 16 MB runs full while a job works: what arrives is refused, the job fails
     * with the reason, and goes on to the same bytes when there is room again.
     */
    @Test
    @EnabledIfSystemProperty(named = "headwater.soak", matches = "[1-9][0-9]*")
    void fullDiskCostsNoResult() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        assumeTrue(
                mounted("true", data) == 0,
                "this machine does not let its user make a file system of 16 MB");
        Process process =
                ServerProcess.command(
                        folder,
                        "server",
                        new String[] {"tries=1", "jobs=1"},
                        within(data),
                        "--port",
                        "0");
        try (ServerProcess server = ServerProcess.serving(process, folder)) {
            String calm = server.submit("", longer(LONG), ServerProcess.lassoFiles());
            byte[] undisturbed = finished(server, calm);
            String id = server.submit("", longer(LONG), ServerProcess.lassoFiles());
            server.await(id, job -> job.path("iteration").asInt() > 20);
            long pid = process.pid();
            inside(pid, "cat /dev/zero > " + data + "/filler 2>/dev/null; true");
            HttpResponse<String> refused =
                    server.post("", longer(LONG), ServerProcess.lassoFiles(), server.admin());
            assertEquals(507, refused.statusCode(), refused::body);
            JsonNode failed = server.await(id, "FAILED");
            assertTrue(
                    failed.at("/error/detail").asText().contains("disk is full"), failed::toString);
            assertTrue(server.ask("GET", "/health").body().contains("make room"));
            assertArrayEquals(undisturbed, server.file(calm, "posterior.npy"));
            inside(pid, "rm " + data + "/filler");
            server.await(
                    id,
                    job ->
                            resumed(server, id)
                                    && List.of("QUEUED", "RUNNING", "DONE")
                                            .contains(job.get("state").asText()));
            assertArrayEquals(undisturbed, finished(server, id));
            assertEquals(0, server.stop());
        }
    }

    private static boolean resumed(ServerProcess server, String id) {
        try {
            return server.ask("POST", "/api/v1/jobs/" + id + "/resume").statusCode() < 500;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void readOnlyDataDirectoryIsNamed() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        String[] readOnly = {
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && shift && exec \"$@\"",
            "sh",
            data.toString()
        };
        assumeTrue(exit(readOnly, "true") == 0, "this machine does not let its user mount");
        String said =
                refused(
                        ServerProcess.command(
                                folder, "server", new String[0], readOnly, "--port", "0"));
        assertTrue(said.contains("data must be a directory that can be written"), said);
    }

    /** Runs what follows where the data directory is a file system of 16 MB of its own. */
    private static String[] within(Path data) {
        return new String[] {
            "unshare",
            "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=16m tmpfs \"$1\" && shift && exec \"$@\"",
            "sh",
            data.toString()
        };
    }

    private static int mounted(String command, Path data) throws Exception {
        return exit(within(data), command);
    }

    private static int exit(String[] before, String command) throws Exception {
        List<String> line = new ArrayList<>(List.of(before));
        line.add(command);
        try {
            return new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return 1;
        }
    }

    /** A line of shell where a process sees its own file systems. */
    private static void inside(long pid, String line) throws Exception {
        run(
                "nsenter",
                "-t",
                Long.toString(pid),
                "-U",
                "-m",
                "--preserve-credentials",
                "sh",
                "-c",
                line);
    }

    @Test
    void unusableSurroundingsAreNamed() throws Exception {
        Files.writeString(folder.resolve("data"), "a file");
        String data = refused();
        assertTrue(data.contains("data must be a directory that can be written"), data);
        assertTrue(data.contains("data/jobs: Not a directory)"), data);
        Files.delete(folder.resolve("data"));
        // a mistyped directory is not made
        assertEquals(2, ServerProcess.command(folder, "reindex", new String[0]).waitFor());
        assertFalse(Files.exists(folder.resolve("data")));
        String setting = refused("jobz=3");
        assertTrue(setting.contains("jobs"), setting);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port =
                    refused(
                            ServerProcess.command(
                                    folder,
                                    "server",
                                    new String[0],
                                    "--port",
                                    Integer.toString(taken.getLocalPort())));
            assertTrue(port.contains("port cannot be listened on"), port);
        }
    }

    /** A forward model that does not answer holds up neither the stop nor the next start. */
    @Test
    void stepThatDoesNotEndIsAbandoned() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        HttpServer model =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        model.setExecutor(Executors.newCachedThreadPool());
        Map<String, String> answers =
                Map.of(
                        "/Info", "{\"protocolVersion\":1.0,\"models\":[\"forward\"]}",
                        "/ModelInfo",
                                "{\"support\":{\"Evaluate\":true,\"Gradient\":true,"
                                        + "\"ApplyJacobian\":true,\"ApplyHessian\":false}}",
                        "/InputSizes", "{\"inputSizes\":[2]}",
                        "/OutputSizes", "{\"outputSizes\":[2]}");
        model.createContext(
                "/",
                exchange -> {
                    String answer = answers.get(exchange.getRequestURI().getPath());
                    if (answer == null) {
                        asked.countDown();
                        try {
                            never.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return;
                    }
                    exchange.getRequestBody().readAllBytes();
                    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        model.start();
        int port = model.getAddress().getPort();
        String problem =
                "forward-model: {type: umbridge, url: 'http://127.0.0.1:"
                        + port
                        + "', model: forward}\ndata: {values: y.csv}\nnoise: {sd: 1}\n"
                        + "prior: {type: l1, weight: 1}\n";
        Map<String, byte[]> files = Map.of("y.csv", "1\n2\n".getBytes(StandardCharsets.UTF_8));
        String id;
        try (ServerProcess server = ServerProcess.start(folder, "allowed-hosts=127.0.0.1")) {
            id = server.submit("", problem, files);
            asked.await();
            assertEquals(0, server.stop());
            List<String> said = new ArrayList<>(Files.readAllLines(ServerProcess.out(folder)));
            assertTrue(said.stream().anyMatch(l -> l.contains("abandoned")), said::toString);
        }
        try (ServerProcess server = ServerProcess.start(folder, "jobs=1")) {
            server.await(id, job -> job.get("tries").asInt() == 2);
        } finally {
            never.countDown();
            model.stop(0);
        }
    }
}
