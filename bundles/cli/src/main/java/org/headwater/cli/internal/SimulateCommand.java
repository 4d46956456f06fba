package org.headwater.cli.internal;

import java.nio.file.Path;
import org.headwater.cli.JobText;
import org.headwater.runtime.Jobs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes synthetic data of a problem. */
@Command(
        name = "simulate",
        description =
                "Make synthetic data: the forward model's prediction for a known truth, with the"
                        + " problem's noise.")
final class SimulateCommand extends SubCommand {
    private final Jobs jobs;

    @Mixin private ProblemArguments problem;

    @Option(
            names = "--truth",
            required = true,
            paramLabel = "FILE",
            description = "What is in the unknown; the format is the forward model's.")
    private Path truth;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "New or empty; gets the data and a problem file that reads them.")
    private Path output;

    SimulateCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() {
        Path written = jobs.simulate(problem.read(), truth, output);
        out().println("run it:  headwater run " + JobText.quoted(written.toString()));
        out().println("results: " + output);
        return ExitCode.DONE;
    }
}
