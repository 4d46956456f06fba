package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.headwater.runtime.RunResult;

/** The problem and the manifest as cards and tables of keys and values. */
final class SettingsSections {
    private static final int LIST_SHOWN = 12;
    private static final int RECORDS_SHOWN = 8;

    /** Keys of the manifest that the page shows elsewhere. */
    private static final Set<String> SHOWN_ELSEWHERE =
            Set.of(MethodsSection.CITATIONS, "segments", "name", "command", "status");

    private final RunResult run;
    private final Html html;

    SettingsSections(RunResult run, Html html) {
        this.run = run;
        this.html = html;
    }

    /** A section of the problem in words: its type and its settings. */
    static String settings(Object section) {
        if (!(section instanceof Map<?, ?> map)) {
            return value(section);
        }
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", map, flat);
        String type = flat.remove("type");
        StringBuilder s = new StringBuilder(type == null ? "" : type);
        flat.forEach(
                (key, v) -> s.append(s.isEmpty() ? "" : ", ").append(key).append(' ').append(v));
        return s.toString();
    }

    /** Adds what ran: the problem's sections. */
    void problem() {
        html.section("problem", "What ran", "");
        html.open("div", "class", "cards");
        Map<String, Object> rest = new LinkedHashMap<>();
        run.problem()
                .forEach(
                        (key, value) -> {
                            if (value instanceof Map<?, ?> map) {
                                card(title(key), map);
                            } else {
                                rest.put(key, value);
                            }
                        });
        if (!rest.isEmpty()) {
            card("Run", rest);
        }
        html.close("div");
        html.endSection();
    }

    /** Adds versions, machine and timings. */
    void software() {
        Map<String, Object> scalars = new LinkedHashMap<>();
        html.section("software", "Software, machine and timings", "");
        html.open("div", "class", "cards");
        List<String> tables = new ArrayList<>();
        run.manifest()
                .forEach(
                        (key, value) -> {
                            if (SHOWN_ELSEWHERE.contains(key)) {
                                return;
                            }
                            if (value instanceof Map<?, ?> map) {
                                card(title(key), map);
                            } else if (isTable(value)) {
                                tables.add(key);
                            } else {
                                scalars.put(key, value);
                            }
                        });
        if (!scalars.isEmpty()) {
            card("Run", scalars);
        }
        html.close("div");
        for (String key : tables) {
            recordTable(title(key), (List<?>) run.manifest().get(key));
        }
        html.endSection();
    }

    private static boolean isTable(Object value) {
        return value instanceof List<?> list
                && !list.isEmpty()
                && list.stream().allMatch(Map.class::isInstance);
    }

    /** A list of maps with the same keys as a table. */
    private void recordTable(String caption, List<?> records) {
        Set<String> keys = new LinkedHashSet<>();
        for (Object record : records) {
            ((Map<?, ?>) record).keySet().forEach(k -> keys.add(String.valueOf(k)));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Object record : records) {
            rows.add(keys.stream().map(k -> value(((Map<?, ?>) record).get(k))).toList());
        }
        List<String> head = List.copyOf(keys);
        boolean fold = rows.size() > RECORDS_SHOWN;
        html.fold(fold, caption + " (" + rows.size() + ")");
        html.table(caption, head, head.stream().map(k -> false).toList(), rows);
        html.unfold(fold);
    }

    private void card(String heading, Map<?, ?> content) {
        html.open("section", "class", "card").element("h3", heading).open("dl", "class", "keys");
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", content, flat);
        flat.forEach(
                (key, value) ->
                        html.open("div").element("dt", key).element("dd", value).close("div"));
        html.close("dl").close("section").line();
    }

    private static void flatten(String prefix, Map<?, ?> map, Map<String, String> flat) {
        map.forEach(
                (key, value) -> {
                    String name = prefix + key;
                    if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                        flatten(name + ".", inner, flat);
                    } else {
                        flat.put(name, value(value));
                    }
                });
    }

    /** A value of a problem or manifest for people. */
    private static String value(Object value) {
        if (value == null) {
            return "–";
        }
        if (value instanceof Double || value instanceof Float) {
            return Numbers.format(((Number) value).doubleValue(), 6);
        }
        if (value instanceof List<?> list) {
            String shown =
                    String.join(
                            ", ",
                            list.stream().limit(LIST_SHOWN).map(SettingsSections::value).toList());
            return list.size() > LIST_SHOWN ? shown + " … (" + list.size() + ")" : shown;
        }
        String text = String.valueOf(value);
        return text.matches("[0-9a-f]{40,64}") ? text.substring(0, 12) + "…" : text;
    }

    private static String title(String key) {
        String words = key.replace('-', ' ').replaceAll(" seconds$", " (s)");
        return words.isEmpty()
                ? words
                : words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
