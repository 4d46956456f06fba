package org.headwater.experiments.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Computes the cells of an experiment and writes its report. */
public final class ExperimentRun {
    private ExperimentRun() {}

    /**
     * Runs what is left of it.
     *
     * @param code says which code computes the cells
     * @return the report's page, or empty if it was stopped
     */
    public static Optional<Path> run(
            Experiment experiment, Experiment.Setup setup, String code, Consumer<String> progress)
            throws IOException {
        Optional<Results> results =
                Results.of(
                        experiment.cells(setup),
                        setup.directory().resolve("cells"),
                        code,
                        setup.stop(),
                        progress);
        if (results.isEmpty()) {
            return Optional.empty();
        }
        Report report = new Report(experiment.name(), experiment.summary(), setup.small());
        experiment.report(setup, results.get(), report);
        return Optional.of(report.write(setup.directory()));
    }
}
