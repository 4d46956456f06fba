package org.headwater.studies;

import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Workers;
import org.headwater.diagnostics.EnergyDistance;
import org.headwater.diagnostics.Samples;
import org.headwater.kernels.chain.ChainStatistics;

/**
 * How near draws are to those of a reference. Parameters count in units of the reference's standard
 * deviations.
 *
 * @param mean rms over parameters of the error of the mean
 * @param leastSd least ratio of standard deviations
 * @param meanSd mean ratio
 * @param largestSd largest ratio
 * @param correlation rms error of the correlations
 * @param energy squared energy distance over √d, unbiased: slightly negative is as good as 0
 */
public record Accuracy(
        double mean,
        double leastSd,
        double meanSd,
        double largestSd,
        double correlation,
        double energy) {
    /** Nothing is known. */
    public static final Accuracy NONE =
            new Accuracy(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /** Draws that distances are taken between. */
    private static final int MOST = 1000;

    private static final Workers ALONE =
            new Workers() {
                @Override
                public int threads() {
                    return 1;
                }

                @Override
                public void forRanges(int count, int grain, RangeTask task) {
                    task.run(0, count);
                }
            };

    /** Compares. O(n·d² + 1000²·d). */
    public static Accuracy of(Ensemble draws, Ensemble reference) {
        int d = reference.dimension();
        double[] a = Samples.mean(draws);
        double[] b = Samples.mean(reference);
        double[] c = Samples.covariance(draws);
        double[] r = Samples.covariance(reference);
        double[] scale = new double[d];
        double mean = 0;
        double least = Double.POSITIVE_INFINITY;
        double sum = 0;
        double largest = 0;
        double correlation = 0;
        for (int j = 0; j < d; j++) {
            scale[j] = Math.sqrt(r[j * d + j]);
            double error = (a[j] - b[j]) / scale[j];
            double ratio = Math.sqrt(c[j * d + j]) / scale[j];
            mean += error * error / d;
            sum += ratio / d;
            least = Math.min(least, ratio);
            largest = Math.max(largest, ratio);
            for (int k = 0; k < j; k++) {
                double found = c[j * d + k] / Math.sqrt(c[j * d + j] * c[k * d + k]);
                double right = r[j * d + k] / (scale[j] * scale[k]);
                correlation += 2 * (found - right) * (found - right) / (d * (d - 1.0));
            }
        }
        double energy =
                draws.size() < 2
                        ? Double.NaN
                        : EnergyDistance.squared(
                                        Samples.scaled(Samples.thinned(draws, MOST), scale),
                                        Samples.scaled(Samples.thinned(reference, MOST), scale),
                                        ALONE)
                                / Math.sqrt(d);
        return new Accuracy(Math.sqrt(mean), least, sum, largest, Math.sqrt(correlation), energy);
    }

    /** rms over parameters of √(1/ESS) of draws of chains; NaN where that is not known. */
    public static double floor(Posterior posterior) {
        Double chains = posterior.diagnostics().get("chains");
        if (posterior.particles() || chains == null) {
            return Double.NaN;
        }
        int d = posterior.draws().dimension();
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double[] column = Samples.column(posterior.draws(), j);
            sum += 1 / ChainStatistics.ofChains(column, chains.intValue()).ess() / d;
        }
        return Math.sqrt(sum);
    }
}
