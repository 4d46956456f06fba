package org.headwater.prior.tv.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TvPriorTest {
    private static final TvPriorProvider PROVIDER = new TvPriorProvider();

    private static Prior create(Map<String, ?> settings, int... shape) {
        return create(settings, new FieldShape(shape));
    }

    private static Prior create(Map<String, ?> settings, FieldShape shape) {
        return PROVIDER.create(
                PROVIDER.info().settings().validate(settings, "prior", Path.of("")), shape);
    }

    @Test
    void potentials() {
        double[] x = {9, 1, 3, 0, 4, 8, 0};
        Prior chain = create(Map.of("weight", .5), 6);
        assertEquals(.5 * (2 + 3 + 4 + 4 + 8), chain.potential(x, 1));
        // 1 3 0
        // 4 8 0
        double anisotropic = 2 + 3 + 3 + 5 + 0 + 4 + 8;
        assertEquals(2 * anisotropic, image(2, false, 2, 3).potential(x, 1));
        double isotropic = Math.sqrt(4 + 9) + Math.sqrt(9 + 25) + 0 + 4 + 8;
        assertEquals(2 * isotropic, image(2, true, 2, 3).potential(x, 1), 1e-14);
        Prior byShape = create(Map.of("weight", 2, "shape", List.of(2, 3)), 6);
        assertEquals(2 * isotropic, byShape.potential(x, 1), 1e-14);
        assertEquals(Prior.Structure.GENERAL, byShape.structure());
    }

    /** A row or a column of pixels is a chain. */
    @Test
    void thinImagesAreChains() {
        double[] x = {1, 3, 0, 4};
        for (int[] shape : new int[][] {{1, 4}, {4, 1}, {4}}) {
            Prior prior = create(Map.of("weight", 1), shape);
            assertEquals(9, prior.potential(x, 0));
            assertTrue(prior.synthesis().isPresent());
        }
        assertFalse(create(Map.of("weight", 1), 2, 2).synthesis().isPresent());
    }

    @Test
    void wrongSettingsAreNamed() {
        fails("prior.weight must be", Map.of("weight", 0), 4);
        fails("prior.weight is missing", Map.of(), 4);
        fails("prior.shape must be two whole", Map.of("weight", 1, "shape", List.of(2, 3)), 4);
        fails("prior.shape must be two whole", Map.of("weight", 1, "shape", List.of(4)), 4);
        fails("prior.shape must be two whole", Map.of("weight", 1, "shape", List.of(1.6, 2.5)), 4);
        fails("prior.shape[0] must be", Map.of("weight", 1, "shape", List.of(-2, -2)), 4);
        fails("prior.shape must be given", Map.of("weight", 1), 2, 2, 2);
        assertThrows(
                IllegalArgumentException.class,
                () -> image(1, true, 2, 2).prox(Ensemble.zeros(1, 5), 1, Ensemble.zeros(1, 5)));
    }

    private static void fails(String start, Map<String, ?> settings, int... shape) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(settings, shape));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    private static Prior image(double weight, boolean isotropic, int h, int w) {
        return create(Map.of("weight", weight, "isotropic", isotropic), h, w);
    }

    /** Proxes computed by other code, to duality gaps below 1e-14. */
    @ParameterizedTest
    @ValueSource(strings = {"prox_tv1d", "prox_tv2d_anisotropic", "prox_tv2d_isotropic"})
    void agreesWithTheReferenceVectors(String name) throws IOException {
        JsonObject vector = vector(name);
        JsonObject params = vector.getAsJsonObject("params");
        double[] y = numbers(vector.getAsJsonObject("inputs").get("y"));
        double[] expected = numbers(vector.getAsJsonObject("outputs").get("p"));
        double weight = params.get("lam").getAsDouble();
        Prior prior =
                name.endsWith("1d")
                        ? create(Map.of("weight", weight), y.length)
                        : image(weight, name.endsWith("_isotropic"), 6, 6);
        // Two points, the result in place.
        double[] both = new double[2 * y.length];
        System.arraycopy(y, 0, both, y.length, y.length);
        Ensemble points = Ensemble.of(2, y.length, both);
        prior.prox(points, params.get("t").getAsDouble(), points);
        assertArrayEquals(new double[y.length], points.point(0), 0);
        assertArrayEquals(expected, points.point(1), vector.get("tol").getAsDouble());
    }

    private static JsonObject vector(String name) throws IOException {
        try (Reader reader =
                new InputStreamReader(
                        TvPriorTest.class.getResourceAsStream("/tv-vectors.json"),
                        StandardCharsets.UTF_8)) {
            for (JsonElement e :
                    new Gson().fromJson(reader, JsonObject.class).getAsJsonArray("entries")) {
                if (e.getAsJsonObject().get("name").getAsString().equals(name)) {
                    return e.getAsJsonObject();
                }
            }
        }
        throw new AssertionError("no vector " + name);
    }

    private static double[] numbers(JsonElement e) {
        if (e.getAsJsonArray().get(0).isJsonArray()) {
            double[][] rows = new Gson().fromJson(e, double[][].class);
            return java.util.Arrays.stream(rows)
                    .flatMapToDouble(java.util.Arrays::stream)
                    .toArray();
        }
        return new Gson().fromJson(e, double[].class);
    }

    @Test
    void incrementsAndTheirPrior() {
        Prior prior = create(Map.of("weight", 2), 4);
        Synthesis s = prior.synthesis().orElseThrow();
        double[] u = {7, 1, -2, 0, 3};
        double[] x = new double[4];
        s.apply(u, 1, x, 0);
        assertArrayEquals(new double[] {1, -1, -1, 2}, x);
        SeparablePrior inU = s.prior();
        assertEquals(prior.potential(x, 0), inU.potential(u, 1));
        assertEquals(4, s.dimension());
        assertEquals(0, inU.slope(0));
        assertEquals(2, inU.slope(3));
        double[] back = {9, 0, 0, 0, 0};
        s.analyse(x, 0, back, 1);
        assertArrayEquals(new double[] {9, 1, -2, 0, 3}, back);
        // ⟨Su, g⟩ = ⟨u, Sᵀg⟩, and all in place.
        double[] g = {.5, 2, -3, 4};
        double left = 0;
        for (int i = 0; i < 4; i++) {
            left += x[i] * g[i];
        }
        s.adjoint(g, 0, g, 0);
        double right = 0;
        for (int i = 0; i < 4; i++) {
            right += u[i + 1] * g[i];
        }
        assertEquals(left, right, 1e-14);
        s.analyse(x, 0, x, 0);
        assertArrayEquals(new double[] {1, -2, 0, 3}, x);
        s.apply(x, 0, x, 0);
        assertArrayEquals(new double[] {1, -1, -1, 2}, x);
    }

    /** The first increment is flat; the others have the kernel of their weight. */
    @Test
    void kernelOfIncrements() {
        SeparablePrior prior = create(Map.of("weight", 3), 2).synthesis().orElseThrow().prior();
        double[] log = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        prior.kernel(0, .5, 1, new double[] {2}, log, mean, variance);
        assertEquals(2, mean[0]);
        assertEquals(1, variance[0]);
        prior.kernel(1, .5, 1, new double[] {20}, log, mean, variance);
        assertEquals(20 - 1.5, mean[0], 1e-12);
        Ensemble y = Ensemble.of(2, 2, new double[] {1, 1, -4, .5});
        prior.prox(y, .25, y);
        assertArrayEquals(new double[] {1, .25, -4, 0}, y.data());
        double[] column = {1, .5};
        prior.proxCoordinate(1, .25, column, column);
        assertArrayEquals(new double[] {.25, 0}, column);
    }

    @Test
    void meshesAreTheFieldsOwnShape() {
        FieldShape shape = FieldShape.mesh(MeshTvPriorLawTest.square(2, 1));
        double[] x = {1, 1, 0, 0, 1, 1, 0, 0};
        assertEquals(3, create(Map.of("weight", 3), shape).potential(x, 0), 1e-14);
        assertEquals(3, create(Map.of("weight", 3, "shape", "mesh"), shape).potential(x, 0), 1e-14);
        Prior image = create(Map.of("weight", 3, "shape", List.of(2, 4)), shape);
        assertEquals(18, image.potential(new double[] {0, 1, 0, 1, 0, 1, 0, 1}, 0), 1e-14);
        fails(
                "prior.shape needs a field with one value per triangle, this one has the shape 8,"
                        + " got mesh; ",
                Map.of("weight", 1, "shape", "mesh"),
                8);
        fails(
                "prior.shape must be a list of numbers ≥ 1 or mesh, got 'mush'",
                Map.of("weight", 1, "shape", "mush"),
                8);
    }

    @Test
    void weightsScaleAndMayBeLeftToBeChosen() {
        double[] x = {1, 3, 0, 4, 8, 0};
        for (int[] sizes : new int[][] {{6}, {2, 3}}) {
            Prior prior = create(Map.of("weight", "auto"), sizes);
            Scaling scaling = prior.scaling().orElseThrow();
            assertTrue(scaling.automatic());
            assertEquals(Scaling.FIRST_GUESS, scaling.weight());
            assertEquals(1, scaling.degree());
            assertEquals(5, scaling.dimension());
            Prior other = scaling.withWeight(2.5);
            assertEquals(2.5 * prior.potential(x, 0), other.potential(x, 0), 1e-12);
            assertTrue(other.scaling().orElseThrow().automatic());
            assertFalse(create(Map.of("weight", 2), sizes).scaling().orElseThrow().automatic());
        }
        assertTrue(create(Map.of("weight", 2), 1).scaling().isEmpty());
        fails(
                "prior.weight must be a number > 0 and ≤ 1.0E100 or auto, got 'atuo'",
                Map.of("weight", "atuo"),
                4);
    }
}
