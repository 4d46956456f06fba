package org.headwater.shell.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.annotations.GogoCommand;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PriorProvider;
import org.headwater.api.Provider;
import org.headwater.api.Setting;
import org.headwater.api.SettingsSchema;
import org.headwater.api.SolverProvider;
import org.headwater.cli.Table;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.ProblemFile;
import org.headwater.testkit.Check;
import org.headwater.testkit.Finding;
import org.headwater.testkit.ForwardModelChecks;
import org.headwater.testkit.KernelBackendChecks;
import org.headwater.testkit.NoiseChecks;
import org.headwater.testkit.PriorChecks;
import org.headwater.testkit.SolverChecks;
import org.headwater.testkit.TimeLimit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The shell's command that checks a live plug-in against its contract. */
@Component(service = VerifyCommand.class)
@GogoCommand(scope = ShellService.SCOPE, function = "verify")
public final class VerifyCommand {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String DATA = "data";
    private static final String FIELD = "field=";
    private static final Pattern SIZES = Pattern.compile("[1-9]\\d{0,3}(x[1-9]\\d{0,3})*");
    private static final String DEFAULT_FIELD = "8";

    private final Plugins plugins;

    /** Called by the component runtime. */
    @Activate
    public VerifyCommand(@Reference Plugins plugins) {
        this.plugins = plugins;
    }

    /** Checks a plug-in. */
    @Descriptor("check an installed plug-in against its contract (the testkit)")
    public void verify(
            CommandSession session,
            @Descriptor(
                            "the plug-in's type (KIND/TYPE where two kinds share it), a problem file"
                                    + " to take settings from or none, then settings as key=value;"
                                    + " field=4x6 sets the unknown field of a prior")
                    String... arguments)
            throws Exception {
        if (arguments.length == 0) {
            throw InvalidInputException.of(
                    "verify", "needs the type of a plug-in", null, "e.g. verify l1 weight=1");
        }
        Plugins.Plugin plugin = find(arguments[0]);
        String name = plugin.kind().singular() + " " + plugin.type();
        List<String> rest = new ArrayList<>(Arrays.asList(arguments).subList(1, arguments.length));
        FieldShape field = field(rest);
        ProblemFile problem = problem(plugin, session.currentDir(), rest);
        requireSettings(plugin, problem);
        List<Check> checks;
        try {
            checks = TimeLimit.call(LIMIT, () -> checks(plugin, problem, field));
        } catch (TimeoutException e) {
            throw InvalidInputException.of(
                    name, "must be created within " + LIMIT.toSeconds() + " s", null, "mend it");
        }
        List<Finding> findings = Check.runAll(checks, LIMIT, finding -> {});
        Table table = new Table();
        for (Finding f : findings) {
            String status = f.status().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            table.row(f.check(), status, f.passed() ? "" : f.message());
        }
        System.out.print(table);
        List<Finding> bad = findings.stream().filter(f -> !f.passed()).toList();
        if (!bad.isEmpty()) {
            throw InvalidInputException.of(
                    name,
                    "must pass all " + findings.size() + " checks",
                    bad.size()
                            + " that did not pass: "
                            + bad.stream().map(Finding::check).collect(Collectors.joining(", ")),
                    "do not trust a run with it");
        }
        System.out.println(name + " keeps its contract: all " + findings.size() + " checks passed");
    }

    private Plugins.Plugin find(String name) {
        int slash = name.indexOf('/');
        String type = name.substring(slash + 1);
        List<Plugins.Plugin> found = new ArrayList<>();
        List<String> types = new ArrayList<>();
        for (PluginKind kind : PluginKind.values()) {
            if (slash >= 0 && !kind.key().equals(name.substring(0, slash))) {
                continue;
            }
            List<String> here = plugins.list(kind).stream().map(Plugins.Plugin::type).toList();
            types.addAll(here);
            if (here.contains(type)) {
                found.add(plugins.find(kind, type));
            }
        }
        if (found.isEmpty()) {
            throw InvalidInputException.of(
                    "verify",
                    "needs the type of an installed plug-in",
                    name,
                    SettingsSchema.nearest(type, types)
                            .map(near -> "did you mean '" + near + "'?")
                            .orElse("installed are: " + String.join(", ", types)));
        }
        if (found.size() > 1) {
            throw InvalidInputException.of(
                    "verify",
                    "needs to know which kind of plug-in is meant",
                    name,
                    "write "
                            + found.stream()
                                    .map(p -> p.kind().key() + "/" + type)
                                    .collect(Collectors.joining(" or ")));
        }
        return found.get(0);
    }

    /** Takes {@code field=HxW} out of the arguments. */
    private static FieldShape field(List<String> arguments) {
        String sizes = DEFAULT_FIELD;
        for (String a : List.copyOf(arguments)) {
            if (a.startsWith(FIELD)) {
                sizes = a.substring(FIELD.length());
                arguments.remove(a);
            }
        }
        if (!SIZES.matcher(sizes).matches()) {
            throw InvalidInputException.of(
                    "field", "must be sizes with x between them", sizes, "e.g. field=4x6");
        }
        return new FieldShape(
                Arrays.stream(sizes.split("x")).mapToInt(Integer::parseInt).toArray());
    }

    /** The plug-in's section, and the data's, from a problem file and from key=value. */
    private static ProblemFile problem(
            Plugins.Plugin plugin, Path directory, List<String> arguments) {
        boolean file = !arguments.isEmpty() && arguments.get(0).indexOf('=') < 0;
        List<String> settings = new ArrayList<>();
        for (String a : arguments.subList(file ? 1 : 0, arguments.size())) {
            boolean data = plugin.kind() == PluginKind.MODEL && a.startsWith(DATA + ".");
            settings.add(data ? a : plugin.kind().key() + "." + a);
        }
        return file
                ? ProblemFile.read(directory.resolve(arguments.get(0)).normalize(), settings)
                : new ProblemFile("settings", directory, directory, ProblemFile.settings(settings));
    }

    private static Map<String, Object> section(ProblemFile problem, String key) {
        Map<String, Object> section = new LinkedHashMap<>();
        if (problem.content().get(key) instanceof Map<?, ?> map) {
            map.forEach((k, v) -> section.put(String.valueOf(k), v));
        }
        section.remove("type");
        return section;
    }

    /** Names all settings that are missing, and how to give them. */
    private static void requireSettings(Plugins.Plugin plugin, ProblemFile problem) {
        List<String> missing = new ArrayList<>();
        String key = plugin.kind().key();
        missing(plugin.provider().info().settings(), section(problem, key), "", missing);
        if (plugin.provider() instanceof ForwardModelProvider model) {
            missing(model.dataSettings(), section(problem, DATA), DATA + ".", missing);
        }
        if (!missing.isEmpty()) {
            throw InvalidInputException.of(
                    plugin.kind().singular() + " " + plugin.type(),
                    "needs settings to be checked with",
                    null,
                    "write: verify " + plugin.type() + " " + String.join(" ", missing));
        }
    }

    private static void missing(
            SettingsSchema schema, Map<String, Object> given, String prefix, List<String> out) {
        for (Setting s : schema.settings()) {
            if (s.isRequired() && !given.containsKey(s.key())) {
                out.add(prefix + s.key() + "=VALUE");
            }
        }
    }

    private static List<Check> checks(
            Plugins.Plugin plugin, ProblemFile problem, FieldShape field) {
        Provider provider = plugin.provider();
        Map<String, Object> settings = section(problem, plugin.kind().key());
        Path directory = problem.directory();
        return switch (plugin.kind()) {
            case PRIOR -> PriorChecks.of((PriorProvider) provider, settings, field, directory);
            case MODEL ->
                    ForwardModelChecks.of(
                            (ForwardModelProvider) provider,
                            settings,
                            section(problem, DATA),
                            directory);
            case NOISE ->
                    NoiseChecks.of(
                            (NoiseProvider) provider,
                            settings,
                            NoiseChecks.typicalData(),
                            directory);
            case SOLVER ->
                    SolverChecks.of(
                            (SolverProvider) provider,
                            settings,
                            directory,
                            SolverChecks.MEAN_LIMIT,
                            SolverChecks.SD_LIMIT);
            case BACKEND -> KernelBackendChecks.of((KernelBackendProvider) provider);
        };
    }
}
