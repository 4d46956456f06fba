package org.headwater.cli;

import java.io.PrintWriter;
import org.headwater.cli.internal.MachineCommandLine;
import org.headwater.runtime.Plugins;
import org.osgi.framework.BundleContext;

/** What the command line has about this machine, for the shell to have, too. */
public final class MachineCommands {
    private final BundleContext context;
    private final Plugins plugins;

    /**
     * Of a platform.
     *
     * @param context any bundle's
     * @param plugins what is installed
     */
    public MachineCommands(BundleContext context, Plugins plugins) {
        this.context = context;
        this.plugins = plugins;
    }

    /**
     * Does what {@code headwater doctor} does.
     *
     * @param out flushed, not closed
     */
    public void doctor(PrintWriter out) {
        MachineCommandLine.doctor(context, plugins, out);
    }

    /**
     * Does what {@code headwater bench} does.
     *
     * @param out flushed, not closed
     * @param err for warnings; flushed, not closed
     * @param args arguments as on the command line
     * @throws org.headwater.api.InvalidInputException if an argument is wrong
     */
    public void bench(PrintWriter out, PrintWriter err, String... args) {
        MachineCommandLine.bench(plugins, out, err, args);
    }
}
