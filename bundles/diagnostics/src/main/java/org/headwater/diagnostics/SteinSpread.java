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
 * <p>Where p ends at a bound a of one side, each term has the weight (x_j − a)/(c_j − a): it
 * vanishes there, so that the identity holds without a boundary term, and is 1 for a bound far
 * away. For an exponential law around the right mean the ratio is that of the variances.
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
     * @param wanted which coordinates count, d flags: those in which p is continuous but at a bound
     * @param bound of a coordinate that has one on one side, NaN where there is none, d values
     */
    public static SteinSpread of(Ensemble x, Ensemble score, boolean[] wanted, double[] bound) {
        Samples.requireSameDimension(x, score);
        int n = x.size();
        int d = x.dimension();
        double[] c = Samples.mean(x);
        double[] ratio = new double[d];
        double[] squares = new double[d];
        double mean = 0;
        double square = 0;
        int count = 0;
        for (boolean w : wanted) {
            count += w ? 1 : 0;
        }
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int j = 0; j < d; j++) {
                double term = -(x.get(i, j) - c[j]) * score.get(i, j);
                if (!Double.isNaN(bound[j])) {
                    term *= (x.get(i, j) - bound[j]) / (c[j] - bound[j]);
                }
                ratio[j] += term / n;
                squares[j] += term * term / n;
                sum += wanted[j] ? term / count : 0;
            }
            mean += sum / n;
            square += sum * sum / n;
        }
        double[] errors = new double[d];
        for (int j = 0; j < d; j++) {
            errors[j] = Math.sqrt(Math.max(0, squares[j] - ratio[j] * ratio[j]) / (n - 1));
            if (!wanted[j]) {
                ratio[j] = Double.NaN;
                errors[j] = Double.NaN;
            }
        }
        double error = Math.sqrt(Math.max(0, square - mean * mean) / (n - 1));
        return new SteinSpread(ratio, count == 0 ? Double.NaN : mean, error, errors);
    }
}
