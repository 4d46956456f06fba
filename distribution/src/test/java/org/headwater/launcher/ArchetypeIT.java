package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The shell blocks of docs/write-a-plugin.md, as they stand there, in a folder outside this
 * repository: a plug-in is made, built from nothing but the distribution and Maven Central, put
 * into {@code plugins/} and run.
 */
@DisabledOnOs(OS.WINDOWS)
class ArchetypeIT {
    private static final Path GUIDE = Path.of("..", "docs", "write-a-plugin.md");
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir private Path folder;

    private static List<String> blocks(String language) throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher m = BLOCK.matcher(Files.readString(GUIDE));
        while (m.find()) {
            if (m.group(1).equals(language)) {
                blocks.add(m.group(2));
            }
        }
        return blocks;
    }

    /**
     * A local repository that shares everything with the user's but our own artifacts: Maven would
     * take those of an earlier build from there.
     */
    private static Path localRepository() throws IOException {
        Path users = Path.of(System.getProperty("maven.repository"));
        Path mine = Path.of("target", "plugin-author-repository").toAbsolutePath();
        link(users, mine, "org");
        link(users.resolve("org"), mine.resolve("org"), "headwater");
        Path ours = mine.resolve("org/headwater");
        if (Files.exists(ours)) {
            try (Stream<Path> files = Files.walk(ours)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
        return mine;
    }

    private static void link(Path from, Path to, String not) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.toList()) {
                Path link = to.resolve(entry.getFileName());
                if (!entry.endsWith(not) && !Files.exists(link)) {
                    Files.deleteIfExists(link);
                    Files.createSymbolicLink(link, entry);
                }
            }
        }
    }

    private String shell(String script) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder("sh", "-eu", "-c", script);
        builder.directory(folder.toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("HEADWATER", Installation.in(folder.resolve("home")).toString());
        String quick = "-XX:TieredStopAtLevel=1";
        environment.put("HEADWATER_JAVA_OPTS", quick);
        environment.put("MAVEN_OPTS", quick + " -Dmaven.repo.local=" + localRepository());
        environment.put(
                "PATH", System.getProperty("maven.home") + "/bin:" + environment.get("PATH"));
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(9, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(output);
        assertEquals(0, process.waitFor(), text);
        return text;
    }

    @ParameterizedTest
    @CsvSource({"prior, huber, HuberPrior", "forward-model, decay, Decay"})
    void guideMakesBuildsAndRunsAPlugin(String kind, String name, String test) throws Exception {
        String script =
                blocks("sh").stream()
                        .filter(b -> b.contains("-Dkind=" + kind))
                        .findFirst()
                        .orElseThrow();
        String said = shell(script);
        assertTrue(said.contains(name + " keeps its contract: all "), said);
        assertTrue(said.contains("results: runs/problem"), said);
        Path tests =
                folder.resolve(name)
                        .resolve("target/surefire-reports")
                        .resolve("TEST-org.example." + test + "ContractTest.xml");
        assertTrue(Files.readString(tests).contains("errors=\"0\""), "the tests have run");
        String manifest = Files.readString(folder.resolve("runs/problem/manifest.json"));
        assertTrue(manifest.contains("org.example." + name), manifest);
    }

    /** The classes that the guide shows are those that the archetypes make. */
    @Test
    void guideShowsTheCodeThatIsMade() throws IOException {
        List<String> shown = blocks("java");
        assertTrue(shown.size() >= 3);
        StringBuilder made = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("archetypes"))) {
            for (Path file :
                    files.filter(f -> f.toString().contains("/src/main/resources/"))
                            .filter(f -> f.toString().endsWith(".java"))
                            .toList()) {
                made.append(
                        Files.readString(file)
                                .replace("${package}", "org.example")
                                .replace("${version}", "1.0.0")
                                .replace(
                                        "${artifactId}",
                                        file.startsWith("archetypes/prior") ? "huber" : "decay"));
            }
        }
        for (String block : shown) {
            assertTrue(made.indexOf(block) >= 0, block);
        }
    }
}
