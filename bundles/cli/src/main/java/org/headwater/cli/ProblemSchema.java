package org.headwater.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.Setting;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;

/** JSON Schema (draft 2020-12) of problem files, from the settings of the installed plug-ins. */
public final class ProblemSchema {
    private static final String TYPE = "type";
    private static final String DATA = "data";

    private ProblemSchema() {}

    /**
     * The schema as nested maps and lists.
     *
     * @param plugins whose settings the sections take
     * @param common the keys that are no plug-in's
     */
    public static Map<String, Object> of(Plugins plugins, SettingsSchema common) {
        Map<String, Object> sections = new LinkedHashMap<>();
        sections.put(PluginKind.MODEL.key(), section(plugins.list(PluginKind.MODEL), ""));
        sections.put(DATA, type("object"));
        sections.put(PluginKind.NOISE.key(), section(plugins.list(PluginKind.NOISE), "gaussian"));
        sections.put(PluginKind.PRIOR.key(), section(plugins.list(PluginKind.PRIOR), ""));
        sections.put(PluginKind.SOLVER.key(), section(plugins.list(PluginKind.SOLVER), "rwpo"));
        for (Setting s : common.settings()) {
            sections.put(s.key(), setting(s));
        }
        List<String> backends = new ArrayList<>(List.of("auto"));
        plugins.list(PluginKind.BACKEND).forEach(p -> backends.add(p.provider().info().type()));
        sections.put(PluginKind.BACKEND.key(), words(backends));
        sections.put("segments", segments(sections));

        List<Object> dataOfModels = new ArrayList<>();
        for (Plugins.Plugin p : plugins.list(PluginKind.MODEL)) {
            Object isThisModel =
                    Map.of("properties", Map.of(PluginKind.MODEL.key(), ofType(p, false)));
            Object data = mapping(((ForwardModelProvider) p.provider()).dataSettings(), null);
            dataOfModels.add(rule(isThisModel, Map.of("properties", Map.of(DATA, data))));
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Headwater problem file");
        root.put("type", "object");
        root.put("properties", sections);
        root.put("required", List.of(PluginKind.MODEL.key(), DATA, PluginKind.PRIOR.key()));
        root.put("additionalProperties", false);
        root.put("allOf", dataOfModels);
        return root;
    }

    /** Later segments: the sections that can be exchanged, and when. */
    private static Map<String, Object> segments(Map<String, Object> sections) {
        Map<String, Object> from = type("integer");
        from.put("minimum", 1);
        from.put("description", "steps of the run after which the segment begins");
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("from-iteration", from);
        for (PluginKind kind :
                List.of(
                        PluginKind.NOISE,
                        PluginKind.PRIOR,
                        PluginKind.SOLVER,
                        PluginKind.BACKEND)) {
            properties.put(kind.key(), sections.get(kind.key()));
        }
        Map<String, Object> segment = type("object");
        segment.put("properties", properties);
        segment.put("required", List.of("from-iteration"));
        segment.put("additionalProperties", false);
        Map<String, Object> list = list(segment);
        list.put("description", "plug-ins exchanged while the run goes on");
        return list;
    }

    /** A section whose other keys depend on {@code type}, which may have a default. */
    private static Map<String, Object> section(List<Plugins.Plugin> plugins, String preset) {
        Map<String, Object> type =
                words(plugins.stream().map(p -> p.provider().info().type()).toList());
        if (!preset.isEmpty()) {
            type.put("default", preset);
        }
        List<Object> rules = new ArrayList<>();
        for (Plugins.Plugin p : plugins) {
            Map<String, Object> then = mapping(p.provider().info().settings(), type);
            then.put("description", p.provider().info().summary());
            boolean isPreset = p.provider().info().type().equals(preset);
            rules.add(rule(ofType(p, isPreset), then));
        }
        Map<String, Object> section = type("object");
        section.put("properties", Map.of(TYPE, type));
        if (preset.isEmpty()) {
            section.put("required", List.of(TYPE));
        }
        section.put("allOf", rules);
        return section;
    }

    /** Holds for a section that names the plug-in, or for one without type where that means it. */
    private static Map<String, Object> ofType(Plugins.Plugin plugin, boolean isPreset) {
        Map<String, Object> condition = new LinkedHashMap<>();
        condition.put("properties", Map.of(TYPE, Map.of("const", plugin.provider().info().type())));
        if (!isPreset) {
            condition.put("required", List.of(TYPE));
        }
        return condition;
    }

    private static Map<String, Object> rule(Object condition, Object consequence) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("if", condition);
        rule.put("then", consequence);
        return rule;
    }

    /** A mapping of settings, besides {@code type} where there is one; other keys are errors. */
    private static Map<String, Object> mapping(SettingsSchema schema, Object type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (type != null) {
            properties.put(TYPE, type);
        }
        List<String> required = new ArrayList<>();
        for (Setting s : schema.settings()) {
            properties.put(s.key(), setting(s));
            if (s.isRequired()) {
                required.add(s.key());
            }
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", "object");
        map.put("properties", properties);
        if (!required.isEmpty()) {
            map.put("required", required);
        }
        map.put("additionalProperties", false);
        return map;
    }

    private static Map<String, Object> setting(Setting s) {
        List<Map<String, Object>> kinds = new ArrayList<>();
        for (Setting.Kind kind : EnumSet.copyOf(s.kinds())) {
            kinds.add(kind(s, kind));
        }
        Map<String, Object> schema = new LinkedHashMap<>();
        String unit = s.unit().isEmpty() ? "" : " (" + s.unit() + ")";
        schema.put("description", s.help() + unit);
        if (s.defaultValue() != null) {
            schema.put("default", s.defaultValue());
        }
        if (kinds.size() == 1) {
            schema.putAll(kinds.get(0));
        } else {
            schema.put("anyOf", kinds);
        }
        return schema;
    }

    private static Map<String, Object> kind(Setting s, Setting.Kind kind) {
        return switch (kind) {
            case NUMBER -> bounded(s, "number");
            case INTEGER -> bounded(s, "integer");
            case BOOLEAN -> type("boolean");
            case TEXT, FILE -> type("string");
            case CHOICE -> words(s.choices());
            case NUMBERS -> list(bounded(s, "number"));
            case ROWS -> list(list(type("number")));
            case INDEX_LISTS -> {
                Map<String, Object> index = type("integer");
                index.put("minimum", 0);
                yield list(list(index));
            }
            case GROUP -> mapping(s.group(), null);
            case PRIOR -> anyPrior();
            case PRIORS -> list(anyPrior());
            case GROUPS -> list(mapping(s.group(), null));
            case MAPPING -> type("object");
        };
    }

    /** What the problem's own prior may be: priors nest as deep as one likes. */
    private static Map<String, Object> anyPrior() {
        Map<String, Object> reference = new LinkedHashMap<>();
        reference.put("$ref", "#/properties/" + PluginKind.PRIOR.key());
        return reference;
    }

    private static Map<String, Object> bounded(Setting s, String type) {
        Map<String, Object> number = type(type);
        if (Double.isFinite(s.minimum())) {
            number.put(s.minimumOpen() ? "exclusiveMinimum" : "minimum", s.minimum());
        }
        if (Double.isFinite(s.maximum())) {
            number.put("maximum", s.maximum());
        }
        return number;
    }

    private static Map<String, Object> list(Map<String, Object> items) {
        Map<String, Object> list = type("array");
        list.put("items", items);
        return list;
    }

    private static Map<String, Object> words(List<String> choices) {
        Map<String, Object> words = new LinkedHashMap<>();
        words.put("enum", choices);
        return words;
    }

    private static Map<String, Object> type(String name) {
        Map<String, Object> type = new LinkedHashMap<>();
        type.put("type", name);
        return type;
    }
}
