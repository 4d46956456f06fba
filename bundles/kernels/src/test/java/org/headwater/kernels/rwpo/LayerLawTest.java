package org.headwater.kernels.rwpo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

/** What holds of the layers for any input. */
class LayerLawTest {
    private static final Workers ONE = new Threads(1);
    private final RandomStream random = KeyedRandom.of(20260101);

    /** Against the plain softmax, from the narrowest to the widest kernel. */
    @Test
    void tensorisedSumsAreThoseOfTheDefinition() {
        for (int n : new int[] {1, 2, 3, 60, 305}) {
            for (double kappa : new double[] {1e-6, .3, 5, 200, 1e6}) {
                for (double slope : new double[] {0, 2, 30}) {
                    tensorised(gaussian(n, 3), kappa, slope);
                    tensorised(awkward(n), kappa, slope);
                }
            }
        }
    }

    private void tensorised(Ensemble x, double kappa, double slope) {
        int n = x.size();
        int d = x.dimension();
        double[] kappas = new double[d];
        for (int j = 0; j < d; j++) {
            kappas[j] = kappa * (j + 1);
        }
        Ensemble logZ = normalisers(x, slope);
        Ensemble own = Ensemble.zeros(n, d);
        double[] self = new double[d];
        TensorisedLayer.self(x, kappas, logZ, own, self, ONE);
        Ensemble queries = Ensemble.zeros(n + 2, d);
        System.arraycopy(x.data(), 0, queries.data(), 0, n * d);
        Arrays.fill(queries.data(), n * d, n * d + d, 30);
        Arrays.fill(queries.data(), n * d + d, n * d + 2 * d, -.1);
        Ensemble mean = Ensemble.zeros(n + 2, d);
        Ensemble variance = Ensemble.zeros(n + 2, d);
        Ensemble logSum = Ensemble.zeros(n + 2, d);
        TensorisedLayer.barycentres(x, kappas, logZ, queries, mean, variance, logSum, ONE);
        for (int j = 0; j < d; j++) {
            double weight = 0;
            double bandwidth = 1 / Math.sqrt(kappas[j]);
            for (int i = 0; i < n + 2; i++) {
                double a = queries.get(i, j);
                Softmax expected = new Softmax(x, logZ, j, kappas[j], a);
                String at = "n=" + n + " κ=" + kappa + " slope=" + slope + " i=" + i + " j=" + j;
                // Exponents of size e are known to e·1e-16; they blur what lies a bandwidth apart.
                double blur =
                        1e-14
                                        * Math.max(1, expected.exponents)
                                        * Math.min(bandwidth, expected.width)
                                + 4e-16 * expected.size
                                + Math.sqrt(1e-18 * expected.negligible);
                assertEquals(expected.mean, mean.get(i, j), blur, at);
                assertEquals(
                        expected.variance,
                        variance.get(i, j),
                        10 * blur * Math.min(bandwidth, expected.width) + 2 * expected.negligible,
                        at);
                assertEquals(
                        expected.logSum,
                        logSum.get(i, j),
                        1e-14 * Math.max(1, expected.exponents),
                        at);
                if (i < n) {
                    // From 200 keys on a fast Gauss transform, with an error of its own.
                    double transform = n < 200 ? 0 : 1e-11 * Math.max(bandwidth, expected.width);
                    assertEquals(expected.mean, own.get(i, j), blur + transform, at);
                    weight += Math.exp(-logZ.get(i, j) - expected.logSum) / n;
                }
            }
            assertEquals(weight, self[j], 1e-11, "κ=" + kappa + " slope=" + slope);
        }
    }

    @Test
    void jointSumsAreThoseOfTheDefinition() {
        for (int n : new int[] {1, 2, 60, 700}) {
            for (int d : new int[] {1, 2, 9}) {
                for (double kappa : new double[] {1e-6, .3, 5, 200}) {
                    for (double slope : new double[] {0, 2, 30}) {
                        joint(gaussian(n, d), kappa, slope);
                    }
                }
            }
        }
    }

    private void joint(Ensemble x, double kappa, double slope) {
        int n = x.size();
        int d = x.dimension();
        double[] logZ = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                logZ[i] -= slope * Math.abs(x.get(i, j));
            }
        }
        Ensemble own = Ensemble.zeros(n, d);
        double[] self = new double[n];
        JointLayer.self(x, kappa, logZ, own, self, ONE);
        Ensemble mean = Ensemble.zeros(n, d);
        double[] logSum = new double[n];
        JointLayer.barycentres(x, kappa, logZ, x, mean, logSum, ONE);
        for (int i = 0; i < n; i += 7) {
            double[] e = new double[n];
            double top = Double.NEGATIVE_INFINITY;
            for (int l = 0; l < n; l++) {
                double square = 0;
                for (int j = 0; j < d; j++) {
                    double delta = x.get(i, j) - x.get(l, j);
                    square += delta * delta;
                }
                e[l] = -kappa * square - logZ[l];
                top = Math.max(top, e[l]);
            }
            double mass = 0;
            double[] expected = new double[d];
            for (int l = 0; l < n; l++) {
                double w = StrictMath.exp(e[l] - top);
                mass += w;
                for (int j = 0; j < d; j++) {
                    expected[j] += w * x.get(l, j);
                }
            }
            String at = "n=" + n + " d=" + d + " κ=" + kappa + " slope=" + slope;
            for (int j = 0; j < d; j++) {
                assertEquals(expected[j] / mass, own.get(i, j), 1e-12, at);
                assertEquals(expected[j] / mass, mean.get(i, j), 1e-12, at);
            }
            assertEquals(top + Math.log(mass), logSum[i], 1e-12 * Math.max(1, Math.abs(top)), at);
            assertEquals(Math.exp(e[i] - top) / mass, self[i], 1e-12, at);
        }
    }

    @Test
    void permutationOfTheParticlesPermutesTheResult() {
        int n = 150;
        int d = 4;
        Ensemble x = gaussian(n, d);
        int[] to = new int[n];
        for (int i = 0; i < n; i++) {
            to[i] = (i * 67 + 13) % n;
        }
        Ensemble moved = Ensemble.zeros(n, d);
        double[] logZ = new double[n];
        double[] movedLogZ = new double[n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(x.data(), i * d, moved.data(), to[i] * d, d);
            logZ[i] = -Math.abs(x.get(i, 0));
            movedLogZ[to[i]] = logZ[i];
        }
        Ensemble a = Ensemble.zeros(n, d);
        Ensemble b = Ensemble.zeros(n, d);
        JointLayer.self(x, .8, logZ, a, new double[n], ONE);
        JointLayer.self(moved, .8, movedLogZ, b, new double[n], ONE);
        assertPermuted(a, b, to, 1e-14);
        double[] kappa = {.1, 1, 10, 100};
        TensorisedLayer.self(x, kappa, normalisers(x, 2), a, new double[d], ONE);
        TensorisedLayer.self(moved, kappa, normalisers(moved, 2), b, new double[d], ONE);
        // Sorted before they are summed: equal to the last bit.
        assertPermuted(a, b, to, 0);
        double[] mixture = {1, 2, 3, 4};
        CovarianceCorrection.of(x, ONE).apply(x, root(mixture), mixture, a, ONE);
        CovarianceCorrection.of(moved, ONE).apply(moved, root(mixture), mixture, b, ONE);
        assertPermuted(a, b, to, 1e-13);
    }

    private static void assertPermuted(Ensemble a, Ensemble b, int[] to, double tolerance) {
        for (int i = 0; i < a.size(); i++) {
            assertArrayEquals(a.point(i), b.point(to[i]), tolerance);
        }
    }

    /** A barycentre of keys that all moved by s has moved by s. */
    @Test
    void translationOfTheParticlesTranslatesTheBarycentres() {
        Ensemble x = gaussian(90, 2);
        Ensemble logZ = normalisers(x, 1);
        Ensemble moved = x.copy();
        for (int i = 0; i < 180; i++) {
            moved.data()[i] += 3.5;
        }
        Ensemble a = Ensemble.zeros(90, 2);
        Ensemble b = Ensemble.zeros(90, 2);
        TensorisedLayer.self(x, new double[] {2, 3}, logZ, a, new double[2], ONE);
        TensorisedLayer.self(moved, new double[] {2, 3}, logZ, b, new double[2], ONE);
        for (int i = 0; i < 180; i++) {
            assertEquals(a.data()[i] + 3.5, b.data()[i], 1e-13);
        }
    }

    @Test
    void resultsDoNotDependOnTheNumberOfThreads() {
        // More than one tile, group and grain of work everywhere.
        int n = 260;
        int d = 40;
        Ensemble x = gaussian(n, d);
        double[] first = everything(x, ONE);
        assertArrayEquals(first, everything(x, new Threads(2)), 0);
        assertArrayEquals(first, everything(x, new Threads(7)), 0);
    }

    private double[] everything(Ensemble x, Workers workers) {
        int n = x.size();
        int d = x.dimension();
        double[] kappa = new double[d];
        double[] time = new double[d];
        double[] weight = new double[d];
        for (int j = 0; j < d; j++) {
            time[j] = .05 + .01 * j;
            kappa[j] = 1 / (4 * time[j]);
            weight[j] = j % 5;
        }
        Ensemble logZ = Ensemble.zeros(n, d);
        double[] mean = new double[d];
        double[] mixture = new double[d];
        MixtureReadout.evaluate(new L1(weight), x, time, 1, logZ, mean, mixture, workers);
        Ensemble tensorised = Ensemble.zeros(n, d);
        double[] self = new double[d];
        TensorisedLayer.self(x, kappa, logZ, tensorised, self, workers);
        Ensemble other = Ensemble.zeros(n, d);
        Ensemble variance = Ensemble.zeros(n, d);
        Ensemble logSum = Ensemble.zeros(n, d);
        TensorisedLayer.barycentres(x, kappa, logZ, x, other, variance, logSum, workers);
        Ensemble joint = Ensemble.zeros(n, d);
        double[] jointLogZ = new double[n];
        double[] jointSelf = new double[n];
        JointLayer.self(x, .02, jointLogZ, joint, jointSelf, workers);
        Ensemble queries = Ensemble.zeros(n, d);
        double[] jointLogSum = new double[n];
        JointLayer.barycentres(x, .02, jointLogZ, x, queries, jointLogSum, workers);
        Ensemble correction = Ensemble.zeros(n, d);
        CovarianceCorrection.of(x, workers).apply(x, root(mixture), mixture, correction, workers);
        double[][] all = {
            mean,
            mixture,
            tensorised.data(),
            self,
            other.data(),
            variance.data(),
            logSum.data(),
            joint.data(),
            jointSelf,
            queries.data(),
            jointLogSum,
            correction.data()
        };
        return Arrays.stream(all).flatMapToDouble(Arrays::stream).toArray();
    }

    /**
     * For a Gaussian cloud whose spread is the mixture's, corr is R⁻¹ minus the marginals' part.
     */
    @Test
    void correctionOfUncorrelatedParticlesIsSmallAndOfEqualOnesZero() {
        Ensemble x = Ensemble.of(4, 2, new double[] {1, 1, 1, -1, -1, 1, -1, -1});
        Ensemble out = Ensemble.zeros(4, 2);
        CovarianceCorrection.of(x, ONE)
                .apply(x, new double[] {1, 1}, new double[] {1, 1}, out, ONE);
        assertArrayEquals(new double[8], out.data(), 1e-15);
        Ensemble flat = Ensemble.of(3, 2, new double[] {5, 1, 5, 2, 5, 4});
        CovarianceCorrection.of(flat, ONE)
                .apply(flat, new double[] {0, 1}, new double[] {1, 1}, flat, ONE);
        assertArrayEquals(new double[6], flat.data(), 1e-15);
    }

    private static double[] root(double[] variance) {
        return Arrays.stream(variance).map(Math::sqrt).toArray();
    }

    private Ensemble gaussian(int n, int d) {
        Ensemble x = Ensemble.zeros(n, d);
        for (int i = 0; i < n * d; i++) {
            x.data()[i] = random.gaussian();
        }
        return x;
    }

    /** Ties, two clusters with a far outlier, and heavy tails. */
    private Ensemble awkward(int n) {
        Ensemble x = Ensemble.zeros(n, 3);
        for (int i = 0; i < n; i++) {
            x.data()[3 * i] = random.below(4);
            x.data()[3 * i + 1] = i == 5 ? 1e5 : (i % 2 == 0 ? 10 : -10) + 1e-3 * random.gaussian();
            x.data()[3 * i + 2] = random.gaussian() / Math.max(.05, random.uniform());
        }
        return x;
    }

    private static Ensemble normalisers(Ensemble x, double slope) {
        Ensemble z = Ensemble.zeros(x.size(), x.dimension());
        for (int i = 0; i < z.data().length; i++) {
            z.data()[i] = .7 - slope * Math.abs(x.data()[i]);
        }
        return z;
    }

    /** The definition, coordinate j, one query. */
    private static final class Softmax {
        private double mean;
        private double variance;
        private double logSum;
        private double exponents;
        private double size;
        private double width;
        private double negligible;

        Softmax(Ensemble x, Ensemble logZ, int j, double kappa, double a) {
            int n = x.size();
            double[] e = new double[n];
            int peak = 0;
            for (int l = 0; l < n; l++) {
                double delta = x.get(l, j) - a;
                e[l] = -kappa * delta * delta - logZ.get(l, j);
                peak = e[l] > e[peak] ? l : peak;
                size = Math.max(size, Math.abs(x.get(l, j)));
            }
            double centre = x.get(peak, j);
            double mass = 0;
            double first = 0;
            double second = 0;
            for (int l = 0; l < n; l++) {
                double w = StrictMath.exp(e[l] - e[peak]);
                double delta = x.get(l, j) - centre;
                mass += w;
                first += w * delta;
                second += w * delta * delta;
                if (w > 1e-17) {
                    width = Math.max(width, Math.abs(delta));
                } else {
                    negligible += w * delta * delta;
                }
            }
            mean = centre + first / mass;
            negligible /= mass;
            variance = second / mass - first / mass * (first / mass);
            logSum = e[peak] + Math.log(mass);
            exponents = Math.abs(logZ.get(peak, j)) + Math.abs(e[peak]);
        }
    }
}
