package org.headwater.release;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which licences components have, by their SPDX identifiers, and which of them we may hand out. */
final class Licences {
    /** The library has files that hold nothing but an error message. */
    private static final int SHORTEST = 300;

    private final List<String> accepted = new ArrayList<>();
    private final Map<String, String> names = new TreeMap<>();
    private final Map<String, String> texts = new TreeMap<>();

    private Licences(JsonObject rules) {
        rules.getAsJsonArray("accepted").forEach(id -> accepted.add(id.getAsString()));
        rules.getAsJsonObject("names")
                .entrySet()
                .forEach(e -> names.put(e.getKey(), e.getValue().getAsString()));
    }

    /**
     * Checks the licences of components.
     *
     * @throws IllegalStateException if one has none that is accepted
     */
    static Licences of(JsonObject rules, List<JsonObject> components) throws IOException {
        Licences licences = new Licences(rules);
        for (JsonObject component : components) {
            licences.check(component);
        }
        return licences;
    }

    /** The licences among which one may choose. */
    List<String> ids(JsonObject component) {
        List<String> ids = new ArrayList<>();
        JsonArray all =
                component.has("licenses") ? component.getAsJsonArray("licenses") : new JsonArray();
        for (JsonElement e : all) {
            if (e.getAsJsonObject().has("license")) {
                JsonObject licence = e.getAsJsonObject().getAsJsonObject("license");
                String id =
                        licence.has("id")
                                ? licence.get("id").getAsString()
                                : licence.get("name").getAsString();
                ids.add(names.getOrDefault(id, id));
            }
        }
        return ids;
    }

    private void check(JsonObject component) throws IOException {
        List<String> ids = ids(component);
        List<String> good = ids.stream().filter(accepted::contains).toList();
        if (good.isEmpty()) {
            throw new IllegalStateException(
                    component.get("purl").getAsString()
                            + " must have one of the licences of licences.json, has "
                            + ids);
        }
        for (String id : good) {
            texts.put(id + ".txt", standard(id));
        }
    }

    /** A licence's text: SPDX's, which CycloneDX's library carries; GCC's exception is our own. */
    private static String standard(String id) throws IOException {
        String with = "-with-GCC-exception";
        if (id.endsWith(with)) {
            return read("org/headwater/release/gcc-exception-3.1.txt", id)
                    + "\n\n"
                    + standard(id.replace(with, "-only"));
        }
        return read("licenses/" + id + ".txt", id);
    }

    private static String read(String resource, String id) throws IOException {
        try (InputStream in = Licences.class.getClassLoader().getResourceAsStream(resource)) {
            String text = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (text.length() < SHORTEST) {
                throw new IllegalStateException("there is no text of the licence " + id);
            }
            return text;
        }
    }

    /** The texts of all licences that components have and that are accepted, by file name. */
    Map<String, String> texts() {
        return texts;
    }
}
