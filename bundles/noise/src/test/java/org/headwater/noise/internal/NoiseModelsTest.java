package org.headwater.noise.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class NoiseModelsTest {
    private static Noise create(NoiseProvider provider, Map<String, ?> raw, double... measured) {
        return provider.create(
                provider.info().settings().validate(raw, "noise", Path.of(".")), measured);
    }

    /** ν = 1 is Cauchy's density 1/(πs(1 + r²/s²)). */
    @Test
    void cauchy() {
        Noise noise =
                create(
                        new StudentNoiseProvider(),
                        Map.of("sd", List.of(2, 1), "degrees-of-freedom", 1),
                        1,
                        0);
        double[] p = {9, 3, 1};
        assertEquals(Math.log(1 + 1) + Math.log(1 + 1), noise.misfit(p, 1), 1e-15);
        double[] g = new double[2];
        noise.gradient(p, 1, g);
        assertArrayEquals(new double[] {.5, 1}, g, 1e-15);
    }

    /** So many degrees of freedom that it is Gaussian. */
    @Test
    void studentTBecomesGaussian() {
        Noise t =
                create(
                        new StudentNoiseProvider(),
                        Map.of("sd", .5, "degrees-of-freedom", 1e9),
                        1,
                        -1);
        Noise gaussian = create(new GaussianNoiseProvider(), Map.of("sd", .5), 1, -1);
        double[] p = {2, 0.5};
        assertEquals(gaussian.misfit(p, 0), t.misfit(p, 0), 1e-7);
        double[] a = new double[2];
        double[] b = new double[2];
        gaussian.gradient(p, 0, a);
        t.gradient(p, 0, b);
        assertArrayEquals(a, b, 1e-6);
        gaussian.residuals(p, a);
        t.residuals(p, b);
        assertArrayEquals(a, b, 1e-6);
    }

    /** The difference of two misfits is the log-ratio of the probabilities e^−λ λ^y / y!. */
    @Test
    void poissonLikelihood() {
        Noise noise =
                create(new PoissonNoiseProvider(), Map.of("scale", 10, "background", .5), 3, 0, 17);
        double[] p = {.2, 0, 1.5};
        double[] q = {.4, .1, 2};
        double expected = 0;
        double[] y = {3, 0, 17};
        for (int i = 0; i < 3; i++) {
            double a = 10 * p[i] + .5;
            double b = 10 * q[i] + .5;
            expected += (a - y[i] * Math.log(a)) - (b - y[i] * Math.log(b));
        }
        assertEquals(expected, noise.misfit(p, 0) - noise.misfit(q, 0), 1e-13);
        // means equal to the counts, but for the second, whose mean is the background
        double[] exact = {.25, 0, 1.65};
        assertEquals(.5, noise.misfit(exact, 0), 1e-13);
        double[] r = new double[3];
        noise.residuals(exact, r);
        assertEquals(0, r[0], 1e-13);
        assertEquals(0, r[2], 1e-13);
    }

    /** Φ = (m/2) log |r|²: e^−Φ is the integral over σ of the likelihood times 1/σ. */
    @Test
    void unknownLevelIsTheIntegralOverTheLevel() {
        Noise noise = create(new GaussianNoiseProvider(), Map.of("sd", "estimate"), 1, 2, 4);
        double[] p = {1.5, 1, 4.5};
        double[] q = {0, 1, 7};
        double ratio = integral(1.5) / integral(1 + 1 + 9);
        assertEquals(Math.log(ratio), noise.misfit(q, 0) - noise.misfit(p, 0), 1e-9);
    }

    /** ∫ σ^−4 exp(−s/2σ²) dσ for three data with |r|² = s, by the midpoint rule in log σ. */
    private static double integral(double s) {
        double sum = 0;
        double step = 1e-3;
        for (double t = -10; t < 15; t += step) {
            double sigma = Math.exp(t);
            sum += step * Math.pow(sigma, -3) * Math.exp(-s / (2 * sigma * sigma));
        }
        return sum;
    }

    @Test
    void whatIsWrongIsNamed() {
        fails(
                "data must be counts ≥ 0 for noise of type poisson, got -1.0 for datum 2",
                () ->
                        create(
                                new PoissonNoiseProvider(),
                                Map.of("scale", 1, "background", 1),
                                1,
                                -1));
        fails(
                "noise.background is missing",
                () -> create(new PoissonNoiseProvider(), Map.of("scale", 1), 1));
        fails(
                "noise.type poisson needs predictions ≥ 0, got -0.5 for datum 1",
                () ->
                        new PoissonNoise(new double[] {1}, 1, 1)
                                .sample(new double[] {-.5}, KeyedRandom.of(1)));
        fails(
                "noise.sd must hold 2 numbers, got 3 numbers",
                () -> create(new StudentNoiseProvider(), Map.of("sd", List.of(1, 1, 1)), 1, 1));
        fails(
                "noise.sd must be a number where data are simulated, got estimate",
                () ->
                        new UnknownLevelNoise(new double[] {1, 2})
                                .sample(new double[] {1, 2}, KeyedRandom.of(1)));
    }

    private static void fails(String start, Runnable action) {
        InvalidInputException e = assertThrows(InvalidInputException.class, action::run);
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
