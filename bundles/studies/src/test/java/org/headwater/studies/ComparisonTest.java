package org.headwater.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a conjugate model whose solver draws exactly, or wrongly by a known factor. */
class ComparisonTest {
    @TempDir private Path folder;

    private Comparison.Result run(String out, Path reference, String... solvers) {
        Comparison.Options options =
                new Comparison.Options(
                        List.of(solvers), 4000, reference, folder.resolve(out), 1, 1);
        return Comparison.run(new NormalTrial(1, 0), options, () -> false, line -> {});
    }

    @Test
    void everySolverGetsTheSameAndIsMeasured() throws Exception {
        Comparison.Result result =
                run("out", null, "normal", "normal:width=2", "normal:shift=1:iterations=10");
        assertEquals(12, result.entries().size());
        for (Comparison.Entry e : result.entries()) {
            boolean fixed = e.solver().contains("iterations");
            assertEquals(fixed ? 100 : e.budget(), e.cost(), e.solver());
        }
        Accuracy right = result.entries().get(3).accuracy();
        assertEquals(0, right.mean(), 0.06);
        assertEquals(1, right.meanSd(), 0.05);
        Accuracy wide = result.entries().get(7).accuracy();
        assertEquals(2, wide.leastSd(), 0.1);
        assertTrue(wide.energy() > 0.1, "" + wide);
        Accuracy shifted = result.entries().get(11).accuracy();
        assertEquals(1, shifted.mean(), 0.4);
        // 40,000 independent draws of the reference
        assertEquals(1 / 200.0, result.floor(), 0.001);
        String csv = Files.readString(folder.resolve("out/comparison.csv"));
        assertEquals(13, csv.lines().count());
        assertTrue(Files.readString(folder.resolve("out/report.html")).contains("normal:width=2"));
        assertTrue(Files.exists(folder.resolve("out/comparison.json")));
    }

    @Test
    void aReferenceCanBeGiven() {
        Comparison.Result result = run("given", folder, "normal");
        assertEquals(folder.toString(), result.reference());
        assertTrue(Double.isNaN(result.floor()));
        assertEquals(1, result.entries().get(3).accuracy().meanSd(), 0.05);
    }

    @Test
    void namesOfSolvers() {
        assertEquals(Map.of("type", "langevin", "method", "nuts"), Comparison.section("nuts"));
        assertEquals(
                Map.of("type", "rwpo", "particles", 50, "kernel", "joint"),
                Comparison.section("rwpo:particles=50:kernel=joint"));
    }

    @Test
    void aSolverThatDoesNotTakeTheProblemIsListedWithItsReason() throws Exception {
        Comparison.Result result = run("refused", folder, "refuser", "normal");
        assertEquals(5, result.entries().size());
        assertTrue(result.entries().get(0).fault().contains("must be another problem"));
        assertEquals(1, result.entries().get(4).accuracy().meanSd(), 0.05);
        String page = Files.readString(folder.resolve("refused/report.html"));
        assertTrue(page.contains("must be another problem"));
        assertThrows(InvalidInputException.class, () -> run("none", folder, "refuser"));
    }

    @Test
    void wrongUseIsSaidBeforeAnythingRuns() throws Exception {
        assertThrows(InvalidInputException.class, () -> run("x", null, "normal", "nonsense"));
        Files.createDirectories(folder.resolve("full"));
        Files.writeString(folder.resolve("full/file"), "");
        assertThrows(InvalidInputException.class, () -> run("full", null, "normal"));
        NormalTrial trial = new NormalTrial(1, 0);
        Path nowhere = folder.resolve("full/file/out");
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () ->
                                Comparison.run(
                                        trial,
                                        new Comparison.Options(
                                                List.of("normal"), 4000, null, nowhere, 1, 1),
                                        () -> false,
                                        line -> {}));
        assertTrue(e.getMessage().startsWith("--output must be a directory that can be written"));
        assertEquals(0, trial.runs.get(), "nothing ran");
        List<String> told = new ArrayList<>();
        Comparison.Options options =
                new Comparison.Options(
                        List.of("normal"), 4000, null, folder.resolve("stopped"), 1, 1);
        Comparison.run(new NormalTrial(1, 0), options, () -> true, told::add);
        assertTrue(Files.notExists(folder.resolve("stopped")), "interrupted: nothing is written");
    }

    /** Two points against two: correlations 1 and −1, energy by hand. */
    @Test
    void accuracyOfFourPoints() {
        Ensemble x = Ensemble.of(2, 2, new double[] {0, 0, 2, 2});
        Ensemble y = Ensemble.of(2, 2, new double[] {0, 2, 2, 0});
        Accuracy a = Accuracy.of(x, y);
        assertEquals(0, a.mean(), 1e-15);
        assertEquals(1, a.meanSd(), 1e-15);
        assertEquals(2, a.correlation(), 1e-15);
        // in units of sd 1: all cross distances are 2, the own ones √8
        assertEquals((4 - 2 * Math.sqrt(8)) / Math.sqrt(2), a.energy(), 1e-12);
    }
}
