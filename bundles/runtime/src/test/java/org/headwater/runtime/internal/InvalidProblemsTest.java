package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Job;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user can do wrong gives one line that says how to mend it, and leaves nothing behind. */
class InvalidProblemsTest {
    private final JobManager jobs = TestPlatform.jobs(TestPlatform.plugins(), 1);

    @TempDir private Path folder;
    private Path file;
    private Path out;

    @BeforeEach
    void writeAValidProblem() throws IOException {
        Files.writeString(folder.resolve("A.csv"), "1,0\n2,1\n0,1\n");
        Files.writeString(folder.resolve("y.csv"), "0\n1\n2\n");
        file = folder.resolve("p.yaml");
        Files.writeString(
                file,
                "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                        + "noise: {type: gaussian, sd: 0.5}\nprior: {type: l1, weight: 1}\n"
                        + "solver: {type: metropolis, particles: 5, iterations: 2}\n");
        out = folder.resolve("out");
    }

    @AfterEach
    void close() throws InterruptedException {
        jobs.close();
    }

    @Test
    void unknownKeysAtEachLevel() {
        says("priors is not a known key; did you mean 'prior'?", "priors.weight=1");
        says("prior.wieght is not a known key; did you mean 'weight'?", "prior.wieght=1");
        says("data.value is not a known key; did you mean 'values'?", "data.value=1");
        says("images.siez is not a known key; did you mean 'size'?", "images.siez=1");
        says(
                "solver.temperature is not a known key; known keys: particles, iterations",
                "solver.temperature=1");
    }

    @Test
    void missingSectionsAndTypes() {
        says(
                "prior is missing; it must be a mapping; write for instance"
                        + " 'prior: {type: l1, weight: 6.0}'",
                "prior=");
        says(
                "forward-model is missing; it must be a mapping; write for instance"
                        + " 'forward-model: {type: linear, matrix: A.csv}'",
                "forward-model=null");
        says("prior.type is missing; it must name an installed prior; installed: l1", "prior={}");
        says("prior.type must name an installed prior, got 3; installed: l1", "prior.type=3");
        says(
                "prior must be a mapping from keys to values, got l1; write for instance"
                        + " 'prior: {type: l1, weight: 6.0}'",
                "prior=l1");
        says(
                "data must be a mapping from keys to values, got y.csv; write for instance"
                        + " 'data: {values: y.csv}'",
                "data=y.csv");
        says(
                "solver.type names no installed solver, got 'gibbs'; installed: metropolis, rwpo",
                "solver.type=gibbs");
    }

    @Test
    void unknownPlugins() {
        says(
                "prior.type names no installed prior, got 'l2'; did you mean 'l1'? installed: l1",
                "prior.type=l2");
        says("backend names no installed backend, got 'cuda'; installed: vector", "backend=cuda");
    }

    @Test
    void wrongTypesAndRanges() {
        starts("prior.weight must be a number ≥ 0", "got true", "prior.weight=true");
        starts("noise.sd must be a number > 0", "got -1.0", "noise.sd=-1");
        starts(
                "noise.sd must be at least 1.0E-20 of the largest datum, 2.0,",
                "got 1.0E-300",
                "noise.sd=1e-300");
        starts(
                "prior.weight must be a number ≥ 0 and ≤ 1.0E100",
                "got 1.0E308",
                "prior.weight=1e308");
        starts("noise.sd must be a number > 0", "got 0.0", "noise.sd=0");
        starts("solver.particles must be a whole number ≥ 1", "got 2.5", "solver.particles=2.5");
        starts("beta must be a number > 0", "got 0.0", "beta=0");
        starts("seed must be a whole number", "got 1.5", "seed=1.5");
        starts("seed must be a whole number", "got 'one'", "seed=one");
        starts("pin must be true or false", "got 'maybe'", "pin=maybe");
        starts("images.size must be a whole number ≥ 2", "got 1.0", "images.size=1");
        starts("name must be usable as a folder's name", "got 'a/b'", "name=a/b");
    }

    @Test
    void wrongFiles() throws IOException {
        says(
                "data.values must name a file that exists, got "
                        + folder.resolve("no.csv")
                        + "; check the name and the folder",
                "data.values=no.csv");
        Files.writeString(folder.resolve("short.csv"), "1\n2\n");
        says(
                "data.values must hold 3 numbers, one for each row of forward-model.matrix (3 × 2),"
                        + " got 2 in "
                        + folder.resolve("short.csv")
                        + "; write one number on each line, or mend the model",
                "data.values=short.csv");
        says(
                "data.values must hold 3 numbers, one for each row of forward-model.matrix (3 × 2),"
                        + " got 2; complete the list, or mend the model",
                "data.values=[1, 2]");
        starts("data.values[1] must be a file name or a list", "got 'b'", "data.values=[1, b, 2]");
        says(
                "forward-model.matrix[2] must have as many numbers as the first row, 2, got 1;"
                        + " complete the row",
                "forward-model.matrix=[[1, 2], [3, 4], [5]]");
        Files.writeString(folder.resolve("nan.csv"), "1\nNaN\n2\n");
        says(
                "data.values must hold finite numbers, got NaN in row 2, column 1 of "
                        + folder.resolve("nan.csv")
                        + "; remove the datum or mend the measurement",
                "data.values=nan.csv");
        Files.writeString(folder.resolve("sd.csv"), "1\n-1\n2\n");
        starts("noise.sd must be > 0", "datum 2", "noise.sd=sd.csv");
    }

    @Test
    void anOutputThatHoldsARun() throws Exception {
        Job job = jobs.submit(ProblemFile.read(file, List.of()), new RunOptions(out, "test", null));
        job.await();
        assertEquals(Job.Status.DONE, job.status());
        byte[] before = Files.readAllBytes(out.resolve("manifest.json"));
        assertEquals(
                file
                        + ": --output must be a new or an empty directory, got "
                        + out
                        + ", which holds a run; choose another name; a run is never overwritten",
                message());
        assertArrayEquals(before, Files.readAllBytes(out.resolve("manifest.json")));
    }

    private void says(String expected, String... overrides) {
        assertEquals(file + ": " + expected, message(overrides));
        assertFalse(Files.exists(out), "nothing was written");
    }

    private void starts(String start, String part, String override) {
        String message = message(override);
        assertEquals(file + ": " + start, message.substring(0, (file + ": " + start).length()));
        assertTrue(message.contains(part), message);
        assertFalse(Files.exists(out), "nothing was written");
    }

    private String message(String... overrides) {
        String message =
                assertThrows(
                                InvalidInputException.class,
                                () ->
                                        jobs.submit(
                                                ProblemFile.read(file, List.of(overrides)),
                                                new RunOptions(out, "test", null)))
                        .getMessage();
        assertFalse(message.contains("\n"), "one line");
        return message;
    }
}
