package org.headwater.experiments.internal;

import org.headwater.kernels.special.L1Kernel;

/**
 * The RWPO layer as a sampler on the line: f = ax²/2, ψ = λ|x|, particles that are keys and
 * queries,
 *
 * <pre>x⁺ = x − h·a·x + ½(S_{λh}(x) − x̄).</pre>
 */
final class LineFlow {
    private LineFlow() {}

    /**
     * Where it rests.
     *
     * @param particles standard deviation of the particles; NaN when they left the range of numbers
     * @param readout that of the kernel mixture, √(Var m₁ + mean v₁)
     * @param selfWeight mean weight of a particle on itself
     */
    record Rest(double particles, double readout, double selfWeight) {}

    /** Standard deviation of the density ∝ exp(−ax²/2 − λ|x|): the kernel with D = a at 0. */
    static double exactSd(double a, double lambda) {
        double[] variance = new double[1];
        L1Kernel.evaluate(lambda, 1 / a, 2, new double[1], new double[1], new double[1], variance);
        return Math.sqrt(variance[0]);
    }

    /**
     * Particles from the quantiles of a Laplace law of the target's scale, after some steps.
     *
     * @param exact whether the normaliser is exact, else its Laplace approximation
     */
    static Rest rest(
            double a, double lambda, double h, double beta, int n, int steps, boolean exact) {
        double[] x = new double[n];
        double scale = exactSd(beta * a, beta * lambda);
        for (int i = 0; i < n; i++) {
            double u = (i + 0.5) / n;
            double e = u < 0.5 ? Math.log(2 * u) : -Math.log(2 * (1 - u));
            x[i] = scale * e / Math.sqrt(2);
        }
        double[] log = new double[n];
        double[] mean = new double[n];
        double[] variance = new double[n];
        double[] next = new double[n];
        double self = 0;
        for (int k = 0; k < steps; k++) {
            L1Kernel.evaluate(lambda, h, beta, x, log, mean, variance);
            if (!exact) {
                L1Kernel.laplace(lambda, h, beta, x, log);
            }
            self = 0;
            for (int i = 0; i < n; i++) {
                double max = Double.NEGATIVE_INFINITY;
                for (int l = 0; l < n; l++) {
                    double gap = x[i] - x[l];
                    max = Math.max(max, -beta * gap * gap / (4 * h) - log[l]);
                }
                double sum = 0;
                double first = 0;
                for (int l = 0; l < n; l++) {
                    double gap = x[i] - x[l];
                    double w = Math.exp(-beta * gap * gap / (4 * h) - log[l] - max);
                    sum += w;
                    first += w * x[l];
                }
                double own = Math.exp(-log[i] - max);
                self += own / sum / n;
                double soft = L1Kernel.softThreshold(x[i], lambda * h);
                next[i] = x[i] - h * a * x[i] + 0.5 * (soft - first / sum);
            }
            System.arraycopy(next, 0, x, 0, n);
        }
        L1Kernel.evaluate(lambda, h, beta, x, log, mean, variance);
        double inside = 0;
        for (double v : variance) {
            inside += v / n;
        }
        return new Rest(Math.sqrt(spread(x)), Math.sqrt(spread(mean) + inside), self);
    }

    private static double spread(double[] x) {
        double mean = 0;
        double square = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        for (double v : x) {
            square += (v - mean) * (v - mean) / x.length;
        }
        return square;
    }
}
