package org.headwater.cli.internal;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.ProblemFunctions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Serves a problem's forward model and posterior to other programs. */
@Command(
        name = "serve-model",
        description = {
            "Serve a problem's forward model and posterior by UM-Bridge's protocol 1.0, until Ctrl-C.",
            "The models are 'forward' (parameters to predicted data) and 'posterior' (parameters to"
                    + " the log of the density, up to a constant)."
        })
final class ServeModelCommand extends SubCommand {
    private final Jobs jobs;

    @Parameters(index = "0", paramLabel = "FILE", description = "The problem file.")
    private Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Replace or add a setting of the problem file; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "4242",
            description = "Where to listen, ${DEFAULT-VALUE} by default; 0 for any that is free.")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description =
                    "The address to listen on, by default ${DEFAULT-VALUE}: this machine only. There"
                            + " is no password.")
    private String host;

    ServeModelCommand(Jobs jobs) {
        this.jobs = jobs;
    }

    @Override
    public Integer call() {
        if (port < 0 || port > 65535) {
            throw InvalidInputException.of(
                    "--port", "must lie between 0 and 65535", port, "4242 is usual");
        }
        ProblemFunctions problem = jobs.functions(ProblemFile.read(file, settings));
        int parallel = Runtime.getRuntime().availableProcessors();
        try (ModelServer server = new ModelServer(problem, host, port, parallel)) {
            InetSocketAddress at = server.address();
            out().printf(
                            "serving http://%s:%d: forward (%d to %d numbers), posterior (%d to 1)%n",
                            at.getAddress().getHostAddress(),
                            at.getPort(),
                            problem.parameters(),
                            problem.data(),
                            problem.parameters());
            out().flush();
            Thread.sleep(Long.MAX_VALUE);
            return ExitCode.DONE;
        } catch (InterruptedException e) {
            return ExitCode.DONE;
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "--port",
                    "cannot be listened on: " + e.getMessage(),
                    host + ":" + port,
                    "choose another with --port, or stop what uses it");
        }
    }
}
