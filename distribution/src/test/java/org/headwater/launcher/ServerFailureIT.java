package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the server says and keeps when something around it is broken. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
class ServerFailureIT {
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

    @Test
    void damagedDatabaseIsMadeAnewFromTheFolders() throws Exception {
        String id;
        byte[] result;
        try (ServerProcess server = ServerProcess.start(folder)) {
            id = server.submit("?name=kept", ServerProcess.lasso(), ServerProcess.lassoFiles());
            server.await(id, "DONE");
            result = server.file(id, "posterior.npy");
            // a second server on the same data
            Path other = Files.createDirectory(folder.resolve("other"));
            Files.createSymbolicLink(other.resolve("data"), folder.resolve("data"));
            Process second = ServerProcess.launch(other);
            assertTrue(second.waitFor(2, TimeUnit.MINUTES));
            String said = Files.readString(ServerProcess.err(other));
            assertTrue(
                    said.contains("no other server works on")
                            && said.contains("process " + server.process().pid()),
                    said);
            assertEquals(0, server.stop());
        }
        Path database;
        try (Stream<Path> files = Files.list(folder.resolve("data/db"))) {
            database = files.filter(f -> f.toString().endsWith(".mv.db")).findFirst().orElseThrow();
        }
        Files.writeString(database, "no database at all ".repeat(1000));
        assertTrue(refused().contains("run 'headwater reindex'"));
        Process reindex = ServerProcess.command(folder, "reindex", new String[0]);
        assertEquals(0, reindex.waitFor());
        assertTrue(Files.readString(ServerProcess.out(folder)).startsWith("1 jobs found"));
        try (ServerProcess server = ServerProcess.start(folder)) {
            assertEquals("kept", server.job(id).get("name").asText());
            assertEquals("DONE", server.job(id).get("state").asText());
            assertArrayEquals(result, server.file(id, "posterior.npy"));
            String next = server.submit("", ServerProcess.lasso(), ServerProcess.lassoFiles());
            assertTrue(Long.parseLong(next) > Long.parseLong(id));
            assertEquals(0, server.stop());
        }
    }

    @Test
    void unusableSurroundingsAreNamed() throws Exception {
        Files.writeString(folder.resolve("data"), "a file");
        String data = refused();
        assertTrue(data.contains("data must be a directory that can be written"), data);
        Files.delete(folder.resolve("data"));
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
