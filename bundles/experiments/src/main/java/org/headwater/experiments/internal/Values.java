package org.headwater.experiments.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a cell came to: numbers, lists of numbers and texts by name. Kept as JSON, from which every
 * number comes back to the last bit; NaN and infinities as words.
 */
final class Values {
    /** The value that names a file beside the cells, without which they are not complete. */
    static final String FILE = "file";

    private static final Gson GSON =
            new GsonBuilder().serializeSpecialFloatingPointValues().create();

    private final JsonObject content;

    Values(JsonObject content) {
        this.content = content;
    }

    /** Names and values in turn: numbers, {@code double[]} and texts. */
    static Values of(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return new Values(json(map));
    }

    /** These and more, as {@link #of} takes them. */
    Values with(Object... pairs) {
        JsonObject all = content.deepCopy();
        of(pairs).content.entrySet().forEach(e -> all.add(e.getKey(), e.getValue()));
        return new Values(all);
    }

    /** A map as JSON, in its order. */
    static JsonObject json(Map<String, Object> map) {
        return GSON.toJsonTree(map).getAsJsonObject();
    }

    JsonObject json() {
        return content;
    }

    private JsonElement element(String name) {
        JsonElement e = content.get(name);
        if (e == null) {
            throw new IllegalArgumentException("no value " + name);
        }
        return e;
    }

    double number(String name) {
        return element(name).getAsDouble();
    }

    double[] numbers(String name) {
        return GSON.fromJson(element(name), double[].class);
    }

    /** Whether the file that the value {@code file} names is in a folder; true without one. */
    boolean fileIsThere(Path folder) {
        return !content.has(FILE) || Files.isRegularFile(folder.resolve(text(FILE)));
    }

    String text(String name) {
        return element(name).getAsString();
    }
}
