package org.headwater.prior.composite.internal;

import static org.headwater.prior.composite.internal.Installed.combine;
import static org.headwater.prior.composite.internal.Installed.create;
import static org.headwater.prior.composite.internal.Installed.l1;
import static org.headwater.prior.composite.internal.Installed.point;
import static org.headwater.prior.composite.internal.Installed.prox;
import static org.headwater.prior.composite.internal.Installed.sum;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticSplit;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class SumPriorTest {
    private final KeyedRandom random = KeyedRandom.of(31);

    @Test
    void potentialsAddUp() {
        Prior prior = sum(List.of(l1(2), Map.of("type", "tv", "weight", 3)), 3);
        assertEquals(2 * (1 + 3 + 2) + 3 * (2 + 5), prior.potential(new double[] {9, 1, 3, -2}, 1));
        assertEquals(Prior.Structure.GENERAL, prior.structure());
        assertEquals(.5 * 4, prior.curvature(1));
    }

    /** Total variation, then an L1 prior of one weight: exact for graphs. */
    @Test
    void l1AfterGraphTotalVariationIsExact() {
        int[][] shapes = {{16}, {4, 4}};
        for (int[] shape : shapes) {
            Map<String, Object> tv = Map.of("type", "tv", "weight", 1.5, "isotropic", false);
            Prior both = sum(List.of(tv, l1(.8)), shape);
            for (int k = 0; k < 50; k++) {
                double[] y = point(random, 16);
                double[] composed =
                        prox(
                                create("l1", Map.of("weight", .8), 16),
                                .4,
                                prox(
                                        create(
                                                "tv",
                                                Map.of("weight", 1.5, "isotropic", false),
                                                shape),
                                        .4,
                                        y));
                assertArrayEquals(composed, prox(both, .4, y), 1e-5);
            }
        }
    }

    /**
     * For the isotropic total variation the composition is not the prox: the splitting finds better
     * points, by far more than its tolerance.
     */
    @Test
    void l1AfterIsotropicTotalVariationIsNotExact() {
        Map<String, Object> tv = Map.of("type", "tv", "weight", 1.0);
        Prior both = sum(List.of(tv, l1(3)), 4, 4);
        double better = 0;
        for (int k = 0; k < 20; k++) {
            double[] y = point(random, 16);
            double[] denoised = prox(create("tv", Map.of("weight", 1.0), 4, 4), .5, y);
            double[] composed = prox(create("l1", Map.of("weight", 3.0), 16), .5, denoised);
            double gain =
                    Installed.objective(both, .5, y, composed)
                            - Installed.objective(both, .5, y, prox(both, .5, y));
            assertTrue(gain > -1e-8);
            better = Math.max(better, gain);
        }
        assertTrue(better > 1e-3, "better by " + better);
    }

    /** A gaussian term of one variance is taken off exactly: the elastic net. */
    @Test
    void ridgeIsExact() {
        Prior both = sum(List.of(l1(2), Map.of("type", "gaussian", "sd", .5)), 6);
        double[] y = point(random, 6);
        double[] p = prox(both, .3, y);
        for (int j = 0; j < 6; j++) {
            double soft = Math.signum(y[j]) * Math.max(0, Math.abs(y[j]) - 2 * .3);
            assertEquals(soft / (1 + .3 * 4), p[j], 1e-14);
        }
    }

    /** The narrowest of the terms' bounds, also beside a term that couples the coordinates. */
    @Test
    void boundsAreThoseOfTheTerms() {
        Prior prior =
                sum(
                        List.of(
                                Map.of("type", "tv", "weight", 1),
                                Map.of("type", "nonneg"),
                                Map.of("type", "box", "lower", -2, "upper", 1)),
                        3);
        assertEquals(0, prior.lower(2));
        assertEquals(1, prior.upper(0));
    }

    /** Non-negative and in a box: clipping to the intersection. */
    @Test
    void constraintsIntersect() {
        Prior both =
                sum(
                        List.of(
                                Map.of("type", "nonneg"),
                                Map.of("type", "box", "lower", -2, "upper", 1)),
                        8);
        double[] y = point(random, 8);
        double[] p = prox(both, .3, y);
        for (int j = 0; j < 8; j++) {
            assertEquals(Math.max(0, Math.min(1, y[j])), p[j], 1e-9);
        }
    }

    @Test
    void quadraticTermsAreSplitOff() {
        double[] x = {1, -2, .5, 3};
        Map<String, Object> sd = Map.of("type", "gaussian", "sd", List.of(1, 2, 1, 4));
        Map<String, Object> matern =
                Map.of("type", "gaussian", "matern", Map.of("length", 2, "sd", 2));
        QuadraticSplit split = sum(List.of(sd, l1(2), matern), 4).split().orElseThrow();
        assertTrue(split.rest() instanceof SeparablePrior);
        assertEquals(2 * 6.5, split.rest().potential(x, 0));
        double quadratic = split.quadratic().addGradient(x, 0, new double[4], 0);
        double expected =
                create("gaussian", Map.of("sd", List.of(1, 2, 1, 4)), 4).potential(x, 0)
                        + create("gaussian", Map.of("matern", Map.of("length", 2, "sd", 2)), 4)
                                .potential(x, 0);
        assertEquals(expected, quadratic, 1e-12);

        Prior gaussians = sum(List.of(sd, sd), 4);
        assertTrue(gaussians.quadratic().isPresent());
        double[] gradient = new double[4];
        assertEquals(
                2 * .5 * (1 + 1 + .25 + 9 / 16.0),
                gaussians.quadratic().orElseThrow().addGradient(x, 0, gradient, 0),
                1e-14);

        Prior none = sum(List.of(l1(1), Map.of("type", "tv", "weight", 1)), 4);
        assertFalse(none.split().isPresent());
        QuadraticSplit nested =
                sum(
                                List.of(
                                        Map.of("type", "sum", "terms", List.of(sd, l1(1))),
                                        Map.of("type", "tv", "weight", 1)),
                                4)
                        .split()
                        .orElseThrow();
        assertEquals(6.5 + 3 + 2.5 + 2.5, nested.rest().potential(x, 0));
    }

    @Test
    void oneTermIsItself() {
        assertTrue(sum(List.of(l1(2)), 3) instanceof SeparablePrior);
    }

    /** Shifting y by a constant that the terms do not see shifts the prox. */
    @Test
    void shiftsAreFollowedAsFarAsTheTermsDo() {
        Prior both =
                sum(
                        List.of(
                                Map.of("type", "tv", "weight", 1),
                                Map.of(
                                        "type",
                                        "transformed",
                                        "basis",
                                        "haar",
                                        "free-mean",
                                        true,
                                        "prior",
                                        l1(.5))),
                        16);
        double[] y = point(random, 16);
        double[] ones = new double[16];
        java.util.Arrays.fill(ones, 1);
        double[] moved = prox(both, .4, combine(1, y, 1e3, ones));
        assertArrayEquals(combine(1, prox(both, .4, y), 1e3, ones), moved, 1e-4);
    }

    @Test
    void mistakesAreNamedByTheirFullPath() {
        fails("prior.terms is missing", Map.of());
        fails("prior.terms must hold at least one prior", Map.of("terms", List.of()));
        fails("prior.terms must be a list of priors", Map.of("terms", 3));
        fails("prior.terms[1] must be a list of priors", Map.of("terms", List.of(l1(1), 3)));
        fails(
                "prior.terms[1].weigth is not a known key; did you mean 'weight'?",
                Map.of("terms", List.of(l1(1), Map.of("type", "tv", "weigth", 1))));
        fails(
                "prior.terms[1].weight must be a number > 0 and ≤ 1.0E100 or auto, got -1.0",
                Map.of("terms", List.of(l1(1), Map.of("type", "tv", "weight", -1))));
        fails(
                "prior.terms[0].type names no installed prior, got 'l2'; did you mean 'l1'?"
                        + " installed: box, gaussian, ",
                Map.of("terms", List.of(Map.of("type", "l2", "weight", 1))));
        fails(
                "prior.terms[0].type must name an installed prior; installed: box, ",
                Map.of("terms", List.of(Map.of("weight", 1))));
        fails(
                "prior.terms[0].terms[1].weight must be",
                Map.of(
                        "terms",
                        List.of(
                                Map.of(
                                        "type",
                                        "sum",
                                        "terms",
                                        List.of(l1(1), Map.of("type", "l1", "weight", -2))))));
        fails(
                "prior.terms[1] must have a number as its weight in a sum, got auto",
                Map.of("terms", List.of(l1(1), Map.of("type", "tv", "weight", "auto"))));
        fails(
                "prior.terms[0].weight must hold 4 numbers, got 2 numbers",
                Map.of("terms", List.of(Map.of("type", "l1", "weight", List.of(1, 2)))));
    }

    private static void fails(String start, Map<String, ?> settings) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create("sum", settings, 4));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
