package org.headwater.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Trials;
import org.headwater.runtime.internal.PlainTrials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small versions, and what their tables must show. */
class ExperimentsTest {
    private static final Trials TRIALS = PlainTrials.trials();

    @TempDir private Path directory;

    private Experiments.Options options(String out, String code) {
        return new Experiments.Options(true, 0, 1, directory.resolve(out), code);
    }

    private List<String> run(String name, String table) throws IOException {
        Path page =
                Experiments.run(name, options(name, ""), TRIALS, () -> false, line -> {})
                        .orElseThrow();
        String html = Files.readString(page);
        assertTrue(html.contains("<table>") && html.contains("<svg"), name);
        assertTrue(Files.exists(page.resolveSibling("report.md")));
        return Files.readAllLines(page.resolveSibling(table));
    }

    private static double cell(String row, int column) {
        return Double.parseDouble(row.split(",")[column]);
    }

    @ParameterizedTest
    @CsvSource({"bias, weights.csv, 10", "stability, sweep.csv, 7"})
    void writesItsTables(String name, String table, int lines) throws IOException {
        assertEquals(lines, run(name, table).size());
    }

    /** The drift helps for a while, and then D < 0: its own rest is narrower than the target. */
    @Test
    void signDriftHelpsWhereItIsAligned() throws IOException {
        List<String> rows = run("directional-consistency", "thresholds.csv");
        for (String row : rows.subList(1, 4)) {
            assertTrue(cell(row, 1) > 0.2, row);
            assertTrue(cell(row, 2) < cell(row, 3), row);
        }
        assertTrue(cell(rows.get(3), 1) > 0.5 && cell(rows.get(3), 1) < 0.8, rows.get(3));
    }

    /**
     * With λ = 2 even the nearest Gaussian is off, and a layer with the prior's shape gains on it.
     */
    @Test
    void layersWithThePriorsShapeLowerTheDivergence() throws IOException {
        List<String> rows = run("sparsity", "sparsity.csv");
        assertEquals(7, rows.size());
        String flow = rows.get(4);
        String slots = rows.get(5);
        String readout = rows.get(6);
        assertTrue(cell(slots, 5) < cell(slots, 3), slots);
        assertTrue(cell(slots, 5) < cell(flow, 5), slots);
        assertTrue(cell(readout, 5) < cell(slots, 5), readout);
    }

    @Test
    void trainingBringsDrawsNearerToData() throws IOException {
        for (String row : run("toy2d", "toy2d.csv").subList(1, 5)) {
            double distance = cell(row, 2);
            assertTrue(distance < 0.5 && distance > -0.1, row);
        }
    }

    /** Layers: joint and tensorised times grow with N, and each method has its exponent. */
    @Test
    void scalingTimesAllMethods() throws IOException {
        assertEquals(13, run("scaling", "scaling.csv").size());
        assertEquals(5, Files.readAllLines(directory.resolve("scaling/exponents.csv")).size());
    }

    /** The rows of the solvers, each within its budget but for a step, and a sound reference. */
    @ParameterizedTest
    @CsvSource({"eit, eit-8", "elliptic, elliptic-8"})
    void solversSideBySide(String name, String problem) throws IOException {
        List<String> rows = run(name, problem + ".csv");
        assertEquals(9, rows.size());
        assertTrue(rows.get(1).startsWith("reference ("), rows.get(1));
        for (String row : rows.subList(2, 9)) {
            assertTrue(cell(row, 1) < 1.5, row);
            assertTrue(cell(row, 3) > 0.3 && cell(row, 3) < 2.5, row);
        }
        Path folder = directory.resolve(name).resolve("problems").resolve(problem);
        Trial again = TRIALS.of(ProblemFile.read(folder.resolve("problem.yaml"), List.of()));
        double[] truth =
                Files.readAllLines(folder.resolve("truth.csv")).stream()
                        .mapToDouble(Double::parseDouble)
                        .toArray();
        // χ² of so many data: the noise is what the problem says it is
        int m = again.data().length;
        assertEquals(m, 2 * again.misfit(truth), 5 * Math.sqrt(2.0 * m));
    }

    /** From five data for eight pixels the prior decides: none has the others' error. */
    @Test
    void everyPriorMeetsEveryKindOfImage() throws IOException {
        List<String> rows = run("priors", "priors.csv");
        assertEquals(10, rows.size());
        for (int k = 0; k < 3; k++) {
            double[] errors = {
                cell(rows.get(3 * k + 1), 3),
                cell(rows.get(3 * k + 2), 3),
                cell(rows.get(3 * k + 3), 3)
            };
            assertTrue(errors[0] < 1.2 && errors[1] < 1.2 && errors[2] < 1.2, rows.toString());
            assertTrue(errors[0] != errors[1] && errors[1] != errors[2], rows.toString());
        }
    }

    /** Stopped after some cells, and started again: only the rest is computed, the tables agree. */
    @Test
    void goesOnWhereItWasStopped() throws IOException {
        List<String> whole = run("bias", "weights.csv");
        List<String> told = new ArrayList<>();
        Optional<Path> none =
                Experiments.run(
                        "bias", options("again", "1"), TRIALS, () -> told.size() > 3, told::add);
        assertTrue(none.isEmpty());
        assertEquals(4, told.size());
        Path cells = directory.resolve("again/cells");
        try (Stream<Path> files = Files.list(cells)) {
            List<Path> kept = files.toList();
            assertEquals(3, kept.size(), "the fourth was stopped");
            // what a full disk may leave
            Files.writeString(kept.get(0), "{\"cell\": ");
        }
        told.clear();
        Path page =
                Experiments.run("bias", options("again", "1"), TRIALS, () -> false, told::add)
                        .orElseThrow();
        assertEquals(13, told.stream().filter(l -> l.startsWith("[")).count(), told.toString());
        assertEquals(whole, Files.readAllLines(page.resolveSibling("weights.csv")));

        told.clear();
        byte[] report = Files.readAllBytes(page);
        Experiments.run("bias", options("again", "1"), TRIALS, () -> false, told::add);
        assertEquals(List.of("15 of 15 cells are kept from before"), told);
        assertArrayEquals(report, Files.readAllBytes(page));

        told.clear();
        Experiments.run("bias", options("again", "2"), TRIALS, () -> false, told::add);
        assertEquals(15, told.size(), "other code computes anew");
    }

    @Test
    void wrongUseIsSaid() throws IOException {
        assertEquals(9, Experiments.list().size());
        assertTrue(refused("none", options("x", "")).contains("must be one of bias, directional"));
        Experiments.Options seeds = new Experiments.Options(true, 3, 1, directory.resolve("x"), "");
        assertTrue(refused("bias", seeds).contains("--seeds"));
        assertFalse(Files.exists(directory.resolve("x")), "nothing is written");
        Files.writeString(directory.resolve("file"), "");
        assertTrue(refused("bias", options("file", "")).contains("a file"));
        assertTrue(refused("bias", options("", "")).contains("holds other files"));
        assertTrue(
                refused("bias", options("file/below", ""))
                        .startsWith("--output must be a directory that can be written"));
        run("stability", "sweep.csv");
        assertTrue(refused("bias", options("stability", "")).contains("small version of bias"));
    }

    private String refused(String name, Experiments.Options options) {
        return assertThrows(
                        InvalidInputException.class,
                        () -> Experiments.run(name, options, TRIALS, () -> true, l -> {}))
                .getMessage();
    }
}
