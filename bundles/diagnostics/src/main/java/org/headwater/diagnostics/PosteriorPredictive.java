package org.headwater.diagnostics;

import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;

/**
 * Whether data and draws belong together, by quantities whose distribution is known at the truth.
 *
 * <p>If truth and data come from the model, a draw of the posterior and the data are distributed
 * like the truth and the data. A quantity D(θ, y) that has a known law at the truth has it at a
 * draw as well, so its tail probability there is uniform (V. E. Johnson, Bayesian Analysis 2, 2007,
 * doi:10.1214/07-BA229); the mean p̄ over dependent draws keeps P(p̄ ≤ α) ≤ 2α (V. Vovk, R. Wang,
 * Biometrika 107, 2020, doi:10.1093/biomet/asaa027). So "p̄ ≤ α/2 on either side" has false-alarm
 * odds of at most 2α, whatever model and prior.
 */
public final class PosteriorPredictive {
    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    private PosteriorPredictive() {}

    /**
     * Mean tail probabilities over draws.
     *
     * @param above mean of P(X ≥ D_i): small where D is larger than it should be
     * @param below mean of P(X ≤ D_i): small where it is smaller
     */
    public record Tails(double above, double below) {}

    /**
     * The tails of sums of m squared standardised residuals, χ²_m at the truth under Gaussian noise
     * of known covariance.
     *
     * @param discrepancy D(θ_i, y) of the draws
     */
    public static Tails ofResiduals(double[] discrepancy, int m) {
        return tails(discrepancy, new ChiSquaredDistribution(null, m));
    }

    /**
     * The tails of the sum T of squared standardised residuals at the mean prediction. As the mean
     * of D over draws is T + p, p the variance of the predictions over draws, summed in units of
     * the noise's, E T = m − E p in any model under Gaussian noise. χ² with ν = m − p degrees of
     * freedom is the law of T for a linear model with a flat prior, and has wider tails than T for
     * one with a Gaussian prior. More powerful than {@link #ofResiduals}, since the p that the
     * draws add by themselves are left out.
     *
     * @param atMean T
     * @param freedom ν &gt; 0
     */
    public static Tails ofMeanPrediction(double atMean, double freedom) {
        return tails(new double[] {atMean}, new ChiSquaredDistribution(null, freedom));
    }

    /**
     * The tails of βψ(θ_i) for a prior whose potential is homogeneous of degree k on m dimensions:
     * Gamma(m/k, 1) under the prior, e.g. ½χ²_m for a Gaussian. Small tails mean that prior and
     * data do not agree.
     */
    public static Tails ofPrior(double[] potential, double dimension, double degree) {
        return tails(potential, new GammaDistribution(null, dimension / degree, 1));
    }

    /**
     * The tails of a quantity of which there are replicates under the model, by a normal law of
     * their mean and variance.
     *
     * @param replicated values of replicated data, at least 2
     */
    public static Tails ofReplicates(double[] discrepancy, double[] replicated) {
        double mean = 0;
        for (double v : replicated) {
            mean += v / replicated.length;
        }
        double square = 0;
        for (double v : replicated) {
            square += (v - mean) * (v - mean) / (replicated.length - 1);
        }
        double sd = Math.max(Math.sqrt(square), Double.MIN_NORMAL);
        return tails(discrepancy, new NormalDistribution(null, mean, sd));
    }

    private static Tails tails(double[] values, RealDistribution law) {
        double above = 0;
        double below = 0;
        for (double v : values) {
            double p = law.cumulativeProbability(v);
            below += p / values.length;
            above += (1 - p) / values.length;
        }
        return new Tails(above, below);
    }

    /**
     * Residuals in units of the standard deviations that they have under the model. Of m residuals
     * r = (prediction − datum)/sd at the posterior mean, with posterior variances v of the
     * prediction in the same units, z = r/√(1 − v): N(0, 1) for a linear model with Gaussian noise
     * and prior, as the datum's pull on its own prediction is accounted for.
     *
     * @param residual r, m values
     * @param variance v, m values; taken as at most .9, since the law is not exact elsewhere
     */
    public static double[] standardised(double[] residual, double[] variance) {
        double[] z = new double[residual.length];
        for (int k = 0; k < z.length; k++) {
            z[k] = residual[k] / Math.sqrt(1 - Math.min(variance[k], 0.9));
        }
        return z;
    }

    /** The |z| that the largest of m standard normals exceeds with probability ≤ α (Bonferroni). */
    public static double outlierLimit(int m, double alpha) {
        return -NORMAL.inverseCumulativeProbability(alpha / (2.0 * m));
    }
}
