package org.headwater.backend.nd4j.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.ScalarLoops;
import org.headwater.kernels.rwpo.JointLayer;
import org.headwater.kernels.rwpo.TensorisedLayer;
import org.headwater.testkit.Check;
import org.headwater.testkit.Finding;
import org.headwater.testkit.KernelBackendChecks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The layers by ND4J against the scalar loops of the kernels bundle, and what holds of any. */
class Nd4jBackendLawTest {
    private static final Workers ONE = workers(1);

    /** Room relative to the largest coordinate. */
    private static double tolerance(Precision precision) {
        return precision == Precision.SINGLE ? 5e-6 : 1e-11;
    }

    private static KernelBackend backend(Precision precision) {
        return new Nd4jBackend(precision);
    }

    /** Joint barycentres and self weights, then tensorised. */
    private record Result(double[] joint, double[] self, double[] tensorised, double[] selves) {}

    private record Input(Ensemble x, double kappa, double[] logZ, double[] kappas, Ensemble logZs) {
        static Input of(Ensemble x, double kappa, double slope) {
            double[] logZ = new double[x.size()];
            Ensemble logZs = Ensemble.zeros(x.size(), x.dimension());
            for (int i = 0; i < logZ.length; i++) {
                logZ[i] = slope == 0 ? 0 : -slope * Math.abs(x.get(i, 0));
                for (int j = 0; j < x.dimension(); j++) {
                    logZs.data()[i * x.dimension() + j] =
                            slope == 0 ? 0 : slope * Math.cos(x.get(i, j));
                }
            }
            double[] kappas = new double[x.dimension()];
            Arrays.setAll(kappas, j -> kappa * (1 + .1 * j));
            return new Input(x, kappa, logZ, kappas, logZs);
        }

        Result by(KernelBackend backend, Workers workers) {
            Ensemble joint = Ensemble.zeros(x.size(), x.dimension());
            Ensemble tensorised = Ensemble.zeros(x.size(), x.dimension());
            double[] self = new double[x.size()];
            double[] selves = new double[x.dimension()];
            backend.joint(x, kappa, logZ, joint, self, workers);
            backend.tensorised(x, kappas, logZs, tensorised, selves, workers);
            return new Result(joint.data(), self, tensorised.data(), selves);
        }

        Result byScalarLoops() {
            Ensemble joint = Ensemble.zeros(x.size(), x.dimension());
            Ensemble tensorised = Ensemble.zeros(x.size(), x.dimension());
            double[] self = new double[x.size()];
            double[] selves = new double[x.dimension()];
            ScalarLoops loops = new ScalarLoops();
            JointLayer.self(x, kappa, logZ, joint, self, loops, ONE);
            TensorisedLayer.self(x, kappas, logZs, tensorised, selves, loops, ONE);
            return new Result(joint.data(), self, tensorised.data(), selves);
        }
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithTheScalarLoops(Precision precision) {
        int[][] shapes = {{1, 1}, {2, 2}, {300, 1}, {700, 2}, {150, 9}, {70, 60}};
        for (int[] shape : shapes) {
            for (double kappa : new double[] {.0125, .25, 2.5, 40}) {
                for (double slope : new double[] {0, .5, 30}) {
                    Input in = Input.of(normal(shape[0], shape[1]), kappa, slope);
                    Result expected = in.byScalarLoops();
                    Result found = in.by(backend(precision), ONE);
                    double largest = Arrays.stream(in.x.data()).map(Math::abs).max().orElse(0);
                    double room = tolerance(precision) * largest;
                    String at = Arrays.toString(shape) + " κ=" + kappa + " slope=" + slope;
                    assertArrayEquals(expected.joint, found.joint, room, at);
                    assertArrayEquals(expected.self, found.self, 60 * tolerance(precision), at);
                    assertArrayEquals(expected.tensorised, found.tensorised, 1e-9 * largest, at);
                    assertArrayEquals(expected.selves, found.selves, 1e-9, at);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void permutationOfTheParticlesPermutesTheResult(Precision precision) {
        int n = 300;
        int d = 3;
        Ensemble x = normal(n, d);
        Ensemble moved = Ensemble.zeros(n, d);
        int[] to = IntStream.range(0, n).map(i -> (i * 67 + 13) % n).toArray();
        for (int i = 0; i < n; i++) {
            System.arraycopy(x.data(), i * d, moved.data(), to[i] * d, d);
        }
        Result a = Input.of(x, .3, 1).by(backend(precision), ONE);
        Result b = Input.of(moved, .3, 1).by(backend(precision), ONE);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < d; k++) {
                int target = to[i] * d + k;
                assertEquals(a.joint[i * d + k], b.joint[target], 4 * tolerance(precision));
                assertEquals(a.tensorised[i * d + k], b.tensorised[target], 1e-12);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void resultsDoNotDependOnTheNumberOfThreads(Precision precision) {
        Input in = Input.of(normal(1100, 5), .3, 1);
        Result one = in.by(backend(precision), ONE);
        Result three = in.by(backend(precision), workers(3));
        assertArrayEquals(one.joint, three.joint, 0);
        assertArrayEquals(one.self, three.self, 0);
        assertArrayEquals(one.tensorised, three.tensorised, 0);
        assertArrayEquals(one.selves, three.selves, 0);
    }

    /** Equal particles, one far from all others, and numbers near the ends of the range. */
    @ParameterizedTest
    @EnumSource
    void degenerateEnsembles(Precision precision) {
        for (int n : new int[] {1, 3, 260}) {
            for (int d : new int[] {1, 2, 20}) {
                Ensemble ties = Ensemble.zeros(n, d);
                Arrays.fill(ties.data(), 7.5);
                Result tied = Input.of(ties, 2, 1).by(backend(precision), ONE);
                for (double[] found : new double[][] {tied.joint, tied.tensorised}) {
                    Arrays.stream(found).forEach(v -> assertEquals(7.5, v, 1e-12));
                }
                for (double[] self : new double[][] {tied.self, tied.selves}) {
                    Arrays.stream(self).forEach(v -> assertEquals(1.0 / n, v, 1e-6));
                }
                // The softmax is flat, or each particle is alone.
                for (double scale : new double[] {1e-150, 1e150}) {
                    Ensemble x = normal(n, d);
                    Arrays.setAll(x.data(), i -> x.data()[i] * scale);
                    Result found = Input.of(x, 2, 0).by(backend(precision), ONE);
                    for (int i = 0; i < n * d; i++) {
                        int k = i % d;
                        double mean = IntStream.range(0, n).mapToDouble(l -> x.get(l, k)).sum() / n;
                        double expected = scale < 1 ? mean : x.data()[i];
                        assertEquals(expected, found.joint[i], 1e-9 * Math.max(scale, 1e-140));
                        assertEquals(expected, found.tensorised[i], 1e-9 * scale);
                    }
                }
                Ensemble outlier = normal(n, d);
                Arrays.fill(outlier.data(), 0, d, 1e9);
                Input in = Input.of(outlier, .3, 0);
                Result expected = in.byScalarLoops();
                Result found = in.by(backend(precision), ONE);
                for (int i = 0; i < n * d; i++) {
                    double room = i < d ? 1e-3 : 2e-6;
                    assertEquals(expected.joint[i], found.joint[i], room);
                    assertEquals(expected.tensorised[i], found.tensorised[i], room);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void numbersThatAreNoneAreNamed(Precision precision) {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            Ensemble x = normal(5, 2);
            x.data()[5] = bad;
            Input in = Input.of(x, 1, 0);
            Exception e =
                    assertThrows(
                            IllegalArgumentException.class, () -> in.by(backend(precision), ONE));
            assertTrue(e.getMessage().contains("x must be finite, got " + bad + " in row 2"));
        }
        Input in = Input.of(normal(5, 2), 1, 0);
        in.logZ[3] = Double.NaN;
        assertThrows(IllegalArgumentException.class, () -> in.by(backend(precision), ONE));
    }

    /** What the first calls take, later ones take again: off the heap nothing is left behind. */
    @ParameterizedTest
    @EnumSource
    void memoryStaysWhereItIs(Precision precision) {
        Input in = Input.of(normal(1500, 2), .3, 1);
        for (int k = 0; k < 3; k++) {
            in.by(backend(precision), ONE);
        }
        long tracked = Pointer.totalBytes();
        long before = Pointer.physicalBytes();
        for (int k = 0; k < 15; k++) {
            in.by(backend(precision), ONE);
        }
        // The tiles of these calls alone are 1.3 GB.
        assertTrue(
                Pointer.physicalBytes() - before < 200L << 20,
                () -> (Pointer.physicalBytes() - before) + " bytes more");
        assertTrue(
                Pointer.totalBytes() - tracked < 20L << 20,
                () -> (Pointer.totalBytes() - tracked) + " tracked bytes more");
    }

    private record Provider() implements KernelBackendProvider {
        @Override
        public PluginInfo info() {
            return new PluginInfo("nd4j", "1.0.0", "As in the bundle.", SettingsSchema.of(), "");
        }

        @Override
        public String unavailable() {
            return "";
        }

        @Override
        public KernelBackend create(Precision precision) {
            return backend(precision);
        }
    }

    @Test
    void passesTheTestkit() {
        for (Check check : KernelBackendChecks.of(new Provider())) {
            Finding finding = check.run(Duration.ofMinutes(2));
            assertEquals(Finding.Status.PASSED, finding.status(), finding::toString);
        }
        assertTrue(backend(Precision.DOUBLE).description().startsWith("nd4j (CPU"));
    }

    private static Ensemble normal(int n, int d) {
        Random random = new Random(n + 1000L * d);
        Ensemble x = Ensemble.zeros(n, d);
        Arrays.setAll(x.data(), i -> random.nextGaussian());
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
