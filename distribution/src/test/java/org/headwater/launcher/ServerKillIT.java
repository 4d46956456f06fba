package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
 * The server's process is killed at random moments: while it starts, while jobs are submitted,
 * begin, step, write checkpoints and results. The property {@code headwater.kills} says how often.
 */
@DisabledOnOs(OS.WINDOWS)
class ServerKillIT {
    private static final int KILLS = Integer.getInteger("headwater.kills", 5);
    private static final int ITERATIONS = 400;
    private static final int SEEDS = 3;
    private static final String[] SETTINGS = {"jobs=2", "tries=1"};

    @TempDir private Path folder;
    private final Random random = new Random(8);
    private final Map<String, Integer> accepted = new HashMap<>();

    private static String problem(int seed) throws IOException {
        return ServerProcess.lasso()
                .replace(
                        "solver: {type: rwpo}\n",
                        "solver: {type: rwpo, particles: 60, iterations: " + ITERATIONS + "}\n")
                .replace("seed: 1", "seed: " + seed);
    }

    private static String submit(ServerProcess server, int seed) throws Exception {
        return server.submit("?name=kill", problem(seed), ServerProcess.lassoFiles());
    }

    /** What undisturbed runs come to. */
    private List<Map<String, byte[]>> references() throws Exception {
        List<Map<String, byte[]>> all = new ArrayList<>();
        Path calm = Files.createDirectory(folder.resolve("calm"));
        try (ServerProcess server = ServerProcess.start(calm, SETTINGS)) {
            List<String> ids = new ArrayList<>();
            for (int seed = 1; seed <= SEEDS; seed++) {
                ids.add(submit(server, seed));
            }
            for (String id : ids) {
                server.await(id, "DONE");
                all.add(results(server, id));
            }
            assertEquals(0, server.stop());
        }
        return all;
    }

    private static Map<String, byte[]> results(ServerProcess server, String id) throws Exception {
        return Map.of(
                "posterior.npy", server.file(id, "posterior.npy"),
                "summary.csv", server.file(id, "summary.csv"));
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void nothingIsLostDoubledOrChanged() throws Exception {
        List<Map<String, byte[]>> references = references();
        Path killed = Files.createDirectory(folder.resolve("killed"));
        for (int kill = 0; kill < KILLS; kill++) {
            if (kill % 5 == 4) {
                killWhileItStarts(killed);
            } else {
                killWhileItWorks(killed, kill);
            }
        }
        try (ServerProcess server = ServerProcess.start(killed, SETTINGS)) {
            assertTrue(accepted.size() >= Math.min(KILLS, SEEDS), accepted::toString);
            for (Map.Entry<String, Integer> job : accepted.entrySet()) {
                String id = job.getKey();
                JsonNode done = server.await(id, "DONE");
                assertEquals("kill", done.get("name").asText());
                Map<String, byte[]> expected = references.get(job.getValue() - 1);
                for (Map.Entry<String, byte[]> file : results(server, id).entrySet()) {
                    assertArrayEquals(
                            expected.get(file.getKey()), file.getValue(), id + " " + file.getKey());
                }
                assertEquals(
                        Stream.iterate(1, i -> i + 1).limit(ITERATIONS).toList(),
                        iterations(server, id));
            }
            // a kill between the rename and the answer leaves a job that nobody was told of
            int jobs =
                    ServerProcess.JSON
                            .readTree(server.ask("GET", "/api/v1/jobs").body())
                            .get("total")
                            .asInt();
            assertTrue(jobs >= accepted.size() && jobs <= accepted.size() + KILLS, jobs + "");
            assertEquals(0, server.stop());
        }
        try (Stream<Path> arriving = Files.list(killed.resolve("data/incoming"))) {
            assertEquals(0, arriving.count());
        }
    }

    /** Each step is logged once: no part of a run is told twice. */
    private static List<Integer> iterations(ServerProcess server, String id) throws Exception {
        List<Integer> all = new ArrayList<>();
        String log = new String(server.file(id, "log.jsonl"), StandardCharsets.UTF_8);
        for (String line : log.split("\n")) {
            JsonNode event = ServerProcess.JSON.readTree(line);
            if (event.get("event").asText().equals("step")) {
                all.add(event.get("iteration").asInt());
            }
        }
        return all;
    }

    private void killWhileItStarts(Path killed) throws Exception {
        Process process = ServerProcess.launch(killed, SETTINGS);
        Thread.sleep(random.nextInt(4000));
        process.destroyForcibly().waitFor();
    }

    private void killWhileItWorks(Path killed, int kill) throws Exception {
        try (ServerProcess server = ServerProcess.start(killed, SETTINGS)) {
            int seed = 1 + kill % SEEDS;
            String id = submit(server, seed);
            accepted.put(id, seed);
            if (kill % 5 == 1) {
                // while a checkpoint is being written, if one is caught at it
                Path checkpoint = killed.resolve("data/jobs/" + id + "/run/checkpoint");
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
                while (System.nanoTime() < end
                        && !Files.exists(checkpoint.resolve("next.npz.tmp"))
                        && !Files.exists(checkpoint.resolve("next.npz"))) {
                    Thread.onSpinWait();
                }
            } else if (kill % 5 == 3) {
                // with a request on its way
                Thread client =
                        new Thread(
                                () -> {
                                    try {
                                        String another = submit(server, seed);
                                        synchronized (accepted) {
                                            accepted.put(another, seed);
                                        }
                                    } catch (Exception | AssertionError e) {
                                        // the server died first: nothing was accepted
                                    }
                                });
                client.start();
                Thread.sleep(random.nextInt(60));
                server.kill();
                client.join();
                return;
            } else {
                Thread.sleep(random.nextInt(4000));
            }
            server.kill();
        }
    }
}
