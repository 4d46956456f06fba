package org.headwater.model.ellipticpde.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/** Values of an independent implementation: f = 10, u = 0 on the sides, 128 sine modes. */
final class Reference {
    final JsonObject json;

    Reference() throws IOException {
        try (InputStreamReader in =
                new InputStreamReader(
                        Reference.class.getResourceAsStream("/elliptic-pde.json"),
                        StandardCharsets.UTF_8)) {
            json = JsonParser.parseReader(in).getAsJsonObject();
        }
    }

    double[] numbers(String key) {
        return numbers(json.getAsJsonArray(key));
    }

    /** The numbers of an array, nested or not. */
    static double[] numbers(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .flatMapToDouble(
                        e ->
                                e.isJsonArray()
                                        ? Arrays.stream(numbers(e.getAsJsonArray()))
                                        : DoubleStream.of(e.getAsDouble()))
                .toArray();
    }

    double[] solution(int n) {
        return numbers(json.getAsJsonObject("u").getAsJsonArray(Integer.toString(n)));
    }

    EllipticModel model(int n) {
        return new EllipticModel(
                n,
                new Flow((x, y) -> 10, new double[0], Boundary.zero(), numbers("points")),
                Basis.sine(128, 3, 1.25),
                8);
    }
}
