package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Months in short: many jobs one after the other, and a plug-in that is updated again and again
 * while they run. Memory, threads and open files must be at the end as they were when everything
 * had been used once. The property {@code headwater.soak} says how many jobs; every tenth brings an
 * update.
 */
@EnabledIfSystemProperty(named = "headwater.soak", matches = "[1-9][0-9]*")
class ServerSoakIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final int JOBS = Integer.getInteger("headwater.soak", 0);
    private static final int AT_ONCE = 20;
    private static final int MOST_GROWTH = 12_000_000;

    @TempDir private Path folder;

    /**
     * What the process takes.
     *
     * @param heap bytes of live objects, after a full collection
     * @param nativeMemory bytes of Java outside the heap, as its own account has them
     * @param resident bytes of memory that the system counts
     * @param threads threads
     * @param files open files and sockets
     */
    private record Use(long heap, long nativeMemory, long resident, long threads, long files) {
        static Use of(ServerProcess server) throws Exception {
            String classes = jcmd(server, "GC.class_histogram");
            Matcher total = Pattern.compile("Total\\s+\\d+\\s+(\\d+)").matcher(classes);
            assertTrue(total.find(), classes);
            String metrics = server.ask("GET", "/metrics").body();
            String status =
                    Files.readString(Path.of("/proc", server.process().pid() + "", "status"));
            return new Use(
                    Long.parseLong(total.group(1)),
                    metric(metrics, "headwater_native_memory_bytes"),
                    1000 * Long.parseLong(status.replaceAll("(?s).*VmRSS:\\s+(\\d+).*", "$1")),
                    metric(metrics, "headwater_threads"),
                    metric(metrics, "headwater_open_files"));
        }

        private static long metric(String metrics, String name) {
            Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(metrics);
            assertTrue(line.find(), name);
            return (long) Double.parseDouble(line.group(1));
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "heap after GC %.1f MB, Java outside the heap %.1f MB, resident %.0f MB,"
                            + " %d threads, %d open files",
                    heap / 1e6,
                    nativeMemory / 1e6,
                    resident / 1e6,
                    threads,
                    files);
        }
    }

    private static String jcmd(ServerProcess server, String command) throws Exception {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                                Long.toString(server.process().pid()),
                                command)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, jcmd.waitFor(), said);
        return said;
    }

    @Test
    @Timeout(value = 12, unit = TimeUnit.HOURS)
    void nothingGrowsWithJobsAndUpdates() throws Exception {
        Installation.in(folder.resolve("home"));
        Path jar = PluginJars.acme(HOME, folder.resolve("acme.jar"), "", "");
        String problem =
                ServerProcess.lasso()
                        .replaceAll("prior: .*", "prior: {type: acme}")
                        .replace(
                                "solver: {type: rwpo}",
                                "solver: {type: rwpo, particles: 40, iterations: 10}");
        int updates = 0;
        try (ServerProcess server = ServerProcess.start(folder, "jobs=2")) {
            Use first = null;
            int fifth = Math.max(AT_ONCE, JOBS / 5 / AT_ONCE * AT_ONCE);
            for (int done = 0; done < JOBS; done += AT_ONCE) {
                if (done > 0 && done % fifth == 0) {
                    Use now = Use.of(server);
                    report("after " + done + " jobs and " + updates + " updates", now);
                    first = first == null ? now : first;
                }
                List<String> batch = new ArrayList<>();
                for (int k = 0; k < AT_ONCE; k++) {
                    if (k % 10 == 0) {
                        // another build of the same version, whose bytes differ
                        Path next = folder.resolve("soak-acme.jar");
                        PluginJars.withHeaders(jar, next, Map.of("Build-Number", ++updates + ""));
                        install(server, next);
                    }
                    batch.add(server.submit("?name=soak", problem, ServerProcess.lassoFiles()));
                }
                for (String job : batch) {
                    server.await(job, "DONE");
                }
            }
            Use end = Use.of(server);
            report("after " + JOBS + " jobs and " + updates + " updates", end);
            assertTrue(end.heap() - first.heap() < MOST_GROWTH, first + " -> " + end);
            assertTrue(end.threads() - first.threads() <= 4, first + " -> " + end);
            assertTrue(end.files() - first.files() <= 10, first + " -> " + end);
            assertEquals(0, server.stop());
        }
    }

    private static void install(ServerProcess server, Path jar) throws Exception {
        var answer =
                server.ask(
                        "POST",
                        "/api/v1/plugins?name=soak-acme.jar",
                        "application/java-archive",
                        Files.readAllBytes(jar),
                        server.admin());
        assertEquals(201, answer.statusCode(), answer::body);
    }

    private static void report(String when, Use use) {
        System.out.println("soak, " + when + ": " + use);
    }
}
