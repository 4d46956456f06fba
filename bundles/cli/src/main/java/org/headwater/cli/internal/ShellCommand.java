package org.headwater.cli.internal;

import java.util.Collection;
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

    ShellCommand(BundleContext context) {
        this.context = context;
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Integer call() throws InvalidSyntaxException {
        Collection<ServiceReference<ToIntFunction>> found =
                context.getServiceReferences(ToIntFunction.class, "(headwater.shell=true)");
        if (found.isEmpty()) {
            throw new IllegalStateException("the shell did not start");
        }
        ToIntFunction<String[]> shell = context.getService(found.iterator().next());
        return shell.applyAsInt(script == null ? new String[0] : new String[] {script});
    }
}
