package org.headwater.kernels.flow;

import java.util.Arrays;

/**
 * How well draws of a density q stand for an unnormalised density π̃, from their weights π̃/q.
 *
 * @param effectiveShare effective sample size (Σw)²/Σw² as a share of the draws
 * @param paretoShape k̂ of the generalised Pareto law of the largest weights: below .7 estimates by
 *     importance sampling are reliable, above 1 the weights have no mean that could be estimated
 *     (A. Vehtari et al., JMLR 25, 2024, arXiv 1507.02646); NaN with fewer than 25 draws
 * @param logNormaliser log of the mean weight, an estimate of log ∫π̃
 * @param divergence KL(q ‖ π) as estimated: log of the mean weight minus the mean log weight
 */
public record ImportanceWeights(
        double effectiveShare, double paretoShape, double logNormaliser, double divergence) {
    private static final int FEWEST = 25;

    /**
     * From log weights log π̃ − log q. O(n log n).
     *
     * @param logWeights n values, not modified; −∞ for a weight of 0
     */
    public static ImportanceWeights of(double[] logWeights) {
        int n = logWeights.length;
        double[] sorted = logWeights.clone();
        Arrays.sort(sorted);
        double max = sorted[n - 1];
        double sum = 0;
        double square = 0;
        double mean = 0;
        for (double log : sorted) {
            double w = Math.exp(log - max);
            sum += w;
            square += w * w;
            mean += log / n;
        }
        double logNormaliser = max + Math.log(sum / n);
        return new ImportanceWeights(
                sum * sum / square / n, shape(sorted, max), logNormaliser, logNormaliser - mean);
    }

    /**
     * k̂ of the largest min(n/5, 3√n) weights, by the estimator of J. Zhang and M. Stephens
     * (Technometrics 51, 2009), drawn towards ½ by ten observations as in arXiv 1507.02646.
     */
    private static double shape(double[] sorted, double max) {
        int n = sorted.length;
        int tail = (int) Math.min(0.2 * n, 3 * Math.sqrt(n));
        if (n < FEWEST || tail < 5) {
            return Double.NaN;
        }
        double cut = Math.exp(sorted[n - tail - 1] - max);
        double[] x = new double[tail];
        for (int i = 0; i < tail; i++) {
            x[i] = Math.exp(sorted[n - tail + i] - max) - cut;
        }
        if (!(x[tail - 1] > 0)) {
            return Double.NEGATIVE_INFINITY;
        }
        int grid = 30 + (int) Math.sqrt(tail);
        double quartile = x[(int) Math.floor(tail / 4.0 + 0.5) - 1];
        quartile = quartile > 0 ? quartile : x[tail - 1] / tail;
        double[] b = new double[grid];
        double[] log = new double[grid];
        for (int k = 0; k < grid; k++) {
            b[k] = 1 / x[tail - 1] + (1 - Math.sqrt(grid / (k + 0.5))) / (3 * quartile);
            double xi = meanLog(x, b[k]);
            log[k] = tail * (Math.log(-b[k] / xi) - xi - 1);
        }
        double best = Arrays.stream(log).max().orElse(0);
        double weights = 0;
        double mean = 0;
        for (int k = 0; k < grid; k++) {
            double w = Math.exp(log[k] - best);
            weights += w;
            mean += w * b[k];
        }
        double xi = meanLog(x, mean / weights);
        return (tail * xi + 5) / (tail + 10.0);
    }

    private static double meanLog(double[] x, double b) {
        double sum = 0;
        for (double v : x) {
            sum += Math.log1p(-b * v);
        }
        return sum / x.length;
    }
}
