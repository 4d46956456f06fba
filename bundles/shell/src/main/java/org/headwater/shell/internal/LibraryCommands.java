package org.headwater.shell.internal;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.headwater.cli.Table;
import org.headwater.runtime.PluginLibrary;
import org.headwater.runtime.PluginLibrary.Entry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The shell's commands about the plug-ins that users add. */
@Component(service = LibraryCommands.class)
@GogoCommand(
        scope = ShellService.SCOPE,
        function = {"library", "install", "remove"})
public final class LibraryCommands {
    private final PluginLibrary library;

    /** Called by the component runtime. */
    @Activate
    public LibraryCommands(@Reference PluginLibrary library) {
        this.library = library;
    }

    /** Lists the jars of the plug-in folder. */
    @Descriptor("list the jars of the plugins folder")
    public void library() {
        if (library.list().isEmpty()) {
            System.out.println(
                    library.folder()
                            .map(f -> "no plug-ins in " + f + "; add one with: install JAR")
                            .orElse("this platform has no plugins folder"));
            return;
        }
        Table table = new Table();
        table.row("FILE", "BUNDLE", "PROVIDES");
        for (Entry e : library.list()) {
            table.row(
                    e.file(),
                    e.bundle(),
                    e.complaint().isEmpty() ? String.join(", ", e.plugins()) : "left out");
        }
        System.out.print(table);
        for (Entry e : library.list()) {
            if (!e.complaint().isEmpty()) {
                System.out.println(e.file() + " is left out: " + e.complaint());
            }
        }
    }

    /** Installs a plug-in. */
    @Descriptor("copy the jar of a plug-in into the plugins folder and use it from now on")
    public void install(CommandSession session, @Descriptor("the jar") String jar) {
        Entry e = library.install(session.currentDir().resolve(jar).normalize());
        System.out.println(
                "installed " + e.bundle() + ", which provides " + String.join(", ", e.plugins()));
    }

    /** Removes a plug-in. */
    @Descriptor("remove a plug-in's jar from the plugins folder; jobs that need it pause")
    public void remove(
            @Descriptor("its file, its bundle's name, or the type of its plug-in") String name) {
        Entry e = library.remove(name);
        System.out.println("removed " + e.file() + (e.bundle().isEmpty() ? "" : ", " + e.bundle()));
    }
}
