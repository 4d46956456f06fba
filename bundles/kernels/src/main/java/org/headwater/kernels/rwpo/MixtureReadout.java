package org.headwater.kernels.rwpo;

import org.headwater.api.Ensemble;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Workers;

/**
 * The mixture Kρ of a separable prior's kernels centred at the particles, coordinate by coordinate.
 * The mixture, not the cloud of particles, carries the spread of the target:
 *
 * <pre>D_K,j = Var_l m₁(x_lj) + mean_l v₁(x_lj)   (population variances).</pre>
 */
public final class MixtureReadout {
    private MixtureReadout() {}

    /**
     * Normalisers of the kernels at all particles, and the mixture's mean and variance. Nd kernel
     * evaluations; one coordinate is the work of one thread.
     *
     * @param prior ψ
     * @param x N × d, not modified
     * @param time T_j &gt; 0, d values, not modified
     * @param beta β
     * @param logNormaliser log Z_lj, N × d, modified
     * @param mean mean_l m₁(x_lj), d values, modified
     * @param variance D_K, d values, modified
     * @param workers threads
     */
    public static void evaluate(
            SeparablePrior prior,
            Ensemble x,
            double[] time,
            double beta,
            Ensemble logNormaliser,
            double[] mean,
            double[] variance,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.require(prior.dimension() == d, "the prior must act on all coordinates");
        Shapes.require(time.length == d, "time needs one value per coordinate");
        Shapes.require(mean.length == d, "mean needs one value per coordinate");
        Shapes.require(variance.length == d, "variance needs one value per coordinate");
        Shapes.same(x, logNormaliser, "logNormaliser");
        workers.forRanges(
                d,
                Math.max(1, d / 32),
                (from, to) -> {
                    double[] y = new double[n];
                    double[] z = new double[n];
                    double[] m = new double[n];
                    double[] v = new double[n];
                    for (int j = from; j < to; j++) {
                        for (int i = 0; i < n; i++) {
                            y[i] = x.data()[i * d + j];
                        }
                        prior.kernel(j, time[j], beta, y, z, m, v);
                        for (int i = 0; i < n; i++) {
                            logNormaliser.data()[i * d + j] = z[i];
                        }
                        mean[j] = mean(m);
                        variance[j] = variance(m, v);
                    }
                });
    }

    /** D_K of one coordinate: the population variance of the means plus the mean variance. */
    public static double variance(double[] mean, double[] variance) {
        double centre = mean(mean);
        double sum = 0;
        for (int i = 0; i < mean.length; i++) {
            double delta = mean[i] - centre;
            sum += delta * delta + variance[i];
        }
        return sum / mean.length;
    }

    private static double mean(double[] a) {
        double sum = 0;
        for (double v : a) {
            sum += v;
        }
        return sum / a.length;
    }
}
