package org.headwater.server.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON text of maps, lists and scalars; numbers that are not finite become null. */
final class Json {
    private static final Gson GSON =
            new GsonBuilder()
                    .serializeNulls()
                    .disableHtmlEscaping()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .create();

    private Json() {}

    /** Text on one line. */
    static String text(Object value) {
        return GSON.toJson(clean(value));
    }

    /** Reads an object. */
    static Map<String, Object> object(String text) throws IOException {
        try {
            Map<String, Object> map =
                    GSON.fromJson(text, new TypeToken<LinkedHashMap<String, Object>>() {});
            if (map == null) {
                throw new IOException("empty JSON");
            }
            return map;
        } catch (JsonParseException | NumberFormatException e) {
            throw new IOException("not a JSON object: " + e.getMessage(), e);
        }
    }

    /** A copy with text keys; empty when the value is no mapping. */
    static Map<String, Object> mapping(Object value) {
        Map<String, Object> out = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> out.put(String.valueOf(k), v));
        }
        return out;
    }

    private static Object clean(Object value) {
        if (value instanceof Double x) {
            return Double.isFinite(x) ? x : null;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> out = new LinkedHashMap<>();
            map.forEach((k, v) -> out.put(k, clean(v)));
            return out;
        }
        if (value instanceof List<?> list) {
            List<Object> out = new ArrayList<>();
            list.forEach(v -> out.add(clean(v)));
            return out;
        }
        return value;
    }
}
