package org.headwater.kernels.laplace;

import java.util.Arrays;
import org.headwater.api.Prior;
import org.headwater.api.SeparablePrior;

/**
 * Where a separable prior is finite: an interval [l_j, u_j] for each coordinate, found by its prox,
 * which projects as its step goes to 0. Immutable.
 */
public final class Support {
    /** Where the projection is taken from: its square is still a number. */
    private static final double FAR = 1e100;

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

    /** Of a prior; everywhere for one that couples the coordinates. 2d evaluations of the prox. */
    public static Support of(Prior prior) {
        int d = prior.dimension();
        Support all = everywhere(d);
        if (!(prior instanceof SeparablePrior separable)) {
            return all;
        }
        double[] far = {-FAR, FAR};
        double[] near = new double[2];
        for (int j = 0; j < d; j++) {
            separable.proxCoordinate(j, Double.MIN_NORMAL, far, near);
            all.lower[j] = near[0] > -FAR / 2 ? near[0] : Double.NEGATIVE_INFINITY;
            all.upper[j] = near[1] < FAR / 2 ? near[1] : Double.POSITIVE_INFINITY;
        }
        return new Support(all.lower, all.upper);
    }

    /** Whether any coordinate has a bound. */
    public boolean isBounded() {
        return bounded;
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
