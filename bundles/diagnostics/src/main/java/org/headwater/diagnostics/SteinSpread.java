package org.headwater.diagnostics;

import org.headwater.api.Ensemble;

/**
 * Whether draws have the spread of a density p that is known up to a constant: for draws of p, by
 * Stein's identity (in physics the equipartition theorem),
 *
 * <pre>E[−(x_j − c)·∂_j log p(x)] = 1  for any c</pre>
 *
 * if p is continuous and falls off at infinity. For a Gaussian p and draws of covariance C around
 * the right mean the left side is (C·C_p⁻¹)_jj: the ratio of their variances where coordinates are
 * independent. c is the draws' mean. Needs neither normaliser nor other draws; says nothing of
 * modes that the draws miss.
 *
 * <p>Where p ends at bounds, terms have a weight w(x_j) that vanishes there, so that the identity
 * for (x_j − c_j)·w(x_j) holds without a boundary term:
 *
 * <pre>E[−(x_j − c_j)·w·∂_j log p − (x_j − c_j)·w′] / E[w] = 1,</pre>
 *
 * w = x_j − a at one bound, w = (x_j − a)(b − x_j) at two. For an exponential law around the right
 * mean this is the ratio of the variances; for a uniform one on [0, 1] and draws of variance v
 * around ½ it is 2v/(¼ − v).
 *
 * @param ratio the left side of each coordinate, d values; 1 is right, less too narrow
 * @param mean their mean: −E[(x − c)ᵀ∇log p]/d
 * @param error standard error of {@code mean}, if all draws are independent
 * @param errors standard errors of {@code ratio}, d values, under the same assumption
 */
public record SteinSpread(double[] ratio, double mean, double error, double[] errors) {
    /**
     * The ratios of draws. O(nd).
     *
     * @param x n × d, n ≥ 2, not modified
     * @param score n × d, ∇log p at the draws, not modified
     * @param wanted which coordinates count, d flags: those in which p is continuous but at bounds
     * @param lower least value of each coordinate, −∞ where there is none, d values
     * @param upper largest value, ∞ where there is none, d values
     */
    public static SteinSpread of(
            Ensemble x, Ensemble score, boolean[] wanted, double[] lower, double[] upper) {
        Samples.requireSameDimension(x, score);
        int n = x.size();
        int d = x.dimension();
        double[] c = Samples.mean(x);
        boolean[] counts = wanted.clone();
        double[] scale = new double[d];
        int count = 0;
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < n; i++) {
                scale[j] += weight(x.get(i, j), lower[j], upper[j]) / n;
            }
            counts[j] &= scale[j] > 0;
            count += counts[j] ? 1 : 0;
        }
        double[] ratio = new double[d];
        double[] squares = new double[d];
        double mean = 0;
        double square = 0;
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < d; j++) {
                double y = x.get(i, j);
                double delta = y - c[j];
                double term = -delta * weight(y, lower[j], upper[j]) * score.get(i, j);
                if (Double.isFinite(lower[j]) && Double.isFinite(upper[j])) {
                    // (y − c)·w′ but for what has mean 0, that of one bound being all of it
                    term += 2 * delta * delta;
                }
                term /= scale[j];
                ratio[j] += term / n;
                squares[j] += term * term / n;
                sum += counts[j] ? term / count : 0;
            }
            mean += sum / n;
            square += sum * sum / n;
        }
        double[] errors = new double[d];
        for (int j = 0; j < d; j++) {
            errors[j] = Math.sqrt(Math.max(0, squares[j] - ratio[j] * ratio[j]) / (n - 1));
            if (!counts[j]) {
                ratio[j] = Double.NaN;
                errors[j] = Double.NaN;
            }
        }
        double error = Math.sqrt(Math.max(0, square - mean * mean) / (n - 1));
        return new SteinSpread(ratio, count == 0 ? Double.NaN : mean, error, errors);
    }

    /** Distance from the bounds: 1 without any, a product of two. */
    private static double weight(double y, double lower, double upper) {
        double below = Double.isFinite(lower) ? y - lower : 1;
        return Double.isFinite(upper) ? below * (upper - y) : below;
    }
}
