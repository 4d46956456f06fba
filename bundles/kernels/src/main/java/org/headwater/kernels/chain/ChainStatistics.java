package org.headwater.kernels.chain;

import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;

/**
 * How well a marginal posterior is known from draws.
 *
 * <p>Independent chains (Vehtari, Gelman, Simpson, Carpenter, Bürkner, Bayesian Analysis 2021,
 * doi:10.1214/20-BA1221): all numbers are of the 2M half-chains. {@code rhat} is the larger of the
 * potential scale reductions of the normal scores z = Φ⁻¹((rank − 3/8)/(S + 1/4)) and of those of
 * |x − median| (eq. 13, 14); {@code ess} the bulk effective sample size, of the normal scores;
 * {@code tailEss} the smaller one of the indicators of the 5 % and 95 % quantiles. Ranks exist
 * where moments do not: these also tell of heavy tails. {@code mcse} is of the mean, from the draws
 * themselves. Autocorrelations are summed to Geyer's initial monotone sequence. O(S log S + S·lags)
 * for S draws.
 *
 * <p>Replicates of an interacting particle system: draws of one replicate are not independent of
 * each other, replicates are, so the error of the mean comes from the spread of the replicates'
 * means.
 *
 * @param ess effective sample size
 * @param tailEss that of the tail quantiles; NaN for replicates
 * @param mcse Monte Carlo standard error of the mean
 * @param rhat potential scale reduction
 */
public record ChainStatistics(double ess, double tailEss, double mcse, double rhat) {
    /** Nothing can be said. */
    public static final ChainStatistics UNKNOWN =
            new ChainStatistics(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    private static final double TAIL = 0.05;
    private static final NormalDistribution NORMAL = new NormalDistribution(null, 0, 1);

    /**
     * Statistics of chains that follow one another in {@code x}; unknown for chains of fewer than 8
     * draws, or draws that are all the same.
     *
     * @param x the draws of one parameter, not modified
     * @param chains number of chains of equal length
     */
    public static ChainStatistics ofChains(double[] x, int chains) {
        int n = x.length / (2 * chains);
        if (n < 4) {
            return UNKNOWN;
        }
        double[] halves = halves(x, chains, n);
        Groups raw = Groups.of(halves, n);
        if (!(raw.within > 0)) {
            return UNKNOWN;
        }
        double[] sorted = halves.clone();
        Arrays.sort(sorted);
        double median = quantile(sorted, 0.5);
        double[] folded = Arrays.stream(halves).map(v -> Math.abs(v - median)).toArray();
        Groups bulk = Groups.of(normalScores(halves), n);
        Groups spread = Groups.of(normalScores(folded), n);
        double tail =
                Math.min(
                        indicator(halves, quantile(sorted, TAIL), n).effectiveSize(),
                        indicator(halves, quantile(sorted, 1 - TAIL), n).effectiveSize());
        return new ChainStatistics(
                bulk.effectiveSize(),
                tail,
                Math.sqrt(raw.pooled() / raw.effectiveSize()),
                Math.max(bulk.reduction(), spread.reduction()));
    }

    /** The halves of each chain; a middle draw of an odd chain is left out. */
    private static double[] halves(double[] x, int chains, int n) {
        double[] out = new double[2 * chains * n];
        int length = x.length / chains;
        for (int c = 0; c < chains; c++) {
            System.arraycopy(x, c * length, out, 2 * c * n, n);
            System.arraycopy(x, (c + 1) * length - n, out, (2 * c + 1) * n, n);
        }
        return out;
    }

    private static Groups indicator(double[] x, double limit, int n) {
        return Groups.of(Arrays.stream(x).map(v -> v <= limit ? 1 : 0).toArray(), n);
    }

    /** The type-7 quantile of sorted values. */
    private static double quantile(double[] sorted, double p) {
        double position = (sorted.length - 1) * p;
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** Φ⁻¹((rank − 3/8)/(S + 1/4)), ranks from 1; equal values share the mean of their ranks. */
    private static double[] normalScores(double[] x) {
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        int s = x.length;
        double[] scores = new double[s];
        int from = 0;
        while (from < s) {
            int to = from + 1;
            while (to < s && sorted[to] == sorted[from]) {
                to++;
            }
            double rank = 0.5 * (from + 1 + to);
            double score = NORMAL.inverseCumulativeProbability((rank - 0.375) / (s + 0.25));
            Arrays.fill(scores, from, to, score);
            from = to;
        }
        return Arrays.stream(x).map(v -> scores[Arrays.binarySearch(sorted, v)]).toArray();
    }

    /** Statistics of replicates of equal size that follow one another in {@code x}. */
    public static ChainStatistics ofReplicates(double[] x, int replicates) {
        int n = x.length / replicates;
        if (replicates < 2 || n < 2) {
            return UNKNOWN;
        }
        Groups s = Groups.of(Arrays.copyOf(x, replicates * n), n);
        if (!(s.within > 0 && s.between > 0)) {
            return UNKNOWN;
        }
        double mcse = Math.sqrt(s.between / replicates);
        return new ChainStatistics(s.pooled() / (mcse * mcse), Double.NaN, mcse, s.reduction());
    }

    /**
     * Groups of n values that follow one another: the mean of their variances, the variance of
     * their means.
     */
    private record Groups(double[] x, int n, double[] means, double within, double between) {
        static Groups of(double[] x, int n) {
            int groups = x.length / n;
            double[] means = new double[groups];
            double within = 0;
            double mean = 0;
            for (int c = 0; c < groups; c++) {
                for (int i = c * n; i < (c + 1) * n; i++) {
                    means[c] += x[i] / n;
                }
                for (int i = c * n; i < (c + 1) * n; i++) {
                    within += (x[i] - means[c]) * (x[i] - means[c]) / (n - 1.0) / groups;
                }
                mean += means[c] / groups;
            }
            double between = 0;
            for (double m : means) {
                between += (m - mean) * (m - mean) / (groups - 1.0);
            }
            return new Groups(x, n, means, within, between);
        }

        /** The variance as all groups together estimate it. */
        double pooled() {
            return (n - 1.0) / n * within + between;
        }

        /** R̂. */
        double reduction() {
            return Math.sqrt(pooled() / within);
        }

        /** NaN if all values are the same. */
        double effectiveSize() {
            double pooled = pooled();
            if (!(within > 0)) {
                return Double.NaN;
            }
            double sum = 0;
            double smallest = Double.POSITIVE_INFINITY;
            for (int lag = 0; lag + 1 < n; lag += 2) {
                double pair = correlation(lag, pooled) + correlation(lag + 1, pooled);
                if (!(pair > 0)) {
                    break;
                }
                smallest = Math.min(smallest, pair);
                sum += smallest;
            }
            // the floor keeps antithetic chains from claiming more than n·log10(n) draws
            double time = Math.max(2 * sum - 1, 1 / Math.log10(x.length));
            return x.length / time;
        }

        private double correlation(int lag, double pooled) {
            if (lag == 0) {
                return 1;
            }
            double sum = 0;
            for (int c = 0; c < means.length; c++) {
                double covariance = 0;
                for (int i = c * n; i < (c + 1) * n - lag; i++) {
                    covariance += (x[i] - means[c]) * (x[i + lag] - means[c]);
                }
                sum += covariance / n;
            }
            double unbiased = sum / means.length * n / (n - 1.0);
            return 1 - (within - unbiased) / pooled;
        }
    }
}
