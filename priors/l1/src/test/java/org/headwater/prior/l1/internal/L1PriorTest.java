package org.headwater.prior.l1.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class L1PriorTest {
    @TempDir private Path directory;

    private final L1PriorProvider provider = new L1PriorProvider();

    private SeparablePrior create(Object weight, int d) {
        return (SeparablePrior)
                provider.create(
                        provider.info()
                                .settings()
                                .validate(Map.of("weight", weight), "prior", directory),
                        new FieldShape(d));
    }

    @Test
    void weightIsANumberAListOrAFile() throws IOException {
        double[] x = {9, 1, -2, 3};
        assertEquals(12, create(2, 3).potential(x, 1));
        assertEquals(1 + .5 * 2, create(List.of(1, .5, 0), 3).potential(x, 1));
        Files.writeString(directory.resolve("w.csv"), "1\n0\n4\n");
        SeparablePrior prior = create("w.csv", 3);
        assertEquals(13, prior.potential(x, 1));
        assertEquals(4, prior.slope(2));
        assertEquals(3, prior.dimension());
    }

    @Test
    void wrongWeightsAreNamed() throws IOException {
        fails("prior.weight must be a number ≥ 0", -1, 3);
        fails("prior.weight[1] must be", List.of(1, -2, 3), 3);
        fails("prior.weight must hold 3 numbers, got 2 numbers", List.of(1, 2), 3);
        Files.writeString(directory.resolve("w.csv"), "1\n-0.5\n");
        fails("prior.weight must be ≥ 0 for every parameter, got -0.5 for parameter 2", "w.csv", 2);
    }

    private void fails(String start, Object weight, int d) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(weight, d));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    @Test
    void proxOfPointsAndOfCoordinates() {
        SeparablePrior prior = create(List.of(1, 2, 0), 3);
        Ensemble y = Ensemble.of(2, 3, new double[] {1, -1, -5, -.2, 3, .5});
        Ensemble p = Ensemble.zeros(2, 3);
        prior.prox(y, .25, p);
        assertArrayEquals(new double[] {.75, -.5, -5, 0, 2.5, .5}, p.data(), 1e-15);
        double[] column = {-1, 3};
        prior.proxCoordinate(1, .25, column, column);
        assertArrayEquals(new double[] {-.5, 2.5}, column, 1e-15);
        prior.prox(y, .25, y);
        assertArrayEquals(p.data(), y.data(), 0);
    }

    /** A flat coordinate's kernel is normal; the others' are in the kernels' tests. */
    @Test
    void kernelTakesTheCoordinatesWeight() {
        SeparablePrior prior = create(List.of(0, 3), 2);
        double[] log = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        prior.kernel(0, .5, 1, new double[] {2}, log, mean, variance);
        assertEquals(2, mean[0]);
        assertEquals(1, variance[0]);
        assertEquals(.5 * Math.log(2 * Math.PI), log[0], 1e-15);
        prior.kernel(1, .5, 1, new double[] {20}, log, mean, variance);
        assertEquals(20 - 1.5, mean[0], 1e-12);
    }

    /** ψ = w·g with g of degree 1, and the choice of w may be left open. */
    @Test
    void weightScalesThePotential() {
        Prior prior = create("auto", 3);
        Scaling scaling = prior.scaling().orElseThrow();
        assertTrue(scaling.automatic());
        assertEquals(Scaling.FIRST_GUESS, scaling.weight());
        assertEquals(3, scaling.dimension());
        assertEquals(1, scaling.degree());
        double[] x = {1, -2, .5};
        double[] twice = java.util.Arrays.stream(x).map(v -> 2 * v).toArray();
        double psi = prior.potential(x, 0);
        assertEquals(2 * psi, prior.potential(twice, 0), 1e-12);
        Prior other = scaling.withWeight(3);
        assertEquals(3 * psi, other.potential(x, 0), 1e-12);
        assertEquals(3, other.scaling().orElseThrow().weight());
        assertTrue(other.scaling().orElseThrow().automatic());
        assertFalse(create(2, 3).scaling().orElseThrow().automatic());
        assertFalse(create(List.of(1, 2, 2), 3).scaling().isPresent());
        assertFalse(create(0, 3).scaling().isPresent());
    }
}
