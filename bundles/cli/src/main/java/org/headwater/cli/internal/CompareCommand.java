package org.headwater.cli.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Trials;
import org.headwater.studies.Comparison;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares solvers on a problem. */
@Command(
        name = "compare",
        description =
                "Compare solvers on a problem: every one at the same number of evaluations of the"
                        + " model with its gradient, against a reference.")
final class CompareCommand extends SubCommand {
    private final Trials trials;

    @Mixin private ProblemArguments problem;

    @Option(
            names = "--solvers",
            split = ",",
            paramLabel = "SOLVER",
            defaultValue = "rwpo,mala,nuts",
            description =
                    "Types of solvers, or mala, nuts, myula, ula, pcn, gibbs; settings after colons,"
                            + " e.g. rwpo:particles=500. rwpo,mala,nuts without.")
    private List<String> solvers;

    @Option(
            names = "--budget",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Evaluations for each solver; 20000 without.")
    private long budget;

    @Option(
            names = "--reference",
            paramLabel = "DIR|FILE.npy",
            description =
                    "Draws to compare with: a run directory or a NumPy file; a run of ten budgets of"
                            + " gibbs or nuts without.")
    private Path reference;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Where files go, new or empty; runs/NAME-comparison without.")
    private Path output;

    CompareCommand(Trials trials) {
        this.trials = trials;
    }

    @Override
    public Integer call() {
        if (budget < 100) {
            throw misuse("--budget must be at least 100, got " + budget);
        }
        Trial trial = trials.of(problem.read());
        Path directory = output == null ? free(trial.name() + "-comparison") : output;
        Comparison.Options options =
                new Comparison.Options(
                        solvers,
                        budget,
                        reference,
                        directory,
                        trial.seed(),
                        Runtime.getRuntime().availableProcessors());
        Thread caller = Thread.currentThread();
        Comparison.Result result =
                Comparison.run(trial, options, caller::isInterrupted, err()::println);
        if (Thread.interrupted()) {
            err().println("interrupted; nothing was written");
            return ExitCode.INTERRUPTED;
        }
        for (Comparison.Entry e : result.entries()) {
            if (e.budget() == budget) {
                out().println(line(e));
            }
        }
        result.doubts().forEach(d -> out().println("the reference is in doubt: " + d));
        out().println("report:  " + directory.resolve("report.html"));
        out().println("results: " + directory);
        return ExitCode.DONE;
    }

    private static String line(Comparison.Entry e) {
        if (!e.fault().isEmpty()) {
            return e.solver() + ": " + e.fault();
        }
        return String.format(
                Locale.ROOT,
                "%-12s %-4s  mean error %.3f sd  sd ratio %.3f [%.3f, %.3f]  energy distance %.4f"
                        + "  %d evaluations  %.1f s",
                e.solver(),
                e.verdict(),
                e.accuracy().mean(),
                e.accuracy().meanSd(),
                e.accuracy().leastSd(),
                e.accuracy().largestSd(),
                e.accuracy().energy(),
                e.cost(),
                e.seconds());
    }

    private static Path free(String name) {
        Path path = Path.of("runs", name);
        for (int i = 2; Files.exists(path); i++) {
            path = Path.of("runs", name + "-" + i);
        }
        return path;
    }
}
