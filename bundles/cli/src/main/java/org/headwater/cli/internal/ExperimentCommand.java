package org.headwater.cli.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.experiments.Experiments;
import org.headwater.kernels.workers.FixedWorkers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs an experiment. */
@Command(
        name = "experiment",
        description =
                "Run an experiment of the sparse transformer's literature and write a report with"
                        + " tables and plots; without NAME, list them.",
        footer = {"", "The last line on stdout is 'results: PATH'. One thread."})
final class ExperimentCommand extends SubCommand {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Which one.")
    private String name;

    @Option(names = "--small", description = "A version of seconds, for a first look.")
    private boolean small;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "New or empty; experiments/NAME without.")
    private Path output;

    @Override
    public Integer call() throws IOException {
        Map<String, String> all = Experiments.list();
        if (name == null) {
            all.forEach((key, what) -> out().printf("%-24s %s%n", key, what));
            return ExitCode.DONE;
        }
        if (!all.containsKey(name)) {
            throw InvalidInputException.of(
                    "NAME",
                    "must be one of " + String.join(", ", all.keySet()),
                    name,
                    "see 'headwater experiment'");
        }
        Path directory = output == null ? Path.of("experiments", name) : output;
        if (Files.exists(directory) && !isEmptyDirectory(directory)) {
            throw InvalidInputException.of(
                    "--output",
                    "must be a new or an empty directory",
                    directory,
                    "choose another name; results are never overwritten");
        }
        Path page;
        try (FixedWorkers workers = new FixedWorkers(1)) {
            page = Experiments.run(name, small, directory, workers, this::tell).orElseThrow();
        }
        out().println("report:  " + page);
        out().println("results: " + directory);
        return ExitCode.DONE;
    }

    private void tell(String line) {
        err().println(line);
        err().flush();
    }

    private static boolean isEmptyDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
