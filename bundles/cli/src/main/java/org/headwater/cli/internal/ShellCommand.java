package org.headwater.cli.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Hands over to the shell's service, a {@code ToIntFunction<String[]>} as this command line is. */
@Command(name = "shell", description = "Open a shell that submits, watches and cancels jobs.")
final class ShellCommand extends SubCommand {
    private final BundleContext context;

    @Option(
            names = {"-c", "--command"},
            paramLabel = "COMMANDS",
            description = "Run these commands, separated by ';', and leave.")
    private String script;

    @Option(
            names = "--attach",
            arity = "0..1",
            paramLabel = "PID",
            fallbackValue = "",
            description =
                    "Talk to a Headwater that runs already, given by its process id when there are several;"
                            + " its jobs go on when you leave.")
    private String attach;

    ShellCommand(BundleContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InvalidSyntaxException {
        List<String> args = new ArrayList<>();
        if (attach != null) {
            args.add(attach);
        }
        if (script != null) {
            args.add(script);
        }
        return service(attach == null ? "headwater.shell" : "headwater.shell.attach")
                .applyAsInt(args.toArray(new String[0]));
    }

    @SuppressWarnings({"rawtypes", "unchecked"})
    private ToIntFunction<String[]> service(String property) throws InvalidSyntaxException {
        Collection<ServiceReference<ToIntFunction>> found =
                context.getServiceReferences(ToIntFunction.class, "(" + property + "=true)");
        if (found.isEmpty()) {
            throw new IllegalStateException("the shell did not start");
        }
        return context.getService(found.iterator().next());
    }
}
