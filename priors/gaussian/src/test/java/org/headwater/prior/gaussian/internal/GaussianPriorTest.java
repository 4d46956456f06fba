package org.headwater.prior.gaussian.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianPriorTest {
    @TempDir private Path directory;

    private final GaussianPriorProvider provider = new GaussianPriorProvider();

    private Prior create(Map<String, ?> settings, int... sizes) {
        return provider.create(
                provider.info().settings().validate(settings, "prior", directory),
                new FieldShape(sizes));
    }

    @Test
    void sdIsANumberAListOrAFile() throws IOException {
        double[] x = {9, 1, -2, 3};
        assertEquals(0.5 * 14 / 4, create(Map.of("sd", 2), 3).potential(x, 1), 1e-15);
        assertEquals(
                0.5 * (4 + 1 + 9 / 16.0),
                create(Map.of("sd", List.of(.5, 2, 4)), 3).potential(x, 1),
                1e-15);
        Files.writeString(directory.resolve("s.csv"), "1\n1\n3\n");
        assertEquals(3, create(Map.of("sd", "s.csv"), 3).potential(x, 1), 1e-15);
    }

    @Test
    void covarianceIsInverted() throws IOException {
        Files.writeString(directory.resolve("c.csv"), "2,1\n1,2\n");
        Prior prior = create(Map.of("covariance", "c.csv"), 2);
        // the inverse is (2, -1; -1, 2)/3
        assertEquals(0.5 * (2 + 2 * 9 - 2 * 3) / 3, prior.potential(new double[] {1, 3}, 0), 1e-14);
        double[] gradient = {1, 1, 1};
        double value =
                prior.quadratic().orElseThrow().addGradient(new double[] {9, 1, 3}, 1, gradient, 1);
        assertEquals(7.0 / 3, value, 1e-14);
        assertArrayEquals(new double[] {1, 1 - 1 / 3.0, 1 + 5 / 3.0}, gradient, 1e-14);
        double[] hessian = new double[9];
        prior.quadratic().orElseThrow().addHessian(hessian, 3);
        double[] expected = {2 / 3.0, -1 / 3.0, 0, -1 / 3.0, 2 / 3.0, 0, 0, 0, 0};
        assertArrayEquals(expected, hessian, 1e-14);
    }

    /**
     * Against the Matérn function by its Bessel form 2^{1−ν}/Γ(ν)·z^ν·K_ν(z), computed with SciPy
     * 1.17.
     */
    @ParameterizedTest
    @CsvSource({
        "0.5, 1.5, 2.5, 0.18887560283756186",
        "1.5, 1.5, 2.5, 0.21671380501649495",
        "2.5, 1.5, 2.5, 0.22521082033900866",
        "1.5, 7, 4, 0.7395320380634443"
    })
    void maternIsTheBesselForm(double nu, double length, double distance, double expected) {
        Matern matern =
                Matern.valueOf(nu == .5 ? "HALF" : nu == 1.5 ? "THREE_HALVES" : "FIVE_HALVES");
        assertEquals(expected, matern.correlation(distance, length), 1e-12);
    }

    @Test
    void maternUsesDistancesOnTheGrid() {
        Map<String, Object> matern = Map.of("length", 2, "sd", 3, "smoothness", 0.5);
        double[] c = Matern.HALF.covariance(new int[] {2, 3}, 2, 3);
        assertEquals(9, c[0]);
        // (0,0) and (1,2): distance √5
        assertEquals(9 * Math.exp(-Math.sqrt(5) / 2), c[5], 1e-14);
        assertEquals(9 * Math.exp(-0.5), c[3], 1e-14);
        Prior image = create(Map.of("matern", matern), 2, 3);
        Prior shaped =
                create(
                        Map.of(
                                "matern",
                                Map.of(
                                        "length",
                                        2,
                                        "sd",
                                        3,
                                        "smoothness",
                                        0.5,
                                        "shape",
                                        List.of(2, 3))),
                        6);
        Prior line = create(Map.of("matern", matern), 6);
        double[] x = {1, -1, 2, 0, .5, 1};
        assertEquals(image.potential(x, 0), shaped.potential(x, 0));
        assertTrue(Math.abs(image.potential(x, 0) - line.potential(x, 0)) > 1e-3);
    }

    @Test
    void mistakesAreNamed() throws IOException {
        fails("prior must have exactly one of sd, covariance and matern, got none", Map.of(), 3);
        fails(
                "prior must have exactly one of sd, covariance and matern, got sd and matern",
                Map.of("sd", 1, "matern", Map.of("length", 1, "sd", 1)),
                3);
        fails("prior.sd must be", Map.of("sd", 0), 3);
        Files.writeString(directory.resolve("s.csv"), "1\n-0.5\n");
        fails(
                "prior.sd must be > 0 for every parameter, got -0.5 for parameter 2",
                Map.of("sd", "s.csv"),
                2);
        Map<String, String> covariance = Map.of("covariance", "c.csv");
        Files.writeString(directory.resolve("c.csv"), "1,0,0\n0,1,0\n");
        fails(
                "prior.covariance must be 3 × 3, a row and a column for each parameter, got 2 × 3",
                covariance,
                3);
        Files.writeString(directory.resolve("c.csv"), "1,0.5\n0.4,1\n");
        fails("prior.covariance must be symmetric, got 0.4 in row 2, column 1", covariance, 2);
        Files.writeString(directory.resolve("c.csv"), "1,2\n2,1\n");
        fails("prior.covariance must be positive definite", covariance, 2);
        fails(
                "prior.matern.smoothness must be 0.5, 1.5 or 2.5, got 2.0",
                Map.of("matern", Map.of("length", 1, "sd", 1, "smoothness", 2)),
                4);
        fails(
                "prior.matern.shape must be whole numbers whose product is the field's 4,"
                        + " got 3 × 2; the field has the shape 4",
                Map.of("matern", Map.of("length", 1, "sd", 1, "shape", List.of(3, 2))),
                4);
        fails(
                "prior.matern.length must leave the covariance of a grid of 50 positive definite",
                Map.of("matern", Map.of("length", 1e5, "sd", 1, "smoothness", 2.5)),
                50);
    }

    private void fails(String start, Map<String, ?> settings, int... sizes) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(settings, sizes));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    /** Normaliser and moments of the kernel against the trapezium rule. */
    @Test
    void kernelIsItsQuadrature() {
        SeparablePrior prior = (SeparablePrior) create(Map.of("sd", List.of(1, .6)), 2);
        double time = .3;
        double beta = 1.7;
        double[] y = {-1.2, 0, 4};
        double[] log = new double[3];
        double[] mean = new double[3];
        double[] variance = new double[3];
        prior.kernel(1, time, beta, y, log, mean, variance);
        for (int i = 0; i < y.length; i++) {
            double step = 1e-3;
            double[] s = new double[3];
            for (double z = -12; z < 12; z += step) {
                double psi = z * z / (2 * .36) + (z - y[i]) * (z - y[i]) / (2 * time);
                double w = Math.exp(-beta / 2 * psi) * step;
                s[0] += w;
                s[1] += w * z;
                s[2] += w * z * z;
            }
            assertEquals(Math.log(s[0]), log[i], 1e-10);
            assertEquals(s[1] / s[0], mean[i], 1e-10);
            assertEquals(s[2] / s[0] - Math.pow(s[1] / s[0], 2), variance[i], 1e-10);
        }
    }

    @Test
    void coordinatesProxIsThePointsProx() {
        SeparablePrior prior = (SeparablePrior) create(Map.of("sd", List.of(1, .6)), 2);
        Ensemble y = Ensemble.of(2, 2, new double[] {1, 2, 3, 4});
        double[] column = {2, 4};
        prior.proxCoordinate(1, .25, column, column);
        prior.prox(y, .25, y);
        assertArrayEquals(new double[] {1 / 1.25, column[0], 3 / 1.25, column[1]}, y.data(), 1e-15);
    }

    /** ψ = w·g with g of degree 2, w = 1/sd². */
    @Test
    void weightIsOneOverTheVariance() throws IOException {
        Files.writeString(directory.resolve("c.csv"), "2,1,0\n1,2,0\n0,0,1\n");
        double[] x = {1, -2, .5};
        Map<String, Map<String, ?>> priors =
                Map.of(
                        "auto", Map.of("sd", "auto"),
                        "number", Map.of("sd", 1),
                        "matern", Map.of("matern", Map.of("length", 2, "sd", "auto")),
                        "file", Map.of("covariance", "c.csv"));
        priors.forEach(
                (name, settings) -> {
                    Prior prior = create(settings, 3);
                    Scaling scaling = prior.scaling().orElseThrow();
                    assertEquals(name.equals("auto") || name.equals("matern"), scaling.automatic());
                    assertEquals(1, scaling.weight());
                    assertEquals(2, scaling.degree());
                    assertEquals(3, scaling.dimension());
                    Prior other = scaling.withWeight(4);
                    assertEquals(4 * prior.potential(x, 0), other.potential(x, 0), 1e-12);
                    double[] gradient = new double[3];
                    assertEquals(
                            other.potential(x, 0),
                            other.quadratic().orElseThrow().addGradient(x, 0, gradient, 0),
                            1e-12);
                    Ensemble p = Ensemble.of(1, 3, x.clone());
                    Ensemble q = Ensemble.of(1, 3, x.clone());
                    prior.prox(p, 4 * .3, p);
                    other.prox(q, .3, q);
                    assertArrayEquals(p.data(), q.data(), 1e-13);
                });
        assertEquals(.25, create(Map.of("sd", 2), 3).scaling().orElseThrow().weight());
        assertTrue(create(Map.of("sd", List.of(1, 2, 3)), 3).scaling().isEmpty());
    }
}
