package org.headwater.server.internal;

import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.headwater.api.InvalidInputException;

/** Reads the JSON of requests: by the letter of RFC 8259, and with the place of what is wrong. */
final class JsonBody {
    private static final int DEEPEST = 30;
    private static final int LONGEST_SHOWN = 40;

    /** How the reader tells where it is. */
    private static final Pattern PLACE = Pattern.compile("at line (\\d+) column (\\d+) path");

    private final String text;
    private final JsonReader reader;

    private JsonBody(String text) {
        this.text = text;
        reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(DEEPEST);
    }

    /**
     * Reads an object; whole numbers become {@code Long}, others {@code Double}.
     *
     * @throws InvalidInputException without a key if the text is anything else, is nested too
     *     deeply, or has a key twice
     */
    static Map<String, Object> object(String text) {
        return new JsonBody(text).read();
    }

    private Map<String, Object> read() {
        try {
            if (reader.peek() != JsonToken.BEGIN_OBJECT) {
                throw InvalidInputException.of(
                        "",
                        "the body must be a JSON object",
                        shown(1, LONGEST_SHOWN),
                        "begin it with {");
            }
            Map<String, Object> object = object();
            // refuses what comes after the object
            reader.peek();
            return object;
        } catch (EOFException e) {
            throw InvalidInputException.of(
                    "",
                    "the body must be a JSON object: it ends too early, at " + end(),
                    null,
                    "send all of it; each { and [ needs its } and ]");
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith("Nesting limit")
                    ? fault(
                            "must not be nested deeper than " + DEEPEST + " levels",
                            message,
                            "flatten the lists")
                    : fault("must be a JSON object", message, "check quotes, commas and brackets");
        }
    }

    private Map<String, Object> object() throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (map.containsKey(key)) {
                throw fault("must have each key once", reader.toString(), "leave one of them out");
            }
            map.put(key, value());
        }
        reader.endObject();
        return map;
    }

    private Object value() throws IOException {
        switch (reader.peek()) {
            case BEGIN_OBJECT:
                return object();
            case BEGIN_ARRAY:
                List<Object> list = new ArrayList<>();
                reader.beginArray();
                while (reader.hasNext()) {
                    list.add(value());
                }
                reader.endArray();
                return list;
            case STRING:
                return reader.nextString();
            case BOOLEAN:
                return reader.nextBoolean();
            case NULL:
                reader.nextNull();
                return null;
            default:
                return ToNumberPolicy.LONG_OR_DOUBLE.readNumber(reader);
        }
    }

    /** An error with the place that the reader names, and what stands there. */
    private InvalidInputException fault(String rule, String place, String remedy) {
        Matcher m = PLACE.matcher(place);
        if (!m.find()) {
            // a number that is too large is told without its place
            m = PLACE.matcher(reader.toString());
            m.find();
        }
        int line = Integer.parseInt(m.group(1));
        int column = Integer.parseInt(m.group(2));
        return InvalidInputException.of(
                "",
                "the body " + rule + ": line " + line + ", column " + column,
                shown(line, column),
                remedy);
    }

    /** What a line has up to a column, its end if that is long, or null when it is empty. */
    private String shown(int line, int column) {
        String[] lines = text.split("\n", -1);
        if (line > lines.length) {
            return null;
        }
        String all = lines[line - 1];
        int to = Math.min(all.length(), column);
        int from = Math.max(0, to - LONGEST_SHOWN);
        String part = all.substring(from, to).strip();
        return part.isEmpty() ? null : (from > 0 ? "…" : "") + part;
    }

    private String end() {
        int line = (int) text.chars().filter(c -> c == '\n').count() + 1;
        return "line " + line + ", column " + (text.length() - text.lastIndexOf('\n'));
    }
}
