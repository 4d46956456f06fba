package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;

/**
 * The unbiased energy distance of two samples, a loss for generation from data, which needs no
 * density:
 *
 * <pre>2·mean|x − y| − mean_{i≠k}|x_i − x_k| − mean_{i≠k}|y_i − y_k|.</pre>
 *
 * <p>0 in the mean if and only if the laws agree; single values may be negative. Source: G.
 * Székely, M. Rizzo, Journal of Statistical Planning and Inference 143, 2013,
 * doi:10.1016/j.jspi.2013.03.018, as a U-statistic.
 */
public final class EnergyDistance {
    private static final int GRAIN = 16;

    private EnergyDistance() {}

    /**
     * The distance, and its derivatives with respect to x. O((n + m)²d). Sums run point by point in
     * order, whatever the threads.
     *
     * @param x n × d, n ≥ 2, not modified
     * @param y m × d, m ≥ 2, not modified
     * @param bar derivatives, n × d, modified; null for none
     * @return the distance
     */
    public static double of(Ensemble x, Ensemble y, double[] bar, Workers workers) {
        int n = x.size();
        int m = y.size();
        double[] byPoint = new double[n];
        workers.forRanges(
                n,
                GRAIN,
                (from, to) -> {
                    double within = -1 / ((double) n * (n - 1));
                    for (int i = from; i < to; i++) {
                        if (bar != null) {
                            Arrays.fill(bar, x.offset(i), x.offset(i + 1), 0);
                        }
                        byPoint[i] =
                                sum(x, i, y, 2 / ((double) n * m), 1, bar)
                                        + sum(x, i, x, within, 2, bar);
                    }
                });
        double[] inData = new double[m];
        workers.forRanges(
                m,
                GRAIN,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        inData[i] = sum(y, i, y, -1 / ((double) m * (m - 1)), 1, null);
                    }
                });
        double total = 0;
        for (double v : byPoint) {
            total += v;
        }
        for (double v : inData) {
            total += v;
        }
        return total;
    }

    /**
     * weight·Σ_k|a_i − b_k|.
     *
     * @param often how often the sum's derivative counts: twice where a pair stands for two
     */
    private static double sum(
            Ensemble a, int i, Ensemble b, double weight, double often, double[] bar) {
        int d = a.dimension();
        double[] p = a.data();
        double[] q = b.data();
        int o = i * d;
        double sum = 0;
        for (int k = 0; k < b.size(); k++) {
            double square = 0;
            for (int j = 0; j < d; j++) {
                double gap = p[o + j] - q[k * d + j];
                square += gap * gap;
            }
            double r = Math.sqrt(square);
            sum += r;
            if (bar != null && r > 0) {
                for (int j = 0; j < d; j++) {
                    bar[o + j] += often * weight / r * (p[o + j] - q[k * d + j]);
                }
            }
        }
        return weight * sum;
    }
}
