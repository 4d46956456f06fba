package org.headwater.diagnostics;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;

/**
 * The energy distance of two distributions,
 *
 * <pre>D²(P, Q) = 2E|X − Y| − E|X − X′| − E|Y − Y′|,</pre>
 *
 * a metric D that is zero only if P = Q (G. J. Székely, M. L. Rizzo, J. Statist. Plann. Inference
 * 143, 2013, doi:10.1016/j.jspi.2013.03.018).
 */
public final class EnergyDistance {
    private static final int GRAIN = 16;

    private EnergyDistance() {}

    /**
     * The unbiased estimate of D² from draws: pairs of a point with itself do not count. It may be
     * slightly negative for draws of the same distribution. O((n + m)²d).
     *
     * @param x n × d, n ≥ 2, not modified
     * @param y m × d, m ≥ 2, not modified
     */
    public static double squared(Ensemble x, Ensemble y, Workers workers) {
        Samples.requireSameDimension(x, y);
        double n = x.size();
        double m = y.size();
        return 2 * sum(x, y, workers) / (n * m)
                - sum(x, x, workers) / (n * (n - 1))
                - sum(y, y, workers) / (m * (m - 1));
    }

    /** Σ_i Σ_j |x_i − y_j|, in an order that does not depend on the threads. */
    private static double sum(Ensemble x, Ensemble y, Workers workers) {
        double[] rows = new double[x.size()];
        workers.forRanges(
                x.size(),
                GRAIN,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        double sum = 0;
                        for (int j = 0; j < y.size(); j++) {
                            sum += Math.sqrt(Samples.squaredDistance(x, i, y, j));
                        }
                        rows[i] = sum;
                    }
                });
        return Arrays.stream(rows).sum();
    }
}
