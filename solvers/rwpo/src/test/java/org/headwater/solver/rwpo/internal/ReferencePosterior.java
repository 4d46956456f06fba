package org.headwater.solver.rwpo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.headwater.api.Posterior;
import org.headwater.solver.rwpo.internal.TestProblems.Moments;
import org.headwater.solver.rwpo.internal.TestProblems.Quadratic;

/** A linear problem with the moments of its posterior, from the scripts in benchmarks. */
record ReferencePosterior(JsonObject json) {
    private static final Gson GSON = new Gson();

    static ReferencePosterior of(String resource, String name) throws IOException {
        return all(resource).stream()
                .filter(p -> p.text("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    static List<ReferencePosterior> all(String resource) throws IOException {
        List<ReferencePosterior> problems = new ArrayList<>();
        try (Reader reader =
                new InputStreamReader(
                        ReferencePosterior.class.getResourceAsStream(resource),
                        StandardCharsets.UTF_8)) {
            JsonObject json = GSON.fromJson(reader, JsonObject.class);
            for (JsonElement p : json.getAsJsonArray("problems")) {
                problems.add(new ReferencePosterior(p.getAsJsonObject()));
            }
        }
        return problems;
    }

    String text(String key) {
        return json.get(key).getAsString();
    }

    double weight() {
        return json.get("weight").getAsDouble();
    }

    int rows() {
        return json.get("rows").getAsInt();
    }

    int columns() {
        return json.get("columns").getAsInt();
    }

    Quadratic target() {
        return Quadratic.leastSquares(
                GSON.fromJson(json.get("A"), double[][].class),
                GSON.fromJson(json.get("y"), double[].class),
                json.get("sd").getAsDouble());
    }

    Moments truth() {
        return Moments.ofCovariance(
                GSON.fromJson(json.get("mean"), double[].class),
                GSON.fromJson(json.get("cov"), double[][].class));
    }

    /** What is asked of a posterior under a prior that is not separable, and that it says so. */
    void assertMatches(Posterior posterior) {
        Moments truth = truth();
        Moments found = Moments.of(posterior.draws());
        assertTrue(found.meanError(truth) <= 0.10, () -> "mean error " + found.meanError(truth));
        assertTrue(found.leastSdRatio(truth) >= 0.90, () -> "sd " + found.leastSdRatio(truth));
        assertTrue(found.largestSdRatio(truth) <= 1.12, () -> "sd " + found.largestSdRatio(truth));
        assertTrue(
                found.correlationError(truth) <= 0.05,
                () -> "correlation " + found.correlationError(truth));
        assertEquals(List.of(), posterior.reasons());
    }
}
