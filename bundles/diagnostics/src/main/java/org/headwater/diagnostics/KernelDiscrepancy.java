package org.headwater.diagnostics;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;

/** Discrepancies by a kernel: between two sets of draws, or between draws and a density. */
public final class KernelDiscrepancy {
    private static final int GRAIN = 16;

    private KernelDiscrepancy() {}

    /**
     * The unbiased estimate of the squared maximum mean discrepancy with the Gaussian kernel
     * exp(−|x − y|²/(2ℓ²)) (A. Gretton et al., J. Mach. Learn. Res. 13, 2012, eq. 3). It may be
     * slightly negative for draws of the same distribution. O((n + m)²d).
     *
     * @param x n × d, n ≥ 2
     * @param y m × d, m ≥ 2
     * @param length ℓ &gt; 0
     */
    public static double meanDiscrepancy(Ensemble x, Ensemble y, double length, Workers workers) {
        Samples.requireSameDimension(x, y);
        double n = x.size();
        double m = y.size();
        return (gauss(x, x, length, workers) - n) / (n * (n - 1))
                + (gauss(y, y, length, workers) - m) / (m * (m - 1))
                - 2 * gauss(x, y, length, workers) / (n * m);
    }

    private static double gauss(Ensemble x, Ensemble y, double length, Workers workers) {
        return sum(
                x.size(),
                y.size(),
                workers,
                (i, j) -> Math.exp(-Samples.squaredDistance(x, i, y, j) / (2 * length * length)));
    }

    /**
     * The squared kernel Stein discrepancy of draws from a density p with score s = ∇log p, with
     * the inverse multiquadric kernel k = (c² + |x − y|²)^{−1/2}:
     *
     * <pre>
     * KSD² = mean over i, j of  k·s_iᵀs_j + s_iᵀ∇_y k + s_jᵀ∇_x k + tr ∇_x∇_y k
     * </pre>
     *
     * zero in the limit only for draws of p, if the tails of p fall fast enough (J. Gorham, L.
     * Mackey, ICML 2017, arXiv 1703.01717, theorem 8). It needs no normaliser, but like any local
     * statistic it hardly sees the weights of modes far apart. Pairs of a point with itself count:
     * it is ≥ 0, and about 1/n times their mean for exact draws. O(n²d).
     *
     * @param x n × d, in coordinates of about unit spread
     * @param score n × d, the scores at x
     * @param c &gt; 0; 1 in such coordinates
     */
    public static double stein(Ensemble x, Ensemble score, double c, Workers workers) {
        Samples.requireSameDimension(x, score);
        int n = x.size();
        return sum(n, n, workers, (i, j) -> stein(x, score, c, i, j)) / ((double) n * n);
    }

    /**
     * {@link #stein} relative to what n independent draws of p have on average, which is a share
     * 1/n of the mean over pairs of a point with itself, |s_i|²/c + d/c³. About 1 where draws are
     * right, with a standard deviation of at most √2; n over their effective number where they
     * depend on each other; it grows with n where they are wrong.
     *
     * @param stein the squared discrepancy
     * @param score n × d, as for {@code stein}
     * @param c as for {@code stein}
     */
    public static double relative(double stein, Ensemble score, double c) {
        int n = score.size();
        double squares = Arrays.stream(score.data()).map(s -> s * s).sum();
        return stein * n / (squares / (n * c) + score.dimension() / (c * c * c));
    }

    private static double stein(Ensemble x, Ensemble score, double c, int i, int j) {
        int d = x.dimension();
        double square = 0;
        double scores = 0;
        double pull = 0;
        for (int k = 0; k < d; k++) {
            double delta = x.get(i, k) - x.get(j, k);
            square += delta * delta;
            scores += score.get(i, k) * score.get(j, k);
            pull += delta * (score.get(i, k) - score.get(j, k));
        }
        double q = c * c + square;
        double root = 1 / Math.sqrt(q);
        double cube = root / q;
        return scores * root + pull * cube + d * cube - 3 * square * cube / q;
    }

    /** A function of two draws. */
    private interface Pair {
        double of(int i, int j);
    }

    private static double sum(int n, int m, Workers workers, Pair term) {
        double[] rows = new double[n];
        workers.forRanges(
                n,
                GRAIN,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        double sum = 0;
                        for (int j = 0; j < m; j++) {
                            sum += term.of(i, j);
                        }
                        rows[i] = sum;
                    }
                });
        return Arrays.stream(rows).sum();
    }
}
