package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleUnaryOperator;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Closed forms to five or six digits, and the score of a flow against differences of its density.
 */
class ScoreMeasuresTest {
    /** Quantiles as draws: what they leave out is the tails beyond the outermost, O(log n/n). */
    private static ScoreMeasures measures(
            DoubleUnaryOperator quantile, DoubleUnaryOperator score, DoubleUnaryOperator slope) {
        int n = 2_000_000;
        double[] x = new double[n];
        double[] s = new double[n];
        double[] g = new double[n];
        for (int i = 0; i < n; i++) {
            double u = (i + 0.5) / n;
            x[i] = quantile.applyAsDouble(u);
            s[i] = score.applyAsDouble(x[i]);
            g[i] = slope.applyAsDouble(x[i]);
        }
        return ScoreMeasures.of(x, s, g, new boolean[n], n, 1);
    }

    /** From Laplace(b) to Laplace(a): D = a − b, I = (a − b)², R = 2 − 2a/b. */
    @Test
    void laplaceLaws() {
        double[][] pairs = {{1, 2}, {3, 2}};
        for (double[] pair : pairs) {
            double b = pair[0];
            double a = pair[1];
            ScoreMeasures found =
                    measures(
                            u -> (u < 0.5 ? Math.log(2 * u) : -Math.log(2 * (1 - u))) / b,
                            x -> -b * Math.signum(x),
                            x -> a * Math.signum(x));
            assertEquals(a - b, found.direction(), 1e-9);
            assertEquals((a - b) * (a - b), found.fisher(), 1e-9);
            assertEquals(2 - 2 * a / b, found.momentRate(), 2e-6);
        }
    }

    /** From N(0, s²) to N(0, 1): D = (1 − 1/s²)s√(2/π), I = (1 − 1/s²)²s², R = 2 − 2s². */
    @Test
    void normalLaws() {
        for (double s : new double[] {2, 0.5}) {
            ScoreMeasures found =
                    measures(u -> s * NormalQuantile.of(u), x -> -x / (s * s), x -> x);
            double gap = 1 - 1 / (s * s);
            assertEquals(gap * s * Math.sqrt(2 / Math.PI), found.direction(), 1e-6);
            assertEquals(gap * gap * s * s, found.fisher(), 1e-5);
            assertEquals(2 - 2 * s * s, found.momentRate(), 2e-5);
        }
    }

    /** Normal numbers that a test has chosen. */
    record Given(double[] numbers, int[] next) implements RandomStream {
        @Override
        public double uniform() {
            throw new UnsupportedOperationException();
        }

        @Override
        public double gaussian() {
            return numbers[next[0]++];
        }

        @Override
        public int below(int bound) {
            throw new UnsupportedOperationException();
        }

        @Override
        public RandomStream split(long key) {
            return this;
        }
    }

    /** d log q(x(z)) along any direction of z is the score times dx. */
    @ParameterizedTest
    @CsvSource({"4, 2", "1, 0"})
    void scoreIsTheGradientOfTheLogDensity(int width, int rank) {
        for (Last last : new Last[] {Last.NONE, Last.SLOTS}) {
            Shape shape = new Shape(2, 3, width, rank, last, last == Last.SLOTS ? 5 : 0);
            Frame frame =
                    new Frame(
                            new double[] {0.5, -1},
                            new double[] {0.6, 0, 0.3, 0.8},
                            new double[] {1, 2},
                            new double[0],
                            1);
            KeyedRandom random = KeyedRandom.of(9);
            double[] p = shape.initial(random);
            for (int i = 0; i < p.length; i++) {
                p[i] += 0.2 * random.gaussian();
            }
            TrainedFlow flow = new TrainedFlow(shape, frame, p);
            double[] z = {0.7, -0.4};
            double[] score = flow.scores(1, new Given(z, new int[1]), new Threads(1)).orElseThrow();
            double e = 1e-5;
            for (int k = 0; k < 2; k++) {
                double[] log = new double[2];
                Ensemble[] x = new Ensemble[2];
                for (int side = 0; side < 2; side++) {
                    double[] moved = z.clone();
                    moved[k] += side == 0 ? e : -e;
                    TrainedFlow.Draws draws =
                            flow.draw(1, new Given(moved, new int[1]), new Threads(1));
                    log[side] = draws.logDensity()[0];
                    x[side] = draws.points();
                }
                double expected = (log[0] - log[1]) / (2 * e);
                double found = 0;
                for (int j = 0; j < 2; j++) {
                    found += score[j] * (x[0].get(0, j) - x[1].get(0, j)) / (2 * e);
                }
                assertEquals(expected, found, 1e-7 * Math.max(1, Math.abs(expected)));
            }
        }
    }
}
