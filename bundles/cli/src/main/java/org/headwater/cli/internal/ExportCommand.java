package org.headwater.cli.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.headwater.runtime.PosteriorExport;
import org.headwater.runtime.PosteriorExport.Format;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a posterior for other tools. */
@Command(
        name = "export",
        description = "Write the posterior of a finished run for tools that do not read Zarr.")
final class ExportCommand extends SubCommand {
    @Parameters(index = "0", paramLabel = "RUN_DIR", description = "The run directory.")
    private Path run;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description =
                    "npz: all arrays of posterior.zarr for numpy.load; csv: a row per draw with"
                            + " chain, draw and the parameters.")
    private Format format;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "A new file; RUN_DIR/posterior.npz or .csv without.")
    private Path output;

    @Override
    public Integer call() throws IOException {
        String name = "posterior." + format.name().toLowerCase(Locale.ROOT);
        Path file = output == null ? run.resolve(name) : output;
        PosteriorExport.write(run, format, file);
        out().println("results: " + file);
        return ExitCode.DONE;
    }
}
