package org.headwater.report.internal;

import java.util.Arrays;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;

/**
 * Statistics of a field over posterior draws, one value per triangle.
 *
 * <p>For the n draws v₁ … vₙ of a triangle: mean, sd = √(Σ(v−mean)²/n) as in summary.csv, width =
 * q₀.₉₅ − q₀.₀₅ with quantiles interpolated linearly between order statistics (Hyndman and Fan's
 * type 7, as in R and NumPy), exceedance = the share of draws with |v − neutral| &gt; threshold.
 *
 * <p>Costs one evaluation of the field per draw and n log n per triangle; memory is bounded: when
 * draws × triangles do not fit into the budget, blocks of triangles are done in turn, and the field
 * is evaluated once per block and, for the exceedance, once more. Neither the blocks nor the
 * threads change a bit of the result, as each triangle's draws are reduced on their own.
 *
 * @param mean posterior mean
 * @param sd posterior standard deviation
 * @param width width of the central 90 % interval
 * @param exceedance P(|v − neutral| &gt; threshold), or null for a field without a neutral value
 * @param threshold the threshold, NaN for a field without a neutral value
 */
record FieldStatistics(
        double[] mean, double[] sd, double[] width, double[] exceedance, double threshold) {
    private static final int DRAWS_PER_TASK = 8;
    private static final int TRIANGLES_PER_TASK = 64;

    /**
     * Computes the statistics.
     *
     * @param field the field
     * @param draws n × d, not modified
     * @param threshold for the exceedance; NaN for a tenth of the largest |mean − neutral|
     * @param workers threads
     * @param budget how many numbers may be held at once
     */
    static FieldStatistics of(
            DerivedField field, Ensemble draws, double threshold, Workers workers, long budget) {
        int e = field.geometry().triangleCount();
        int n = draws.size();
        int block = (int) Math.max(1, Math.min(e, budget / Math.max(1, n)));
        double[] values = new double[Math.multiplyExact(block, n)];
        double[] mean = new double[e];
        double[] sd = new double[e];
        double[] width = new double[e];
        for (int first = 0; first < e; first += block) {
            int count = Math.min(block, e - first);
            fill(field, draws, workers, first, count, values);
            int start = first;
            workers.forRanges(
                    count,
                    TRIANGLES_PER_TASK,
                    (from, to) -> {
                        double[] column = new double[n];
                        for (int t = from; t < to; t++) {
                            System.arraycopy(values, t * n, column, 0, n);
                            mean[start + t] = mean(column);
                            sd[start + t] = sd(column, mean[start + t]);
                            Arrays.sort(column);
                            width[start + t] = quantile(column, 0.95) - quantile(column, 0.05);
                        }
                    });
        }
        double neutral = field.neutral();
        if (Double.isNaN(neutral)) {
            return new FieldStatistics(mean, sd, width, null, Double.NaN);
        }
        double limit = Double.isNaN(threshold) ? 0.1 * largest(mean, neutral) : threshold;
        double[] exceedance = new double[e];
        for (int first = 0; first < e; first += block) {
            int count = Math.min(block, e - first);
            if (block < e) {
                fill(field, draws, workers, first, count, values);
            }
            for (int t = 0; t < count; t++) {
                int above = 0;
                for (int i = t * n; i < t * n + n; i++) {
                    if (Math.abs(values[i] - neutral) > limit) {
                        above++;
                    }
                }
                exceedance[first + t] = (double) above / n;
            }
        }
        return new FieldStatistics(mean, sd, width, exceedance, limit);
    }

    /** Draws of the triangles first … first + count − 1, a row of n values per triangle. */
    private static void fill(
            DerivedField field,
            Ensemble draws,
            Workers workers,
            int first,
            int count,
            double[] values) {
        int n = draws.size();
        workers.forRanges(
                n,
                DRAWS_PER_TASK,
                (from, to) -> {
                    double[] out = new double[field.geometry().triangleCount()];
                    for (int i = from; i < to; i++) {
                        field.evaluate(draws.data(), draws.offset(i), out);
                        for (int t = 0; t < count; t++) {
                            values[t * n + i] = out[first + t];
                        }
                    }
                });
    }

    private static double mean(double[] x) {
        double sum = 0;
        for (double v : x) {
            sum += v;
        }
        return sum / x.length;
    }

    private static double sd(double[] x, double mean) {
        double sum = 0;
        for (double v : x) {
            sum += (v - mean) * (v - mean);
        }
        return Math.sqrt(sum / x.length);
    }

    /** Quantile of sorted values. */
    static double quantile(double[] sorted, double p) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = p * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    private static double largest(double[] mean, double neutral) {
        double largest = 0;
        for (double v : mean) {
            largest = Math.max(largest, Math.abs(v - neutral));
        }
        return largest;
    }
}
