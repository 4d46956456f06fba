package org.headwater.api;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings that a plug-in takes, in the order in which they should be shown. Immutable. */
public final class SettingsSchema {
    private final Map<String, Setting> settings;

    private SettingsSchema(Map<String, Setting> settings) {
        this.settings = settings;
    }

    /** A schema of the given settings. */
    public static SettingsSchema of(Setting... settings) {
        Map<String, Setting> map = new LinkedHashMap<>();
        for (Setting s : settings) {
            if (map.put(s.key(), s) != null) {
                throw new IllegalArgumentException("the key " + s.key() + " is declared twice");
            }
        }
        return new SettingsSchema(map);
    }

    /** This schema with further settings at its end. */
    public SettingsSchema plus(Setting... more) {
        List<Setting> all = new ArrayList<>(settings.values());
        all.addAll(Arrays.asList(more));
        return of(all.toArray(new Setting[0]));
    }

    /** The settings in order. */
    public List<Setting> settings() {
        return List.copyOf(settings.values());
    }

    /** The setting of a key. */
    public Optional<Setting> find(String key) {
        return Optional.ofNullable(settings.get(key));
    }

    /**
     * Checks a mapping from a problem file against this schema.
     *
     * @param raw keys to String, Number, Boolean, List or Map, as a YAML parser gives them
     * @param path dotted path of the mapping in the problem file, for messages
     * @param directory where relative file names start
     * @throws InvalidInputException for unknown or missing keys, wrong types, values out of range
     */
    public Settings validate(Map<String, ?> raw, String path, Path directory) {
        for (String key : raw.keySet()) {
            if (!settings.containsKey(key)) {
                throw unknownKey(join(path, key), key, settings.keySet());
            }
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Setting s : settings.values()) {
            String full = join(path, s.key());
            Object value = raw.get(s.key());
            if (value == null && raw.containsKey(s.key()) && s.defaultValue() == null) {
                throw InvalidInputException.of(
                        full, "must be " + s.rule(), "nothing", "give a value or remove the key");
            }
            if (value == null) {
                if (s.isRequired()) {
                    throw InvalidInputException.of(
                            full, "is missing; it must be " + s.rule(), null, s.help());
                }
                value = s.defaultValue();
            }
            if (value == null && s.accepts(Setting.Kind.GROUP) && !s.group().hasRequired()) {
                value = Map.of();
            }
            if (value != null) {
                values.put(s.key(), convert(s, value, full, directory));
            }
        }
        return new Settings(path, directory, values);
    }

    private boolean hasRequired() {
        return settings.values().stream().anyMatch(Setting::isRequired);
    }

    /**
     * The error for a key that no schema knows, with the nearest known one.
     *
     * @param full dotted path of the key
     * @param key the key itself
     * @param known the keys that could stand here
     */
    public static InvalidInputException unknownKey(
            String full, String key, Iterable<String> known) {
        Optional<String> near = nearest(key, known);
        String all = String.join(", ", known);
        String remedy =
                near.isPresent()
                        ? "did you mean '" + near.get() + "'?"
                        : all.isEmpty() ? "remove it" : "known keys: " + all;
        return InvalidInputException.of(full, "is not a known key", null, remedy);
    }

    /**
     * The word that a mistyped one is likely to mean: the one at the smallest Levenshtein distance,
     * if that is at most half the word's length (or 2).
     */
    public static Optional<String> nearest(String word, Iterable<String> known) {
        String best = null;
        int distance = Integer.MAX_VALUE;
        for (String k : known) {
            int e = editDistance(word, k);
            if (e < distance) {
                distance = e;
                best = k;
            }
        }
        return distance <= Math.max(2, word.length() / 2)
                ? Optional.ofNullable(best)
                : Optional.empty();
    }

    private static Object convert(Setting s, Object value, String full, Path directory) {
        if (value instanceof Number n) {
            if (s.accepts(Setting.Kind.INTEGER) && n.doubleValue() == Math.rint(n.doubleValue())) {
                return checked(s, n.doubleValue(), full);
            }
            if (s.accepts(Setting.Kind.NUMBER)) {
                return checked(s, n.doubleValue(), full);
            }
        } else if (value instanceof Boolean && s.accepts(Setting.Kind.BOOLEAN)) {
            return value;
        } else if (value instanceof String text) {
            if (s.accepts(Setting.Kind.CHOICE) && s.choices().contains(text)) {
                return text;
            }
            if (s.accepts(Setting.Kind.FILE)) {
                return file(s, text, full, directory);
            }
            if (s.accepts(Setting.Kind.TEXT)) {
                return text;
            }
        } else if (value instanceof List<?> list
                && s.accepts(Setting.Kind.ROWS)
                && (list.isEmpty() || list.get(0) instanceof List<?>)) {
            return rows(s, list, full);
        } else if (value instanceof List<?> list && s.accepts(Setting.Kind.NUMBERS)) {
            return numbers(s, list, full);
        } else if (value instanceof List<?> list && s.accepts(Setting.Kind.INDEX_LISTS)) {
            return indexLists(s, list, full);
        } else if (value instanceof List<?> list && s.accepts(Setting.Kind.GROUPS)) {
            return groups(s, list, full, directory);
        } else if (value instanceof Map<?, ?> map && s.accepts(Setting.Kind.GROUP)) {
            return s.group().validate(stringKeys(map), full, directory);
        } else if (value instanceof Map<?, ?> map && s.accepts(Setting.Kind.PRIOR)) {
            return prior(s, map, full, directory);
        } else if (value instanceof List<?> list && s.accepts(Setting.Kind.PRIORS)) {
            return priors(s, list, full, directory);
        } else if (value instanceof Map<?, ?> map && s.accepts(Setting.Kind.MAPPING)) {
            return stringKeys(map);
        }
        throw wrong(s, value, full);
    }

    private static double[] numbers(Setting s, List<?> list, String full) {
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            String at = full + "[" + i + "]";
            if (!(list.get(i) instanceof Number n)) {
                throw wrong(s, list.get(i), at);
            }
            numbers[i] = checked(s, n.doubleValue(), at);
        }
        return numbers;
    }

    private static DenseMatrix rows(Setting s, List<?> list, String full) {
        if (list.isEmpty() || ((List<?>) list.get(0)).isEmpty()) {
            throw wrong(s, list, full);
        }
        int columns = ((List<?>) list.get(0)).size();
        double[] data = new double[Math.multiplyExact(list.size(), columns)];
        for (int i = 0; i < list.size(); i++) {
            String at = full + "[" + i + "]";
            if (!(list.get(i) instanceof List<?> row)) {
                throw wrong(s, list.get(i), at);
            }
            if (row.size() != columns) {
                throw InvalidInputException.of(
                        at,
                        "must have as many numbers as the first row, " + columns,
                        row.size(),
                        "complete the row");
            }
            for (int j = 0; j < columns; j++) {
                if (!(row.get(j) instanceof Number n) || !Double.isFinite(n.doubleValue())) {
                    throw wrong(s, row.get(j), at + "[" + j + "]");
                }
                data[i * columns + j] = n.doubleValue();
            }
        }
        return new DenseMatrix(list.size(), columns, data);
    }

    /** A path; where a number would do too, a word that is no file is more likely a slip. */
    private static Path file(Setting s, String text, String full, Path directory) {
        Path file;
        try {
            file = directory.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw wrong(s, text, full);
        }
        if (s.accepts(Setting.Kind.NUMBER) && !Files.exists(file)) {
            throw InvalidInputException.of(
                    full, "must be " + s.rule(), "'" + text + "', which is no file", s.help());
        }
        return file;
    }

    private static int[][] indexLists(Setting s, List<?> list, String full) {
        int[][] all = new int[list.size()][];
        for (int i = 0; i < all.length; i++) {
            if (!(list.get(i) instanceof List<?> inner)) {
                throw wrong(s, list.get(i), full + "[" + i + "]");
            }
            all[i] = new int[inner.size()];
            for (int j = 0; j < all[i].length; j++) {
                if (!(inner.get(j) instanceof Integer k) || k < 0) {
                    throw wrong(s, inner.get(j), full + "[" + i + "][" + j + "]");
                }
                all[i][j] = k;
            }
        }
        return all;
    }

    private static PriorChoice prior(Setting s, Map<?, ?> map, String full, Path directory) {
        return PriorChoice.of(stringKeys(map), full, directory, s.installedPriors());
    }

    private static PriorChoice[] priors(Setting s, List<?> list, String full, Path directory) {
        PriorChoice[] all = new PriorChoice[list.size()];
        for (int i = 0; i < all.length; i++) {
            String at = full + "[" + i + "]";
            if (!(list.get(i) instanceof Map<?, ?> map)) {
                throw wrong(s, list.get(i), at);
            }
            all[i] = prior(s, map, at, directory);
        }
        return all;
    }

    private static Settings[] groups(Setting s, List<?> list, String full, Path directory) {
        Settings[] all = new Settings[list.size()];
        for (int i = 0; i < all.length; i++) {
            String path = full + "[" + i + "]";
            if (!(list.get(i) instanceof Map<?, ?> map)) {
                throw InvalidInputException.of(path, "must be a mapping", list.get(i), s.help());
            }
            all[i] = s.group().validate(stringKeys(map), path, directory);
        }
        return all;
    }

    private static Map<String, Object> stringKeys(Map<?, ?> map) {
        Map<String, Object> out = new LinkedHashMap<>();
        map.forEach((k, v) -> out.put(String.valueOf(k), v));
        return out;
    }

    private static double checked(Setting s, double x, String full) {
        if (!s.inRange(x)) {
            throw wrong(s, x, full);
        }
        return x;
    }

    private static InvalidInputException wrong(Setting s, Object value, String full) {
        String shown = value instanceof String text ? "'" + text + "'" : String.valueOf(value);
        return InvalidInputException.of(full, "must be " + s.rule(), shown, s.help());
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** Levenshtein distance: insertions, deletions and substitutions that turn a into b. */
    private static int editDistance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
