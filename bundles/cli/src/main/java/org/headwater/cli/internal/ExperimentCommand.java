package org.headwater.cli.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.headwater.api.Ensemble;
import org.headwater.experiments.Experiments;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Trials;
import org.osgi.framework.FrameworkUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs an experiment. */
@Command(
        name = "experiment",
        description =
                "Run an experiment of the sparse transformer's literature and write a report with"
                        + " tables and plots; without NAME, list them. What was finished is kept:"
                        + " after an interruption the same command goes on where it was.",
        footer = {"", "The last line on stdout is 'results: PATH'."})
final class ExperimentCommand extends SubCommand {
    private final Trials trials;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Which one.")
    private String name;

    @Option(names = "--small", description = "A version of seconds, for a first look.")
    private boolean small;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "How many random seeds; the experiment's own number without.")
    private Integer seeds;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads for the runs of solvers, all there are without; layers and flows that"
                            + " are timed by themselves take one. Results do not depend on it.")
    private Integer threads;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description =
                    "New, empty, or where the same experiment was run; experiments/NAME without,"
                            + " experiments/NAME-small with --small.")
    private Path output;

    ExperimentCommand(Trials trials) {
        this.trials = trials;
    }

    @Override
    public Integer call() throws IOException {
        Map<String, String> all = Experiments.list();
        if (name == null) {
            all.forEach((key, what) -> out().printf("%-24s %s%n", key, what));
            return ExitCode.DONE;
        }
        atLeastOne("--seeds", seeds);
        atLeastOne("--threads", threads);
        Path directory =
                output == null ? Path.of("experiments", small ? name + "-small" : name) : output;
        Experiments.Options options =
                new Experiments.Options(
                        small,
                        seeds == null ? 0 : seeds,
                        threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                        directory,
                        code());
        Thread caller = Thread.currentThread();
        Optional<Path> page =
                Experiments.run(name, options, trials, caller::isInterrupted, this::tell);
        if (page.isEmpty()) {
            Thread.interrupted();
            err().println("interrupted; the same command goes on from here");
            return ExitCode.INTERRUPTED;
        }
        out().println("report:  " + page.get());
        out().println("results: " + directory);
        return ExitCode.DONE;
    }

    private void atLeastOne(String option, Integer value) {
        if (value != null && value < 1) {
            throw misuse(option + " must be at least 1, got " + value);
        }
    }

    /** A checksum of the classes of experiments, kernels and contracts. */
    private static String code() throws IOException {
        CRC32 sum = new CRC32();
        for (Class<?> type : List.of(Experiments.class, KeyedRandom.class, Ensemble.class)) {
            Enumeration<URL> entries =
                    FrameworkUtil.getBundle(type).findEntries("/", "*.class", true);
            List<URL> sorted = Collections.list(entries);
            sorted.sort((a, b) -> a.getPath().compareTo(b.getPath()));
            for (URL url : sorted) {
                try (InputStream in = url.openStream()) {
                    sum.update(in.readAllBytes());
                }
            }
        }
        return Long.toHexString(sum.getValue());
    }

    private void tell(String line) {
        err().println(line);
        err().flush();
    }
}
