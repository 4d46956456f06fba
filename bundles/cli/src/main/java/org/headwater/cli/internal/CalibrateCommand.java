package org.headwater.cli.internal;

import java.nio.file.Path;
import org.headwater.api.Reason;
import org.headwater.cli.JobText;
import org.headwater.runtime.Trial;
import org.headwater.runtime.Trials;
import org.headwater.studies.Calibration;
import org.headwater.studies.CalibrationResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Calibrates a problem. */
@Command(
        name = "calibrate",
        description =
                "Check a problem's posteriors by simulation: do truths drawn from the prior lie in"
                        + " them as often as they should?",
        footer = {
            "",
            "Finished replicates are kept: the same command goes on where it was interrupted, and"
                    + " with more --replicates runs only those that are missing."
        })
final class CalibrateCommand extends SubCommand {
    private final Trials trials;

    @Mixin private ProblemArguments problem;

    @Option(
            names = "--replicates",
            paramLabel = "R",
            defaultValue = "100",
            description = "Number of truths and runs; 100 without.")
    private int replicates;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Where files go; runs/NAME-calibration-HASH without.")
    private Path output;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Runs at once; as many as there are processors without.")
    private Integer threads;

    CalibrateCommand(Trials trials) {
        this.trials = trials;
    }

    @Override
    public Integer call() {
        if (replicates < 2) {
            throw misuse("--replicates must be at least 2, got " + replicates);
        }
        if (threads != null && threads < 1) {
            throw misuse("--threads must be at least 1, got " + threads);
        }
        Trial trial = trials.of(problem.read());
        Path directory =
                output == null
                        ? Calibration.directory(Path.of("runs"), trial, trial.seed())
                        : output;
        Calibration.Options options =
                new Calibration.Options(
                        replicates,
                        directory,
                        trial.seed(),
                        threads == null ? Runtime.getRuntime().availableProcessors() : threads);
        CalibrationResult result;
        try {
            result = Calibration.run(trial, options, this::show);
        } catch (InterruptedException e) {
            err().println();
            err().println("interrupted; the same command goes on, what is done is kept");
            return ExitCode.INTERRUPTED;
        }
        for (CalibrationResult.Coverage c : result.coverage()) {
            out().printf(
                            java.util.Locale.ROOT,
                            "coverage of %.0f %% intervals: %.1f %% (standard error %.1f)%n",
                            100 * c.level(),
                            100 * c.found(),
                            100 * c.error());
        }
        out().println(JobText.verdict(result.verdict()));
        out().println("report:  " + directory.resolve("report.html"));
        out().println("results: " + directory);
        return result.verdict().status() == Reason.Status.FAIL
                ? ExitCode.VERDICT_FAIL
                : ExitCode.DONE;
    }

    /** A line that counts up on a terminal, a line for each twentieth of the work elsewhere. */
    private void show(int done) {
        String line = "replicates: " + done + "/" + replicates;
        if (ProgressDisplay.isOnTerminal()) {
            err().print("\r" + line + (done == replicates ? "\n" : ""));
        } else if (done == replicates || done % Math.max(1, replicates / 20) == 0) {
            err().println(line);
        }
        err().flush();
    }
}
