package org.headwater.cli.internal;

import org.headwater.cli.Table;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import picocli.CommandLine.Command;

/** Lists the plug-ins. */
@Command(name = "plugins", description = "List the plug-ins that are installed.")
final class PluginsCommand extends SubCommand {
    private final Plugins plugins;

    PluginsCommand(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public Integer call() {
        Table table = new Table();
        table.row("KIND", "TYPE", "VERSION", "BUNDLE", "SUMMARY");
        for (PluginKind kind : PluginKind.values()) {
            for (Plugins.Plugin p : plugins.list(kind)) {
                table.row(
                        kind.key(),
                        p.provider().info().type(),
                        p.version(),
                        p.bundle(),
                        p.provider().info().summary());
            }
        }
        out().print(table);
        return ExitCode.DONE;
    }
}
