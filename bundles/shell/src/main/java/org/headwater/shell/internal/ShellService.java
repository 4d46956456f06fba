package org.headwater.shell.internal;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Converters;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Reason;
import org.headwater.cli.LogFile;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Plugins;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell: without arguments it reads from the terminal, with one it runs that script.
 *
 * <p>It registers Gogo's own commands itself, a choice of them, because Gogo's bundle would open a
 * shell of its own when started.
 */
@Component(service = ToIntFunction.class, property = "headwater.shell=true")
public final class ShellService implements ToIntFunction<String[]> {
    /** Scope of Headwater's commands. */
    static final String SCOPE = "hw";

    /** Session variable that is set when the user wants to leave. */
    static final String LEAVE = "headwater.leave";

    private static final String[] PROCEDURAL = {
        "each", "if", "not", "throw", "try", "until", "while", "break", "continue"
    };
    private static final String[] POSIX = {
        "cat", "cd", "clear", "date", "echo", "grep", "head", "less", "ls", "pwd", "sleep", "tail",
        "wc"
    };
    private static final String[] BUILTIN = {"format", "history", "new", "set", "type"};

    /** What Gogo adds, for the help. */
    static final String BUILT_IN =
            String.join(", ", POSIX) + ", history, if, each, while; lb, start, stop (bundles)";

    private static final Logger LOG = LoggerFactory.getLogger(ShellService.class);
    private static final Pattern ARGUMENTS_MISFIT =
            Pattern.compile("Cannot coerce (\\w+)\\(.*", Pattern.DOTALL);
    static final int DONE = 0;
    static final int INTERNAL_ERROR = 1;
    static final int INVALID_INPUT = 2;
    private static final int VERDICT_FAIL = 3;
    static final int INTERRUPTED = 130;

    private final CommandProcessor processor;
    private final Jobs jobs;
    private final Plugins plugins;
    private final List<ServiceRegistration<?>> commands = new ArrayList<>();

    /** Called by the component runtime. */
    @Activate
    public ShellService(
            BundleContext context,
            @Reference CommandProcessor processor,
            @Reference Jobs jobs,
            @Reference Plugins plugins) {
        this.processor = processor;
        this.jobs = jobs;
        this.plugins = plugins;
        Shell gogo = new Shell(new FrameworkContext(context), processor);
        register(context, new Procedural(), PROCEDURAL);
        register(context, new Posix(processor), POSIX);
        register(context, new Builtin(), BUILTIN);
        register(context, gogo, "help", "source");
        commands.add(
                context.registerService(
                        Converter.class,
                        new Converters(context.getBundle(0).getBundleContext()),
                        new Hashtable<>()));
    }

    /** Called by the component runtime. */
    @Deactivate
    public void deactivate() {
        commands.forEach(ServiceRegistration::unregister);
    }

    private void register(BundleContext context, Object target, String... functions) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(CommandProcessor.COMMAND_SCOPE, "gogo");
        properties.put(CommandProcessor.COMMAND_FUNCTION, functions);
        commands.add(context.registerService(Object.class, target, properties));
    }

    @Override
    public int applyAsInt(String[] args) {
        try {
            if (args.length > 0) {
                return script(args[0]);
            }
            if (!Boolean.getBoolean("headwater.terminal.in")) {
                return script(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
            }
            try (Terminal terminal =
                    TerminalBuilder.builder()
                            .name("headwater")
                            .system(true)
                            .nativeSignals(true)
                            .signalHandler(Terminal.SignalHandler.SIG_IGN)
                            .build()) {
                new Dialogue(processor, jobs, plugins, terminal).run(Path.of("").toAbsolutePath());
                return DONE;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a script, then waits for the jobs that it started. */
    private int script(String text) {
        // Not System.out: while commands run that is Gogo's, which writes to the session's stream.
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        int code = execute(processor, text, Path.of("").toAbsolutePath(), out, err);
        if (code == DONE) {
            try {
                for (Job job : jobs.list()) {
                    job.await();
                }
                return outcome();
            } catch (InterruptedException e) {
                code = INTERRUPTED;
            }
        }
        JobCommands.stop(jobs.list().stream().filter(JobCommands::running).toList(), err::println);
        return code;
    }

    /**
     * Runs a script in a session of its own; an error goes to {@code err} on one line.
     *
     * @param directory what relative paths start from
     * @return the exit code
     */
    static int execute(
            CommandProcessor processor,
            String text,
            Path directory,
            PrintStream out,
            PrintStream err) {
        try (CommandSession session =
                processor.createSession(new ByteArrayInputStream(new byte[0]), out, err)) {
            prepare(session, directory);
            session.execute(text);
            return DONE;
        } catch (InterruptedException e) {
            return INTERRUPTED;
        } catch (Exception e) {
            if (Thread.interrupted()) {
                return INTERRUPTED;
            }
            err.println("error: " + message(e));
            return isMendable(e) ? INVALID_INPUT : INTERNAL_ERROR;
        }
    }

    private int outcome() {
        int code = DONE;
        for (Job job : jobs.list()) {
            if (job.status() == Job.Status.FAILED) {
                return INTERNAL_ERROR;
            }
            if (job.verdict().map(v -> v.status() == Reason.Status.FAIL).orElse(false)) {
                code = VERDICT_FAIL;
            }
        }
        return code;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** What every session starts with. */
    static void prepare(CommandSession session, Path directory) {
        session.currentDir(directory);
        session.put(Shell.VAR_SCOPE, SCOPE + ":gogo:*");
    }

    /** An error on one line; what is no fault of the user's is logged. */
    static String message(Throwable e) {
        if (e instanceof InvalidInputException) {
            return e.getMessage();
        }
        if (e instanceof CommandNotFoundException notFound) {
            return "'" + notFound.getCommand() + "' is not a command; help lists them";
        }
        if (!isMendable(e)) {
            LOG.error("a shell command failed", e);
            return e + "; " + LogFile.details();
        }
        String text = String.valueOf(e.getMessage()).replace('\n', ' ');
        Matcher misfit = ARGUMENTS_MISFIT.matcher(text);
        return misfit.matches()
                ? "these arguments do not fit '"
                        + misfit.group(1)
                        + "'; see: help "
                        + misfit.group(1)
                : text;
    }

    private static boolean isMendable(Throwable e) {
        return e instanceof InvalidInputException
                || e instanceof CommandNotFoundException
                || e instanceof SyntaxError
                || e instanceof EOFException
                || e instanceof IllegalArgumentException;
    }

    /** What Gogo's shell asks of its surroundings. */
    private record FrameworkContext(BundleContext context) implements Shell.Context {
        @Override
        public String getProperty(String name) {
            return context.getProperty(name);
        }

        @Override
        public void exit() {
            // The launcher ends the process when the shell has returned.
        }
    }
}
