package org.headwater.diagnostics;

import org.apache.commons.math3.distribution.BinomialDistribution;

/**
 * Simultaneous bands for the empirical distribution function of n uniform ranks, and the test that
 * goes with them (T. Säilynoja, P.-C. Bürkner, A. Vehtari, Statistics and Computing 32, 2022,
 * doi:10.1007/s11222-022-10090-6). At the points z_k = k/K, k = 1 … K − 1, the count of values ≤
 * z_k is Binomial(n, z_k); with pointwise intervals of tail probability γ/2 on both sides, the
 * probability that all counts are inside follows exactly by a recursion along k, as the counts form
 * a Markov chain. γ is chosen for the coverage wanted.
 */
public final class Uniformity {
    private static final int BISECTIONS = 40;

    private final int n;
    private final int points;

    /** cdf[k][c] = P(count at z_k ≤ c), k from 1. */
    private final double[][] cdf;

    /** log c!, c ≤ n. */
    private final double[] logFactorial;

    /**
     * For n values and K points. O(Kn).
     *
     * @param n ≥ 1
     * @param points K ≥ 2; for ranks 0 … L, K should divide L + 1
     */
    public Uniformity(int n, int points) {
        this.n = n;
        this.points = points;
        this.cdf = new double[points][n + 1];
        for (int k = 1; k < points; k++) {
            // no random generator is needed for probabilities
            BinomialDistribution counts = new BinomialDistribution(null, n, (double) k / points);
            double sum = 0;
            for (int c = 0; c <= n; c++) {
                sum += counts.probability(c);
                cdf[k][c] = Math.min(1, sum);
            }
        }
        this.logFactorial = new double[n + 1];
        for (int c = 1; c <= n; c++) {
            logFactorial[c] = logFactorial[c - 1] + Math.log(c);
        }
    }

    /** K. */
    public int points() {
        return points;
    }

    /**
     * Counts of values ≤ z_k.
     *
     * @param ranks n whole numbers from 0 to {@code most}
     * @param most L, L + 1 a multiple of K
     * @return K − 1 counts, for k from 1
     */
    public int[] counts(int[] ranks, int most) {
        int[] counts = new int[points - 1];
        for (int rank : ranks) {
            for (int k = 1; k < points; k++) {
                counts[k - 1] += (long) (rank + 1) * points <= (long) k * (most + 1) ? 1 : 0;
            }
        }
        return counts;
    }

    /** The pointwise tail probability of the count that lies furthest out, two-sided. */
    private double extremity(int[] counts) {
        double gamma = 2;
        for (int k = 1; k < points; k++) {
            int c = counts[k - 1];
            double below = cdf[k][c];
            double above = c == 0 ? 1 : 1 - cdf[k][c - 1];
            gamma = Math.min(gamma, 2 * Math.min(below, above));
        }
        return gamma;
    }

    /**
     * The probability that values which are uniform lie as far out as these, somewhere. Exact but
     * for rounding, some 1e-12. O(Kw²), w the width of the band.
     *
     * @param counts as from {@link #counts}
     */
    public double pValue(int[] counts) {
        double gamma = extremity(counts);
        // counts exactly as far out as the observed ones are outside
        return Math.max(0, Math.min(1, 1 - inside(gamma * (1 + 1e-9))));
    }

    /**
     * The band that uniform values stay within at all points with a probability of at least {@code
     * coverage}.
     *
     * @return least and largest counts, 2 × (K − 1)
     */
    public int[][] band(double coverage) {
        double low = 0;
        double high = 1;
        for (int k = 0; k < BISECTIONS; k++) {
            double middle = 0.5 * (low + high);
            if (inside(middle) >= coverage) {
                low = middle;
            } else {
                high = middle;
            }
        }
        int[][] band = new int[2][points - 1];
        for (int k = 1; k < points; k++) {
            band[0][k - 1] = least(k, low);
            band[1][k - 1] = largest(k, low);
        }
        return band;
    }

    /** The least count whose lower tail exceeds γ/2. */
    private int least(int k, double gamma) {
        int c = 0;
        while (c < n && 2 * cdf[k][c] <= gamma) {
            c++;
        }
        return c;
    }

    /** The largest count whose upper tail exceeds γ/2. */
    private int largest(int k, double gamma) {
        int c = n;
        while (c > 0 && 2 * (1 - cdf[k][c - 1]) <= gamma) {
            c--;
        }
        return c;
    }

    /** P(all counts within the pointwise intervals of tail γ). */
    private double inside(double gamma) {
        double[] now = new double[n + 1];
        now[0] = 1;
        for (int k = 1; k < points; k++) {
            double step = 1.0 / (points - k + 1);
            double log = Math.log(step);
            double rest = Math.log1p(-step);
            double[] next = new double[n + 1];
            int from = least(k, gamma);
            int to = largest(k, gamma);
            for (int a = 0; a <= n; a++) {
                if (now[a] == 0) {
                    continue;
                }
                for (int b = Math.max(a, from); b <= to; b++) {
                    double logP =
                            logFactorial[n - a]
                                    - logFactorial[b - a]
                                    - logFactorial[n - b]
                                    + (b - a) * log
                                    + (n - b) * rest;
                    next[b] += now[a] * Math.exp(logP);
                }
            }
            now = next;
        }
        double sum = 0;
        for (double p : now) {
            sum += p;
        }
        return sum;
    }
}
