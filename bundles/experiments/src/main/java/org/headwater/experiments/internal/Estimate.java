package org.headwater.experiments.internal;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * The mean of a figure over seeds.
 *
 * @param mean the mean
 * @param error its standard error; NaN for a single seed
 * @param n the number of seeds
 */
record Estimate(double mean, double error, int n) {
    private static final double UPPER = 0.975;

    static Estimate of(double... values) {
        int n = values.length;
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double square = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new Estimate(mean, n > 1 ? Math.sqrt(square / (n - 1) / n) : Double.NaN, n);
    }

    /** Of a value of some cells. */
    static Estimate of(Values[] cells, String value) {
        return of(Arrays.stream(cells).mapToDouble(v -> v.number(value)).toArray());
    }

    /** Half the width of the 95 % interval by Student's t; NaN for a single seed. */
    double half() {
        return n > 1 ? quantile(n - 1) * error : Double.NaN;
    }

    /** What a difference in a figure that is better when smaller amounts to. */
    String outcome() {
        return mean < -half() ? "wins" : mean > half() ? "loses" : "ties";
    }

    /**
     * Half the width of the 95 % interval of the difference to another estimate, by Welch's t; NaN
     * where one of them has a single seed.
     */
    double halfOfDifference(Estimate other) {
        double a = error * error;
        double b = other.error * other.error;
        if (!(a + b > 0)) {
            return n > 1 && other.n > 1 ? 0 : Double.NaN;
        }
        double freedom = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (other.n - 1));
        return quantile(freedom) * Math.sqrt(a + b);
    }

    private static double quantile(double freedom) {
        return new TDistribution(null, freedom).inverseCumulativeProbability(UPPER);
    }
}
