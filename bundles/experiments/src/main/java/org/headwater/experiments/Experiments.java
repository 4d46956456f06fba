package org.headwater.experiments;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.experiments.internal.BiasExperiment;
import org.headwater.experiments.internal.DirectionalConsistencyExperiment;
import org.headwater.experiments.internal.EitExperiment;
import org.headwater.experiments.internal.EllipticExperiment;
import org.headwater.experiments.internal.Experiment;
import org.headwater.experiments.internal.ExperimentRun;
import org.headwater.experiments.internal.PriorsExperiment;
import org.headwater.experiments.internal.ScalingExperiment;
import org.headwater.experiments.internal.SparsityExperiment;
import org.headwater.experiments.internal.StabilityExperiment;
import org.headwater.experiments.internal.Toy2dExperiment;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.Trials;

/** The experiments by name. */
public final class Experiments {
    /** Says in an output directory whose it is. */
    private static final String MARK = "experiment.json";

    private static final List<Experiment> ALL =
            List.of(
                    new BiasExperiment(),
                    new DirectionalConsistencyExperiment(),
                    new EitExperiment(),
                    new EllipticExperiment(),
                    new PriorsExperiment(),
                    new ScalingExperiment(),
                    new SparsityExperiment(),
                    new StabilityExperiment(),
                    new Toy2dExperiment());

    private Experiments() {}

    /**
     * How an experiment is run.
     *
     * @param small a version of seconds, for a first look
     * @param seeds how many; 0 for as many as the experiment has by itself
     * @param threads of the solvers' runs; what is timed by itself takes one
     * @param directory gets the files: new, empty, or one in which the same experiment was run
     * @param code says which code it is; results of other code are not taken over
     */
    public record Options(boolean small, int seeds, int threads, Path directory, String code) {}

    /** What there is: name and one sentence each. */
    public static Map<String, String> list() {
        return ALL.stream()
                .collect(
                        Collectors.toMap(
                                Experiment::name, Experiment::summary, (a, b) -> a, TreeMap::new));
    }

    /**
     * Runs an experiment, or what is left of it, and writes {@code report.html}, {@code report.md}
     * and a CSV file for each table.
     *
     * @param name one of {@link #list}
     * @param trials makes problems to run
     * @param stop asked between steps; true ends it, and what is finished is kept
     * @param progress told what is being done, a line at a time
     * @return the report's page, or empty if it was stopped
     * @throws InvalidInputException if the name or an option is wrong
     */
    public static Optional<Path> run(
            String name,
            Options options,
            Trials trials,
            BooleanSupplier stop,
            Consumer<String> progress)
            throws IOException {
        Experiment experiment =
                ALL.stream()
                        .filter(e -> e.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        InvalidInputException.of(
                                                "NAME",
                                                "must be one of "
                                                        + String.join(", ", list().keySet()),
                                                name,
                                                "see 'headwater experiment'"));
        if (options.seeds() > 0 && experiment.seeds() == 0) {
            throw InvalidInputException.of(
                    "--seeds",
                    "cannot be given for " + name + ", in which nothing is drawn at random",
                    options.seeds(),
                    "leave it out");
        }
        claim(experiment, options);
        int own = options.small() ? Math.min(1, experiment.seeds()) : experiment.seeds();
        try (FixedWorkers alone = new FixedWorkers(1)) {
            Experiment.Setup setup =
                    new Experiment.Setup(
                            options.small(),
                            options.seeds() > 0 ? options.seeds() : own,
                            alone,
                            options.threads(),
                            trials,
                            options.directory(),
                            stop);
            return ExperimentRun.run(experiment, setup, options.code(), progress);
        }
    }

    private static void claim(Experiment experiment, Options options) {
        try {
            mark(experiment, options);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "--output",
                    "must be a directory that can be written",
                    options.directory() + " (" + e.getMessage() + ")",
                    "check its permissions or choose another");
        }
    }

    /** Refuses a directory in which there is something else. */
    private static void mark(Experiment experiment, Options options) throws IOException {
        Path directory = options.directory();
        JsonObject mark = new JsonObject();
        mark.addProperty("experiment", experiment.name());
        mark.addProperty("version", options.small() ? "small" : "full");
        String found = null;
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                if (files.findAny().isPresent() && !mark.equals(mark(directory))) {
                    found = "which holds other files";
                }
            }
        } else if (Files.exists(directory)) {
            found = "a file";
        }
        if (found != null) {
            throw InvalidInputException.of(
                    "--output",
                    "must be new, empty, or a directory of the "
                            + mark.get("version").getAsString()
                            + " version of "
                            + experiment.name()
                            + ", which then goes on",
                    directory + ", " + found,
                    "choose another name");
        }
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(MARK), mark + "\n");
    }

    private static JsonObject mark(Path directory) throws IOException {
        Path file = directory.resolve(MARK);
        try {
            return Files.isRegularFile(file)
                    ? JsonParser.parseString(Files.readString(file)).getAsJsonObject()
                    : null;
        } catch (JsonParseException | IllegalStateException e) {
            return null;
        }
    }
}
