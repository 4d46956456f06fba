package org.headwater.runtime.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PriorChoice;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.Plugins.Identity;
import org.headwater.runtime.Plugins.Plugin;
import org.headwater.runtime.ProblemFile;
import org.headwater.runtime.RunResult.ImageOptions;

/**
 * A problem whose keys have all been checked against the plug-ins that it names; nothing has been
 * created or read yet.
 *
 * @param file the problem file
 * @param name the run's name
 * @param model forward model
 * @param data settings of the data section
 * @param noise noise model
 * @param prior prior of the field
 * @param solver solver
 * @param backends kernel backends to choose from: the one that the file names, or all by rank
 * @param inner priors that the prior is made of
 * @param seed root of all random streams
 * @param beta inverse temperature
 * @param images how pictures are made
 * @param results what is written beside the draws
 * @param content the problem as it runs, complete with the platform's defaults, file names absolute
 * @param inputs the files that its settings name
 */
record ProblemPlan(
        ProblemFile file,
        String name,
        Part model,
        Settings data,
        Part noise,
        Part prior,
        Part solver,
        List<Plugin> backends,
        List<Plugin> inner,
        long seed,
        double beta,
        ImageOptions images,
        ResultOptions results,
        Map<String, Object> content,
        List<Path> inputs) {
    private static final String DATA = "data";
    private static final String IMAGES = "images";
    private static final String RESULTS = "results";
    private static final String EXCEEDANCE = "exceedance";
    private static final String PRIOR_DRAWS = "prior-draws";
    private static final String DIAGNOSTICS = "diagnostics";
    private static final String EVERY = "every";
    private static final String TYPE = "type";
    private static final String AUTO = "auto";

    private static final SettingsSchema TOP =
            SettingsSchema.of(
                    Setting.text("name", "the run's name, by default the file's"),
                    Setting.integer("seed", "the same seed gives the same bytes").byDefault(1),
                    Setting.number("beta", "1 for the posterior, else a tempered one")
                            .above(0)
                            .byDefault(1),
                    Setting.flag("pin", "whether a running job stays with its plug-ins' versions")
                            .byDefault(true),
                    Setting.text("backend", "a kernel backend, or auto").byDefault(AUTO),
                    Setting.group(
                            IMAGES,
                            "how pictures are made",
                            SettingsSchema.of(
                                    Setting.integer("size", "pixels along a side")
                                            .atLeast(2)
                                            .atMost(8192)
                                            .byDefault(128),
                                    Setting.number(
                                                    "exceedance",
                                                    "threshold of the exceedance pictures, in the field's unit")
                                            .above(0))),
                    Setting.group(
                            RESULTS,
                            "what is written beside the draws",
                            SettingsSchema.of(
                                    Setting.numbers(
                                                    EXCEEDANCE,
                                                    "thresholds t of the columns p>t of summary.csv,"
                                                            + " the share of draws above t")
                                            .or(Setting.Kind.NUMBER),
                                    Setting.integer(
                                                    PRIOR_DRAWS,
                                                    "draws of the prior in posterior.zarr, with the"
                                                            + " data that they predict")
                                            .atLeast(0)
                                            .atMost(1_000_000)
                                            .byDefault(500))),
                    Setting.group(
                            DIAGNOSTICS,
                            "measures of the particles while the run goes on, in diagnostics.csv;"
                                    + " none without",
                            SettingsSchema.of(
                                    Setting.integer(EVERY, "after every so many steps")
                                            .atLeast(1)
                                            .required())));

    /** Whether the job keeps its plug-ins' revisions while newer ones are there. */
    boolean pinned() {
        return Boolean.TRUE.equals(content.get("pin"));
    }

    /** After every so many steps diagnostics are measured; empty for never. */
    OptionalInt diagnosticsEvery() {
        return content.get(DIAGNOSTICS) instanceof Map<?, ?> group
                        && group.get(EVERY) instanceof Number every
                ? OptionalInt.of(every.intValue())
                : OptionalInt.empty();
    }

    /**
     * What is written beside the draws.
     *
     * @param priorDraws how many draws of the prior
     * @param thresholds of exceedance probabilities, in the parameters' units
     */
    record ResultOptions(int priorDraws, List<Double> thresholds) {
        private Map<String, Object> content() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put(PRIOR_DRAWS, priorDraws);
            if (!thresholds.isEmpty()) {
                out.put(EXCEEDANCE, thresholds);
            }
            return out;
        }
    }

    /** A plug-in with its settings. */
    record Part(Plugin plugin, Settings settings) {
        /** The provider, as the type that the plug-in's kind has. */
        <P> P provider(Class<P> type) {
            return type.cast(plugin.provider());
        }
    }

    /** The top-level keys that are no plug-in's. */
    static SettingsSchema schema() {
        return TOP;
    }

    /**
     * Checks a problem.
     *
     * @throws InvalidInputException if a key is unknown, missing or wrong, or a plug-in is not
     *     installed; it names the file
     */
    static ProblemPlan of(ProblemFile file, Plugins plugins) {
        try {
            return new Reader(file, plugins).read();
        } catch (InvalidInputException e) {
            throw e.inFile(file.file().toString());
        }
    }

    /** The kernel backend: the first of {@link #backends}. */
    Plugin backend() {
        return backends.get(0);
    }

    /** The same problem with a backend chosen. */
    ProblemPlan withBackend(Plugin backend) {
        return new ProblemPlan(
                file,
                name,
                model,
                data,
                noise,
                prior,
                solver,
                List.of(backend),
                inner,
                seed,
                beta,
                images,
                results,
                content,
                inputs);
    }

    /** All plug-ins of the problem. */
    List<Plugin> plugins() {
        List<Plugin> all = new ArrayList<>();
        all.addAll(
                List.of(
                        model.plugin(),
                        noise.plugin(),
                        prior.plugin(),
                        solver.plugin(),
                        backend()));
        all.addAll(inner);
        return all;
    }

    /** The revisions of all plug-ins of the problem. */
    List<Identity> identities() {
        return plugins().stream().map(Plugin::identity).toList();
    }

    /** Backends in the order in which {@code auto} tries them, at least one. */
    static List<Plugin> usableBackends(Plugins plugins) {
        List<Plugin> usable = new ArrayList<>();
        StringBuilder reasons = new StringBuilder();
        for (Plugin plugin : backendsByRanking(plugins)) {
            String unavailable = reasonAgainst(plugin);
            if (unavailable.isEmpty()) {
                usable.add(plugin);
                continue;
            }
            reasons.append(reasons.isEmpty() ? "" : ", ")
                    .append(plugin.type())
                    .append(": ")
                    .append(unavailable);
        }
        if (!usable.isEmpty()) {
            return usable;
        }
        throw InvalidInputException.of(
                "backend",
                "finds no usable kernel backend",
                reasons.isEmpty() ? "none installed" : reasons,
                "install one, e.g. the vector backend");
    }

    private static String reasonAgainst(Plugin plugin) {
        return ((KernelBackendProvider) plugin.provider()).unavailable();
    }

    private static List<Plugin> backendsByRanking(Plugins plugins) {
        List<Plugin> all = new ArrayList<>(plugins.list(PluginKind.BACKEND));
        all.sort(Comparator.comparingInt(Plugin::ranking).reversed().thenComparing(Plugin::type));
        return all;
    }

    /** Goes through the sections in order. */
    private static final class Reader {
        private final ProblemFile file;
        private final Plugins plugins;
        private final Map<String, Object> content = new LinkedHashMap<>();
        private final TreeSet<Path> inputs = new TreeSet<>();
        private final Set<Plugin> inner = new LinkedHashSet<>();

        Reader(ProblemFile file, Plugins plugins) {
            this.file = file;
            this.plugins = plugins;
        }

        ProblemPlan read() {
            Map<String, Object> top = topLevel();
            Settings own = TOP.validate(top, "", file.directory());
            String name = name(own);
            content.put("name", name);
            Part model = part(PluginKind.MODEL, null);
            SettingsSchema dataSchema = model.provider(ForwardModelProvider.class).dataSettings();
            Map<String, Object> rawData = section(DATA, true);
            Settings data = dataSchema.validate(rawData, DATA, file.directory());
            content.put(DATA, absolute(rawData, dataSchema, data));
            Part noise = part(PluginKind.NOISE, "gaussian");
            Part prior = part(PluginKind.PRIOR, null);
            Part solver = part(PluginKind.SOLVER, "rwpo");
            List<Plugin> backends = backends(own.text("backend"));
            content.put("backend", own.text("backend"));
            double beta = own.number("beta");
            content.put("beta", beta == 1 ? (Object) 1 : (Object) beta);
            long seed = seed(top.get("seed"));
            content.put("seed", seed);
            content.put("pin", own.flag("pin"));
            Settings images = own.group(IMAGES);
            double exceedance = images.has("exceedance") ? images.number("exceedance") : Double.NaN;
            content.put(IMAGES, imageContent(images, exceedance));
            ResultOptions results = results(own.group(RESULTS));
            content.put(RESULTS, results.content());
            if (top.containsKey(DIAGNOSTICS)) {
                content.put(DIAGNOSTICS, Map.of(EVERY, own.group(DIAGNOSTICS).integer(EVERY)));
            }
            return new ProblemPlan(
                    file,
                    name,
                    model,
                    data,
                    noise,
                    prior,
                    solver,
                    backends,
                    List.copyOf(inner),
                    seed,
                    beta,
                    new ImageOptions(images.integer("size"), exceedance),
                    results,
                    content,
                    List.copyOf(inputs));
        }

        /** The keys that are not plug-ins' sections, after a check that there are no others. */
        private Map<String, Object> topLevel() {
            List<String> sections =
                    List.of(
                            PluginKind.MODEL.key(),
                            DATA,
                            PluginKind.NOISE.key(),
                            PluginKind.PRIOR.key(),
                            PluginKind.SOLVER.key());
            List<String> known = new ArrayList<>(sections);
            TOP.settings().forEach(s -> known.add(s.key()));
            known.add(Segments.KEY);
            Map<String, Object> own = new LinkedHashMap<>();
            for (Map.Entry<String, Object> e : file.content().entrySet()) {
                if (!known.contains(e.getKey())) {
                    throw SettingsSchema.unknownKey(e.getKey(), e.getKey(), known);
                }
                if (!sections.contains(e.getKey())) {
                    own.put(e.getKey(), e.getValue());
                }
            }
            return own;
        }

        private String name(Settings own) {
            String name = own.has("name") ? own.text("name") : file.name();
            if (name.isBlank()
                    || name.startsWith(".")
                    || name.chars().anyMatch(c -> c < ' ' || "/\\:*?\"<>|".indexOf(c) >= 0)) {
                throw InvalidInputException.of(
                        "name",
                        "must be usable as a folder's name",
                        "'" + name + "'",
                        "use letters, digits, blanks, - and _");
            }
            return name;
        }

        /** YAML integers arrive as Integer or Long; a double would lose digits. */
        private long seed(Object value) {
            if (value == null) {
                return 1;
            }
            if (value instanceof Integer || value instanceof Long) {
                return ((Number) value).longValue();
            }
            throw InvalidInputException.of(
                    "seed",
                    "must be a whole number of at most 63 bits",
                    value,
                    "use a number like 1");
        }

        private Part part(PluginKind kind, String defaultType) {
            Map<String, Object> raw = section(kind.key(), defaultType == null);
            Object type = raw.containsKey(TYPE) ? raw.remove(TYPE) : defaultType;
            String key = PluginRegistry.typeKey(kind);
            if (!(type instanceof String text)) {
                List<String> types =
                        plugins.list(kind).stream().map(Plugin::type).collect(Collectors.toList());
                throw InvalidInputException.of(
                        key,
                        (type == null ? "is missing; it must name" : "must name")
                                + " an installed "
                                + kind.singular(),
                        type,
                        PluginRegistry.installed(types));
            }
            Plugin plugin = plugins.find(kind, text);
            SettingsSchema schema = plugin.info().settings();
            Settings settings = schema.validate(raw, kind.key(), file.directory());
            Map<String, Object> out = new LinkedHashMap<>();
            out.put(TYPE, text);
            out.putAll(absolute(raw, schema, settings));
            content.put(kind.key(), out);
            return new Part(plugin, settings);
        }

        /** A copy of a section of the file. */
        private Map<String, Object> section(String key, boolean required) {
            Object value = file.content().get(key);
            if (value instanceof Map<?, ?> map) {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put(String.valueOf(k), v));
                return copy;
            }
            if (value == null && !required) {
                return new LinkedHashMap<>();
            }
            throw InvalidInputException.of(
                    key,
                    value == null
                            ? "is missing; it must be a mapping"
                            : "must be a mapping from keys to values",
                    value,
                    "write for instance " + example(key));
        }

        private static String example(String key) {
            return switch (key) {
                case "forward-model" -> "'forward-model: {type: linear, matrix: A.csv}'";
                case DATA -> "'data: {values: y.csv}'";
                case "noise" -> "'noise: {type: gaussian, sd: 1.0}'";
                case "prior" -> "'prior: {type: l1, weight: 6.0}'";
                default -> "'" + key + ": {type: rwpo}'";
            };
        }

        /** The raw settings with the names of files made absolute; notes those files. */
        private Map<String, Object> absolute(
                Map<String, Object> raw, SettingsSchema schema, Settings settings) {
            Map<String, Object> out = new LinkedHashMap<>();
            raw.forEach(
                    (key, value) -> {
                        Object shown = value;
                        Optional<Setting> setting = schema.find(key);
                        if (settings.has(key) && settings.isFile(key)) {
                            Path path = settings.file(key).toAbsolutePath().normalize();
                            inputs.add(path);
                            shown = path.toString();
                        } else if (value instanceof Map<?, ?> map
                                && setting.isPresent()
                                && setting.get().group() != null) {
                            Map<String, Object> inner = new LinkedHashMap<>();
                            map.forEach((k, v) -> inner.put(String.valueOf(k), v));
                            shown = absolute(inner, setting.get().group(), settings.group(key));
                        } else if (value instanceof Map<?, ?> map && settings.isPrior(key)) {
                            shown = absolute(map, settings.prior(key));
                        } else if (value instanceof List<?> list && settings.isPriors(key)) {
                            List<Object> inner = new ArrayList<>();
                            for (int i = 0; i < list.size(); i++) {
                                Map<?, ?> term = (Map<?, ?>) list.get(i);
                                inner.add(absolute(term, settings.priors(key).get(i)));
                            }
                            shown = inner;
                        }
                        out.put(key, shown);
                    });
            return out;
        }

        private Map<String, Object> absolute(Map<?, ?> raw, PriorChoice prior) {
            plugins.list(PluginKind.PRIOR).stream()
                    .filter(p -> p.provider() == prior.provider())
                    .forEach(inner::add);
            Map<String, Object> rest = new LinkedHashMap<>();
            raw.forEach((k, v) -> rest.put(String.valueOf(k), v));
            Map<String, Object> out = new LinkedHashMap<>();
            out.put(TYPE, rest.remove(TYPE));
            out.putAll(absolute(rest, prior.provider().info().settings(), prior.settings()));
            return out;
        }

        private List<Plugin> backends(String type) {
            if (!AUTO.equals(type)) {
                Plugin plugin = plugins.find(PluginKind.BACKEND, type);
                String unavailable = reasonAgainst(plugin);
                if (!unavailable.isEmpty()) {
                    throw InvalidInputException.of(
                            "backend",
                            "must be usable on this machine: " + unavailable,
                            "'" + type + "'",
                            "use backend: auto");
                }
                return List.of(plugin);
            }
            return usableBackends(plugins);
        }

        private static ResultOptions results(Settings of) {
            List<Double> thresholds = List.of();
            if (of.has(EXCEEDANCE)) {
                thresholds =
                        of.isNumber(EXCEEDANCE)
                                ? List.of(of.number(EXCEEDANCE))
                                : Arrays.stream(of.numbers(EXCEEDANCE)).distinct().boxed().toList();
            }
            return new ResultOptions(of.integer(PRIOR_DRAWS), thresholds);
        }

        private static Map<String, Object> imageContent(Settings images, double exceedance) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("size", images.integer("size"));
            if (!Double.isNaN(exceedance)) {
                out.put("exceedance", exceedance);
            }
            return out;
        }
    }

    /** Those of the inputs that exist as files. */
    List<Path> existingInputs() {
        return inputs.stream().filter(Files::isRegularFile).collect(Collectors.toList());
    }
}
