package org.headwater.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;

/**
 * A function's values as independent code computed them, from a JSON resource:
 *
 * <pre>{@code
 * {"entries": [{"name": "prox_box", "params": {"t": 0.5}, "tol": 1e-12,
 *               "inputs": {"y": [1.5]}, "outputs": {"p": [1]}}]}
 * }</pre>
 *
 * Needs Gson on the tests' class path.
 */
public final class ReferenceVector {
    private final JsonObject entry;

    private ReferenceVector(JsonObject entry) {
        this.entry = entry;
    }

    /**
     * @param test its class path has the resource
     * @param resource such as {@code /vectors.json}
     * @throws NoSuchElementException no entry has this name
     */
    public static ReferenceVector of(Class<?> test, String resource, String name) {
        try (Reader reader =
                new InputStreamReader(test.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
            for (JsonElement e :
                    JsonParser.parseReader(reader).getAsJsonObject().getAsJsonArray("entries")) {
                if (e.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return new ReferenceVector(e.getAsJsonObject());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new NoSuchElementException(name);
    }

    public double parameter(String name) {
        return entry.getAsJsonObject("params").get(name).getAsDouble();
    }

    public double[] input(String name) {
        return new Gson().fromJson(entry.getAsJsonObject("inputs").get(name), double[].class);
    }

    /**
     * Compares with an output, each number within tol·max(1, |expected|).
     *
     * @throws AssertionError one is farther off, or there are more or fewer
     */
    public void check(String name, double[] actual) {
        double tol = entry.get("tol").getAsDouble();
        double[] expected =
                new Gson().fromJson(entry.getAsJsonObject("outputs").get(name), double[].class);
        assertEquals(expected.length, actual.length, name);
        for (int i = 0; i < expected.length; i++) {
            double slack = tol * Math.max(1, Math.abs(expected[i]));
            assertEquals(expected[i], actual[i], slack, name + "[" + i + "]");
        }
    }
}
