package org.headwater.server.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Json;

/**
 * A grid of problems: the key {@code sweep} of a problem maps dotted keys to lists of values; each
 * combination is a problem of its own, the last key running fastest.
 */
final class Sweep {
    /** The key. */
    static final String KEY = "sweep";

    private static final int MOST_JOBS = 1000;
    private static final int LONGEST_NAME = 100;

    private Sweep() {}

    /**
     * The problems of a sweep.
     *
     * @param content a problem with the key {@code sweep}
     * @param name its name, to which each problem's own values are added
     * @throws InvalidInputException if the grid has a wrong form
     */
    static List<Map<String, Object>> problems(Map<String, Object> content, String name) {
        Map<String, Object> base = new LinkedHashMap<>(content);
        Map<String, Object> grid = Json.mapping(base.remove(KEY));
        if (grid.isEmpty()) {
            throw InvalidInputException.of(
                    KEY,
                    "must map settings to lists of values",
                    content.get(KEY),
                    "write for instance 'sweep: {prior.weight: [1, 2, 4], seed: [1, 2]}'");
        }
        long size = 1;
        for (Map.Entry<String, Object> axis : grid.entrySet()) {
            if (!(axis.getValue() instanceof List<?> values) || values.isEmpty()) {
                throw InvalidInputException.of(
                        KEY + "." + axis.getKey(),
                        "must be a list of values",
                        axis.getValue(),
                        "e.g. [1, 2, 4]");
            }
            size *= values.size();
            if (size > MOST_JOBS) {
                throw InvalidInputException.of(
                        KEY,
                        "must not make more than " + MOST_JOBS + " jobs",
                        null,
                        "take fewer values, or several sweeps");
            }
        }
        List<Map<String, Object>> problems = new ArrayList<>();
        Map<String, Object> named = new LinkedHashMap<>(base);
        named.put("name", name);
        problems.add(named);
        for (Map.Entry<String, Object> axis : grid.entrySet()) {
            List<Map<String, Object>> finer = new ArrayList<>();
            for (Map<String, Object> problem : problems) {
                for (Object value : (List<?>) axis.getValue()) {
                    finer.add(with(problem, axis.getKey(), value));
                }
            }
            problems = finer;
        }
        return problems;
    }

    private static Map<String, Object> with(Map<String, Object> problem, String key, Object value) {
        Map<String, Object> copy = set(problem, key.split("\\."), 0, key, value);
        String last = key.substring(key.lastIndexOf('.') + 1);
        String label =
                value instanceof Map || value instanceof List
                        ? Integer.toHexString(value.hashCode())
                        : String.valueOf(value).replaceAll("[/\\\\:*?\"<>|\\p{Cntrl}]", "-");
        String name = copy.get("name") + " " + last + "=" + label;
        copy.put("name", name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name);
        return copy;
    }

    private static Map<String, Object> set(
            Map<String, Object> map, String[] keys, int at, String full, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(map);
        if (at == keys.length - 1) {
            copy.put(keys[at], value);
            return copy;
        }
        Object inner = at < keys.length ? copy.get(keys[at]) : null;
        if (at >= keys.length || inner != null && !(inner instanceof Map)) {
            throw InvalidInputException.of(
                    KEY + "." + full, "must name a setting", null, "e.g. prior.weight");
        }
        copy.put(keys[at], set(Json.mapping(inner), keys, at + 1, full, value));
        return copy;
    }
}
