package org.headwater.model.ellipticpde.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.Geometry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EllipticModelTest {
    private Reference reference;

    @BeforeEach
    void read() throws IOException {
        reference = new Reference();
    }

    @Test
    void modesAreThoseOfTheReference() {
        double[] modes = reference.numbers("modes");
        List<String> names = Basis.sine(128, 3, 1.25).names();
        for (int k = 0; k < 128; k++) {
            assertEquals("mode-" + (int) modes[2 * k] + "-" + (int) modes[2 * k + 1], names.get(k));
        }
    }

    @Test
    void pressuresAreThoseOfTheReference() {
        double[] theta = reference.numbers("theta");
        for (int n : new int[] {32, 64, 128, 256}) {
            double[] expected = reference.solution(n);
            double[] u = new double[64];
            reference.model(n).evaluator().predict(Ensemble.of(1, 128, theta), 0, 1, u);
            assertArrayEquals(expected, u, 1e-9, "n = " + n);
        }
    }

    @Test
    void gradientIsThatOfTheReference() {
        JsonObject vjp = reference.json.getAsJsonObject("vjp_n64");
        double[] r = Reference.numbers(vjp.getAsJsonArray("r"));
        double[] gradient = new double[128];
        reference
                .model(64)
                .evaluator()
                .gradient(
                        Ensemble.of(1, 128, reference.numbers("theta")),
                        0,
                        1,
                        (i, p, offset, out) -> System.arraycopy(r, 0, out, 0, 64),
                        new double[64],
                        gradient);
        assertArrayEquals(Reference.numbers(vjp.getAsJsonArray("grad")), gradient, 1e-9);
    }

    /** Constant m, all of the flow from left to right: u is linear, and Jacobians are exact. */
    @Test
    void uniformFlow() {
        Boundary.Side one = Boundary.Side.pressure(1);
        Boundary.Side zero = Boundary.Side.pressure(0);
        Flow flow =
                new Flow(
                        (x, y) -> 0,
                        new double[0],
                        new Boundary(one, zero, Boundary.Side.NO_FLOW, Boundary.Side.NO_FLOW),
                        new double[] {.3, 0, .5, .77, 1, 1});
        double[] u = new double[3];
        EllipticModel model = new EllipticModel(16, flow, Basis.pixels(2), 4);
        double[] jacobian = new double[12];
        model.evaluator().jacobian(new double[] {2, 2, 2, 2}, u, jacobian);
        assertArrayEquals(new double[] {.7, .5, 0}, u, 1e-13);
        for (int k = 0; k < 3; k++) {
            double sum = 0;
            for (int j = 0; j < 4; j++) {
                sum += jacobian[4 * k + j];
            }
            assertEquals(0, sum, 1e-13, "a common factor of the permeability changes nothing");
        }
        // A million times the permeability on the left: nearly all of the drop is on the right.
        double more = Math.log(1e6);
        new EllipticModel(64, flow, Basis.pixels(2), 4)
                .evaluator()
                .predict(Ensemble.of(1, 4, new double[] {more, 0, more, 0}), 0, 1, u);
        assertTrue(u[0] > 0.99, "hardly any drop where the medium is permeable");
    }

    @Test
    void pressuresAlongSidesAreInterpolated() {
        Boundary.Side side = Boundary.Side.pressure(0, 1, 0);
        assertEquals(0, side.at(0));
        assertEquals(.5, side.at(.25), 1e-15);
        assertEquals(1, side.at(.5), 1e-15);
        assertEquals(0, side.at(1), 1e-15);
    }

    /** Row 0 of pixels is at the top; pictures and markers lie where the field does. */
    @Test
    void pixelsAreSeenWhereTheyAre() {
        Flow flow =
                new Flow(
                        (x, y) -> 1,
                        new double[] {.25, .75, 3},
                        Boundary.zero(),
                        new double[] {.5, .5});
        DerivedField field = new EllipticModel(8, flow, Basis.pixels(4), 4).fields().get(0);
        double[] theta = new double[16];
        theta[1] = 5;
        double[] out = new double[field.geometry().triangleCount()];
        field.evaluate(theta, 0, out);
        for (int t = 0; t < out.length; t++) {
            double x = 0;
            double y = 0;
            for (int c = 3 * t; c < 3 * t + 3; c++) {
                x += field.geometry().nodes()[2 * field.geometry().triangles()[c]] / 3;
                y += field.geometry().nodes()[2 * field.geometry().triangles()[c] + 1] / 3;
            }
            assertEquals(x > .25 && x < .5 && y > .75 ? 5 : 0, out[t], 1e-14);
        }
        assertEquals(
                List.of(
                        new Geometry.Marker("", new double[] {.5, .5}),
                        new Geometry.Marker("1", new double[] {.25, .75})),
                field.geometry().markers(),
                "what is observed, and the well");
    }

    @Test
    void extremePermeabilityIsAFailedParticle() {
        ForwardModel model = reference.model(16);
        double[] theta = new double[256];
        Arrays.fill(theta, 128, 256, 1e5);
        double[] u = new double[128];
        double[] gradient = new double[256];
        model.evaluator()
                .gradient(
                        Ensemble.of(2, 128, theta),
                        0,
                        2,
                        (i, p, offset, out) -> Arrays.fill(out, 1),
                        u,
                        gradient);
        assertTrue(Double.isFinite(u[0]) && Double.isFinite(gradient[0]));
        assertTrue(Double.isNaN(u[64]) && Double.isNaN(gradient[128]));
    }
}
