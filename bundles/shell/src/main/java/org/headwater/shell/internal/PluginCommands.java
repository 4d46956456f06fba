package org.headwater.shell.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.SettingsSchema;
import org.headwater.cli.Table;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The shell's commands about plug-ins: lists, and each one's settings. */
@Component(service = PluginCommands.class)
@GogoCommand(
        scope = ShellService.SCOPE,
        function = {"priors", "models", "noises", "solvers", "backends"})
public final class PluginCommands {
    private static final int WIDTH = 80;
    private static final String HANGING = "    ";
    private static final String ONE = "a type, to show its settings";

    private final Plugins plugins;

    /** Called by the component runtime. */
    @Activate
    public PluginCommands(@Reference Plugins plugins) {
        this.plugins = plugins;
    }

    /** Lists priors. */
    @Descriptor("list the priors")
    public void priors() {
        list(PluginKind.PRIOR);
    }

    /** Shows a prior. */
    @Descriptor("show a prior's settings")
    public void priors(@Descriptor(ONE) String type) {
        show(PluginKind.PRIOR, type);
    }

    /** Lists forward models. */
    @Descriptor("list the forward models")
    public void models() {
        list(PluginKind.MODEL);
    }

    /** Shows a forward model. */
    @Descriptor("show a forward model's settings, and those of its data")
    public void models(@Descriptor(ONE) String type) {
        show(PluginKind.MODEL, type);
    }

    /** Lists noise models. */
    @Descriptor("list the noise models")
    public void noises() {
        list(PluginKind.NOISE);
    }

    /** Shows a noise model. */
    @Descriptor("show a noise model's settings")
    public void noises(@Descriptor(ONE) String type) {
        show(PluginKind.NOISE, type);
    }

    /** Lists solvers. */
    @Descriptor("list the solvers")
    public void solvers() {
        list(PluginKind.SOLVER);
    }

    /** Shows a solver. */
    @Descriptor("show a solver's settings")
    public void solvers(@Descriptor(ONE) String type) {
        show(PluginKind.SOLVER, type);
    }

    /** Lists backends. */
    @Descriptor("list the kernel backends")
    public void backends() {
        list(PluginKind.BACKEND);
    }

    /** Shows a backend. */
    @Descriptor("show a kernel backend's settings")
    public void backends(@Descriptor(ONE) String type) {
        show(PluginKind.BACKEND, type);
    }

    private void list(PluginKind kind) {
        List<Plugins.Plugin> all = plugins.list(kind);
        if (all.isEmpty()) {
            System.out.println("no " + kind.plural() + " are installed");
            return;
        }
        Table table = new Table();
        for (Plugins.Plugin p : all) {
            table.row(p.provider().info().type(), p.version(), p.provider().info().summary());
            if (p.provider() instanceof KernelBackendProvider b && !b.unavailable().isEmpty()) {
                table.row("", "", "not usable here: " + b.unavailable());
            }
        }
        System.out.print(table);
    }

    private void show(PluginKind kind, String type) {
        Plugins.Plugin plugin = plugins.find(kind, type);
        PluginInfo info = plugin.provider().info();
        System.out.println(info.type() + ": " + info.summary());
        System.out.println("bundle " + plugin.bundle() + " " + plugin.version());
        if (plugin.provider() instanceof KernelBackendProvider b && !b.unavailable().isEmpty()) {
            System.out.println("not usable here: " + b.unavailable());
        }
        if (!info.citation().isEmpty()) {
            System.out.println("cite " + info.citation());
        }
        settings(kind.key(), info.settings());
        if (plugin.provider() instanceof ForwardModelProvider model) {
            settings("data", model.dataSettings());
        }
    }

    private static void settings(String section, SettingsSchema schema) {
        if (schema.settings().isEmpty()) {
            System.out.println(section + " takes no settings");
            return;
        }
        System.out.println("settings of " + section + ":");
        print(schema, "  ");
    }

    private static void print(SettingsSchema schema, String indent) {
        for (Setting s : schema.settings()) {
            String preset =
                    s.isRequired()
                            ? "; required"
                            : s.defaultValue() == null ? "" : "; default " + text(s);
            wrap(indent + s.key() + ": " + s.rule() + preset, indent + HANGING);
            wrap(indent + HANGING + s.help(), indent + HANGING);
            if (s.group() != null) {
                print(s.group(), indent + HANGING);
            }
        }
    }

    /** Prints a text in lines that fit a terminal, all but the first after {@code indent}. */
    private static void wrap(String text, String indent) {
        String rest = text;
        while (rest.length() > WIDTH) {
            int cut = rest.lastIndexOf(' ', WIDTH);
            if (cut <= indent.length()) {
                break;
            }
            System.out.println(rest.substring(0, cut));
            rest = indent + rest.substring(cut + 1);
        }
        System.out.println(rest);
    }

    private static String text(Setting s) {
        Object value = s.defaultValue();
        if (value instanceof double[] numbers) {
            return Arrays.stream(numbers)
                    .mapToObj(PluginCommands::plain)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        return value instanceof Number n ? plain(n.doubleValue()) : value.toString();
    }

    private static String plain(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15
                ? Long.toString((long) x)
                : Double.toString(x);
    }
}
