package org.headwater.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.kernels.rwpo.CovarianceCorrection;
import org.headwater.testkit.Check;
import org.headwater.testkit.Finding;
import org.headwater.testkit.KernelBackendChecks;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernels on the emulator against direct sums in double precision, and what holds of any. */
class CudaBackendLawTest {
    private static CudaBackendProvider provider;

    @BeforeAll
    static void start() {
        provider = Emulator.provider();
        assertEquals("", provider.unavailable());
    }

    private static KernelBackend backend(Precision precision) {
        return provider.create(precision);
    }

    /** Room relative to the largest distance from the mean. */
    private static double tolerance(Precision precision) {
        return precision == Precision.SINGLE ? 1e-6 : 1e-13;
    }

    @ParameterizedTest
    @EnumSource
    void agreesWithDirectSums(Precision precision) {
        int[][] shapes = {{1, 3}, {150, 3}, {70, 20}};
        for (int[] shape : shapes) {
            // κ and slope of log weights. 0: equal weights; 30: they vary too much to do without a
            // maximum.
            double[][] kernels = {{.0125, .5}, {2.5, 0}, {2.5, 30}, {40, .5}};
            for (double[] kernel : kernels) {
                LayerInput in = LayerInput.normal(shape[0], shape[1], kernel[0], kernel[1]);
                LayerInput.Result expected = in.directly();
                LayerInput.Result found = in.by(backend(precision));
                String at = Arrays.toString(shape) + Arrays.toString(kernel);
                double room = tolerance(precision) * in.reach();
                assertArrayEquals(expected.joint(), found.joint(), room, at);
                assertArrayEquals(expected.self(), found.self(), 60 * tolerance(precision), at);
                double exact = 1e-13 * in.reach();
                assertArrayEquals(expected.tensorised(), found.tensorised(), exact, at);
                assertArrayEquals(expected.selves(), found.selves(), 1e-12, at);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void permutationOfTheParticlesPermutesTheResult(Precision precision) {
        int n = 150;
        int d = 3;
        int[] to = IntStream.range(0, n).map(i -> (i * 67 + 13) % n).toArray();
        Ensemble x = LayerInput.normal(n, d, .3, 1).x();
        Ensemble moved = Ensemble.zeros(n, d);
        for (int i = 0; i < n; i++) {
            System.arraycopy(x.data(), i * d, moved.data(), to[i] * d, d);
        }
        LayerInput.Result a = LayerInput.of(x, .3, 1).by(backend(precision));
        LayerInput.Result b = LayerInput.of(moved, .3, 1).by(backend(precision));
        for (int i = 0; i < n * d; i++) {
            int target = to[i / d] * d + i % d;
            assertEquals(a.joint()[i], b.joint()[target], 4 * tolerance(precision));
            assertEquals(a.tensorised()[i], b.tensorised()[target], 1e-13);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sameBytesEachTime(Precision precision) {
        LayerInput in = LayerInput.normal(150, 3, .3, 1);
        LayerInput.Result first = in.by(backend(precision));
        LayerInput.normal(70, 20, 1, 30).by(backend(precision));
        LayerInput.Result second = in.by(backend(precision));
        assertArrayEquals(first.joint(), second.joint(), 0);
        assertArrayEquals(first.self(), second.self(), 0);
        assertArrayEquals(first.tensorised(), second.tensorised(), 0);
        assertArrayEquals(first.selves(), second.selves(), 0);
    }

    /** Equal particles, one far from all others, and numbers near the ends of the range. */
    @ParameterizedTest
    @EnumSource
    void degenerateEnsembles(Precision precision) {
        for (int n : new int[] {1, 40}) {
            int d = 3;
            Ensemble ties = Ensemble.zeros(n, d);
            Arrays.fill(ties.data(), 7.5);
            LayerInput.Result tied = LayerInput.of(ties, 2, 1).by(backend(precision));
            for (double[] found : new double[][] {tied.joint(), tied.tensorised()}) {
                Arrays.stream(found).forEach(v -> assertEquals(7.5, v, 1e-12));
            }
            for (double[] self : new double[][] {tied.self(), tied.selves()}) {
                Arrays.stream(self).forEach(v -> assertEquals(1.0 / n, v, 1e-6));
            }
            for (double scale : new double[] {1e-150, 1e130, 1e150}) {
                Ensemble x = LayerInput.normal(n, d, 2, 0).x();
                Arrays.setAll(x.data(), i -> x.data()[i] * scale);
                LayerInput in = LayerInput.of(x, 2, 0);
                LayerInput.Result expected = in.directly();
                LayerInput.Result found = in.by(backend(precision));
                double room = 1e-9 * Math.max(scale, 1e-140);
                assertArrayEquals(expected.joint(), found.joint(), room);
                assertArrayEquals(expected.tensorised(), found.tensorised(), room);
            }
            Ensemble outlier = LayerInput.normal(n, d, 2, 0).x();
            Arrays.fill(outlier.data(), 0, d, 1e9);
            LayerInput in = LayerInput.of(outlier, .3, 0);
            LayerInput.Result expected = in.directly();
            LayerInput.Result found = in.by(backend(precision));
            assertArrayEquals(expected.joint(), found.joint(), 2e-6);
            assertArrayEquals(expected.tensorised(), found.tensorised(), 2e-6);
        }
    }

    @Test
    void covariancesAreThoseOfTheDefinition() {
        int n = 700;
        int d = 80;
        Ensemble x = LayerInput.normal(n, d, 1, 0).x();
        for (int i = 0; i < n; i++) {
            x.data()[i * d + 3] = 1e6 + x.get(i, 2);
        }
        double[] mean = new double[d];
        double[] covariance = new double[d * d];
        assertTrue(backend(Precision.DOUBLE).moments(x, mean, covariance));
        double[] sums = new double[d];
        for (int i = 0; i < n * d; i++) {
            sums[i % d] += x.data()[i] / n;
        }
        assertArrayEquals(sums, mean, 1e-8);
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += (x.get(i, j) - sums[j]) * (x.get(i, k) - sums[k]) / n;
                }
                assertEquals(sum, covariance[j * d + k], 1e-8);
                assertEquals(covariance[k * d + j], covariance[j * d + k]);
            }
        }
        CovarianceCorrection here = CovarianceCorrection.of(x, LayerInput.ONE);
        CovarianceCorrection there =
                CovarianceCorrection.of(x, backend(Precision.DOUBLE), LayerInput.ONE);
        assertArrayEquals(here.correlation(), there.correlation(), 1e-8);
        assertArrayEquals(here.sd(), there.sd(), 1e-8);
        Ensemble small = LayerInput.normal(50, 2, 1, 0).x();
        assertFalse(backend(Precision.DOUBLE).moments(small, new double[2], new double[4]));
    }

    @Test
    void argumentsAreChecked() {
        KernelBackend backend = backend(Precision.DOUBLE);
        Ensemble x = Ensemble.zeros(5, 2);
        x.data()[5] = Double.NaN;
        LayerInput bad = LayerInput.of(x, 1, 0);
        String message =
                assertThrows(IllegalArgumentException.class, () -> bad.by(backend)).getMessage();
        assertEquals("x must be finite, got NaN in row 2, column 1 (from 0)", message);
        Ensemble good = Ensemble.zeros(5, 2);
        double[] five = new double[5];
        Ensemble narrow = Ensemble.zeros(5, 1);
        for (Runnable call :
                new Runnable[] {
                    () -> backend.joint(good, 0, five, good, five, LayerInput.ONE),
                    () -> backend.joint(good, 1, new double[4], good, five, LayerInput.ONE),
                    () -> backend.joint(good, 1, five, narrow, five, LayerInput.ONE),
                    () -> backend.joint(good, 1, five, good, new double[4], LayerInput.ONE),
                    () -> backend.tensorised(good, five, good, good, five, LayerInput.ONE),
                }) {
            assertThrows(IllegalArgumentException.class, call::run);
        }
        LayerInput none = LayerInput.of(Ensemble.zeros(0, 2), 1, 0);
        assertEquals(0, none.by(backend).joint().length);
    }

    @Test
    void passesTheTestkit() {
        for (Check check : KernelBackendChecks.of(provider)) {
            Finding finding = check.run(Duration.ofMinutes(2));
            assertEquals(Finding.Status.PASSED, finding.status(), finding::toString);
        }
        assertTrue(
                backend(Precision.SINGLE)
                        .description()
                        .startsWith(
                                "cuda (Emulated Card (card 0), compute capability 9.0, single"));
    }
}
