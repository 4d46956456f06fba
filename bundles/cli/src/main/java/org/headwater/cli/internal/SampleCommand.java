package org.headwater.cli.internal;

import java.nio.file.Path;
import org.headwater.runtime.Jobs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Draws from a trained flow. */
@Command(
        name = "sample",
        description =
                "Draw samples from a trained flow, with their log-densities: no forward model is"
                        + " needed, and the same seed gives the same bytes.",
        footer = {"", "The last line on stdout is 'results: PATH', a NumPy array n x parameters."})
final class SampleCommand extends SubCommand {
    private final Jobs jobs;

    @Parameters(
            index = "0",
            paramLabel = "FLOW",
            description =
                    "A run directory of solver sparse-transformer or ot-flow, or its flow.npz.")
    private Path flow;

    @Option(names = "--n", required = true, paramLabel = "N", description = "How many samples.")
    private int n;

    @Option(names = "--seed", paramLabel = "S", description = "The random seed; 1 without.")
    private long seed = 1;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Gets the samples; log-densities go to FILE with -log-density in its name."
                            + " samples.npy without.")
    private Path output = Path.of("samples.npy");

    SampleCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() {
        if (n < 1) {
            throw misuse("--n must be at least 1, got " + n);
        }
        Jobs.Samples samples = jobs.sample(flow, n, seed, output);
        if (!(samples.leastSlope() > 0)) {
            err().println(
                            "warning: the flow is not one to one at these samples; their densities"
                                    + " are wrong (least slope "
                                    + samples.leastSlope()
                                    + ")");
        }
        if (samples.logDensities() == null) {
            err().println(
                            "this flow ends in a draw of a kernel (layer: kr): its samples have no"
                                    + " density in closed form");
        } else {
            out().println("log-densities: " + samples.logDensities());
        }
        out().println("results: " + samples.file());
        return ExitCode.DONE;
    }
}
