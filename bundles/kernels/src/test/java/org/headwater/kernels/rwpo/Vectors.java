package org.headwater.kernels.rwpo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.headwater.api.Ensemble;

/** Reference vectors, computed by independent code in float64. */
public final class Vectors {
    private final JsonObject entry;

    private Vectors(JsonObject entry) {
        this.entry = entry;
    }

    /** All entries of a name; at least one must be there. */
    public static List<Vectors> named(String name) {
        return named("/rwpo-vectors.json", name);
    }

    /** All entries of a name in a resource; at least one must be there. */
    public static List<Vectors> named(String resource, String name) {
        List<Vectors> found = new ArrayList<>();
        try (Reader reader =
                new InputStreamReader(
                        Vectors.class.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
            for (JsonElement e :
                    JsonParser.parseReader(reader).getAsJsonObject().getAsJsonArray("entries")) {
                if (e.getAsJsonObject().get("name").getAsString().equals(name)) {
                    found.add(new Vectors(e.getAsJsonObject()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertFalse(found.isEmpty(), "no vectors " + name);
        return found;
    }

    public double parameter(String name) {
        return entry.getAsJsonObject("params").get(name).getAsDouble();
    }

    public double[] parameters(String name) {
        return flat(entry.getAsJsonObject("params").get(name));
    }

    public String word(String name) {
        return entry.getAsJsonObject("params").get(name).getAsString();
    }

    public boolean truth(String name) {
        return entry.getAsJsonObject("params").get(name).getAsBoolean();
    }

    public double[] input(String name) {
        return flat(entry.getAsJsonObject("inputs").get(name));
    }

    public Ensemble points(String name) {
        JsonArray rows = entry.getAsJsonObject("inputs").getAsJsonArray(name);
        double[] data = flat(rows);
        return Ensemble.of(rows.size(), data.length / rows.size(), data);
    }

    public double[] output(String name) {
        return flat(entry.getAsJsonObject("outputs").get(name));
    }

    /** Compares with an output, each number within tol·max(1, |expected|). */
    public void check(String name, double[] actual) {
        close(name, output(name), actual, entry.get("tol").getAsDouble());
    }

    public static void close(String name, double[] expected, double[] actual, double tol) {
        assertEquals(expected.length, actual.length, name);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    expected[i],
                    actual[i],
                    tol * Math.max(1, Math.abs(expected[i])),
                    name + "[" + i + "]");
        }
    }

    private static double[] flat(JsonElement e) {
        List<Double> all = new ArrayList<>();
        collect(e, all);
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void collect(JsonElement e, List<Double> all) {
        if (e.isJsonArray()) {
            e.getAsJsonArray().forEach(x -> collect(x, all));
        } else {
            all.add(e.getAsDouble());
        }
    }
}
