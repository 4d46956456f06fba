package org.headwater.shell.internal;

import java.io.PrintWriter;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.headwater.cli.MachineCommands;
import org.headwater.runtime.Plugins;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The shell's commands about this machine, which are those of the command line. */
@Component(service = MachineShellCommands.class)
@GogoCommand(
        scope = ShellService.SCOPE,
        function = {"bench", "doctor"})
public final class MachineShellCommands {
    private final MachineCommands commands;

    /** Called by the component runtime. */
    @Activate
    public MachineShellCommands(BundleContext context, @Reference Plugins plugins) {
        commands = new MachineCommands(context, plugins);
    }

    /** Measures a layer. */
    @Descriptor("measure a layer of the sampler on this machine: its time and its error")
    public void bench(
            @Descriptor("joint, tensorised or cc, then options; bench --help lists them")
                    String... arguments) {
        commands.bench(new PrintWriter(System.out), new PrintWriter(System.err), arguments);
    }

    /** Looks at the machine. */
    @Descriptor("look for what could go wrong here: Java, memory, disk, GPU, plug-ins, port")
    public void doctor() {
        commands.doctor(new PrintWriter(System.out));
    }
}
