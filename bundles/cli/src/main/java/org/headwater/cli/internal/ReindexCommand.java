package org.headwater.cli.internal;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the server's database anew. */
@Command(
        name = "reindex",
        description = {
            "Make the server's database anew from the folders of its jobs, while it is stopped.",
            "The old database is kept beside the new one."
        })
final class ReindexCommand extends SubCommand {
    private final ServerService service;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory; data/ without.")
    private Path data;

    @Option(
            names = "--conf",
            paramLabel = "DIR",
            description = "The configuration's directory; conf/ without.")
    private Path conf;

    ReindexCommand(ServerService service) {
        this.service = service;
    }

    @Override
    public Integer call() throws Exception {
        return service.run("reindex", ServerService.directories(data, conf));
    }
}
