package org.headwater.experiments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.headwater.api.Workers;
import org.headwater.experiments.internal.BiasExperiment;
import org.headwater.experiments.internal.DirectionalConsistencyExperiment;
import org.headwater.experiments.internal.Experiment;
import org.headwater.experiments.internal.Report;
import org.headwater.experiments.internal.SparsityExperiment;
import org.headwater.experiments.internal.StabilityExperiment;
import org.headwater.experiments.internal.Toy2dExperiment;

/** The experiments by name. */
public final class Experiments {
    private static final List<Experiment> ALL =
            List.of(
                    new BiasExperiment(),
                    new DirectionalConsistencyExperiment(),
                    new SparsityExperiment(),
                    new StabilityExperiment(),
                    new Toy2dExperiment());

    private Experiments() {}

    /** What there is: name and one sentence each. */
    public static Map<String, String> list() {
        return ALL.stream()
                .collect(
                        Collectors.toMap(
                                Experiment::name,
                                Experiment::summary,
                                (a, b) -> a,
                                java.util.TreeMap::new));
    }

    /**
     * Runs an experiment and writes {@code report.html}, {@code report.md} and a CSV file for each
     * table.
     *
     * @param name one of {@link #list}
     * @param small a version of seconds, for a first look
     * @param directory gets the files
     * @param workers threads
     * @param progress told what is being done, a line at a time
     * @return the report's page, or empty if there is no such experiment
     */
    public static Optional<Path> run(
            String name, boolean small, Path directory, Workers workers, Consumer<String> progress)
            throws IOException {
        for (Experiment e : ALL) {
            if (e.name().equals(name)) {
                Report report = new Report(e.name(), e.summary(), small);
                e.run(new Experiment.Setup(small, workers, progress), report);
                return Optional.of(report.write(directory));
            }
        }
        return Optional.empty();
    }
}
