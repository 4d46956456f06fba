package org.headwater.api;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One key of a plug-in's settings: what it accepts, its default, its unit and a help text. Shown by
 * the shell, by {@code headwater schema} and in every error about the key. Immutable; the fluent
 * methods return changed copies.
 */
public final class Setting {
    /** What a value may be. */
    public enum Kind {
        /** A finite real number. */
        NUMBER,
        /** A whole number. */
        INTEGER,
        /** {@code true} or {@code false}. */
        BOOLEAN,
        /** Any text. */
        TEXT,
        /** One of the words of {@link Setting#choices()}. */
        CHOICE,
        /** A path, relative to the problem file. */
        FILE,
        /** A list of finite numbers. */
        NUMBERS,
        /** A matrix: a list of rows of finite numbers, to which a range does not apply. */
        ROWS,
        /** A list of lists of whole numbers. */
        INDEX_LISTS,
        /** A nested mapping with a schema of its own. */
        GROUP,
        /** A prior: a mapping with {@code type} and that prior's settings. */
        PRIOR,
        /** A list of priors. */
        PRIORS,
        /** A list of mappings, each with the same schema. */
        GROUPS,
        /** A mapping with any keys and values, e.g. for a server that knows what they mean. */
        MAPPING
    }

    private final String key;
    private final Set<Kind> kinds;
    private final List<String> choices;
    private final double minimum;
    private final boolean minimumOpen;
    private final double maximum;
    private final String unit;
    private final Object defaultValue;
    private final boolean required;
    private final SettingsSchema group;
    private final Supplier<List<PriorProvider>> priors;
    private final String help;

    private Setting(
            String key,
            Set<Kind> kinds,
            List<String> choices,
            double minimum,
            boolean minimumOpen,
            double maximum,
            String unit,
            Object defaultValue,
            boolean required,
            SettingsSchema group,
            Supplier<List<PriorProvider>> priors,
            String help) {
        this.key = key;
        this.kinds = kinds;
        this.choices = choices;
        this.minimum = minimum;
        this.minimumOpen = minimumOpen;
        this.maximum = maximum;
        this.unit = unit;
        this.defaultValue = defaultValue;
        this.required = required;
        this.group = group;
        this.priors = priors;
        this.help = help;
    }

    private static Setting ofKind(String key, Kind kind, String help) {
        return new Setting(
                key,
                EnumSet.of(kind),
                List.of(),
                Double.NEGATIVE_INFINITY,
                false,
                Double.POSITIVE_INFINITY,
                "",
                null,
                false,
                null,
                List::of,
                help);
    }

    /** A real number. */
    public static Setting number(String key, String help) {
        return ofKind(key, Kind.NUMBER, help);
    }

    /** A whole number. */
    public static Setting integer(String key, String help) {
        return ofKind(key, Kind.INTEGER, help);
    }

    /** A truth value. */
    public static Setting flag(String key, String help) {
        return ofKind(key, Kind.BOOLEAN, help);
    }

    /** Free text. */
    public static Setting text(String key, String help) {
        return ofKind(key, Kind.TEXT, help);
    }

    /** One of the given words. */
    public static Setting choice(String key, String help, String... words) {
        return ofKind(key, Kind.CHOICE, help).or(words);
    }

    /** A file, relative to the problem file. */
    public static Setting file(String key, String help) {
        return ofKind(key, Kind.FILE, help);
    }

    /** A list of numbers. */
    public static Setting numbers(String key, String help) {
        return ofKind(key, Kind.NUMBERS, help);
    }

    /** A list of lists of whole numbers. */
    public static Setting indexLists(String key, String help) {
        return ofKind(key, Kind.INDEX_LISTS, help);
    }

    /** A nested mapping. */
    public static Setting group(String key, String help, SettingsSchema schema) {
        return nested(key, Kind.GROUP, help, schema);
    }

    /** A list of mappings, each with the given schema, which names no files. */
    public static Setting groups(String key, String help, SettingsSchema schema) {
        return nested(key, Kind.GROUPS, help, schema);
    }

    /** A mapping with any keys and values. */
    public static Setting mapping(String key, String help) {
        return ofKind(key, Kind.MAPPING, help);
    }

    private static Setting nested(String key, Kind kind, String help, SettingsSchema schema) {
        Setting s = ofKind(key, kind, help);
        return new Setting(
                key,
                s.kinds,
                s.choices,
                s.minimum,
                s.minimumOpen,
                s.maximum,
                s.unit,
                null,
                false,
                schema,
                s.priors,
                help);
    }

    /** A prior. */
    public static Setting prior(String key, String help, Supplier<List<PriorProvider>> installed) {
        return ofPriors(key, Kind.PRIOR, help, installed);
    }

    /** A list of priors. */
    public static Setting priors(String key, String help, Supplier<List<PriorProvider>> installed) {
        return ofPriors(key, Kind.PRIORS, help, installed);
    }

    private static Setting ofPriors(
            String key, Kind kind, String help, Supplier<List<PriorProvider>> installed) {
        Setting s = ofKind(key, kind, help);
        return new Setting(
                key,
                s.kinds,
                s.choices,
                s.minimum,
                s.minimumOpen,
                s.maximum,
                s.unit,
                null,
                false,
                null,
                installed,
                help);
    }

    /** Accepts a further kind of value. */
    public Setting or(Kind kind) {
        EnumSet<Kind> k = EnumSet.copyOf(kinds);
        k.add(kind);
        return copy(k, choices, minimum, minimumOpen, maximum, unit, defaultValue, required);
    }

    /** Accepts one of the given words too. */
    public Setting or(String... words) {
        EnumSet<Kind> k = EnumSet.copyOf(kinds);
        k.add(Kind.CHOICE);
        return copy(k, List.of(words), minimum, minimumOpen, maximum, unit, defaultValue, required);
    }

    /** Numbers must be &gt; {@code bound}. */
    public Setting above(double bound) {
        return copy(kinds, choices, bound, true, maximum, unit, defaultValue, required);
    }

    /** Numbers must be ≥ {@code bound}. */
    public Setting atLeast(double bound) {
        return copy(kinds, choices, bound, false, maximum, unit, defaultValue, required);
    }

    /** Numbers must be ≤ {@code bound}. */
    public Setting atMost(double bound) {
        return copy(kinds, choices, minimum, minimumOpen, bound, unit, defaultValue, required);
    }

    /** The unit of the value, for help and reports. */
    public Setting unit(String text) {
        return copy(kinds, choices, minimum, minimumOpen, maximum, text, defaultValue, required);
    }

    /** The value taken when the key is absent. */
    public Setting byDefault(Object value) {
        return copy(kinds, choices, minimum, minimumOpen, maximum, unit, value, false);
    }

    /** The key must be there. */
    public Setting required() {
        return copy(kinds, choices, minimum, minimumOpen, maximum, unit, null, true);
    }

    private Setting copy(
            Set<Kind> k,
            List<String> c,
            double min,
            boolean open,
            double max,
            String u,
            Object value,
            boolean need) {
        return new Setting(key, k, c, min, open, max, u, value, need, group, priors, help);
    }

    /** The key. */
    public String key() {
        return key;
    }

    /** The kinds of value that are accepted. */
    public Set<Kind> kinds() {
        return Set.copyOf(kinds);
    }

    /** Whether a kind of value is accepted. */
    public boolean accepts(Kind kind) {
        return kinds.contains(kind);
    }

    /** The words accepted, where {@link Kind#CHOICE} is. */
    public List<String> choices() {
        return choices;
    }

    /** Lower bound of numbers. */
    public double minimum() {
        return minimum;
    }

    /** Whether the lower bound itself is excluded. */
    public boolean minimumOpen() {
        return minimumOpen;
    }

    /** Upper bound of numbers. */
    public double maximum() {
        return maximum;
    }

    /** Unit, or the empty string. */
    public String unit() {
        return unit;
    }

    /** Default, or null when there is none. */
    public Object defaultValue() {
        return defaultValue;
    }

    /** Whether the key must be present. */
    public boolean isRequired() {
        return required;
    }

    /** Schema of a nested mapping or of each mapping in a list, or null. */
    public SettingsSchema group() {
        return group;
    }

    /** The priors that may be named now, where {@link Kind#PRIOR} or {@link Kind#PRIORS} is. */
    public List<PriorProvider> installedPriors() {
        return priors.get();
    }

    /** Help text, one sentence. */
    public String help() {
        return help;
    }

    /** The rule in words, e.g. {@code a number > 0 (V) or estimate}. */
    public String rule() {
        StringBuilder s = new StringBuilder();
        for (Kind kind : EnumSet.copyOf(kinds)) {
            if (kind == Kind.CHOICE) {
                continue;
            }
            s.append(s.isEmpty() ? "" : " or ").append(words(kind));
        }
        if (!choices.isEmpty()) {
            s.append(s.isEmpty() ? "" : " or ")
                    .append(choices.size() == 1 ? "" : "one of: ")
                    .append(String.join(", ", choices));
        }
        return s.toString();
    }

    private String words(Kind kind) {
        return switch (kind) {
            case NUMBER -> "a number" + bounds();
            case INTEGER -> "a whole number" + bounds();
            case BOOLEAN -> "true or false";
            case TEXT -> "text";
            case CHOICE -> "";
            case FILE -> "a file name";
            case NUMBERS -> "a list of numbers" + bounds();
            case ROWS -> "a list of rows of numbers";
            case INDEX_LISTS -> "a list of lists of whole numbers";
            case GROUP, MAPPING -> "a mapping";
            case PRIOR -> "a prior such as {type: l1, weight: 1}";
            case PRIORS -> "a list of priors such as {type: l1, weight: 1}";
            case GROUPS -> "a list of mappings";
        };
    }

    private String bounds() {
        StringBuilder s = new StringBuilder();
        if (minimum != Double.NEGATIVE_INFINITY) {
            s.append(minimumOpen ? " > " : " ≥ ").append(plain(minimum));
        }
        if (maximum != Double.POSITIVE_INFINITY) {
            s.append(s.isEmpty() ? "" : " and").append(" ≤ ").append(plain(maximum));
        }
        if (!unit.isEmpty()) {
            s.append(" (").append(unit).append(')');
        }
        return s.toString();
    }

    private static String plain(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15
                ? Long.toString((long) x)
                : Double.toString(x);
    }

    boolean inRange(double x) {
        return Double.isFinite(x) && (minimumOpen ? x > minimum : x >= minimum) && x <= maximum;
    }
}
