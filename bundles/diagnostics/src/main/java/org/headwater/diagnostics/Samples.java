package org.headwater.diagnostics;

import java.util.Arrays;
import org.headwater.api.Ensemble;

/** Simple things about draws, n × d. */
public final class Samples {
    private Samples() {}

    /** The mean, d values. */
    public static double[] mean(Ensemble x) {
        double[] mean = new double[x.dimension()];
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += x.get(i, j) / x.size();
            }
        }
        return mean;
    }

    /** The standard deviations with divisor n around a mean, d values. */
    public static double[] sd(Ensemble x, double[] mean) {
        double[] sd = new double[x.dimension()];
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < sd.length; j++) {
                double delta = x.get(i, j) - mean[j];
                sd[j] += delta * delta / x.size();
            }
        }
        Arrays.setAll(sd, j -> Math.sqrt(sd[j]));
        return sd;
    }

    /** The covariance with divisor n, d × d. */
    public static double[] covariance(Ensemble x) {
        int d = x.dimension();
        double[] mean = mean(x);
        double[] c = new double[d * d];
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < d; j++) {
                double u = (x.get(i, j) - mean[j]) / x.size();
                for (int k = 0; k <= j; k++) {
                    c[j * d + k] += u * (x.get(i, k) - mean[k]);
                }
            }
        }
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < j; k++) {
                c[k * d + j] = c[j * d + k];
            }
        }
        return c;
    }

    /** At most {@code most} of the draws, spread evenly over them. */
    public static Ensemble thinned(Ensemble x, int most) {
        if (x.size() <= most) {
            return x;
        }
        Ensemble out = Ensemble.zeros(most, x.dimension());
        for (int i = 0; i < most; i++) {
            int from = (int) ((long) i * x.size() / most);
            System.arraycopy(x.data(), x.offset(from), out.data(), out.offset(i), x.dimension());
        }
        return out;
    }

    /** Coordinate j of all draws. */
    public static double[] column(Ensemble x, int j) {
        double[] column = new double[x.size()];
        Arrays.setAll(column, i -> x.get(i, j));
        return column;
    }

    /** Each coordinate divided by its scale, d values &gt; 0. */
    public static Ensemble scaled(Ensemble x, double[] scale) {
        Ensemble out = x.copy();
        for (int k = 0; k < out.data().length; k++) {
            out.data()[k] /= scale[k % scale.length];
        }
        return out;
    }

    static double squaredDistance(Ensemble x, int i, Ensemble y, int j) {
        double sum = 0;
        int d = x.dimension();
        for (int k = 0, a = i * d, b = j * d; k < d; k++, a++, b++) {
            double delta = x.data()[a] - y.data()[b];
            sum += delta * delta;
        }
        return sum;
    }

    static void requireSameDimension(Ensemble x, Ensemble y) {
        if (x.dimension() != y.dimension()) {
            throw new IllegalArgumentException(
                    "draws of " + x.dimension() + " and of " + y.dimension() + " parameters");
        }
    }
}
