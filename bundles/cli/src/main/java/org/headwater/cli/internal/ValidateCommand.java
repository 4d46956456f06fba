package org.headwater.cli.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.cli.Table;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a problem without running it. */
@Command(
        name = "validate",
        description = "Check a problem and its files without running it; time one step.")
final class ValidateCommand extends SubCommand {
    private final Jobs jobs;

    @Parameters(index = "0", paramLabel = "FILE", description = "The problem file.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Replace or add a setting of the problem file; may be repeated.")
    private List<String> settings = new ArrayList<>();

    ValidateCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() {
        Map<String, String> lines = jobs.validate(ProblemFile.read(file, settings)).lines();
        Table table = new Table();
        lines.forEach(table::row);
        out().print(table);
        out().println("valid: " + file);
        return ExitCode.DONE;
    }
}
