package org.headwater.prior.gaussian.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.FieldShape;
import org.headwater.api.Geometry;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class MeshMaternTest {
    private static final double LENGTH = .12;

    /** The unit square, n × n cells cut in two, inner nodes moved by a tenth of a cell. */
    private static Geometry square(int n) {
        KeyedRandom random = KeyedRandom.of(2);
        double[] nodes = new double[2 * (n + 1) * (n + 1)];
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                boolean inner = i > 0 && i < n && j > 0 && j < n;
                int k = 2 * (i * (n + 1) + j);
                nodes[k] = (j + (inner ? .1 * random.gaussian() : 0)) / n;
                nodes[k + 1] = (i + (inner ? .1 * random.gaussian() : 0)) / n;
            }
        }
        int[] triangles = new int[6 * n * n];
        for (int c = 0; c < n * n; c++) {
            int a = c / n * (n + 1) + c % n;
            int[] corners = {a, a + 1, a + n + 2, a, a + n + 2, a + n + 1};
            System.arraycopy(corners, 0, triangles, 6 * c, 6);
        }
        return new Geometry(nodes, triangles, "m", List.of());
    }

    private static double[] centre(Geometry g, int t) {
        double[] c = new double[2];
        for (int k = 0; k < 6; k++) {
            c[k % 2] += g.nodes()[2 * g.triangles()[3 * t + k / 2] + k % 2] / 3;
        }
        return c;
    }

    /** z·K₁(z), Whittle's correlation, by K₁(z) = ∫_0^∞ exp(−z·cosh s)·cosh s ds. */
    private static double whittle(double z) {
        if (z == 0) {
            return 1;
        }
        double sum = 0;
        double step = .02;
        for (double s = step / 2; z * Math.cosh(s) < 60; s += step) {
            sum += Math.exp(-z * Math.cosh(s)) * Math.cosh(s) * step;
        }
        return z * sum;
    }

    /** The largest error of correlations between triangles at least three lengths inside. */
    private static double error(int n) {
        Geometry mesh = square(n);
        double[] c = MeshMatern.correlation(mesh, LENGTH);
        int d = mesh.triangleCount();
        double worst = 0;
        for (int t = 0; t < d; t++) {
            double[] a = centre(mesh, t);
            for (int s = 0; s < d; s++) {
                double[] b = centre(mesh, s);
                double margin = 1;
                for (double v : new double[] {a[0], a[1], b[0], b[1]}) {
                    margin = Math.min(margin, Math.min(v, 1 - v));
                }
                if (margin > 3 * LENGTH) {
                    double r = Math.hypot(a[0] - b[0], a[1] - b[1]);
                    double expected = whittle(Math.sqrt(2) * r / LENGTH);
                    worst = Math.max(worst, Math.abs(c[t * d + s] - expected));
                }
            }
        }
        return worst;
    }

    /**
     * Away from the boundary it is the Matérn covariance, the better the finer the mesh: what is
     * left, .075 at legs of .69 and .040 at legs of .35 lengths, is that of means over triangles.
     */
    @Test
    void agreesWithTheMaternCovarianceInside() {
        double coarse = error(12);
        double fine = error(24);
        assertTrue(fine < .045, "error " + fine);
        assertTrue(fine < .6 * coarse, "error " + coarse + " then " + fine);
    }

    /** Every triangle has the wanted variance, on the boundary too; a matrix is a covariance. */
    @Test
    void isACovarianceOfTheWantedVariance() {
        Geometry mesh = square(6);
        Prior prior = create(Map.of("length", .3, "sd", 2), mesh);
        double[] c = MeshMatern.correlation(mesh, .3);
        int d = mesh.triangleCount();
        double[] precision = new double[d * d];
        prior.quadratic().orElseThrow().addHessian(precision, d);
        for (int i = 0; i < d; i++) {
            assertEquals(1, c[i * d + i]);
            for (int j = 0; j < d; j++) {
                assertEquals(c[i * d + j], c[j * d + i]);
                double sum = 0;
                for (int k = 0; k < d; k++) {
                    sum += 4 * c[i * d + k] * precision[k * d + j];
                }
                assertEquals(i == j ? 1 : 0, sum, 1e-9);
            }
        }
    }

    /** Numbering and the mesh's unit do not matter. */
    @Test
    void followsRenumberingAndUnits() {
        Geometry mesh = square(5);
        int d = mesh.triangleCount();
        double[] c = MeshMatern.correlation(mesh, .2);
        int[] reversed = new int[3 * d];
        for (int t = 0; t < d; t++) {
            for (int k = 0; k < 3; k++) {
                reversed[3 * t + k] = mesh.triangles()[3 * (d - 1 - t) + (k + 1) % 3];
            }
        }
        double[] millimetres = mesh.nodes().clone();
        for (int k = 0; k < millimetres.length; k++) {
            millimetres[k] *= 1000;
        }
        double[] other =
                MeshMatern.correlation(new Geometry(millimetres, reversed, "mm", List.of()), 200);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                assertEquals(c[i * d + j], other[(d - 1 - i) * d + d - 1 - j], 1e-11);
            }
        }
    }

    private static Prior create(Map<String, ?> matern, Geometry mesh) {
        return create(matern, FieldShape.mesh(mesh));
    }

    private static Prior create(Map<String, ?> matern, FieldShape shape) {
        GaussianPriorProvider provider = new GaussianPriorProvider();
        return provider.create(
                provider.info().settings().validate(Map.of("matern", matern), "prior", Path.of("")),
                shape);
    }

    @Test
    void settings() {
        Geometry mesh = square(2);
        double[] x = {1, 0, 2, 0, -1, 1, 1, 3};
        double psi = create(Map.of("length", .2, "sd", 1), mesh).potential(x, 0);
        assertEquals(
                psi,
                create(Map.of("length", .2, "sd", 1, "shape", "mesh", "smoothness", 1), mesh)
                        .potential(x, 0));
        Prior auto = create(Map.of("length", .2, "sd", "auto"), mesh);
        Scaling scaling = auto.scaling().orElseThrow();
        assertTrue(scaling.automatic());
        assertEquals(2, scaling.degree());
        assertEquals(8, scaling.dimension());
        assertEquals(psi / 9, scaling.withWeight(1 / 9.0).potential(x, 0), 1e-12);
        assertEquals(psi / 9, create(Map.of("length", .2, "sd", 3), mesh).potential(x, 0), 1e-12);
        fails(
                "prior.matern.smoothness must be 1 on a mesh, got 1.5",
                Map.of("length", 1, "sd", 1, "smoothness", 1.5),
                FieldShape.mesh(mesh));
        fails(
                "prior.matern.shape needs a field with one value per triangle",
                Map.of("length", 1, "sd", 1, "shape", "mesh"),
                new FieldShape(8));
        fails(
                "prior.matern.smoothness must be 0.5, 1.5 or 2.5, got 1.0",
                Map.of("length", 1, "sd", 1, "smoothness", 1, "shape", List.of(2, 4)),
                FieldShape.mesh(mesh));
    }

    private static void fails(String start, Map<String, ?> matern, FieldShape shape) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(matern, shape));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
