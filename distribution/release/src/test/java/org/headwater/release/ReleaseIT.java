package org.headwater.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive as it is handed out: unpacked somewhere else, without a network and a Maven. */
class ReleaseIT {
    private static final Path ARCHIVE = Path.of(System.getProperty("headwater.archive"));

    /** A namespace of its own has no network but the loopback device that is set up here. */
    private static final String ALONE = "exec unshare -rn sh -c '%s'";

    private static final String LOOPBACK = "ip link set lo up 2>/dev/null || ifconfig lo up; ";

    @TempDir private static Path folder;
    private static Path home;

    @BeforeAll
    static void unpack() throws Exception {
        assertEquals(0, run("tar -xzf " + ARCHIVE).code());
        home = folder.resolve(ARCHIVE.getFileName().toString().replace(".tar.gz", ""));
    }

    /**
     * What a command has left.
     *
     * @param code the exit code
     * @param said standard output, then what it said otherwise
     */
    private record Said(int code, String said) {}

    /** Runs a line of shell in the empty folder, with nothing of the user's environment. */
    private static Said run(String line) throws Exception {
        Path out = Files.createTempFile("headwater", ".out");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", line).directory(folder.toFile());
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("HOME", folder.toString());
        builder.redirectErrorStream(true).redirectOutput(out.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        int code = process.waitFor();
        String said = Files.readString(out);
        Files.delete(out);
        return new Said(code, said);
    }

    /** The line, without a network where this machine lets a user take it away. */
    private static String alone(String line) throws Exception {
        boolean may = run(String.format(ALONE, LOOPBACK + "true")).code() == 0;
        return may ? String.format(ALONE, LOOPBACK + line) : line;
    }

    @Test
    void checksumsAreRight() throws Exception {
        Path target = ARCHIVE.getParent();
        for (String file : List.of(".tar.gz", ".cdx.json")) {
            String name = ARCHIVE.getFileName().toString().replace(".tar.gz", file);
            Said said = run("cd " + target + " && sha256sum -c " + name + ".sha256");
            assertEquals(new Said(0, name + ": OK\n"), said);
        }
    }

    /** Nothing in the archive tells who packed it, or when. */
    @Test
    void entriesDependOnNothingButTheSources() throws Exception {
        String packed = run("TZ=UTC tar --full-time --numeric-owner -tvzf " + ARCHIVE).said();
        String time =
                Instant.parse(System.getProperty("headwater.timestamp"))
                        .toString()
                        .replace('T', ' ')
                        .replace("Z", "");
        for (String line : packed.split("\n")) {
            assertTrue(line.matches("(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--) 0/0 .*"), line);
            assertTrue(line.contains(" " + time + " "), line);
            assertFalse(line.contains("/runs/") || line.contains("/data/"), line);
        }
    }

    @Test
    void runsAnExampleWithoutNetwork() throws Exception {
        Said said =
                run(alone(home + "/bin/headwater run " + home + "/examples/lasso.yaml --output r"));
        assertEquals(0, said.code(), said.said());
        assertTrue(said.said().endsWith("results: r\n"), said.said());
        assertTrue(Files.exists(folder.resolve("r/report.html")));
    }

    /** The server starts, serves its page, takes a job from the Python client, and stops. */
    @Test
    void servesWithoutNetwork() throws Exception {
        Path script = folder.resolve("serve.sh");
        Files.writeString(
                script,
                """
                set -eu
                home=%s
                $home/bin/headwater server --port 0 >said 2>&1 &
                while ! grep -q ^serving said; do kill -0 $!; sleep 0.1; done
                url=$(sed -n 's/^serving \\([^ ]*\\).*/\\1/p' said)
                python3 $home/clients/headwater.py --url $url \\
                    --token-file $home/conf/admin.token submit --wait $home/examples/lasso.yaml
                python3 -c "import sys, urllib.request as u; print(u.urlopen('$url').read().decode())"
                kill -TERM $!
                wait $!
                """
                        .formatted(home));
        Said said = run(alone("sh " + script));
        assertEquals(0, said.code(), said.said() + Files.readString(folder.resolve("said")));
        assertTrue(said.said().contains("job 1: DONE PASS"), said.said());
        assertTrue(said.said().contains("<title>Headwater</title>"), said.said());
    }

    /** The bill of materials lists each jar with its hash; the notices name each component. */
    @Test
    void everyJarIsAccountedFor() throws Exception {
        JsonObject bill =
                JsonParser.parseString(Files.readString(home.resolve("sbom.cdx.json")))
                        .getAsJsonObject();
        assertEquals("CycloneDX", bill.get("bomFormat").getAsString());
        Set<String> hashes = new HashSet<>();
        Set<String> refs = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (JsonElement e : bill.getAsJsonArray("components")) {
            JsonObject component = e.getAsJsonObject();
            assertTrue(refs.add(component.get("bom-ref").getAsString()), component::toString);
            assertFalse(component.getAsJsonArray("licenses").isEmpty(), component::toString);
            if (component.has("hashes")) {
                component
                        .getAsJsonArray("hashes")
                        .forEach(h -> hashes.add(h.getAsJsonObject().get("content").getAsString()));
            }
            if (component.has("evidence")) {
                names.add(component.get("name").getAsString());
            }
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
                assertTrue(hashes.contains(Hashes.sha256(jar)), jar::toString);
            }
        }
        assertTrue(names.containsAll(List.of("h2", "mfl-core", "chart.js", "preact", "javacpp")));
        String notices = Files.readString(home.resolve("THIRD-PARTY.txt"), StandardCharsets.UTF_8);
        names.forEach(name -> assertTrue(notices.contains(name), name));
        for (String id : List.of("Apache-2.0", "MIT", "EPL-1.0", "MPL-2.0", "BSD-3-Clause")) {
            assertTrue(Files.size(home.resolve("licences/" + id + ".txt")) > 500, id);
        }
    }
}
