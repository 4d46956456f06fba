package org.headwater.backend.vector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.layer.ScalarLoops;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of the layers for any input, on every path and precision. */
class VectorBackendLawTest {
    private static final Workers ONE = workers(1);

    /** A backend, and the error that its joint layer may have, relative to the largest |x|. */
    record Path(LayerLoops loops, Precision precision, double tolerance) {
        KernelBackend backend() {
            return new VectorBackend(loops, precision);
        }

        @Override
        public String toString() {
            return backend().description();
        }
    }

    static Stream<Path> paths() {
        return Stream.of(
                new Path(new ScalarLoops(), Precision.DOUBLE, 1e-13),
                new Path(LayerLoops.best(), Precision.DOUBLE, 1e-13),
                new Path(new ScalarLoops(), Precision.SINGLE, 1e-13),
                new Path(LayerLoops.best(), Precision.SINGLE, 2e-6));
    }

    /** The joint layer's sums by their definition, where weights are spread and where not. */
    @ParameterizedTest
    @MethodSource("paths")
    void jointSumsAreThoseOfTheDefinition(Path path) {
        int[][] shapes = {
            {1, 1}, {2, 2}, {300, 1}, {300, 2}, {150, 3}, {150, 9}, {130, 17}, {70, 60}
        };
        for (int[] shape : shapes) {
            for (double kappa : new double[] {.0125, .25, 2.5, 40}) {
                for (double slope : new double[] {0, .5, 30}) {
                    joint(path, normal(shape[0], shape[1]), kappa, slope);
                }
            }
        }
    }

    /** Above 4096 particles in few dimensions tiles are left out: against double precision. */
    @ParameterizedTest
    @MethodSource("paths")
    void tilesThatAreLeftOutWeighNothing(Path path) {
        againstDoublePrecision(path, normal(4200, 3), 50, 2);
    }

    /** In any dimension, where all pairs of a tile are far apart: two groups of particles. */
    @ParameterizedTest
    @MethodSource("paths")
    void groupsFarFromEachOtherDoNotMeet(Path path) {
        for (int d : new int[] {4, 9, 20}) {
            Ensemble x = normal(400, d);
            for (int i = 0; i < 200; i++) {
                x.data()[i * d] += 30;
            }
            againstDoublePrecision(path, x, .2, 1);
        }
    }

    private static void againstDoublePrecision(Path path, Ensemble x, double kappa, double slope) {
        int n = x.size();
        double[] logZ = logNormaliser(x, slope);
        Ensemble expected = Ensemble.zeros(n, x.dimension());
        Ensemble out = Ensemble.zeros(n, x.dimension());
        new VectorBackend(new ScalarLoops(), Precision.DOUBLE)
                .joint(x, kappa, logZ, expected, new double[n], ONE);
        path.backend().joint(x, kappa, logZ, out, new double[n], ONE);
        double largest = Arrays.stream(x.data()).map(Math::abs).max().orElse(0);
        assertArrayEquals(expected.data(), out.data(), path.tolerance * largest);
    }

    private static void joint(Path path, Ensemble x, double kappa, double slope) {
        int n = x.size();
        int d = x.dimension();
        double[] logZ = logNormaliser(x, slope);
        Ensemble out = Ensemble.zeros(n, d);
        double[] self = new double[n];
        path.backend().joint(x, kappa, logZ, out, self, ONE);
        double largest = Arrays.stream(x.data()).map(Math::abs).max().orElse(0);
        for (int i = 0; i < n; i += 5) {
            double[] e = new double[n];
            for (int l = 0; l < n; l++) {
                double square = 0;
                for (int k = 0; k < d; k++) {
                    square += Math.pow(x.get(i, k) - x.get(l, k), 2);
                }
                e[l] = -kappa * square - logZ[l];
            }
            double top = Arrays.stream(e).max().orElse(0);
            double mass = Arrays.stream(e).map(v -> Math.exp(v - top)).sum();
            String at = path + ", n=" + n + " d=" + d + " κ=" + kappa + " slope=" + slope;
            for (int k = 0; k < d; k++) {
                double mean = 0;
                for (int l = 0; l < n; l++) {
                    mean += Math.exp(e[l] - top) / mass * x.get(l, k);
                }
                assertEquals(mean, out.get(i, k), path.tolerance * largest, at);
            }
            assertEquals(Math.exp(e[i] - top) / mass, self[i], path.tolerance * 5, at);
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void permutationOfTheParticlesPermutesTheResult(Path path) {
        for (int d : new int[] {2, 20}) {
            int n = 300;
            Ensemble x = normal(n, d);
            int[] to = IntStream.range(0, n).map(i -> (i * 67 + 13) % n).toArray();
            Ensemble moved = Ensemble.zeros(n, d);
            for (int i = 0; i < n; i++) {
                System.arraycopy(x.data(), i * d, moved.data(), to[i] * d, d);
            }
            double[][] a = layers(path, x, 1, ONE);
            double[][] b = layers(path, moved, 1, ONE);
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < d; k++) {
                    int from = i * d + k;
                    int target = to[i] * d + k;
                    assertEquals(a[0][from], b[0][target], 4 * path.tolerance, path.toString());
                    assertEquals(a[1][from], b[1][target], 0, path.toString());
                }
            }
        }
    }

    /** With ψ = 0 nothing but differences enters. */
    @ParameterizedTest
    @MethodSource("paths")
    void translationOfTheParticlesTranslatesTheResult(Path path) {
        Ensemble x = normal(300, 9);
        Ensemble moved = x.copy();
        for (int i = 0; i < moved.data().length; i++) {
            moved.data()[i] += 64;
        }
        double[][] a = layers(path, x, 0, ONE);
        double[][] b = layers(path, moved, 0, ONE);
        for (int i = 0; i < moved.data().length; i++) {
            assertEquals(a[0][i] + 64, b[0][i], 1e-11 + 4 * path.tolerance);
            assertEquals(a[1][i] + 64, b[1][i], 1e-11);
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void resultsDoNotDependOnTheNumberOfThreads(Path path) {
        for (int d : new int[] {2, 20}) {
            Ensemble x = normal(1100, d);
            double[][] one = layers(path, x, 1, ONE);
            double[][] three = layers(path, x, 1, workers(3));
            for (int k = 0; k < one.length; k++) {
                assertArrayEquals(one[k], three[k], 0);
            }
        }
    }

    /** Equal particles, one far from all others, and numbers near the ends of the range. */
    @ParameterizedTest
    @MethodSource("paths")
    void degenerateEnsembles(Path path) {
        for (int n : new int[] {1, 3, 260}) {
            for (int d : new int[] {1, 2, 5, 20}) {
                Ensemble ties = Ensemble.zeros(n, d);
                Arrays.fill(ties.data(), 7.5);
                for (double[] out : Arrays.copyOf(layers(path, ties, 1, ONE), 2)) {
                    for (double v : out) {
                        assertEquals(7.5, v, 1e-12);
                    }
                }
                for (double scale : new double[] {1e-150, 1e150}) {
                    Ensemble x = normal(n, d);
                    for (int i = 0; i < x.data().length; i++) {
                        x.data()[i] *= scale;
                    }
                    // The softmax is flat, or each particle is alone.
                    double[][] out = layers(path, x, 0, ONE);
                    for (int i = 0; i < n; i++) {
                        for (int k = 0; k < d; k++) {
                            double mean = IntStream.range(0, n).mapToDouble(at(x, k)).sum() / n;
                            double expected = scale < 1 ? mean : x.get(i, k);
                            assertEquals(expected, out[0][i * d + k], 1e-6 * scale);
                            assertEquals(expected, out[1][i * d + k], 1e-9 * scale);
                        }
                    }
                }
                Ensemble outlier = normal(n, d);
                Arrays.fill(outlier.data(), 0, d, 1e9);
                double[][] out = layers(path, outlier, 0, ONE);
                for (int k = 0; k < d; k++) {
                    assertEquals(1e9, out[0][k], 1e3);
                    assertEquals(1e9, out[1][k], 1e-3);
                }
                for (int i = d; i < n * d; i++) {
                    assertTrue(Math.abs(out[0][i]) < 6 && Math.abs(out[1][i]) < 6);
                }
            }
        }
    }

    private static IntToDoubleFunction at(Ensemble x, int k) {
        return i -> x.get(i, k);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void numbersThatAreNoneAreNamed(Path path) {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Ensemble x = normal(5, 2);
            x.data()[5] = bad;
            Exception e =
                    assertThrows(IllegalArgumentException.class, () -> layers(path, x, 0, ONE));
            assertTrue(e.getMessage().contains("x must be finite, got " + bad + " in row 2"));
        }
        Ensemble x = normal(5, 2);
        double[] logZ = {0, 0, Double.NaN, 0, 0};
        assertThrows(
                IllegalArgumentException.class,
                () -> path.backend().joint(x, 1, logZ, x.copy(), new double[5], ONE));
        assertThrows(
                IllegalArgumentException.class,
                () -> path.backend().joint(x, Double.NaN, new double[5], x.copy(), logZ, ONE));
    }

    /** Barycentres and self weights: joint, tensorised, joint, tensorised. */
    private static double[][] layers(Path path, Ensemble x, double slope, Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Ensemble joint = Ensemble.zeros(n, d);
        Ensemble tensorised = Ensemble.zeros(n, d);
        double[] jointSelf = new double[n];
        double[] self = new double[d];
        Ensemble logZ = Ensemble.zeros(n, d);
        for (int i = 0; i < n * d; i++) {
            logZ.data()[i] = slope == 0 ? 0 : slope * Math.abs(x.data()[i]);
        }
        double[] kappa = new double[d];
        Arrays.fill(kappa, 2);
        path.backend().joint(x, .3, logNormaliser(x, slope), joint, jointSelf, workers);
        path.backend().tensorised(x, kappa, logZ, tensorised, self, workers);
        return new double[][] {joint.data(), tensorised.data(), jointSelf, self};
    }

    private static double[] logNormaliser(Ensemble x, double slope) {
        return IntStream.range(0, x.size())
                .mapToDouble(i -> slope == 0 ? 0 : -slope * Math.abs(x.get(i, 0)))
                .toArray();
    }

    private static Ensemble normal(int n, int d) {
        Random random = new Random(n + 1000L * d);
        Ensemble x = Ensemble.zeros(n, d);
        for (int i = 0; i < n * d; i++) {
            x.data()[i] = random.nextGaussian();
        }
        return x;
    }

    /** The caller's thread, or the common pool's. */
    private static Workers workers(int threads) {
        return new Workers() {
            @Override
            public int threads() {
                return threads;
            }

            @Override
            public void forRanges(int count, int grain, RangeTask task) {
                int ranges = (count + grain - 1) / grain;
                IntStream all = IntStream.range(0, ranges);
                (threads == 1 ? all : all.parallel())
                        .forEach(r -> task.run(r * grain, Math.min(count, (r + 1) * grain)));
            }
        };
    }
}
