package org.headwater.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A prior that a setting names: a mapping with {@code type} and the settings of that type.
 *
 * @param provider of the type
 * @param settings validated against the provider's schema
 */
public record PriorChoice(PriorProvider provider, Settings settings) {
    /** The key that names the plug-in. */
    public static final String TYPE = "type";

    /** Creates the prior. */
    public Prior create(FieldShape shape) {
        return provider.create(settings, shape);
    }

    /**
     * Finds the provider and checks its settings.
     *
     * @param raw the mapping, with {@code type}
     * @param path its dotted path in the problem file
     * @param directory where relative file names start
     * @param installed the priors that may be named
     */
    static PriorChoice of(
            Map<String, Object> raw, String path, Path directory, List<PriorProvider> installed) {
        Map<String, Object> rest = new LinkedHashMap<>(raw);
        Object type = rest.remove(TYPE);
        List<String> types = new ArrayList<>();
        for (PriorProvider p : installed) {
            if (p.info().type().equals(type)) {
                return new PriorChoice(p, p.info().settings().validate(rest, path, directory));
            }
            types.add(p.info().type());
        }
        String all = "installed: " + String.join(", ", types);
        if (!(type instanceof String text)) {
            throw InvalidInputException.of(
                    path + "." + TYPE, "must name an installed prior", type, all);
        }
        throw InvalidInputException.notInstalled(
                path + "." + TYPE,
                "prior",
                text,
                SettingsSchema.nearest(text, types)
                                .map(t -> "did you mean '" + t + "'? ")
                                .orElse("")
                        + all);
    }
}
