package org.headwater.kernels.laplace;

import java.util.Arrays;
import org.headwater.api.Prior;

/** Where a prior can be finite: an interval [l_j, u_j] for each coordinate. Immutable. */
public final class Support {
    private final double[] lower;
    private final double[] upper;
    private final boolean bounded;

    private Support(double[] lower, double[] upper) {
        this.lower = lower;
        this.upper = upper;
        this.bounded =
                Arrays.stream(lower).anyMatch(Double::isFinite)
                        || Arrays.stream(upper).anyMatch(Double::isFinite);
    }

    /** All of space. */
    public static Support everywhere(int d) {
        double[] lower = new double[d];
        double[] upper = new double[d];
        Arrays.fill(lower, Double.NEGATIVE_INFINITY);
        Arrays.fill(upper, Double.POSITIVE_INFINITY);
        return new Support(lower, upper);
    }

    /** Of a prior. 2d questions. */
    public static Support of(Prior prior) {
        int d = prior.dimension();
        double[] lower = new double[d];
        double[] upper = new double[d];
        Arrays.setAll(lower, prior::lower);
        Arrays.setAll(upper, prior::upper);
        return new Support(lower, upper);
    }

    /** Whether any coordinate has a bound. */
    public boolean isBounded() {
        return bounded;
    }

    /** Moves points to the nearest between the bounds: N × d values, modified. */
    public void clip(double[] x) {
        int d = lower.length;
        for (int k = 0; bounded && k < x.length; k++) {
            x[k] = Math.max(lower[k % d], Math.min(upper[k % d], x[k]));
        }
    }

    /** A number at its distance from 0 inside the bound, where a coordinate has a single one. */
    double reflected(int j, double z) {
        boolean below = Double.isFinite(lower[j]);
        boolean above = Double.isFinite(upper[j]);
        return below == above ? z : below ? lower[j] + Math.abs(z) : upper[j] - Math.abs(z);
    }

    /** l_j, or −∞. */
    public double lower(int j) {
        return lower[j];
    }

    /** u_j, or ∞. */
    public double upper(int j) {
        return upper[j];
    }
}
