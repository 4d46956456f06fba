package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a run directory: NPY, checkpoint, log, JSON, directory names. */
class RunFilesTest {
    @TempDir private Path folder;

    /** The bytes that numpy.save writes for numpy.array([[1., 2., 3.], [4., 5., 6.]]). */
    @Test
    void npyHasNumpysBytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NpyFile.write(out, new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        byte[] bytes = out.toByteArray();
        assertEquals(128 + 48, bytes.length);
        String start = "934e554d5059010076007b276465736372273a20273c6638272c2027666f727472616e";
        assertEquals(start, HexFormat.of().formatHex(bytes, 0, start.length() / 2));
        String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
        assertEquals("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", header.strip());
        assertTrue(header.endsWith(" \n"));
        ByteBuffer data = ByteBuffer.wrap(bytes, 128, 48).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 1; i <= 6; i++) {
            assertEquals(i, data.getDouble());
        }
    }

    @Test
    void whatIsNoNpyFileIsSaid() {
        for (String text : List.of("", "x", "not an array of numbers")) {
            ByteArrayInputStream in =
                    new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
            assertEquals(
                    "not an NPY file of version 1.0",
                    assertThrows(IOException.class, () -> NpyFile.read(in)).getMessage());
        }
    }

    @Test
    void npyShapesReadBack() throws IOException {
        for (int[] shape : new int[][] {{}, {0}, {1}, {20_000}, {3, 4}}) {
            int size = IntStream.of(shape).reduce(1, (a, b) -> a * b);
            double[] data = new double[size];
            Arrays.setAll(data, i -> Math.sin(i) / 3);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            NpyFile.write(out, data, shape);
            NpyFile.Content back = NpyFile.read(new ByteArrayInputStream(out.toByteArray()));
            assertArrayEquals(data, back.data());
            assertEquals(shape.length == 0, back.isScalar());
        }
    }

    @Test
    void checkpointKeepsEveryBit() throws IOException {
        double[] odd = {
            0.1,
            -0.0,
            Double.MIN_VALUE,
            Double.NaN,
            Double.NEGATIVE_INFINITY,
            Double.longBitsToDouble(0x7ff8dead0000beefL)
        };
        State state =
                State.empty()
                        .with("odd", odd)
                        .with("none", new double[0])
                        .with("one", new double[] {1})
                        .with("particles", Ensemble.of(2, 3, new double[] {1, 2, 3, 4, 5, 6}))
                        .with(State.ITERATION, 17)
                        .with("third", 1 / 3.0);
        Path file = folder.resolve("state.npz");
        Checkpoint.write(file, state);
        State back = Checkpoint.read(file);
        assertEquals(state.arrayNames(), back.arrayNames());
        assertEquals(state.scalarNames(), back.scalarNames());
        for (int i = 0; i < odd.length; i++) {
            assertEquals(
                    Double.doubleToRawLongBits(odd[i]),
                    Double.doubleToRawLongBits(back.array("odd")[i]));
        }
        assertEquals(17, back.iteration());
        assertEquals(1 / 3.0, back.scalar("third"));
        assertArrayEquals(state.array("particles"), back.ensemble("particles").data());
        assertEquals(List.of("state.npz"), names(folder), "no temporary file stays");
    }

    @Test
    void damagedCheckpointIsNoticed() throws IOException {
        Path file = folder.resolve("state.npz");
        double[] x = new double[1000];
        Arrays.setAll(x, Math::sqrt);
        Checkpoint.write(file, State.empty().with("x", x));
        byte[] bytes = Files.readAllBytes(file);
        bytes[4000] ^= 1;
        Files.write(file, bytes);
        assertThrows(IOException.class, () -> Checkpoint.read(file));
        Files.write(file, Arrays.copyOf(bytes, 5000));
        assertThrows(IOException.class, () -> Checkpoint.read(file));
    }

    @Test
    void logIsCutAtTheCheckpoint() throws IOException {
        Path file = folder.resolve("log.jsonl");
        StepInfo first = new StepInfo(1, 0.5, Double.NaN, 2, Map.of("q", 0.25));
        try (RunLog log = new RunLog(file)) {
            log.text("phase", "sampling");
            log.step(first);
            log.text("notice", "after the first \"step\"\nand more");
            log.step(new StepInfo(2, 0.4, 1, 0, Map.of()));
            log.step(new StepInfo(3, 0.3, 1, 0, Map.of()));
        }
        Files.writeString(file, Files.readString(file) + "{\"event\":\"st");
        assertEquals(3, RunLog.truncate(file, 10).size(), "the torn line goes");
        assertEquals(5, Files.readAllLines(file).size());
        assertEquals(List.of(first), RunLog.truncate(file, 1));
        assertEquals(3, Files.readAllLines(file).size());
        assertEquals(List.of(), RunLog.truncate(folder.resolve("none"), 1));
    }

    @Test
    void jsonHasNoNanAndReadsBack() throws IOException {
        String text = Json.line(Map.of("a", List.of(Double.NaN, 1.5, 3L, "x<y")));
        assertEquals("{\"a\":[null,1.5,3,\"x<y\"]}", text);
        assertEquals(Arrays.asList(null, 1.5, 3L, "x<y"), Json.object(text).get("a"));
        assertThrows(IOException.class, () -> Json.object("[1]"));
        assertThrows(IOException.class, () -> Json.object(""));
    }

    @Test
    void directoriesAreNeverUsedTwice() throws IOException {
        Path runs = folder.resolve("runs");
        for (String expected : List.of("a", "a-2", "a-3")) {
            try (RunDirectory d = RunDirectory.create(null, runs, "a")) {
                assertEquals(runs.resolve(expected), d.root());
            }
        }
        Path given = folder.resolve("deep/given");
        RunDirectory.create(given, runs, "a").close();
        Files.writeString(given.resolve("manifest.json"), "{}");
        assertEquals(
                "--output must be a new or an empty directory, got "
                        + given
                        + ", which holds a run; choose another name; a run is never overwritten",
                assertThrows(
                                InvalidInputException.class,
                                () -> RunDirectory.create(given, runs, "a"))
                        .getMessage());
        Path file = Files.writeString(folder.resolve("file"), "x");
        for (Path bad : List.of(file, file.resolve("below"))) {
            InvalidInputException e =
                    assertThrows(
                            InvalidInputException.class, () -> RunDirectory.create(bad, runs, "a"));
            assertTrue(e.getMessage().startsWith("--output must be a directory"), e.getMessage());
        }
    }

    @Test
    void aRunningRunCannotBeOpenedTwice() throws IOException {
        Path root = folder.resolve("run");
        try (RunDirectory d = RunDirectory.create(root, folder, "run")) {
            Files.writeString(d.manifest(), "{}");
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> RunDirectory.open(root));
            assertTrue(e.getMessage().contains("is not running"), e.getMessage());
        }
        RunDirectory.open(root).close();
        assertTrue(
                assertThrows(InvalidInputException.class, () -> RunDirectory.open(folder))
                        .getMessage()
                        .startsWith("--resume must name a run directory"));
    }

    @Test
    void bundleLocationsLeadToJars() throws IOException {
        Path jar = Files.writeString(folder.resolve("a b.jar"), "abc");
        assertEquals(jar, BundleJars.jar("reference:" + jar.toUri()).orElseThrow());
        assertEquals(jar, BundleJars.jar(jar.toUri().toString()).orElseThrow());
        assertEquals(jar, BundleJars.jar("reference:file:" + jar).orElseThrow());
        assertTrue(BundleJars.jar("inputstream:x").isEmpty());
        assertTrue(BundleJars.jar("file:" + folder).isEmpty());
        // FIPS 180-2, appendix B.1
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                Hashes.sha256(jar));
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
