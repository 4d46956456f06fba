package org.headwater.kernels.chain;

/**
 * How well a mean is known from draws.
 *
 * <p>Independent chains: split-R̂ and the effective sample size from autocorrelations with Geyer's
 * initial monotone sequence (Vehtari et al., Bayesian Analysis 2021, doi:10.1214/20-BA1221, without
 * rank normalisation). Replicates of an interacting particle system: draws of one replicate are not
 * independent of each other, replicates are, so the error of the mean comes from the spread of the
 * replicates' means.
 *
 * @param ess effective sample size
 * @param mcse Monte Carlo standard error of the mean
 * @param rhat potential scale reduction
 */
public record ChainStatistics(double ess, double mcse, double rhat) {
    /** Nothing can be said. */
    public static final ChainStatistics UNKNOWN =
            new ChainStatistics(Double.NaN, Double.NaN, Double.NaN);

    /**
     * Statistics of chains that follow one another in {@code x}.
     *
     * @param x the draws of one parameter, not modified
     * @param chains number of chains of equal length
     */
    public static ChainStatistics ofChains(double[] x, int chains) {
        int n = x.length / (2 * chains);
        int count = 2 * chains;
        if (n < 4) {
            return UNKNOWN;
        }
        // halves of each chain; a middle draw of an odd chain is left out
        int length = x.length / chains;
        int[] starts = new int[count];
        for (int c = 0; c < chains; c++) {
            starts[2 * c] = c * length;
            starts[2 * c + 1] = (c + 1) * length - n;
        }
        Spread s = Spread.of(x, starts, n);
        if (!(s.within > 0)) {
            return UNKNOWN;
        }
        double pooled = (n - 1.0) / n * s.within + s.between;
        double sum = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (int lag = 0; lag + 1 < n; lag += 2) {
            double pair =
                    correlation(x, starts, n, lag, s, pooled)
                            + correlation(x, starts, n, lag + 1, s, pooled);
            if (!(pair > 0)) {
                break;
            }
            smallest = Math.min(smallest, pair);
            sum += smallest;
        }
        double total = (double) count * n;
        // the floor keeps antithetic chains from claiming more than n·log10(n) draws
        double time = Math.max(2 * sum - 1, 1 / Math.log10(total));
        double ess = total / time;
        return new ChainStatistics(ess, Math.sqrt(pooled / ess), Math.sqrt(pooled / s.within));
    }

    /** Statistics of replicates of equal size that follow one another in {@code x}. */
    public static ChainStatistics ofReplicates(double[] x, int replicates) {
        int n = x.length / replicates;
        if (replicates < 2 || n < 2) {
            return UNKNOWN;
        }
        int[] starts = new int[replicates];
        for (int r = 0; r < replicates; r++) {
            starts[r] = r * n;
        }
        Spread s = Spread.of(x, starts, n);
        if (!(s.within > 0 && s.between > 0)) {
            return UNKNOWN;
        }
        double pooled = (n - 1.0) / n * s.within + s.between;
        double mcse = Math.sqrt(s.between / replicates);
        return new ChainStatistics(pooled / (mcse * mcse), mcse, Math.sqrt(pooled / s.within));
    }

    private static double correlation(
            double[] x, int[] starts, int n, int lag, Spread s, double pooled) {
        double sum = 0;
        for (int c = 0; c < starts.length; c++) {
            double covariance = 0;
            for (int i = starts[c]; i < starts[c] + n - lag; i++) {
                covariance += (x[i] - s.means[c]) * (x[i + lag] - s.means[c]);
            }
            sum += covariance / n;
        }
        double unbiased = sum / starts.length * n / (n - 1.0);
        return lag == 0 ? 1 : 1 - (s.within - unbiased) / pooled;
    }

    /**
     * Variance within and between groups: the mean of their variances, the variance of their means.
     */
    private record Spread(double[] means, double within, double between) {
        static Spread of(double[] x, int[] starts, int n) {
            int groups = starts.length;
            double[] means = new double[groups];
            double within = 0;
            double mean = 0;
            for (int c = 0; c < groups; c++) {
                for (int i = starts[c]; i < starts[c] + n; i++) {
                    means[c] += x[i] / n;
                }
                for (int i = starts[c]; i < starts[c] + n; i++) {
                    within += (x[i] - means[c]) * (x[i] - means[c]) / (n - 1.0) / groups;
                }
                mean += means[c] / groups;
            }
            double between = 0;
            for (double m : means) {
                between += (m - mean) * (m - mean) / (groups - 1.0);
            }
            return new Spread(means, within, between);
        }
    }
}
