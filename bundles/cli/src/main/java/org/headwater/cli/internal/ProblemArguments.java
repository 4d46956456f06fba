package org.headwater.cli.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.headwater.runtime.ProblemFile;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The problem file that a command works on, and what is changed in it. */
final class ProblemArguments {
    @Parameters(index = "0", paramLabel = "FILE", description = "The problem file.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Replace or add a setting of the problem file; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "The random seed.")
    private Long seed;

    ProblemFile read() {
        return ProblemFile.read(file, RunCommand.overrides(settings, seed));
    }
}
