package org.headwater.kernels.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.headwater.api.State;
import org.headwater.kernels.dense.DenseLu;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Keep;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.rwpo.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Derivatives and densities against finite differences and integrals; bytes against bytes. */
class TrainedFlowTest {
    private static final int D = 3;
    private static final int N = 5;
    private static final Shape SHAPE = new Shape(D, 2, 4, 2, Last.SLOTS, 5);
    private static final Frame FRAME =
            new Frame(
                    new double[] {0.5, -1, 0.2},
                    new double[] {0.6, 0, 0, 0.3, 0.8, 0, -0.2, 0.1, 0.5},
                    new double[] {1, 2, 0.5},
                    new double[0],
                    1);

    /** More dimensions than the network has directions. */
    private static final Shape NARROW = new Shape(D, 2, 1, 1, Last.SLOTS, 5);

    private static double[] parameters(Shape shape, double size) {
        KeyedRandom random = KeyedRandom.of(9);
        double[] p = shape.initial(random);
        for (int i = 0; i < p.length; i++) {
            p[i] += size * random.gaussian();
        }
        return p;
    }

    /** Σ of something smooth in draws, transport cost and residual. */
    private static double loss(Shape shape, double[] p) {
        TrainedFlow.Pass pass = new TrainedFlow(shape, FRAME, p).new Pass(N);
        pass.forward(KeyedRandom.of(1), new Threads(1), Keep.NOTHING);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            sum += 0.7 * pass.kinetic()[i] + 0.4 * pass.residual()[i];
            for (int j = 0; j < D; j++) {
                sum += 0.5 * pass.end().get(i, j) * pass.end().get(i, j);
            }
        }
        return sum;
    }

    @Test
    void backwardIsTheDerivative() {
        backwardIsTheDerivative(SHAPE);
        backwardIsTheDerivative(NARROW);
    }

    private static void backwardIsTheDerivative(Shape shape) {
        double[] p = parameters(shape, 0.2);
        TrainedFlow.Pass pass = new TrainedFlow(shape, FRAME, p).new Pass(N);
        pass.forward(KeyedRandom.of(1), new Threads(1), Keep.PATH);
        double[] found =
                pass.backward(pass.end().data().clone(), new double[N], 0.7, 0.4, new Threads(1));
        for (int i = 0; i < p.length; i++) {
            double slope = Slopes.slope(at -> loss(shape, at), p, i);
            assertEquals(slope, found[i], 2e-7 * Math.max(1, Math.abs(slope)), "parameter " + i);
        }
    }

    private static TrainedFlow.Draws draw(Shape shape, double[] p, double[] z) {
        return new TrainedFlow(shape, FRAME, p)
                .draw(1, new ScoreMeasuresTest.Given(z, new int[1]), new Threads(1));
    }

    /** log q at a point, whose z is found by Newton's method. */
    private static double logDensity(Shape shape, double[] p, double[] x, double[] start) {
        double[] z = start.clone();
        double e = 1e-6;
        for (int round = 0; round < 8; round++) {
            RealMatrix jacobian = MatrixUtils.createRealMatrix(D, D);
            for (int j = 0; j < D; j++) {
                double[] up = z.clone();
                double[] down = z.clone();
                up[j] += e;
                down[j] -= e;
                double[] upper = draw(shape, p, up).points().data();
                double[] lower = draw(shape, p, down).points().data();
                for (int i = 0; i < D; i++) {
                    jacobian.setEntry(i, j, (upper[i] - lower[i]) / (2 * e));
                }
            }
            double[] gap = draw(shape, p, z).points().data().clone();
            Arrays.setAll(gap, i -> gap[i] - x[i]);
            RealVector move =
                    new LUDecomposition(jacobian).getSolver().solve(new ArrayRealVector(gap));
            Arrays.setAll(z, i -> z[i] - move.getEntry(i));
        }
        TrainedFlow.Draws found = draw(shape, p, z);
        assertArrayEquals(x, found.points().data(), 1e-13);
        return found.logDensity()[0];
    }

    /** Derivative of log q_p(x_p(z)) in p = that at a fixed x + the path gradient. */
    @Test
    void pathGradientIsTheRestOfTheDerivative() {
        double[] z = {0.7, -0.4, 1.2};
        for (Shape shape : new Shape[] {SHAPE, NARROW}) {
            double[] p = parameters(shape, 0.2);
            TrainedFlow.Pass pass = new TrainedFlow(shape, FRAME, p).new Pass(1);
            pass.forward(new ScoreMeasuresTest.Given(z, new int[1]), new Threads(1), Keep.SCORES);
            double[] found = pass.backward(new double[D], new double[] {1}, 0, 0, new Threads(1));
            double[] x = draw(shape, p, z).points().data();
            for (int i = 0; i < p.length; i++) {
                double all = Slopes.slope(at -> draw(shape, at, z).logDensity()[0], p, i);
                double fixed = Slopes.slope(at -> logDensity(shape, at, x, z), p, i);
                double tolerance = 1e-6 * Math.max(1, Math.abs(all));
                assertEquals(all - fixed, found[i], tolerance, "parameter " + i);
            }
        }
    }

    /** Where the flow is the posterior the gradient of KL is 0 for every draw, not in the mean. */
    @Test
    void gradientOfAnExactFlowHasNoNoise() {
        Shape shape = new Shape(D, 3, 4, 2, Last.NONE, 0);
        double[] p = new double[shape.size()];
        TrainedFlow.Pass pass = new TrainedFlow(shape, FRAME, p).new Pass(N);
        pass.forward(KeyedRandom.of(1), new Threads(1), Keep.SCORES);
        double[] slope = new double[N * D];
        RealMatrix factor = MatrixUtils.createRealMatrix(D, D);
        for (int i = 0; i < D * D; i++) {
            factor.setEntry(i / D, i % D, FRAME.factor()[i]);
        }
        RealMatrix precision = MatrixUtils.inverse(factor.multiply(factor.transpose()));
        for (int i = 0; i < N; i++) {
            double[] gap = pass.end().point(i);
            Arrays.setAll(gap, j -> gap[j] - FRAME.centre()[j]);
            System.arraycopy(precision.operate(gap), 0, slope, i * D, D);
        }
        double[] log = new double[N];
        Arrays.fill(log, 1);
        double[] found = pass.backward(slope, log, 0, 0, new Threads(1));
        assertArrayEquals(new double[p.length], found, 1e-14);
    }

    /** log q(x) = log N(z) − log|det dx/dz|, the determinant by finite differences of the path. */
    @ParameterizedTest
    @CsvSource({"5, 8, 3", "7, 3, 1"})
    void determinantIsThatOfTheMap(int d, int width, int rank) {
        PotentialNetwork net = PotentialNetwork.of(d, width, rank);
        KeyedRandom random = KeyedRandom.of(12);
        double[] p = new double[net.size()];
        Arrays.setAll(p, i -> 0.4 * random.gaussian());
        Drift drift = new Drift(net, p, 3);
        double[] start = new double[d];
        Arrays.setAll(start, i -> random.gaussian());
        double[] path = Arrays.copyOf(start, 4 * d);
        double found = drift.apply(path, 0, true, null, 0, drift.workspace());
        double e = 1e-5;
        double[] jacobian = new double[d * d];
        for (int j = 0; j < d; j++) {
            for (int side = -1; side <= 1; side += 2) {
                double[] moved = Arrays.copyOf(start, 4 * d);
                moved[j] += side * e;
                drift.apply(moved, 0, false, null, 0, drift.workspace());
                for (int i = 0; i < d; i++) {
                    jacobian[i * d + j] += side * moved[3 * d + i] / (2 * e);
                }
            }
        }
        assertEquals(DenseLu.logAbsDeterminant(jacobian, d), found, 1e-7);
    }

    /** The mean of 1/q over draws on a box is the box's volume: q is the draws' density. */
    @Test
    void densityIsThatOfTheDraws() {
        Shape shape = new Shape(2, 2, 4, 2, Last.SLOTS, 5);
        Frame frame =
                new Frame(
                        new double[] {0.5, -1},
                        new double[] {0.6, 0, 0.3, 0.8},
                        new double[] {1, 2},
                        new double[0],
                        1);
        TrainedFlow flow = new TrainedFlow(shape, frame, parameters(shape, 0.3));
        int n = 100_000;
        TrainedFlow.Draws draws = flow.draw(n, KeyedRandom.of(2), new Threads(1));
        assertTrue(draws.leastSlope() > 0);
        double sum = 0;
        double square = 0;
        for (int i = 0; i < n; i++) {
            boolean inside =
                    Math.abs(draws.points().get(i, 0) - 0.5) < 0.5
                            && Math.abs(draws.points().get(i, 1) + 1) < 0.6;
            double v = inside ? Math.exp(-draws.logDensity()[i]) : 0;
            sum += v / n;
            square += v * v / n;
        }
        double error = Math.sqrt((square - sum * sum) / n);
        // 4 standard errors, false alarms 6e-5, of about 1 %
        assertEquals(1.2, sum, 4 * error);
        assertTrue(error < 0.02, "standard error " + error);
    }

    @Test
    void threadsDoNotChangeABit() {
        double[] p = parameters(SHAPE, 0.2);
        int n = 70;
        double[][] bars = new double[2][];
        for (int t = 0; t < 2; t++) {
            Threads threads = new Threads(1 + 2 * t);
            TrainedFlow.Pass pass = new TrainedFlow(SHAPE, FRAME, p).new Pass(n);
            pass.forward(KeyedRandom.of(1), threads, Keep.SCORES);
            double[] log = new double[n];
            Arrays.fill(log, 1);
            bars[t] = pass.backward(pass.end().data().clone(), log, 0, 0, threads);
        }
        assertArrayEquals(bars[0], bars[1], 0);
    }

    @Test
    void stateMakesTheSameFlow() {
        TrainedFlow flow = new TrainedFlow(SHAPE, FRAME, parameters(SHAPE, 0.2));
        double[] draws = flow.draw(9, KeyedRandom.of(3), new Threads(1)).points().data();
        double[] again =
                TrainedFlow.of(flow.toState())
                        .draw(9, KeyedRandom.of(3), new Threads(1))
                        .points()
                        .data();
        assertArrayEquals(draws, again, 0);
        State other = flow.toState().with("format", 7);
        assertThrows(IllegalArgumentException.class, () -> TrainedFlow.of(other));
    }

    @Test
    void mappedFlowHasTheMappedDensity() {
        TrainedFlow flow = new TrainedFlow(SHAPE, FRAME, parameters(SHAPE, 0.2));
        double[] a = {2, 0, 0, 1, 1, 0, 0, -1, 3};
        TrainedFlow.Draws u = flow.draw(4, KeyedRandom.of(3), new Threads(1));
        TrainedFlow.Draws x =
                TrainedFlow.of(TrainedFlow.mapped(flow.toState(), a))
                        .draw(4, KeyedRandom.of(3), new Threads(1));
        for (int i = 0; i < 4; i++) {
            assertEquals(u.logDensity()[i] - Math.log(6), x.logDensity()[i], 1e-12);
            assertEquals(u.points().get(i, 0) + u.points().get(i, 1), x.points().get(i, 1), 1e-12);
        }
    }

    /** Weights u^{−k}, u uniform, have a Pareto tail of shape k; k̂ of 20,000 is within .15. */
    @Test
    void paretoShapeIsThatOfTheTail() {
        RandomGenerator random = new java.util.SplittableRandom(4);
        for (double k : new double[] {0.3, 0.6, 1.1}) {
            double[] log = new double[20_000];
            for (int i = 0; i < log.length; i++) {
                log[i] = -k * Math.log(random.nextDouble());
            }
            ImportanceWeights weights = ImportanceWeights.of(log);
            assertEquals(k, weights.paretoShape(), 0.15);
        }
        double[] same = new double[100];
        ImportanceWeights weights = ImportanceWeights.of(same);
        assertEquals(1, weights.effectiveShare(), 1e-12);
        assertEquals(0, weights.divergence(), 1e-12);
    }
}
