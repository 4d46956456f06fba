package org.headwater.prior.lowrank.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.junit.jupiter.api.Test;

class LowRankPriorTest {
    private final LowRankPriorProvider provider = new LowRankPriorProvider();

    private Prior create(Map<String, ?> settings, int... sizes) {
        return provider.create(
                provider.info().settings().validate(settings, "prior", Path.of("")),
                new FieldShape(sizes));
    }

    /** Against NumPy's singular value decomposition. */
    @Test
    void proxIsTheReference() throws IOException {
        JsonObject e;
        try (Reader reader =
                new InputStreamReader(
                        LowRankPriorTest.class.getResourceAsStream("/prox-nuclear.json"),
                        StandardCharsets.UTF_8)) {
            e = new Gson().fromJson(reader, JsonObject.class);
        }
        double weight = e.getAsJsonObject("params").get("lam").getAsDouble();
        double t = e.getAsJsonObject("params").get("t").getAsDouble();
        double[] y = flat(e.getAsJsonObject("inputs"), "y");
        JsonObject outputs = e.getAsJsonObject("outputs");
        Prior prior = create(Map.of("weight", weight), 6, 6);
        Ensemble points = Ensemble.of(1, 6 * 6, y.clone());
        prior.prox(points, t, points);
        assertArrayEquals(flat(outputs, "p"), points.data(), 1e-10);
        double[] s = new Gson().fromJson(outputs.get("singular_values_in"), double[].class);
        assertEquals(weight * Arrays.stream(s).sum(), prior.potential(y, 0), 1e-10);
    }

    private static double[] flat(JsonObject o, String key) {
        double[][] rows = new Gson().fromJson(o.get(key), double[][].class);
        return Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    }

    /** diag(5, 1) beside a zero column, and its transpose: rows are read one after another. */
    @Test
    void matricesNeedNotBeSquare() {
        double[] wide = {9, 5, 0, 0, 0, -1, 0};
        double[] tall = {9, 5, 0, 0, -1, 0, 0};
        Prior two = create(Map.of("weight", 2, "rows", 2), 6);
        Prior three = create(Map.of("weight", 2, "columns", 2), 6);
        assertEquals(12, two.potential(wide, 1), 1e-12);
        assertEquals(12, three.potential(tall, 1), 1e-12);
        Ensemble y = Ensemble.of(1, 6, Arrays.copyOfRange(tall, 1, 7));
        Ensemble p = Ensemble.zeros(1, 6);
        three.prox(y, .25, p);
        assertArrayEquals(new double[] {4.5, 0, 0, -.5, 0, 0}, p.data(), 1e-12);
        three.prox(y, 1, p);
        assertArrayEquals(new double[] {3, 0, 0, 0, 0, 0}, p.data(), 1e-12);
    }

    @Test
    void mistakesAreNamed() {
        fails("prior.weight must be a number ≥ 0", Map.of("weight", -1), 2, 2);
        fails(
                "prior.rows and prior.columns must be given for a field that is not an image, got"
                        + " neither, for a field of shape 6",
                Map.of("weight", 1),
                6);
        fails(
                "prior.rows times columns must be the field's 6, got 4 × 2; the field has the"
                        + " shape 6",
                Map.of("weight", 1, "rows", 4, "columns", 2),
                6);
        fails("prior.rows times columns must be the field's 6", Map.of("weight", 1, "rows", 4), 6);
        fails(
                "prior.columns times rows must be the field's 6",
                Map.of("weight", 1, "columns", 4),
                6);
    }

    private void fails(String start, Map<String, ?> settings, int... sizes) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(settings, sizes));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    @Test
    void entriesMustBeFinite() {
        Prior prior = create(Map.of("weight", 1), 2, 2);
        double[] x = {1, Double.NaN, 0, 1};
        assertThrows(IllegalArgumentException.class, () -> prior.potential(x, 0));
    }

    /** ψ = w·g with g of degree 1, and the choice of w may be left open. */
    @Test
    void weightScalesThePotential() {
        Prior prior = create(Map.of("weight", "auto"), 2, 3);
        Scaling scaling = prior.scaling().orElseThrow();
        assertTrue(scaling.automatic());
        assertEquals(Scaling.FIRST_GUESS, scaling.weight());
        assertEquals(6, scaling.dimension());
        assertEquals(1, scaling.degree());
        double[] x = {1, 2, .5, -1, 0, 4};
        double[] twice = java.util.Arrays.stream(x).map(v -> 2 * v).toArray();
        double psi = prior.potential(x, 0);
        assertEquals(2 * psi, prior.potential(twice, 0), 1e-12);
        Prior other = scaling.withWeight(3);
        assertEquals(3 * psi, other.potential(x, 0), 1e-12);
        assertEquals(3, other.scaling().orElseThrow().weight());
        assertTrue(other.scaling().orElseThrow().automatic());
        assertFalse(create(Map.of("weight", 0), 2, 3).scaling().isPresent());
    }
}
