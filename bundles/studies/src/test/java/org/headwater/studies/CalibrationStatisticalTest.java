package org.headwater.studies;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a conjugate model, whose posterior is known. Fixed seeds; a calibrated solver fails with odds
 * of 6 in 1000 for another seed.
 */
class CalibrationStatisticalTest {
    @TempDir private Path folder;

    private CalibrationResult run(NormalTrial trial, String name, int replicates, int threads)
            throws InterruptedException {
        return Calibration.run(
                trial,
                new Calibration.Options(replicates, folder.resolve(name), 3, threads),
                done -> {});
    }

    private static List<String> codes(CalibrationResult result) {
        return result.verdict().reasons().stream().map(Reason::code).toList();
    }

    @Test
    void exactPosteriorsPass() throws Exception {
        CalibrationResult result = run(new NormalTrial(1, 0), "out", 200, 2);
        assertEquals(Status.PASS, result.verdict().status(), () -> "" + result.verdict());
        assertEquals(List.of("a", "b", "misfit", "prior-potential"), result.quantities());
        for (CalibrationResult.Coverage c : result.coverage()) {
            assertEquals(c.level(), c.found(), 4 * c.error());
            // two independent parameters, 200 replicates
            double error = Math.sqrt(c.level() * (1 - c.level()) / 400);
            assertEquals(error, c.error(), 0.35 * error);
        }
        for (String file : List.of("calibration.json", "ranks.csv", "report.html")) {
            assertTrue(Files.size(folder.resolve("out").resolve(file)) > 100, file);
        }
        assertEquals(201, Files.readAllLines(folder.resolve("out/ranks.csv")).size());
    }

    /** Half as wide: 90 % intervals hold P(|Z| < 1.645/2) = .589; twice as wide: .9990. */
    @Test
    void wrongSpreadsAreFound() throws Exception {
        CalibrationResult narrow = run(new NormalTrial(0.5, 0), "narrow", 100, 2);
        assertEquals(Status.FAIL, narrow.verdict().status());
        assertTrue(codes(narrow).containsAll(List.of("too-confident", "ranks-uneven")));
        assertEquals(0.589, narrow.coverage().get(2).found(), 0.15);
        CalibrationResult wide = run(new NormalTrial(2, 0), "wide", 100, 2);
        assertEquals(Status.FAIL, wide.verdict().status());
        assertTrue(codes(wide).contains("too-cautious"));
    }

    @Test
    void shiftsAreFound() throws Exception {
        CalibrationResult shifted = run(new NormalTrial(1, 1), "shifted", 100, 2);
        assertTrue(codes(shifted).contains("ranks-uneven"), () -> "" + shifted.verdict());
        assertTrue(
                shifted.verdict().reasons().stream()
                        .anyMatch(r -> r.message().contains("the draws lie too high")));
    }

    /** Replicates that are done are not run again, and the threads change nothing. */
    @Test
    void goesOnWhereItWas() throws Exception {
        NormalTrial trial = new NormalTrial(1, 0);
        run(trial, "resumed", 7, 1);
        assertEquals(7, trial.runs.get());
        Files.writeString(folder.resolve("resumed/replicates/00003.json"), "{damaged");
        List<Integer> told = new ArrayList<>();
        Calibration.Options more = new Calibration.Options(12, folder.resolve("resumed"), 3, 2);
        CalibrationResult all = Calibration.run(trial, more, told::add);
        assertEquals(7 + 6, trial.runs.get());
        assertEquals(List.of(6, 7, 8, 9, 10, 11, 12), told);
        CalibrationResult once = run(new NormalTrial(1, 0), "once", 12, 1);
        for (int r = 0; r < 12; r++) {
            assertArrayEquals(once.replicates().get(r).ranks(), all.replicates().get(r).ranks());
        }
        assertArrayEquals(once.pValues(), all.pValues());
    }

    @Test
    void wrongUseIsSaid() throws Exception {
        run(new NormalTrial(1, 0), "taken", 2, 1);
        InvalidInputException other =
                assertThrows(
                        InvalidInputException.class,
                        () -> run(new NormalTrial(2, 0), "taken", 2, 1));
        assertTrue(other.getMessage().contains("another problem"), other.getMessage());
        InvalidInputException improper =
                assertThrows(
                        InvalidInputException.class,
                        () -> run(new NormalTrial(1, 0).improper(), "improper", 2, 1));
        assertTrue(improper.getMessage().contains("proper"), improper.getMessage());
    }
}
