package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.ProblemFile;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads and writes problem files: YAML 1.2, core schema, one document that is a mapping. */
public final class ProblemParser {
    private static final int MAX_DEPTH = 40;
    private static final String SAMPLE =
            "a problem has sections such as 'prior: {type: l1, weight: 6.0}'";

    private ProblemParser() {}

    /**
     * Reads a problem file.
     *
     * @param file the file
     * @param overrides {@code a.b=value}: the value, a YAML scalar or flow collection, replaces or
     *     adds the key; mappings on the way are created
     * @throws InvalidInputException if the file is missing, not YAML or not a mapping, or an
     *     override has a wrong form; it names the file
     */
    public static ProblemFile read(Path file, List<String> overrides) {
        try {
            Map<String, Object> content = mapping(parse(text(file)));
            for (String override : overrides) {
                apply(override, content);
            }
            String name = file.getFileName().toString();
            int dot = name.lastIndexOf('.');
            Path directory = file.toAbsolutePath().normalize().getParent();
            return new ProblemFile(
                    dot > 0 ? name.substring(0, dot) : name, file, directory, content);
        } catch (InvalidInputException e) {
            throw e.inFile(file.toString());
        }
    }

    /** Settings from {@code key=value} texts. */
    public static Map<String, Object> settings(List<String> overrides) {
        Map<String, Object> settings = new LinkedHashMap<>();
        overrides.forEach(o -> apply(o, settings));
        return settings;
    }

    /** The keys of a problem file that belong to no plug-in. */
    public static SettingsSchema settings() {
        return ProblemPlan.schema();
    }

    /** The YAML text of a problem. */
    static String write(Map<String, Object> content) {
        DumpSettings settings =
                DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.AUTO)
                        .setSchema(new CoreSchema())
                        .setWidth(100)
                        .build();
        return new Dump(settings).dumpToString(content);
    }

    private static String text(Path file) {
        if (Files.isDirectory(file)) {
            throw InvalidInputException.of(
                    "", "is a directory, not a problem file", null, "name a YAML file in it");
        }
        if (!Files.exists(file)) {
            throw InvalidInputException.of(
                    "", "does not exist", null, "check the name and the folder");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw InvalidInputException.of(
                    "", "is not a YAML file: it is not UTF-8 text", null, SAMPLE);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "", "cannot be read", e.getMessage(), "check its permissions");
        }
    }

    private static Object parse(String text) {
        LoadSettings settings =
                LoadSettings.builder()
                        .setSchema(new CoreSchema())
                        .setAllowDuplicateKeys(false)
                        .setAllowRecursiveKeys(false)
                        .build();
        try {
            return new Load(settings).loadFromString(text);
        } catch (MarkedYamlEngineException e) {
            String where =
                    e.getProblemMark()
                            .map(
                                    m ->
                                            "line "
                                                    + (m.getLine() + 1)
                                                    + ", column "
                                                    + (m.getColumn() + 1))
                            .orElse("an unknown line");
            String problem = e.getProblem() == null ? e.getMessage() : e.getProblem();
            throw InvalidInputException.of(
                    "",
                    "is not valid YAML at " + where + ": " + oneLine(problem),
                    null,
                    "check indentation, brackets and quotes there");
        } catch (YamlEngineException e) {
            throw InvalidInputException.of(
                    "", "is not valid YAML: " + oneLine(e.getMessage()), null, SAMPLE);
        }
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static Map<String, Object> mapping(Object root) {
        if (root == null) {
            throw InvalidInputException.of("", "is empty", null, SAMPLE);
        }
        if (!(root instanceof Map<?, ?> map)) {
            String found = root instanceof List ? "a list" : "plain text";
            throw InvalidInputException.of(
                    "", "must be a mapping from sections to their settings", found, SAMPLE);
        }
        return copy(map, "", 0);
    }

    /** A mutable copy with text keys; refuses other keys and endless nesting. */
    private static Map<String, Object> copy(Map<?, ?> map, String path, int depth) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Map.Entry<?, ?> e : map.entrySet()) {
            if (!(e.getKey() instanceof String key)) {
                throw InvalidInputException.of(
                        path, "must have words as keys", e.getKey(), "put quotes around the key");
            }
            out.put(key, copyValue(e.getValue(), join(path, key), depth + 1));
        }
        return out;
    }

    private static Object copyValue(Object value, String path, int depth) {
        if (depth > MAX_DEPTH) {
            throw InvalidInputException.of(
                    "",
                    "must not be nested deeper than " + MAX_DEPTH + " levels",
                    null,
                    "remove anchors that contain themselves");
        }
        if (value instanceof Map<?, ?> map) {
            return copy(map, path, depth);
        }
        if (value instanceof List<?> list) {
            List<Object> out = new ArrayList<>(list.size());
            for (Object item : list) {
                out.add(copyValue(item, path, depth + 1));
            }
            return out;
        }
        return value;
    }

    private static void apply(String override, Map<String, Object> content) {
        int equals = override.indexOf('=');
        String[] keys =
                equals <= 0
                        ? new String[0]
                        : override.substring(0, equals).strip().split("\\.", -1);
        boolean wellFormed = keys.length > 0;
        for (String key : keys) {
            wellFormed &= !key.isBlank();
        }
        if (!wellFormed) {
            throw InvalidInputException.of(
                    "--set",
                    "must have the form section.key=value",
                    "'" + override + "'",
                    "write for instance --set prior.weight=3");
        }
        Object value;
        try {
            value = copyValue(parse(override.substring(equals + 1)), "--set", 0);
        } catch (InvalidInputException e) {
            throw InvalidInputException.of(
                    "--set " + override.substring(0, equals),
                    "must be given a number, a word, or YAML in brackets",
                    "'" + override.substring(equals + 1) + "'",
                    "put quotes around text with special characters");
        }
        Map<String, Object> here = content;
        String path = "";
        for (int i = 0; i < keys.length - 1; i++) {
            path = join(path, keys[i]);
            Object next = here.computeIfAbsent(keys[i], k -> new LinkedHashMap<String, Object>());
            here = child(next, path, override);
        }
        here.put(keys[keys.length - 1], value);
    }

    @SuppressWarnings("unchecked") // every mapping below the root was made by copy()
    private static Map<String, Object> child(Object next, String path, String override) {
        if (!(next instanceof Map)) {
            throw InvalidInputException.of(
                    "--set " + override,
                    "goes through " + path + ", which is not a mapping",
                    next,
                    "set " + path + " itself");
        }
        return (Map<String, Object>) next;
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
