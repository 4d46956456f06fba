package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The ND4J backend in the assembled distribution, each command a process. */
@DisabledOnOs(OS.WINDOWS)
class Nd4jIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));

    @TempDir private Path folder;

    @BeforeEach
    void problem() throws IOException {
        write("A.csv", "2,0", "0,1");
        write("y.csv", "2.2", "-0.4");
        write(
                "problem.yaml",
                "forward-model: {type: linear, matrix: A.csv}",
                "data: {values: y.csv}",
                "noise: {type: gaussian, sd: 0.5}",
                "prior: {type: l1, weight: 2.0}",
                "solver: {type: rwpo, particles: 60, iterations: 30}",
                "seed: 3");
    }

    private void write(String name, String... lines) throws IOException {
        Files.write(folder.resolve(name), List.of(lines));
    }

    private String headwater(int expected, String... args) throws Exception {
        List<String> line = new ArrayList<>(List.of(HOME.resolve("bin/headwater").toString()));
        line.addAll(List.of(args));
        Path out = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        builder.environment()
                .put(
                        "HEADWATER_JAVA_OPTS",
                        "-XX:TieredStopAtLevel=1 -Xlog:class+load=info:file="
                                + folder.resolve("classes"));
        Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(out);
        assertEquals(expected, process.waitFor(), text);
        return text;
    }

    private boolean loadedNd4j() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("classes"))) {
            return lines.anyMatch(l -> l.contains("] org.nd4j.") || l.contains("] org.bytedeco."));
        }
    }

    private void assumeUsable() throws Exception {
        String doctor = headwater(0, "doctor");
        assumeTrue(!doctor.contains("backend nd4j"), doctor);
    }

    /** Numbers of summary.csv without the names. */
    private List<double[]> summary(String backend) throws Exception {
        Path output = folder.resolve(backend);
        Path problem = folder.resolve("problem.yaml");
        String said =
                headwater(
                        0,
                        "run",
                        problem.toString(),
                        "--set",
                        "backend=" + backend,
                        "--output",
                        output.toString());
        assertTrue(!said.contains("Warning"), said);
        String manifest = Files.readString(output.resolve("manifest.json"));
        assertTrue(manifest.contains("\"" + backend + " ("), manifest);
        List<String> lines = Files.readAllLines(output.resolve("summary.csv"));
        return lines.subList(1, lines.size()).stream()
                .map(
                        l ->
                                Stream.of(l.split(","))
                                        .skip(1)
                                        .filter(c -> !c.isEmpty())
                                        .mapToDouble(Double::parseDouble)
                                        .toArray())
                .toList();
    }

    @Test
    void problemHasTheSameSummaryAsWithTheVectorBackend() throws Exception {
        assumeUsable();
        List<double[]> expected = summary("vector");
        assertTrue(!loadedNd4j(), "ND4J was loaded for the vector backend");
        List<double[]> found = summary("nd4j");
        assertTrue(loadedNd4j());
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(expected.get(i).length, found.get(i).length);
            for (int k = 0; k < found.get(i).length; k++) {
                double e = expected.get(i)[k];
                assertEquals(e, found.get(i)[k], 1e-6 * Math.max(1, Math.abs(e)));
            }
        }
        assertTrue(
                Files.isDirectory(HOME.resolve("data/native")), "natives are unpacked elsewhere");
    }

    @Test
    void shellListsTheBackends() throws Exception {
        String text = headwater(0, "shell", "-c", "backends");
        assertTrue(text.contains("\nvector ") || text.startsWith("vector "), text);
        assertTrue(text.contains("nd4j ") && text.contains("operations of ND4J"), text);
        assertTrue(!loadedNd4j(), "ND4J was loaded for a list");
    }
}
