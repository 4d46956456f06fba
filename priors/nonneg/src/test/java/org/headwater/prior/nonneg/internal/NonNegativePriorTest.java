package org.headwater.prior.nonneg.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.testkit.junit.ReferenceVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NonNegativePriorTest {
    @TempDir private Path directory;

    private final NonNegativePriorProvider provider = new NonNegativePriorProvider();

    private SeparablePrior create(Map<String, ?> settings, int d) {
        return (SeparablePrior)
                provider.create(
                        provider.info().settings().validate(settings, "prior", directory),
                        new FieldShape(d));
    }

    @Test
    void agreesWithReferenceVectors() {
        ReferenceVector v = vector("prox_nonneg");
        double[] p = v.input("y");
        create(Map.of(), 1).proxCoordinate(0, v.parameter("t"), p, p);
        v.check("p", p);
        v = vector("prox_nonneg_l1");
        p = v.input("y");
        create(Map.of("weight", v.parameter("lam")), 1).proxCoordinate(0, v.parameter("t"), p, p);
        v.check("p", p);
        v = vector("logZ1_nonneg_l1");
        double[] y = v.input("y");
        double[] log = new double[y.length];
        create(Map.of("weight", v.parameter("lam")), 1)
                .kernel(
                        0,
                        v.parameter("h"),
                        v.parameter("beta"),
                        y,
                        log,
                        new double[y.length],
                        new double[y.length]);
        v.check("logZ", log);
    }

    @Test
    void settings() throws IOException {
        Files.writeString(directory.resolve("w.csv"), "1\n0\n4\n");
        SeparablePrior prior = create(Map.of("weight", "w.csv"), 3);
        assertEquals(13, prior.potential(new double[] {9, 1, 2, 3}, 1));
        assertEquals(Double.POSITIVE_INFINITY, prior.potential(new double[] {1, -2, 3}, 0));
        assertEquals(Double.POSITIVE_INFINITY, prior.potential(new double[] {1, Double.NaN, 3}, 0));
        assertEquals(4, prior.slope(2));
        assertEquals(0, prior.curvature(2));
        assertEquals(0, create(Map.of(), 3).slope(1));
        assertEquals(.5, create(Map.of("weight", List.of(0, .5)), 2).slope(1));
    }

    @Test
    void wrongWeightsAreNamed() throws IOException {
        fails("prior.weight must be a number ≥ 0", -1, 3);
        fails("prior.weight must hold 3 numbers, got 2 numbers", List.of(1, 2), 3);
        Files.writeString(directory.resolve("w.csv"), "1\n-0.5\n");
        fails("prior.weight must be ≥ 0 for every parameter, got -0.5 for parameter 2", "w.csv", 2);
    }

    private void fails(String start, Object weight, int d) {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class, () -> create(Map.of("weight", weight), d));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    /** At y = 0 without weight the kernel is half-normal: mean σ√(2/π), variance σ²(1 − 2/π). */
    @Test
    void kernelAtTheBoundIsHalfNormal() {
        double[] log = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        create(Map.of(), 1).kernel(0, .5, 1, new double[] {0}, log, mean, variance);
        assertEquals(.5 * Math.log(Math.PI / 2), log[0], 1e-15);
        assertEquals(Math.sqrt(2 / Math.PI), mean[0], 1e-15);
        assertEquals(1 - 2 / Math.PI, variance[0], 1e-15);
    }

    /** ψ = w·g with g of degree 1, and the choice of w may be left open. */
    @Test
    void weightScalesThePotential() {
        Prior prior = create(Map.of("weight", "auto"), 3);
        Scaling scaling = prior.scaling().orElseThrow();
        assertTrue(scaling.automatic());
        assertEquals(Scaling.FIRST_GUESS, scaling.weight());
        assertEquals(3, scaling.dimension());
        assertEquals(1, scaling.degree());
        double[] x = {1, 2, .5};
        double[] twice = java.util.Arrays.stream(x).map(v -> 2 * v).toArray();
        double psi = prior.potential(x, 0);
        assertEquals(2 * psi, prior.potential(twice, 0), 1e-12);
        Prior other = scaling.withWeight(3);
        assertEquals(3 * psi, other.potential(x, 0), 1e-12);
        assertEquals(3, other.scaling().orElseThrow().weight());
        assertTrue(other.scaling().orElseThrow().automatic());
        assertFalse(create(Map.of("weight", 2), 3).scaling().orElseThrow().automatic());
        assertFalse(create(Map.of(), 3).scaling().isPresent());
        assertEquals(Double.POSITIVE_INFINITY, other.potential(new double[] {1, -1, 1}, 0));
    }

    private static ReferenceVector vector(String name) {
        return ReferenceVector.of(NonNegativePriorTest.class, "/vectors.json", name);
    }
}
