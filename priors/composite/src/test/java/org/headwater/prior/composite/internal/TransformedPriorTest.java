package org.headwater.prior.composite.internal;

import static org.headwater.prior.composite.internal.Installed.create;
import static org.headwater.prior.composite.internal.Installed.dot;
import static org.headwater.prior.composite.internal.Installed.l1;
import static org.headwater.prior.composite.internal.Installed.point;
import static org.headwater.prior.composite.internal.Installed.prox;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.Geometry;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Synthesis;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformedPriorTest {
    private final KeyedRandom random = KeyedRandom.of(77);

    private static Prior of(String basis, Map<String, ?> inner, int... sizes) {
        return create("transformed", Map.of("basis", basis, "prior", inner), sizes);
    }

    private static Prior meanFree(String basis, Map<String, ?> inner, int... sizes) {
        return create(
                "transformed", Map.of("basis", basis, "prior", inner, "free-mean", true), sizes);
    }

    /** Columns of W are orthonormal, the adjoint is the inverse, in place too. */
    @ParameterizedTest
    @CsvSource({"haar,1,16", "haar,8,8", "haar,4,16", "haar,16,2", "dct,1,7", "dct,3,5", "dct,6,6"})
    void basesAreOrthonormal(String name, int height, int width) {
        Analysis w =
                name.equals("haar") ? new HaarBasis(height, width) : new CosineBasis(height, width);
        int d = w.dimension();
        double[][] rows = new double[d][d];
        for (int j = 0; j < d; j++) {
            double[] unit = new double[d];
            unit[j] = 1;
            w.analyse(unit, 0, rows[j], 0);
        }
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                assertEquals(i == j ? 1 : 0, dot(rows[i], rows[j]), 1e-13);
            }
        }
        double[] x = point(random, d + 2);
        double[] u = x.clone();
        w.analyse(u, 1, u, 1);
        w.adjoint(u, 1, u, 1);
        assertArrayEquals(x, u, 1e-13);
        double[] constant = new double[d];
        java.util.Arrays.fill(constant, 3);
        w.analyse(constant, 0, u, 0);
        assertEquals(3 * Math.sqrt(d), u[0], 1e-12);
        for (int k = 1; k < d; k++) {
            assertEquals(0, u[k], 1e-12);
        }
    }

    /** A 2 × 2 image and a vector of 4, by hand. */
    @Test
    void haarByHand() {
        double[] u = new double[4];
        new HaarBasis(2, 2).analyse(new double[] {1, 2, 3, 5}, 0, u, 0);
        assertArrayEquals(new double[] {5.5, -1.5, -2.5, .5}, u, 1e-14);
        new HaarBasis(1, 4).analyse(new double[] {1, 2, 3, 5}, 0, u, 0);
        double r = Math.sqrt(.5);
        assertArrayEquals(new double[] {5.5, -2.5, -r, -2 * r}, u, 1e-14);
    }

    /** A cosine of the grid is one coefficient. */
    @Test
    void cosinesAreCoefficients() {
        double[] x = new double[15];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 5; j++) {
                x[5 * i + j] =
                        Math.cos(Math.PI * (i + .5) * 2 / 3) * Math.cos(Math.PI * (j + .5) * 3 / 5);
            }
        }
        double[] u = new double[15];
        new CosineBasis(3, 5).analyse(x, 0, u, 0);
        for (int k = 0; k < 15; k++) {
            assertEquals(k == 2 * 5 + 3 ? Math.sqrt(15) / 2 : 0, u[k], 1e-13);
        }
    }

    @ParameterizedTest
    @CsvSource({"gradient,1,9", "gradient,4,5", "haar,4,8", "dct,3,4"})
    void adjointIsTheAdjoint(String basis, int height, int width) {
        Analysis w =
                switch (basis) {
                    case "gradient" -> new Differences(height, width);
                    case "haar" -> new HaarBasis(height, width);
                    default -> new CosineBasis(height, width);
                };
        double[] x = point(random, w.dimension());
        double[] u = point(random, w.coefficients());
        double[] wx = new double[u.length];
        double[] wu = new double[x.length];
        w.analyse(x, 0, wx, 0);
        w.adjoint(u, 0, wu, 0);
        assertEquals(dot(wx, u), dot(x, wu), 1e-12);
    }

    /** L1 of differences is the anisotropic total variation, by another code. */
    @Test
    void gradientOfL1IsTotalVariation() {
        for (int[] shape : new int[][] {{20}, {4, 5}}) {
            Prior ours = of("gradient", l1(1.2), shape);
            Prior tv = create("tv", Map.of("weight", 1.2, "isotropic", false), shape);
            for (int k = 0; k < 20; k++) {
                double[] y = point(random, 20);
                assertEquals(tv.potential(y, 0), ours.potential(y, 0), 1e-12);
                assertArrayEquals(prox(tv, .5, y), prox(ours, .5, y), 2e-5);
            }
            Scaling expected = tv.scaling().orElseThrow();
            Scaling scaling = ours.scaling().orElseThrow();
            assertEquals(expected.dimension(), scaling.dimension());
            assertEquals(1.2, scaling.weight());
        }
    }

    /** Increments that may not be negative: isotonic regression, by pooling adjacent violators. */
    @Test
    void gradientOfNonnegIsIsotonicRegression() {
        Prior prior = of("gradient", Map.of("type", "nonneg"), 12);
        for (int k = 0; k < 20; k++) {
            double[] y = point(random, 12);
            assertArrayEquals(isotonic(y), prox(prior, .7, y), 1e-6);
        }
    }

    /** max over i ≤ k of min over j ≥ k of the mean of y_i … y_j. */
    private static double[] isotonic(double[] y) {
        double[] x = new double[y.length];
        for (int k = 0; k < y.length; k++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = 0; i <= k; i++) {
                double min = Double.POSITIVE_INFINITY;
                for (int j = k; j < y.length; j++) {
                    double mean = 0;
                    for (int l = i; l <= j; l++) {
                        mean += y[l] / (j - i + 1);
                    }
                    min = Math.min(min, mean);
                }
                max = Math.max(max, min);
            }
            x[k] = max;
        }
        return x;
    }

    /** Solvers find the separable prior of the coefficients. */
    @Test
    void synthesisIsThePriorOfTheCoefficients() {
        Prior[] priors = {
            of("haar", l1(2), 4, 4),
            of("dct", l1(2), 16),
            of("gradient", l1(2), 16),
            meanFree("haar", l1(2), 16)
        };
        for (Prior prior : priors) {
            Synthesis s = prior.synthesis().orElseThrow();
            double[] x = point(random, 16);
            double[] g = point(random, 16);
            double[] u = new double[16];
            s.analyse(x, 0, u, 0);
            assertEquals(prior.potential(x, 0), s.prior().potential(u, 0), 1e-12);
            double[] back = new double[16];
            s.apply(u, 0, back, 0);
            assertArrayEquals(x, back, 1e-12);
            double[] gu = new double[16];
            s.adjoint(g, 0, gu, 0);
            assertEquals(dot(g, x), dot(gu, u), 1e-11);
        }
        assertFalse(of("gradient", l1(2), 4, 4).synthesis().isPresent());
    }

    /** With a free mean the first coefficient is flat. */
    @Test
    void freeMeanIsFree() {
        SeparablePrior u = meanFree("haar", l1(2), 8).synthesis().orElseThrow().prior();
        assertEquals(0, u.slope(0));
        assertEquals(2, u.slope(7));
        double[] log = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        u.kernel(0, .5, 1, new double[] {2}, log, mean, variance);
        assertEquals(2, mean[0]);
        assertEquals(1, variance[0]);
        assertEquals(.5 * Math.log(2 * Math.PI), log[0], 1e-15);
        double[] column = {1};
        u.proxCoordinate(0, 1, column, column);
        assertEquals(1, column[0]);
        u.proxCoordinate(1, 1, column, column);
        assertEquals(0, column[0]);
        double[] constant = {5, 5, 5, 5, 5, 5, 5, 5};
        assertEquals(0, meanFree("haar", l1(2), 8).potential(constant, 0), 1e-14);
        assertArrayEquals(constant, prox(meanFree("haar", l1(2), 8), 1, constant), 1e-13);
        assertEquals(7, meanFree("dct", l1(2), 8).scaling().orElseThrow().dimension());
        assertEquals(8, of("dct", l1(2), 8).scaling().orElseThrow().dimension());
    }

    /** The transform keeps distances, so that normalisers are those of the coefficients. */
    @Test
    void normaliserIsTheCoefficients() {
        double[] y = point(random, 8);
        double[] u = new double[8];
        new HaarBasis(1, 8).analyse(y, 0, u, 0);
        double expected =
                create("l1", Map.of("weight", 2), 8)
                        .logNormaliser(Ensemble.of(1, 8, u), .3, 1)
                        .orElseThrow()[0];
        Ensemble at = Ensemble.of(1, 8, y);
        double all = of("haar", l1(2), 8).logNormaliser(at, .3, 1).orElseThrow()[0];
        assertEquals(expected, all, 1e-12);
        double[] without = meanFree("haar", l1(2), 8).logNormaliser(at, .3, 1).orElseThrow();
        assertTrue(without[0] > all);
        assertFalse(of("gradient", l1(2), 8).logNormaliser(at, .3, 1).isPresent());
    }

    @Test
    void weightsMayBeLeftToBeChosen() {
        Map<String, Object> auto = Map.of("type", "l1", "weight", "auto");
        double[] x = point(random, 16);
        for (String basis : List.of("haar", "dct", "gradient")) {
            Prior prior = of(basis, auto, 4, 4);
            Scaling scaling = prior.scaling().orElseThrow();
            assertTrue(scaling.automatic());
            assertEquals(3 * prior.potential(x, 0), scaling.withWeight(3).potential(x, 0), 1e-11);
            assertEquals(3, scaling.withWeight(3).scaling().orElseThrow().weight());
        }
    }

    /** A Gaussian of the coefficients or the differences is one of the field. */
    @Test
    void gaussiansStayQuadratic() {
        Map<String, Object> gaussian = Map.of("type", "gaussian", "sd", .5);
        Prior[] priors = {
            of("dct", gaussian, 4, 4),
            of("gradient", gaussian, 4, 4),
            meanFree("haar", gaussian, 16),
            meanFree("dct", Map.of("type", "gaussian", "matern", Map.of("length", 2, "sd", 1)), 16)
        };
        for (Prior prior : priors) {
            double[] x = point(random, 16);
            double[] gradient = new double[16];
            double psi = prior.quadratic().orElseThrow().addGradient(x, 0, gradient, 0);
            assertEquals(prior.potential(x, 0), psi, 1e-10);
            assertEquals(2 * psi, dot(gradient, x), 1e-10);
        }
        Prior mixed = of("haar", Map.of("type", "sum", "terms", List.of(gaussian, l1(2))), 4, 4);
        QuadraticSplit split = mixed.split().orElseThrow();
        assertTrue(split.rest().synthesis().isPresent());
        double[] x = point(random, 16);
        double sum =
                split.quadratic().addGradient(x, 0, new double[16], 0)
                        + split.rest().potential(x, 0);
        assertEquals(mixed.potential(x, 0), sum, 1e-10);
    }

    @Test
    void mistakesAreNamedByTheirFullPath() {
        fails("prior.basis is missing", Map.of("prior", l1(1)), 4);
        fails("prior.prior is missing", Map.of("basis", "dct"), 4);
        fails("prior.basis must be one of: haar, dct, gradient", map("fft", l1(1)), 4);
        fails("prior.prior must be a prior such as", map("dct", 3), 4);
        fails("prior.prior.weight is missing", map("dct", Map.of("type", "l1")), 4);
        fails(
                "prior.prior.type names no installed prior, got 'lasso'",
                map("dct", Map.of("type", "lasso")),
                4);
        fails("prior.basis needs extents that are powers of 2", map("haar", l1(1)), 6);
        fails("prior.basis needs a field of at least two", map("gradient", l1(1)), 1);
        fails(
                "prior.prior must not bound the differences of an image, got nonneg",
                map("gradient", Map.of("type", "nonneg")),
                4,
                4);
        fails("prior.shape must be two whole", withShape(List.of(3, 3)), 8);
        fails("prior.shape must be given", map("dct", l1(1)), 2, 2, 2);
        fails(
                "prior.free-mean belongs to haar and dct",
                Map.of("basis", "gradient", "prior", l1(1), "free-mean", true),
                4);
        fails(
                "prior.prior.weight must hold 3 numbers",
                map("gradient", Map.of("type", "l1", "weight", List.of(1, 2))),
                4);
        Geometry mesh =
                new Geometry(new double[] {0, 0, 1, 0, 0, 1}, new int[] {0, 1, 2}, "m", List.of());
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () ->
                                Installed.provider("transformed")
                                        .create(
                                                Installed.provider("transformed")
                                                        .info()
                                                        .settings()
                                                        .validate(
                                                                map("dct", l1(1)),
                                                                "prior",
                                                                java.nio.file.Path.of("")),
                                                FieldShape.mesh(mesh)));
        assertTrue(e.getMessage().contains("got a mesh of 1 triangles"), e.getMessage());
    }

    private static Map<String, Object> map(String basis, Object inner) {
        return Map.of("basis", basis, "prior", inner);
    }

    private static Map<String, Object> withShape(List<Integer> shape) {
        return Map.of("basis", "dct", "prior", l1(1), "shape", shape);
    }

    private static void fails(String start, Map<String, ?> settings, int... sizes) {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class, () -> create("transformed", settings, sizes));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
