package org.headwater.shell.internal;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.headwater.api.InvalidInputException;
import org.headwater.cli.Table;
import org.osgi.service.component.annotations.Component;

/** The shell's commands about itself. */
@Component(service = SessionCommands.class)
@GogoCommand(
        scope = ShellService.SCOPE,
        function = {"help", "exit", "quit"})
public final class SessionCommands {
    private static final List<Class<?>> COMMANDS =
            List.of(
                    JobCommands.class,
                    PluginCommands.class,
                    LibraryCommands.class,
                    VerifyCommand.class,
                    MachineShellCommands.class,
                    SessionCommands.class);

    /** Lists the commands. */
    @Descriptor("list the commands")
    public void help() {
        Table table = new Table();
        for (Class<?> type : COMMANDS) {
            Arrays.stream(type.getMethods())
                    .filter(m -> m.isAnnotationPresent(Descriptor.class))
                    .collect(
                            Collectors.toMap(
                                    Method::getName,
                                    m -> m,
                                    BinaryOperator.minBy(
                                            Comparator.comparingInt(Method::getParameterCount)),
                                    TreeMap::new))
                    .forEach((n, m) -> table.row(n, m.getAnnotation(Descriptor.class).value()));
        }
        System.out.print(table);
        System.out.println("help COMMAND explains one; also: " + ShellService.BUILT_IN);
    }

    /** Explains a command. */
    @Descriptor("explain a command")
    public void help(CommandSession session, @Descriptor("the command") String name)
            throws Exception {
        if (!name.matches("[\\w:-]+")) {
            throw InvalidInputException.of(
                    "help", "must be given a command's name", "'" + name + "'", "help lists them");
        }
        session.execute("gogo:help " + name);
    }

    /** Leaves. */
    @Descriptor("leave the shell; asks first when jobs are running")
    public void exit(CommandSession session) {
        session.put(ShellService.LEAVE, true);
    }

    /** Leaves. */
    @Descriptor("leave the shell; asks first when jobs are running")
    public void quit(CommandSession session) {
        exit(session);
    }
}
