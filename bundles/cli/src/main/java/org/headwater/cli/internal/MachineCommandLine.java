package org.headwater.cli.internal;

import java.io.PrintWriter;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Plugins;
import org.osgi.framework.BundleContext;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The commands about this machine, with errors thrown instead of printed. */
public final class MachineCommandLine {
    private MachineCommandLine() {}

    /** See {@link org.headwater.cli.MachineCommands#doctor}. */
    public static void doctor(BundleContext context, Plugins plugins, PrintWriter out) {
        DoctorCommand doctor = new DoctorCommand(context, plugins);
        run(doctor, doctor::call, out, out);
    }

    /** See {@link org.headwater.cli.MachineCommands#bench}. */
    public static void bench(Plugins plugins, PrintWriter out, PrintWriter err, String... args) {
        BenchCommand bench = new BenchCommand(plugins);
        run(bench, bench::call, out, err, args);
    }

    private static void run(
            SubCommand command, Runnable call, PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = HeadwaterCommand.settings(new CommandLine(command));
        line.setOut(out);
        line.setErr(err);
        try {
            if (line.parseArgs(args).isUsageHelpRequested()) {
                line.usage(out);
            } else {
                call.run();
            }
        } catch (ParameterException e) {
            throw InvalidInputException.of(
                    "", HeadwaterCommand.mistake(e), null, HeadwaterCommand.remedy(e));
        } finally {
            out.flush();
            err.flush();
        }
    }
}
