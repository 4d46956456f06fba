package org.headwater.experiments.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Trials;

/**
 * A problem whose data are the forward model's prediction for a known truth with the problem's
 * noise: a folder with {@code problem.yaml}, which {@code headwater run} takes, {@code data.csv}
 * and {@code truth.csv}.
 *
 * @param name of the problem
 * @param trial the problem
 * @param truth its parameters
 */
record SimulatedProblem(String name, Trial trial, double[] truth) {
    private static final String DATA = "data.csv";

    /**
     * Writes it; the same files whenever it is called.
     *
     * @param yaml the problem file, which reads data.csv
     * @param columns of data.csv
     * @param size number of data
     * @param seed of the noise
     */
    static SimulatedProblem of(
            String name,
            String yaml,
            int columns,
            int size,
            double[] truth,
            long seed,
            Experiment.Setup setup) {
        Path folder = setup.directory().resolve("problems").resolve(name);
        try {
            Files.createDirectories(folder);
            Path file = folder.resolve("problem.yaml");
            Files.writeString(file, yaml);
            writeRows(folder.resolve("truth.csv"), truth, 1);
            double[] ones = new double[size];
            Arrays.fill(ones, 1);
            writeRows(folder.resolve(DATA), ones, columns);
            Trial blank = trial(setup.trials(), file);
            double[] data = blank.simulate(truth, KeyedRandom.of(seed));
            writeRows(folder.resolve(DATA), data, columns);
            return new SimulatedProblem(name, trial(setup.trials(), file), truth);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Trial trial(Trials trials, Path file) {
        return trials.of(ProblemFile.read(file, List.of()));
    }

    /** Numbers as they are read back to the last bit, so many in a row. */
    static void writeRows(Path file, double[] values, int columns) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.length; i += columns) {
            text.append(
                    Arrays.stream(values, i, i + columns)
                            .mapToObj(Double::toString)
                            .collect(Collectors.joining(",", "", "\n")));
        }
        Files.writeString(file, text);
    }
}
