package org.headwater.runtime;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON text of maps, lists and scalars, as the files of a run and of the server's queue have it;
 * numbers that are not finite become null.
 */
public final class Json {
    private static final Gson PRETTY =
            new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create();
    private static final Gson COMPACT =
            new GsonBuilder()
                    .serializeNulls()
                    .disableHtmlEscaping()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .create();

    private static final Pattern PLACE = Pattern.compile("at line (\\d+) column (\\d+)");

    private Json() {}

    /** Text over several lines, with a line break at its end. */
    public static String pretty(Object value) {
        return PRETTY.toJson(clean(value)) + "\n";
    }

    /** Text on one line. */
    public static String line(Object value) {
        return COMPACT.toJson(clean(value));
    }

    /**
     * Reads an object; whole numbers become {@code Long}, others {@code Double}.
     *
     * @throws IOException if the text is anything else
     */
    public static Map<String, Object> object(String text) throws IOException {
        try {
            Map<String, Object> map =
                    COMPACT.fromJson(text, new TypeToken<LinkedHashMap<String, Object>>() {});
            if (map == null) {
                throw new IOException("empty JSON");
            }
            return map;
        } catch (JsonParseException | NumberFormatException e) {
            throw new IOException("not a JSON object: " + mistake(e), e);
        }
    }

    /** The parser's message in words; it tells of its own classes and links to its own pages. */
    private static String mistake(RuntimeException e) {
        if (e.getCause() instanceof EOFException) {
            return "the text ends too early";
        }
        Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
        return place.find()
                ? "a mistake in line " + place.group(1) + ", column " + place.group(2)
                : "a value of the wrong kind";
    }

    /** A copy with text keys; empty when the value is no mapping. */
    public static Map<String, Object> mapping(Object value) {
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
