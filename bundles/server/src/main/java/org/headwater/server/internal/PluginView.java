package org.headwater.server.internal;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PriorProvider;
import org.headwater.api.Setting;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.Plugins.Plugin;

/** Plug-ins and their settings as the API shows them. */
final class PluginView {
    private PluginView() {}

    /** A plug-in. */
    static Map<String, Object> of(Plugin plugin) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", plugin.type());
        map.put("kind", plugin.kind().key());
        map.put("version", plugin.version());
        map.put("bundle", plugin.bundle());
        map.put("sha256", plugin.sha256());
        map.put("summary", plugin.info().summary());
        map.put("citation", plugin.info().citation());
        if (plugin.provider() instanceof KernelBackendProvider backend) {
            map.put("unavailable", backend.unavailable());
        }
        map.put("settings", settings(plugin.info().settings()));
        if (plugin.provider() instanceof ForwardModelProvider model) {
            map.put("data", settings(model.dataSettings()));
        }
        return map;
    }

    private static List<Object> settings(SettingsSchema schema) {
        List<Object> all = new ArrayList<>();
        for (Setting s : schema.settings()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("key", s.key());
            map.put("help", s.help());
            map.put("rule", s.rule());
            map.put(
                    "kinds",
                    EnumSet.copyOf(s.kinds()).stream()
                            .map(k -> k.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .toList());
            map.put("required", s.isRequired());
            map.put("default", s.defaultValue());
            map.put("unit", s.unit());
            map.put("choices", s.choices());
            map.put("minimum", s.minimum());
            map.put("minimum-open", s.minimumOpen());
            map.put("maximum", s.maximum());
            if (s.group() != null) {
                map.put("settings", settings(s.group()));
            }
            if (s.accepts(Setting.Kind.PRIOR) || s.accepts(Setting.Kind.PRIORS)) {
                map.put(
                        "priors",
                        s.installedPriors().stream()
                                .map(PriorProvider::info)
                                .map(i -> i.type())
                                .toList());
            }
            all.add(map);
        }
        return all;
    }
}
