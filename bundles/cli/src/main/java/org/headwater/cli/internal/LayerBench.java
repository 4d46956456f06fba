package org.headwater.cli.internal;

import java.util.Arrays;
import java.util.Random;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.headwater.kernels.rwpo.CovarianceCorrection;

/** Time and error of a layer on standard normal particles. */
final class LayerBench {
    /** Particles and calls with which Java's compiler gets to know the loops. */
    private static final int WARM_UP_SIZE = 260;

    private static final int WARM_UP_CALLS = 50;

    /** The compiler is done when this many windows in a row have brought nothing. */
    private static final int CALM_WINDOWS = 3;

    private static final int MOST_WINDOWS = 30;
    private static final long WINDOW_NANOS = 1_000_000_000L;
    private static final double FASTER = 0.9;
    private static final long MEASURE_NANOS = 2_000_000_000L;
    private static final int LEAST_ROUNDS = 5;
    private static final int QUERIES = 64;

    /** What is measured. */
    enum Kernel {
        joint,
        tensorised,
        cc
    }

    /** The figures. */
    record Result(
            double medianMs,
            double minMs,
            double maxMs,
            double deviceMs,
            double gflops,
            double maxRelativeError) {}

    private final Kernel kernel;
    private final int n;
    private final int d;
    private final double time;
    private final KernelBackend backend;
    private final Workers workers;
    private final Ensemble x;
    private final Ensemble barycentre;
    private final Ensemble correction;

    /**
     * @param time T, κ = 1/(4T)
     */
    LayerBench(Kernel kernel, int n, int d, double time, KernelBackend backend, Workers workers) {
        this.kernel = kernel;
        this.n = n;
        this.d = d;
        this.time = time;
        this.backend = backend;
        this.workers = workers;
        Random random = new Random(1);
        x = Ensemble.zeros(n, d);
        for (int i = 0; i < n * d; i++) {
            x.data()[i] = random.nextGaussian();
        }
        barycentre = Ensemble.zeros(n, d);
        correction = Ensemble.zeros(n, d);
    }

    Result measure() {
        if (n > WARM_UP_SIZE) {
            LayerBench small = new LayerBench(kernel, WARM_UP_SIZE, d, time, backend, workers);
            for (int k = 0; k < WARM_UP_CALLS; k++) {
                small.error(time);
            }
        }
        double error = Math.max(error(time), error(Math.max(1, d / 2.0)));
        Ensemble logZ = logNormaliser(time);
        double[] sum = sums(logZ);
        settle(logZ, sum);
        double[] ms = new double[16];
        double device = Double.POSITIVE_INFINITY;
        int rounds = 0;
        long end = System.nanoTime() + MEASURE_NANOS;
        while (rounds < LEAST_ROUNDS || System.nanoTime() < end) {
            long start = System.nanoTime();
            layer(time, logZ, sum);
            if (rounds == ms.length) {
                ms = Arrays.copyOf(ms, 2 * rounds);
            }
            ms[rounds++] = (System.nanoTime() - start) / 1e6;
            device = Math.min(device, backend.deviceMilliseconds());
        }
        ms = Arrays.copyOf(ms, rounds);
        Arrays.sort(ms);
        double median = (ms[(rounds - 1) / 2] + ms[rounds / 2]) / 2;
        return new Result(
                median, ms[0], ms[rounds - 1], device, operations() / median / 1e6, error);
    }

    private void settle(Ensemble logZ, double[] sum) {
        double best = Double.POSITIVE_INFINITY;
        int calm = 0;
        for (int window = 0; window < MOST_WINDOWS && calm < CALM_WINDOWS; window++) {
            double shortest = Double.POSITIVE_INFINITY;
            long end = System.nanoTime() + WINDOW_NANOS;
            do {
                long start = System.nanoTime();
                layer(time, logZ, sum);
                shortest = Math.min(shortest, System.nanoTime() - start);
            } while (System.nanoTime() < end);
            calm = shortest < FASTER * best ? 0 : calm + 1;
            best = Math.min(best, shortest);
        }
    }

    /** Two products of N × N and N × d numbers; per coordinate a difference, square and sums. */
    private double operations() {
        double pairs = (double) n * n * d;
        return switch (kernel) {
            case joint -> 4 * pairs;
            case tensorised -> 6 * pairs;
            case cc -> 6 * pairs + 4.0 * n * d * d;
        };
    }

    private void layer(double time, Ensemble logZ, double[] sum) {
        if (kernel == Kernel.joint) {
            backend.joint(x, 1 / (4 * time), sum, barycentre, new double[n], workers);
            return;
        }
        double[] kappa = new double[d];
        Arrays.fill(kappa, 1 / (4 * time));
        backend.tensorised(x, kappa, logZ, barycentre, new double[d], workers);
        if (kernel == Kernel.cc) {
            double[] one = new double[d];
            Arrays.fill(one, 1);
            CovarianceCorrection.of(x, backend, workers).apply(x, one, one, correction, workers);
        }
    }

    /** The normaliser's leading part (Laplace) for ψ = |x|, β = 1. */
    private Ensemble logNormaliser(double time) {
        Ensemble z = Ensemble.zeros(n, d);
        for (int i = 0; i < n * d; i++) {
            double y = x.data()[i];
            double s = Math.signum(y) * Math.max(0, Math.abs(y) - time);
            z.data()[i] = -((y - s) * (y - s) / (2 * time) + Math.abs(s)) / 2;
        }
        return z;
    }

    private double[] sums(Ensemble logZ) {
        double[] sum = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                sum[i] += logZ.get(i, j);
            }
        }
        return sum;
    }

    private double error(double time) {
        Ensemble logZ = logNormaliser(time);
        double[] sum = sums(logZ);
        layer(time, logZ, sum);
        double largest = Arrays.stream(x.data()).map(Math::abs).max().orElse(1);
        double error = 0;
        int step = Math.max(1, n / QUERIES);
        for (int i = 0; i < n; i += step) {
            double[] expected = direct(i, time, logZ, sum);
            for (int j = 0; j < d; j++) {
                error = Math.max(error, Math.abs(barycentre.get(i, j) - expected[j]) / largest);
            }
        }
        return error;
    }

    /** The barycentre of one particle by its definition. */
    private double[] direct(int i, double time, Ensemble logZ, double[] sum) {
        double[] exponent = new double[n];
        double[] mean = new double[d];
        for (int j = 0; j < d; j++) {
            boolean joint = kernel == Kernel.joint;
            if (!joint || j == 0) {
                for (int l = 0; l < n; l++) {
                    double square = 0;
                    for (int k = joint ? 0 : j; k < (joint ? d : j + 1); k++) {
                        double delta = x.get(i, k) - x.get(l, k);
                        square += delta * delta;
                    }
                    exponent[l] = -square / (4 * time) - (joint ? sum[l] : logZ.get(l, j));
                }
            }
            double top = Arrays.stream(exponent).max().orElse(0);
            double mass = 0;
            for (int l = 0; l < n; l++) {
                double w = Math.exp(exponent[l] - top);
                mass += w;
                mean[j] += w * x.get(l, j);
            }
            mean[j] /= mass;
        }
        return mean;
    }
}
