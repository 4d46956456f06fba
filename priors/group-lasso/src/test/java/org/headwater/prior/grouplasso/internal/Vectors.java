package org.headwater.prior.grouplasso.internal;

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

/** Reference vectors, computed by independent code in float64. */
record Vectors(JsonObject entry) {
    static Vectors named(String name) {
        try (Reader reader =
                new InputStreamReader(
                        Vectors.class.getResourceAsStream("/vectors.json"),
                        StandardCharsets.UTF_8)) {
            for (JsonElement e :
                    JsonParser.parseReader(reader).getAsJsonObject().getAsJsonArray("entries")) {
                if (e.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return new Vectors(e.getAsJsonObject());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new NoSuchElementException(name);
    }

    double parameter(String name) {
        return entry.getAsJsonObject("params").get(name).getAsDouble();
    }

    double[] input(String name) {
        return new Gson().fromJson(entry.getAsJsonObject("inputs").get(name), double[].class);
    }

    /** Compares with an output, each number within tol·max(1, |expected|). */
    void check(String name, double[] actual) {
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
