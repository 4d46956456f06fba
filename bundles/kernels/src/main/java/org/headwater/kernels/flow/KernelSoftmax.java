package org.headwater.kernels.flow;

import org.headwater.kernels.special.Exponential;

/**
 * The softmax of one coordinate over keys, w_l ∝ exp(−D(x − y_l)²/2 − log Z₁(y_l)), and the moments
 * of the gaps x − y_l under it. Holds the result of the last call; used by one thread at a time.
 */
final class KernelSoftmax {
    private final double[] w;
    private double mean;
    private double variance;
    private double third;

    KernelSoftmax(int keys) {
        w = new double[keys];
    }

    /** w; shared. */
    double[] weights() {
        return w;
    }

    /** m = Σw(x − y). */
    double mean() {
        return mean;
    }

    /** Σw(x − y − m)². */
    double variance() {
        return variance;
    }

    /** Σw(x − y − m)³. */
    double third() {
        return third;
    }

    /**
     * Weights and moments at x. O(L).
     *
     * @param precision D
     * @param keys y from {@code o} on, not modified
     * @param logNormaliser log Z₁(y) from {@code o} on, not modified
     */
    void evaluate(double x, double precision, double[] keys, double[] logNormaliser, int o) {
        int count = w.length;
        double max = Double.NEGATIVE_INFINITY;
        for (int l = 0; l < count; l++) {
            double gap = x - keys[o + l];
            w[l] = -0.5 * precision * gap * gap - logNormaliser[o + l];
            max = Math.max(max, w[l]);
        }
        double sum = 0;
        double first = 0;
        for (int l = 0; l < count; l++) {
            double e = Exponential.exp(Math.max(w[l] - max, Exponential.LEAST));
            w[l] = e;
            sum += e;
            first += e * (x - keys[o + l]);
        }
        mean = first / sum;
        variance = 0;
        third = 0;
        for (int l = 0; l < count; l++) {
            w[l] /= sum;
            double e = x - keys[o + l] - mean;
            variance += w[l] * e * e;
            third += w[l] * e * e * e;
        }
    }
}
