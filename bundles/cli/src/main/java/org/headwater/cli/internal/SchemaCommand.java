package org.headwater.cli.internal;

import com.google.gson.GsonBuilder;
import org.headwater.cli.ProblemSchema;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.ProblemFile;
import picocli.CommandLine.Command;

/** Prints the JSON Schema of problem files. */
@Command(
        name = "schema",
        description =
                "Print the JSON Schema of problem files, for editors that complete and check.")
final class SchemaCommand extends SubCommand {
    private final Plugins plugins;

    SchemaCommand(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public Integer call() {
        out().println(
                        new GsonBuilder()
                                .setPrettyPrinting()
                                .disableHtmlEscaping()
                                .create()
                                .toJson(ProblemSchema.of(plugins, ProblemFile.settings())));
        return ExitCode.DONE;
    }
}
