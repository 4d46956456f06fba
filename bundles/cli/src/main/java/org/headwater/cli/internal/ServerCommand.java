package org.headwater.cli.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves a queue of jobs. */
@Command(
        name = "server",
        description = {
            "Serve a queue of jobs over HTTP until it is stopped; jobs survive the process.",
            "Settings are read from conf/server.yaml. The first start writes conf/admin.token."
        })
final class ServerCommand extends SubCommand {
    private final ServerService service;

    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen; 8080 without.")
    private Integer port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The address to listen on; without, this machine only.")
    private String host;

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

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Replace a setting of conf/server.yaml, e.g. jobs=4; may be repeated.")
    private List<String> settings = new ArrayList<>();

    ServerCommand(ServerService service) {
        this.service = service;
    }

    @Override
    public Integer call() throws Exception {
        List<String> all = new ArrayList<>(settings);
        if (port != null) {
            all.add("--port=" + port);
        }
        if (host != null) {
            all.add("--host=" + ServerService.quoted(host));
        }
        all.addAll(ServerService.directories(data, conf));
        return service.run("server", all);
    }
}
