package org.headwater.diagnostics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.special.Erf;
import org.headwater.api.Ensemble;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** Against the closed forms of Gaussian and Laplace laws. */
class TheoryMeasuresTest {
    private static final double SQRT2 = Math.sqrt(2);

    private static TheoryMeasures line(
            double[] x, DoubleUnaryOperator value, DoubleUnaryOperator slope) {
        return TheoryMeasures.of(
                Ensemble.of(x.length, 1, x),
                Arrays.stream(x).map(value).toArray(),
                Ensemble.of(x.length, 1, Arrays.stream(x).map(slope).toArray()),
                new boolean[] {true});
    }

    /** Points at the quantiles of a symmetric law, each half of them symmetric. */
    private static double[] quantiles(int n, DoubleUnaryOperator upper) {
        double[] x = new double[4 * n];
        for (int i = 0; i < n; i++) {
            double q = upper.applyAsDouble((i + 0.5) / n);
            x[4 * i] = q;
            x[4 * i + 1] = q;
            x[4 * i + 2] = -q;
            x[4 * i + 3] = -q;
        }
        return x;
    }

    @Test
    void gaussianOfVarianceFourAgainstOne() {
        // two points have the moments of N(0, 4), which is all that counts without a sign drift
        Ensemble x = Ensemble.of(4, 1, new double[] {2, 2, -2, -2});
        double[] value = {2, 2, 2, 2};
        TheoryMeasures m = TheoryMeasures.of(x, value, x, new boolean[1]);
        assertEquals(2.25, m.fisher(), 1e-12);
        assertEquals(-6, m.momentRate(), 1e-12);
        assertEquals(0, m.momentError());
        assertEquals(0, m.direction());
        // KL = .806853 with log Z = log(2π)/2
        assertEquals(0.806853, m.freeEnergy() + 0.5 * Math.log(2 * Math.PI), 1e-6);
    }

    @Test
    void directionOfGaussiansIsTheClosedFormSmoothed() {
        double[] x = quantiles(50_000, u -> 2 * SQRT2 * Erf.erfInv(u));
        TheoryMeasures m = line(x, v -> 0.5 * v * v, DoubleUnaryOperator.identity());
        // ∇log(ρ/π) = ¾x; E[x·S(x)] = 4·E[S′(x)] = 8·N(0; 0, 4 + s²), against 1.196827 for s = 0
        double s2 = 0.01 * 4;
        double exact = 0.75 * 8 / Math.sqrt(2 * Math.PI * (4 + s2));
        assertEquals(exact, m.direction(), 2e-3);
        assertEquals(1.196827, exact, 0.01);
        assertEquals(2.25, m.fisher(), 2e-3);
    }

    @Test
    void laplaceAgainstLaplace() {
        double[] x = quantiles(50_000, u -> -Math.log(1 - u));
        TheoryMeasures m = line(x, v -> 2 * Math.abs(v), v -> 2 * Math.signum(v));
        // D = E|S(x)| = exp(s²/2)·erfc(s/√2), 1 without smoothing
        double s = 0.1 * SQRT2;
        double exact = Math.exp(s * s / 2) * Erf.erfc(s / SQRT2);
        assertEquals(exact, m.direction(), 2e-3);
        // the bound is between that of affine fields, ½, and I = 1
        assertTrue(m.fisher() > 0.85 && m.fisher() < 1);
        // E|x|² changes at 2 − 2·E|2x| = −2
        assertEquals(-2, m.momentRate(), 1e-3);
    }

    @Test
    void drawsOfTheTargetAreAtRest() {
        // a correlated Gaussian, d = 3; z-scores beyond 5 have odds of 6e-7 each, the seed is fixed
        int n = 4000;
        int d = 3;
        KeyedRandom random = KeyedRandom.of(1);
        Ensemble x = Ensemble.zeros(n, d);
        Ensemble gradient = Ensemble.zeros(n, d);
        double[] value = new double[n];
        for (int i = 0; i < n; i++) {
            double a = random.split(i).split(0).gaussian();
            double b = random.split(i).split(1).gaussian();
            double c = random.split(i).split(2).gaussian();
            double[] point = {a, a + 0.5 * b, 3 * c};
            System.arraycopy(point, 0, x.data(), i * d, d);
            double[] slope = {a - 2 * b, 2 * b, c / 3};
            System.arraycopy(slope, 0, gradient.data(), i * d, d);
            value[i] = 0.5 * (a * a + b * b + c * c);
        }
        boolean[] all = {true, true, true};
        TheoryMeasures m = TheoryMeasures.of(x, value, gradient, all);
        assertTrue(Math.abs(m.momentRate()) < 5 * m.momentError());
        assertTrue(Math.abs(m.direction()) < 5 * m.directionError());
        assertEquals(0, m.fisher(), 0.05);
        // −log Z: det C = ¼·9
        assertEquals(-1.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(2.25), m.freeEnergy(), 0.05);
        // the same draws, twice as wide as the target
        double[] wide = Arrays.stream(x.data()).map(v -> 2 * v).toArray();
        double[] steep = Arrays.stream(gradient.data()).map(v -> 2 * v).toArray();
        TheoryMeasures off =
                TheoryMeasures.of(Ensemble.of(n, d, wide), value, Ensemble.of(n, d, steep), all);
        // Σ (3/4)²·4·E[(∂_jV)²] = 2.25·tr P
        assertEquals(2.25 * (5 + 4 + 1 / 9.0), off.fisher(), 2);
        assertEquals(-6 * d, off.momentRate(), 1);
    }

    @Test
    void tooFewPointsSayNoMoreThanTheyKnow() {
        TheoryMeasures m = line(new double[] {1, -1, 0.5}, v -> 0, v -> 0);
        assertFalse(m.values().containsKey("fisher"));
        assertFalse(m.values().containsKey("free-energy"));
        assertEquals(2, m.momentRate());
    }
}
