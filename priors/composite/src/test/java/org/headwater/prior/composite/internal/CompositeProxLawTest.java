package org.headwater.prior.composite.internal;

import static org.headwater.prior.composite.internal.Installed.combine;
import static org.headwater.prior.composite.internal.Installed.dot;
import static org.headwater.prior.composite.internal.Installed.l1;
import static org.headwater.prior.composite.internal.Installed.norm;
import static org.headwater.prior.composite.internal.Installed.objective;
import static org.headwater.prior.composite.internal.Installed.point;
import static org.headwater.prior.composite.internal.Installed.prox;
import static org.headwater.prior.composite.internal.Installed.sum;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws of the proxes of all composite priors, on 4 × 4 images or vectors of 16. */
class CompositeProxLawTest {
    private static final int D = 16;
    private static final double TOLERANCE = 1e-5;
    private static final Map<String, Object> TV = Map.of("type", "tv", "weight", 1.3);
    private static final Map<String, Object> TV_SHARP =
            Map.of("type", "tv", "weight", 1.3, "isotropic", false);

    private final KeyedRandom random = KeyedRandom.of(12);

    /** A prior with a name. */
    record Case(String name, Prior prior) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("chain + l1", sum(List.of(TV, l1(.7)), D)),
                new Case("isotropic tv + l1", sum(List.of(l1(.7), TV), 4, 4)),
                new Case("anisotropic tv + l1", sum(List.of(TV_SHARP, l1(.7)), 4, 4)),
                new Case(
                        "low rank + l1 + ridge",
                        sum(
                                List.of(
                                        Map.of("type", "low-rank", "weight", .9),
                                        l1(.5),
                                        Map.of("type", "gaussian", "sd", 1.5)),
                                4,
                                4)),
                new Case(
                        "correlated + groups",
                        sum(
                                List.of(
                                        Map.of(
                                                "type",
                                                "gaussian",
                                                "matern",
                                                Map.of("length", 2, "sd", .8)),
                                        Map.of("type", "group-lasso", "weight", 1, "block", 4)),
                                D)),
                transformed("haar", l1(1.1), 4, 4),
                transformed("dct", l1(1.1), 4, 4),
                transformed("dct", Map.of("type", "group-lasso", "weight", 1, "block", 2), D),
                transformed("gradient", l1(1.1), D),
                transformed("gradient", l1(1.1), 4, 4),
                transformed("gradient", Map.of("type", "gaussian", "sd", .4), 4, 4),
                transformed(
                        "gradient",
                        Map.of(
                                "type",
                                "sum",
                                "terms",
                                List.of(l1(.6), Map.of("type", "gaussian", "sd", 2))),
                        D));
    }

    private static Case transformed(String basis, Map<String, ?> inner, int... sizes) {
        return new Case(
                basis + " " + inner.get("type") + " " + sizes.length + "-D",
                Installed.create("transformed", Map.of("basis", basis, "prior", inner), sizes));
    }

    /** No point does better, by more than the tolerance allows: near ones and far ones. */
    @ParameterizedTest
    @MethodSource("cases")
    void proxIsOptimal(Case c) {
        for (int k = 0; k < 20; k++) {
            double t = Math.exp(random.gaussian() - 1);
            double[] y = point(random, D);
            double[] p = prox(c.prior, t, y);
            double best = objective(c.prior, t, y, p);
            for (int i = 0; i < 60; i++) {
                double far = Math.pow(10, -i / 10.0);
                double[] z = combine(1, p, far, point(random, D));
                double gain = best - objective(c.prior, t, y, z);
                // strong convexity: f(z) ≥ f(p*) + ½|z − p*|², |p − p*| ≤ 1e-5
                double distance = Math.max(0, norm(combine(1, z, -1, p)) - TOLERANCE);
                assertTrue(gain <= TOLERANCE * (1 + best) * .1 - distance * distance / 2 + 1e-6);
            }
        }
    }

    /** The subgradient g = (y − p)/t is one: ψ(z) ≥ ψ(p) + ⟨g, z − p⟩ for all z. */
    @ParameterizedTest
    @MethodSource("cases")
    void residualIsASubgradient(Case c) {
        for (int k = 0; k < 20; k++) {
            double t = Math.exp(random.gaussian() - 1);
            double[] y = point(random, D);
            double[] p = prox(c.prior, t, y);
            double[] g = combine(1 / t, y, -1 / t, p);
            double psi = c.prior.potential(p, 0);
            for (int i = 0; i < 40; i++) {
                double[] z = combine(1, p, Math.pow(10, -i / 10.0), point(random, D));
                double[] step = combine(1, z, -1, p);
                double slack = TOLERANCE * (norm(step) + TOLERANCE) * (1 + norm(y)) / t + 1e-9;
                assertTrue(c.prior.potential(z, 0) >= psi + dot(g, step) - slack);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void proxIsFirmlyNonExpansive(Case c) {
        for (int k = 0; k < 40; k++) {
            double t = Math.exp(random.gaussian() - 1);
            double[] y = point(random, D);
            double[] z = point(random, D);
            double[] delta = combine(1, prox(c.prior, t, y), -1, prox(c.prior, t, z));
            double[] apart = combine(1, y, -1, z);
            assertTrue(dot(delta, delta) <= dot(delta, apart) + TOLERANCE * dot(apart, apart));
        }
    }

    /**
     * Moreau's envelope has the gradient (y − p)/t: the difference quotient of the optimal value,
     * which does not know the prox's subgradient.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void envelopeHasTheMoreauGradient(Case c) {
        double t = .4;
        double[] y = point(random, D);
        double[] g = combine(1 / t, y, -1 / t, prox(c.prior, t, y));
        double[] direction = point(random, D);
        double h = 1e-3;
        double[] ahead = combine(1, y, h, direction);
        double[] behind = combine(1, y, -h, direction);
        double rise =
                objective(c.prior, t, ahead, prox(c.prior, t, ahead))
                        - objective(c.prior, t, behind, prox(c.prior, t, behind));
        double scale = dot(direction, direction);
        assertEquals(dot(g, direction), rise / t / (2 * h), 2 * h * scale / t + 1e-3);
    }

    /** All points of an ensemble, in place, as one at a time. */
    @ParameterizedTest
    @MethodSource("cases")
    void pointsDoNotMix(Case c) {
        Ensemble all = Ensemble.of(3, D, point(random, 3 * D));
        double[][] expected = new double[3][];
        for (int i = 0; i < 3; i++) {
            expected[i] = prox(c.prior, .3, all.point(i));
        }
        c.prior.prox(all, .3, all);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(expected[i], all.point(i), 0);
        }
    }

    /** ψ is even, so is its prox odd. */
    @ParameterizedTest
    @MethodSource("cases")
    void proxIsOdd(Case c) {
        double[] y = point(random, D);
        double[] minus = prox(c.prior, .5, combine(-1, y, 0, y));
        assertArrayEquals(combine(-1, prox(c.prior, .5, y), 0, y), minus, TOLERANCE);
    }
}
