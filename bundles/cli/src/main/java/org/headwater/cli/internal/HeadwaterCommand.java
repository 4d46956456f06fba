package org.headwater.cli.internal;

import java.io.PrintWriter;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.function.ToIntFunction;
import org.headwater.api.InvalidInputException;
import org.headwater.cli.LogFile;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginLibrary;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.Trials;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code headwater} command: parses the arguments and turns what happens into exit codes.
 *
 * <p>An interrupt of the calling thread stops a run at its next safe point.
 */
@Component(service = ToIntFunction.class, property = "headwater.command=true")
public final class HeadwaterCommand implements ToIntFunction<String[]> {
    private static final Logger LOG = LoggerFactory.getLogger(HeadwaterCommand.class);

    private final BundleContext context;
    private final Jobs jobs;
    private final Plugins plugins;
    private final PluginLibrary library;
    private final Trials trials;

    /** Called by the component runtime. */
    @Activate
    public HeadwaterCommand(
            BundleContext context,
            @Reference Jobs jobs,
            @Reference Plugins plugins,
            @Reference PluginLibrary library,
            @Reference Trials trials) {
        this.trials = trials;
        this.library = library;
        this.context = context;
        this.jobs = jobs;
        this.plugins = plugins;
    }

    @Override
    public int applyAsInt(String[] args) {
        CommandLine line = new CommandLine(new Headwater());
        line.addSubcommand(new RunCommand(jobs));
        line.addSubcommand(new ReproduceCommand(jobs));
        line.addSubcommand(new ExportCommand());
        line.addSubcommand(new ValidateCommand(jobs));
        line.addSubcommand(new SimulateCommand(jobs));
        line.addSubcommand(new CalibrateCommand(trials));
        line.addSubcommand(new CompareCommand(trials));
        line.addSubcommand(new SampleCommand(jobs));
        line.addSubcommand(new ServeModelCommand(jobs));
        line.addSubcommand(new PluginsCommand(plugins));
        line.addSubcommand(new SchemaCommand(plugins));
        line.addSubcommand(new ShellCommand(context));
        ServerService server = new ServerService(context);
        line.addSubcommand(new ServerCommand(server));
        line.addSubcommand(new ReindexCommand(server));
        line.addSubcommand(new DoctorCommand(context, plugins));
        line.addSubcommand(new BenchCommand(plugins));
        line.addSubcommand(new ExperimentCommand(trials));
        line.addSubcommand(new HelpCommand());
        settings(line);
        line.getCommandSpec().version(version());
        line.setParameterExceptionHandler(HeadwaterCommand::misused);
        line.setExecutionExceptionHandler(HeadwaterCommand::failed);
        if (args.length == 0) {
            line.usage(line.getErr());
            return ExitCode.INVALID_INPUT;
        }
        for (PluginLibrary.Entry entry : library.list()) {
            if (!entry.complaint().isEmpty()) {
                line.getErr()
                        .println(
                                "warning: plug-in "
                                        + entry.file()
                                        + " is left out: "
                                        + oneLine(entry.complaint()));
            }
        }
        int code = line.execute(args);
        line.getOut().flush();
        line.getErr().flush();
        return code;
    }

    private String version() {
        Version v = context.getBundle().getVersion();
        String number = v.getMajor() + "." + v.getMinor() + "." + v.getMicro();
        return "headwater "
                + (v.getQualifier().isEmpty() ? number : number + "-" + v.getQualifier());
    }

    /** How arguments are read and help is printed. */
    static CommandLine settings(CommandLine line) {
        return line.setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpAutoWidth(false);
    }

    private static int misused(ParameterException e, String[] args) {
        e.getCommandLine().getErr().println("error: " + mistake(e) + "; " + remedy(e));
        return ExitCode.INVALID_INPUT;
    }

    /** What is wrong with the arguments. */
    static String mistake(ParameterException e) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            // picocli names Java's types
            return oneLine(
                    e.getMessage()
                            .replaceAll(" is not an? (int|long)$", " is not a whole number")
                            .replaceAll(" is not a double$", " is not a number"));
        }
        CommandLine at = e.getCommandLine();
        String command = at.getCommandSpec().qualifiedName();
        String word = unmatched.getUnmatched().get(0);
        boolean option = word.startsWith("-");
        String what = option ? "an option" : at.getSubcommands().isEmpty() ? null : "a command";
        return oneLine(
                what == null
                        ? "'" + word + "' is one argument too many for " + command
                        : "'" + word + "' is not " + what + " of " + command);
    }

    /** What to do about wrong arguments. */
    static String remedy(ParameterException e) {
        String help = "see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'";
        List<String> near =
                e instanceof UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        return near.isEmpty() ? help : "did you mean '" + near.get(0) + "'? " + help;
    }

    private static int failed(Exception e, CommandLine at, CommandLine.ParseResult parsed) {
        return report(e, at.getErr());
    }

    /** Says on one line what went wrong, and gives the exit code for it. */
    static int report(Throwable error, PrintWriter err) {
        // after an interruption whatever was waited for fails, and that is nobody's fault
        boolean interrupted = Thread.currentThread().isInterrupted();
        for (Throwable t = error; t != null; t = t.getCause()) {
            interrupted |= t instanceof ClosedByInterruptException;
        }
        if (interrupted) {
            err.println("interrupted before the run began");
            return ExitCode.INTERRUPTED;
        }
        if (error instanceof InvalidInputException) {
            err.println("error: " + oneLine(error.getMessage()));
            return ExitCode.INVALID_INPUT;
        }
        LOG.error("the command failed", error);
        String what =
                error instanceof OutOfMemoryError
                        ? "out of memory; allow more with HEADWATER_JAVA_OPTS=-Xmx8g or the like"
                        : String.valueOf(error);
        err.println("internal error: " + oneLine(what) + "; " + LogFile.details());
        return ExitCode.INTERNAL_ERROR;
    }

    private static String oneLine(String text) {
        return String.valueOf(text).replaceAll("\\s*[\\r\\n]+\\s*", " ").strip();
    }

    @Command(
            name = "headwater",
            description = "Bayesian inverse problems: posteriors of what was not measured itself.",
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Exit codes: 0 done, 1 internal error, 2 invalid input, 3 the posterior cannot be"
                        + " trusted, 130 interrupted.",
                "HEADWATER_JAVA_OPTS holds options for the Java machine, e.g. -Xmx8g."
            })
    private static final class Headwater implements Runnable {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Show this help.")
        private boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "Show the version.")
        private boolean version;

        @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }
}
