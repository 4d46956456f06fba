package org.headwater.cli.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.headwater.cli.JobText;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes synthetic data of a problem. */
@Command(
        name = "simulate",
        description =
                "Make synthetic data: the forward model's prediction for a known truth, with the"
                        + " problem's noise.")
final class SimulateCommand extends SubCommand {
    private final Jobs jobs;

    @Parameters(index = "0", paramLabel = "FILE", description = "The problem file.")
    private Path file;

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

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Replace or add a setting of the problem file; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "The random seed.")
    private Long seed;

    SimulateCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() {
        ProblemFile problem = ProblemFile.read(file, RunCommand.overrides(settings, seed));
        Path written = jobs.simulate(problem, truth, output);
        out().println("run it:  headwater run " + JobText.quoted(written.toString()));
        out().println("results: " + output);
        return ExitCode.DONE;
    }
}
