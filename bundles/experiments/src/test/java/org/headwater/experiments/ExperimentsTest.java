package org.headwater.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.headwater.api.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small versions, and what their tables must show. */
class ExperimentsTest {
    private static final Workers ONE_THREAD =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    for (int from = 0; from < count; from += grain) {
                        task.run(from, Math.min(count, from + grain));
                    }
                }
            };

    @TempDir private Path directory;

    private List<String> run(String name, String table) throws IOException {
        Path page = Experiments.run(name, true, directory, ONE_THREAD, line -> {}).orElseThrow();
        String html = Files.readString(page);
        assertTrue(html.contains("<table>") && html.contains("<svg"), name);
        assertTrue(Files.exists(directory.resolve("report.md")));
        return Files.readAllLines(directory.resolve(table));
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

    /** With λ = 2 the start is no Gaussian any more, and training brings KL down. */
    @Test
    void trainingLowersTheDivergence() throws IOException {
        List<String> rows = run("sparsity", "sparsity.csv");
        assertEquals(7, rows.size());
        for (String row : rows.subList(4, 6)) {
            assertTrue(cell(row, 5) < cell(row, 3), row);
        }
        assertTrue(cell(rows.get(6), 5) < cell(rows.get(5), 5), rows.get(6));
    }

    @Test
    void trainingBringsDrawsNearerToData() throws IOException {
        for (String row : run("toy2d", "toy2d.csv").subList(1, 5)) {
            double distance = cell(row, 2);
            assertTrue(distance < 0.5 && distance > -0.1, row);
        }
    }

    @Test
    void unknownNameIsNoExperiment() throws IOException {
        assertFalse(Experiments.run("none", true, directory, ONE_THREAD, l -> {}).isPresent());
        assertEquals(5, Experiments.list().size());
    }
}
