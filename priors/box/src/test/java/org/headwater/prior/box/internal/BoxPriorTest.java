package org.headwater.prior.box.internal;

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
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.laplace.Support;
import org.headwater.testkit.junit.ReferenceVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoxPriorTest {
    @TempDir private Path directory;

    private final BoxPriorProvider provider = new BoxPriorProvider();

    private SeparablePrior create(Object lower, Object upper, int d) {
        return (SeparablePrior)
                provider.create(
                        provider.info()
                                .settings()
                                .validate(
                                        Map.of("lower", lower, "upper", upper), "prior", directory),
                        new FieldShape(d));
    }

    @Test
    void agreesWithReferenceVectors() {
        ReferenceVector v = vector("prox_box");
        double[] p = v.input("y");
        create(v.parameter("lo"), v.parameter("hi"), 1).proxCoordinate(0, v.parameter("t"), p, p);
        v.check("p", p);
        v = vector("logZ1_box");
        double[] y = v.input("y");
        double[] log = new double[y.length];
        create(v.parameter("lo"), v.parameter("hi"), 1)
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
    void supportIsTheBox() {
        Support s = Support.of(create(List.of(1, -2), List.of(4, 7), 2));
        assertTrue(s.isBounded());
        assertEquals(1, s.lower(0));
        assertEquals(7, s.upper(1));
        Support none = Support.of(SeparablePrior.flat(2));
        assertFalse(none.isBounded());
        assertEquals(Double.NEGATIVE_INFINITY, none.lower(0));
    }

    @Test
    void settings() throws IOException {
        Files.writeString(directory.resolve("u.csv"), "1\n0\n4\n");
        SeparablePrior prior = create(List.of(0, -3, 1), "u.csv", 3);
        assertEquals(0, prior.potential(new double[] {9, 1, -2, 3}, 1));
        assertEquals(Double.POSITIVE_INFINITY, prior.potential(new double[] {9, 1, 1, 3}, 1));
        assertEquals(Double.POSITIVE_INFINITY, prior.potential(new double[] {Double.NaN, 0, 3}, 0));
        assertEquals(3, prior.dimension());
        assertEquals(0, prior.slope(1));
        assertEquals(12 / 9., prior.curvature(1));
    }

    @Test
    void wrongBoundsAreNamed() {
        fails(
                "prior.upper must be > lower for every parameter, got 1.0 with lower 1.0 for parameter 1",
                1,
                1,
                3);
        fails(
                "prior.upper must be > lower for every parameter, got -1.0 with lower 0.0 for parameter 2",
                0,
                List.of(1, -1),
                2);
        fails("prior.lower must hold 3 numbers, got 2 numbers", List.of(1, 2), 4, 3);
    }

    private void fails(String start, Object lower, Object upper, int d) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(lower, upper, d));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        assertTrue(e.getMessage().contains("; "), e.getMessage());
    }

    /** Far wider than the kernel it is a normal, far narrower the uniform density. */
    @Test
    void kernelTakesTheCoordinatesBounds() {
        SeparablePrior prior = create(List.of(-1e3, 2), List.of(1e3, 2.001), 2);
        double[] log = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        prior.kernel(0, .5, 1, new double[] {2}, log, mean, variance);
        assertEquals(.5 * Math.log(2 * Math.PI), log[0], 1e-14);
        assertArrayEquals(new double[] {2, 1}, new double[] {mean[0], variance[0]}, 1e-12);
        prior.kernel(1, 5e3, 1, new double[] {2}, log, mean, variance);
        assertEquals(Math.log(.001), log[0], 1e-9);
        assertEquals(2.0005, mean[0], 1e-9);
        assertEquals(1, 12e6 * variance[0], 1e-9);
    }

    private static ReferenceVector vector(String name) {
        return ReferenceVector.of(BoxPriorTest.class, "/vectors.json", name);
    }
}
