package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.LeastSquares;
import org.headwater.api.Noise;
import org.headwater.api.ParameterBlock;
import org.headwater.api.QuadraticPotential;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.kernels.workers.FixedWorkers;
import org.junit.jupiter.api.Test;

class ModelTargetTest {
    private static final double SD = 0.3;

    /** F_k(θ) = Σ_j A_kj (θ_j + c·θ_j³/3), the last parameter a nuisance; fails where θ_0 > 50. */
    private record Cubic(int m, int d, double[] a, double c, int batch, boolean throwing)
            implements ForwardModel {
        static Cubic of(int m, int d, double c, int batch, boolean throwing) {
            return new Cubic(m, d, gaussians(m * d, 1), c, batch, throwing);
        }

        @Override
        public List<ParameterBlock> blocks() {
            List<String> names = IntStream.range(0, d - 1).mapToObj(j -> "x" + j).toList();
            return List.of(
                    new ParameterBlock(
                            "field", names, "", new double[d - 1], new FieldShape(d - 1), null),
                    new ParameterBlock(
                            "nuisance",
                            List.of("n"),
                            "",
                            new double[] {0.7},
                            new FieldShape(1),
                            new double[] {0.2}));
        }

        @Override
        public int dataSize() {
            return m;
        }

        @Override
        public boolean isLinear() {
            return c == 0;
        }

        @Override
        public int preferredBatch() {
            return batch;
        }

        @Override
        public Evaluator evaluator() {
            return new Evaluator() {
                @Override
                public void predict(Ensemble theta, int from, int to, double[] predicted) {
                    for (int i = from; i < to; i++) {
                        boolean bad = theta.get(i, 0) > 50;
                        if (bad && throwing) {
                            throw new ArithmeticException("θ₀ is too large");
                        }
                        for (int k = 0; k < m; k++) {
                            double s = bad ? Double.NaN : 0;
                            for (int j = 0; j < d; j++) {
                                double x = theta.get(i, j);
                                s += a[k * d + j] * (x + c * x * x * x / 3);
                            }
                            predicted[i * m + k] = s;
                        }
                    }
                }

                @Override
                public void gradient(
                        Ensemble theta,
                        int from,
                        int to,
                        Cotangent misfit,
                        double[] predicted,
                        double[] gradient) {
                    predict(theta, from, to, predicted);
                    double[] g = new double[m];
                    for (int i = from; i < to; i++) {
                        misfit.at(i, predicted, i * m, g);
                        for (int j = 0; j < d; j++) {
                            double x = theta.get(i, j);
                            double s = 0;
                            for (int k = 0; k < m; k++) {
                                s += a[k * d + j] * g[k];
                            }
                            gradient[i * d + j] = s * (1 + c * x * x);
                        }
                    }
                }

                @Override
                public void jacobian(double[] theta, double[] predicted, double[] jacobian) {
                    predict(Ensemble.of(1, d, theta), 0, 1, predicted);
                    for (int k = 0; k < m * d; k++) {
                        double x = theta[k % d];
                        jacobian[k] = a[k] * (1 + c * x * x);
                    }
                }
            };
        }
    }

    private static double[] gaussians(int n, long seed) {
        KeyedRandom random = KeyedRandom.of(seed);
        double[] x = new double[n];
        Arrays.setAll(x, i -> random.gaussian());
        return x;
    }

    private static double[] measured(int m) {
        return gaussians(m, 2);
    }

    /** f by its definition. */
    private static double f(Cubic model, double[] theta) {
        double[] predicted = new double[model.m];
        model.evaluator().predict(Ensemble.of(1, model.d, theta), 0, 1, predicted);
        double[] y = measured(model.m);
        double f = 0;
        for (int k = 0; k < model.m; k++) {
            f += 0.5 * (predicted[k] - y[k]) * (predicted[k] - y[k]) / (SD * SD);
        }
        double n = (theta[model.d - 1] - 0.7) / 0.2;
        return f + 0.5 * n * n;
    }

    private static ModelTarget target(Cubic model, FixedWorkers workers, List<String> notices) {
        Noise noise = TestPlatform.gaussian(measured(model.m), SD);
        return new ModelTarget(model, noise, workers, notices::add);
    }

    @Test
    void valueAndGradientAreThoseOfTheDefinition() {
        for (double c : new double[] {0, 0.4}) {
            for (int m : new int[] {3, 9}) {
                Cubic model = Cubic.of(m, 5, c, 4, false);
                Ensemble theta = Ensemble.of(7, 5, gaussians(35, 3));
                double[] value = new double[7];
                Ensemble gradient = Ensemble.zeros(7, 5);
                boolean[] failed = new boolean[7];
                try (FixedWorkers workers = new FixedWorkers(2)) {
                    ModelTarget target = target(model, workers, new ArrayList<>());
                    assertEquals(c == 0, target.isQuadratic());
                    assertEquals(0, target.evaluate(theta, value, gradient, failed));
                }
                for (int i = 0; i < 7; i++) {
                    double[] x = theta.point(i);
                    assertEquals(f(model, x), value[i], 1e-12 * value[i]);
                    for (int j = 0; j < 5; j++) {
                        double h = 1e-5;
                        double[] up = x.clone();
                        up[j] += h;
                        double[] down = x.clone();
                        down[j] -= h;
                        double slope = (f(model, up) - f(model, down)) / (2 * h);
                        assertEquals(slope, gradient.get(i, j), 1e-6 * Math.max(1, value[i]));
                    }
                }
            }
        }
    }

    /** The quadratic shortcut loses nothing, even far from where data sit and with H singular. */
    @Test
    void quadraticShortcutIsExact() {
        for (boolean singular : new boolean[] {false, true}) {
            Cubic model = Cubic.of(40, 6, 0, 1, false);
            if (singular) {
                for (int k = 0; k < 40; k++) {
                    model.a[k * 6 + 1] = model.a[k * 6];
                }
            }
            double[] y = new double[40];
            Arrays.setAll(y, k -> 1e4 * (1 + model.a[k * 6 + 2]));
            Noise noise = TestPlatform.gaussian(y, SD);
            double[] points = gaussians(18, 4);
            for (int i = 0; i < 18; i++) {
                points[i] *= Math.pow(100, i / 6);
                points[i] += i % 6 == 2 ? 1e4 : 0;
                points[i] = i % 6 == 0 ? -Math.abs(points[i]) : points[i];
            }
            try (FixedWorkers workers = new FixedWorkers(1)) {
                double[] value = new double[3];
                Ensemble gradient = Ensemble.zeros(3, 6);
                new ModelTarget(model, noise, workers, s -> {})
                        .evaluate(Ensemble.of(3, 6, points), value, gradient, new boolean[3]);
                for (int i = 0; i < 3; i++) {
                    double[] predicted = new double[40];
                    double[] x = Arrays.copyOfRange(points, 6 * i, 6 * i + 6);
                    model.evaluator().predict(Ensemble.of(1, 6, x), 0, 1, predicted);
                    double n = (x[5] - 0.7) / 0.2;
                    double direct = noise.misfit(predicted, 0) + 0.5 * n * n;
                    assertEquals(1, value[i] / direct, 1e-12);
                    double[] g = new double[40];
                    noise.gradient(predicted, 0, g);
                    double size = Arrays.stream(g).map(Math::abs).sum();
                    for (int j = 0; j < 6; j++) {
                        double slope = j == 5 ? n / 0.2 : 0;
                        for (int k = 0; k < 40; k++) {
                            slope += model.a[k * 6 + j] * g[k];
                        }
                        assertEquals(slope, gradient.get(i, j), 1e-12 * size);
                    }
                }
            }
        }
    }

    /**
     * A Gaussian prior adds ½xᵀΛx over the field, Λx and Λ, and nothing to the nuisance parameter.
     */
    @Test
    void aGaussianPriorIsPartOfTheTarget() {
        double[] lambda = {4, 1, 0, 0, 1, 3, 0, .5, 0, 0, 2, 0, 0, .5, 0, 1};
        QuadraticPotential full = QuadraticPotential.full(new DenseMatrix(4, 4, lambda));
        for (int m : new int[] {3, 9}) {
            for (double c : new double[] {0, 0.4}) {
                Cubic model = Cubic.of(m, 5, c, 4, false);
                Noise noise = TestPlatform.gaussian(measured(m), SD);
                Ensemble theta = Ensemble.of(7, 5, gaussians(35, 3));
                double[][] value = new double[2][7];
                Ensemble[] gradient = {Ensemble.zeros(7, 5), Ensemble.zeros(7, 5)};
                double[][] hessian = new double[2][25];
                try (FixedWorkers workers = new FixedWorkers(2)) {
                    for (int k = 0; k < 2; k++) {
                        ModelTarget target =
                                new ModelTarget(
                                        model, noise, null, k == 0 ? null : full, workers, s -> {});
                        target.evaluate(theta, value[k], gradient[k], new boolean[7]);
                        target.gaussNewton(theta, hessian[k]);
                    }
                }
                for (int i = 0; i < 7; i++) {
                    double psi = 0;
                    for (int j = 0; j < 5; j++) {
                        double pull = 0;
                        for (int l = 0; l < 4; l++) {
                            double entry = j < 4 ? lambda[j * 4 + l] : 0;
                            pull += entry * theta.get(i, l);
                            if (i == 0) {
                                double more = hessian[1][j * 5 + l] - hessian[0][j * 5 + l];
                                assertEquals(entry, more, 1e-10);
                            }
                        }
                        psi += 0.5 * pull * theta.get(i, j);
                        double slope = gradient[0].get(i, j) + pull;
                        assertEquals(slope, gradient[1].get(i, j), 1e-11 * (1 + Math.abs(slope)));
                    }
                    assertEquals(1, value[1][i] / (value[0][i] + psi), 1e-11);
                }
            }
        }
    }

    @Test
    void gaussNewtonIsTheMeanOverPoints() {
        Cubic model = Cubic.of(7, 5, 0.4, 1, false);
        Ensemble points = Ensemble.of(4, 5, gaussians(20, 5));
        points.data()[5] = 99;
        double[] expected = new double[25];
        for (int i : new int[] {0, 2, 3}) {
            double[] j = new double[35];
            model.evaluator().jacobian(points.point(i), new double[7], j);
            for (int r = 0; r < 5; r++) {
                for (int s = 0; s < 5; s++) {
                    for (int k = 0; k < 7; k++) {
                        expected[r * 5 + s] += j[k * 5 + r] * j[k * 5 + s] / (SD * SD) / 3;
                    }
                }
            }
        }
        expected[24] += 1 / (0.2 * 0.2);
        double[] first = null;
        for (int threads = 1; threads <= 5; threads++) {
            try (FixedWorkers workers = new FixedWorkers(threads)) {
                double[] h = new double[25];
                Arrays.fill(h, 9);
                ModelTarget target = target(model, workers, new ArrayList<>());
                assertEquals(3, target.gaussNewton(points, h));
                assertEquals(1, target.failures().failed());
                assertArrayEquals(expected, h, 1e-11);
                first = first == null ? h : first;
                assertArrayEquals(first, h, "the same bits on " + threads + " threads");
            }
        }
        try (FixedWorkers workers = new FixedWorkers(1)) {
            double[] h = new double[25];
            Ensemble bad = Ensemble.zeros(1, 5);
            bad.data()[0] = 99;
            assertEquals(0, target(model, workers, new ArrayList<>()).gaussNewton(bad, h));
        }
    }

    @Test
    void failingParticlesAreFlaggedAndTheOthersOfTheirBatchAreNot() {
        for (boolean throwing : new boolean[] {false, true}) {
            Cubic model = Cubic.of(3, 5, 0.4, 4, throwing);
            Ensemble theta = Ensemble.of(10, 5, gaussians(50, 6));
            double[][] good = evaluate(model, theta, 1, new ArrayList<>());
            theta.data()[2 * 5] = 60;
            theta.data()[9 * 5] = 60;
            for (int threads = 1; threads <= 3; threads++) {
                List<String> notices = new ArrayList<>();
                double[][] got = evaluate(model, theta, threads, notices);
                for (int i = 0; i < 10; i++) {
                    boolean bad = i == 2 || i == 9;
                    assertEquals(bad ? Double.NaN : good[0][i], got[0][i]);
                    for (int j = 0; j < 5 && !bad; j++) {
                        assertEquals(good[1][i * 5 + j], got[1][i * 5 + j]);
                    }
                }
                String why =
                        throwing
                                ? "ArithmeticException: θ₀ is too large"
                                : "its prediction is not finite";
                assertEquals(
                        List.of("the forward model failed for particle 3: " + why + " (told once)"),
                        notices);
            }
        }
    }

    private static double[][] evaluate(
            Cubic model, Ensemble theta, int threads, List<String> notices) {
        int n = theta.size();
        double[] value = new double[n];
        Ensemble gradient = Ensemble.zeros(n, theta.dimension());
        boolean[] failed = new boolean[n];
        try (FixedWorkers workers = new FixedWorkers(threads)) {
            int count = target(model, workers, notices).evaluate(theta, value, gradient, failed);
            assertEquals(count, IntStream.range(0, n).filter(i -> failed[i]).count());
            for (int i = 0; i < n; i++) {
                assertEquals(Double.isNaN(value[i]), failed[i]);
            }
        }
        return new double[][] {value, gradient.data()};
    }

    @Test
    void predictionsOfFailingParticlesAreNan() {
        Cubic model = Cubic.of(3, 5, 0.4, 4, true);
        Ensemble theta = Ensemble.of(6, 5, gaussians(30, 7));
        theta.data()[5] = 60;
        double[] predicted = new double[18];
        try (FixedWorkers workers = new FixedWorkers(2)) {
            target(model, workers, new ArrayList<>()).predict(theta, predicted);
        }
        for (int k = 0; k < 18; k++) {
            assertEquals(k / 3 == 1, Double.isNaN(predicted[k]));
        }
    }

    @Test
    void errorsOfTheMachineAreNotFailuresOfAParticle() {
        ForwardModel model = Cubic.of(3, 5, 0.4, 1, false);
        Noise noise = TestPlatform.gaussian(measured(3), SD);
        Ensemble theta = Ensemble.zeros(2, 5);
        try (FixedWorkers workers = new FixedWorkers(2)) {
            ModelTarget target = new ModelTarget(new OutOfMemory(model), noise, workers, s -> {});
            assertThrows(
                    OutOfMemoryError.class,
                    () ->
                            target.evaluate(
                                    theta, new double[2], Ensemble.zeros(2, 5), new boolean[2]));
        }
    }

    private record OutOfMemory(ForwardModel of) implements ForwardModel {
        @Override
        public List<ParameterBlock> blocks() {
            return of.blocks();
        }

        @Override
        public int dataSize() {
            return of.dataSize();
        }

        @Override
        public Evaluator evaluator() {
            throw new OutOfMemoryError("test");
        }
    }

    /** f = ½|r|² + constant, ∇f = Jᵀr and H = JᵀJ, with a Gaussian prior and without. */
    @Test
    void residualsAreThoseOfTheTarget() {
        double[] lambda = {4, 1, 0, 0, 1, 3, 0, .5, 0, 0, 2, 0, 0, .5, 0, 1};
        QuadraticPotential full = QuadraticPotential.full(new DenseMatrix(4, 4, lambda));
        for (QuadraticPotential prior : new QuadraticPotential[] {null, full}) {
            Cubic model = Cubic.of(3, 5, 0.4, 4, false);
            Noise noise = TestPlatform.gaussian(measured(3), SD);
            try (FixedWorkers workers = new FixedWorkers(2)) {
                ModelTarget target =
                        new ModelTarget(model, noise, measured(3), prior, workers, s -> {});
                LeastSquares squares = target.leastSquares().orElseThrow();
                int n = 7;
                int rows = squares.size();
                assertEquals(prior == null ? 4 : 8, rows);
                Ensemble theta = Ensemble.of(n, 5, gaussians(5 * n, 3));
                double[] value = new double[n];
                Ensemble gradient = Ensemble.zeros(n, 5);
                target.evaluate(theta, value, gradient, new boolean[n]);
                double[] r = new double[n * rows];
                assertEquals(0, squares.evaluate(theta, r, new boolean[n]));
                assertEquals(2 * n, target.count().evaluations(), "they count");
                double[] half = new double[n];
                for (int i = 0; i < n; i++) {
                    double[] own = new double[rows];
                    double[] jacobian = new double[rows * 5];
                    assertTrue(squares.jacobian(theta.point(i), own, jacobian));
                    double[] hessian = new double[25];
                    target.gaussNewton(Ensemble.of(1, 5, theta.point(i)), hessian);
                    for (int k = 0; k < rows; k++) {
                        half[i] += 0.5 * own[k] * own[k];
                        assertEquals(own[k], r[i * rows + k], 1e-12);
                    }
                    for (int j = 0; j < 5; j++) {
                        double slope = 0;
                        for (int k = 0; k < rows; k++) {
                            slope += jacobian[k * 5 + j] * own[k];
                        }
                        assertEquals(gradient.get(i, j), slope, 1e-9 * (1 + Math.abs(slope)));
                        for (int l = 0; l < 5; l++) {
                            double product = 0;
                            for (int k = 0; k < rows; k++) {
                                product += jacobian[k * 5 + j] * jacobian[k * 5 + l];
                            }
                            assertEquals(
                                    hessian[j * 5 + l], product, 1e-9 * (1 + Math.abs(product)));
                        }
                    }
                    assertEquals(
                            value[i] - value[0], half[i] - half[0], 1e-9 * (1 + Math.abs(half[i])));
                }
            }
        }
    }
}
