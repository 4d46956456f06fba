package org.headwater.prior.composite.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.headwater.api.Prior;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.TruncatedKernel;

/**
 * A sum of priors whose potentials are straight on both sides of 0 and between bounds,
 *
 * <pre>ψ_j(z) = p_j·min(z, 0) + q_j·max(z, 0),   l_j ≤ z ≤ u_j,   p_j ≤ q_j,</pre>
 *
 * of {@code l1}, {@code nonneg} and {@code box}, say. Its kernel is that of two truncated normals,
 * on either side of 0. Immutable.
 */
final class BrokenLines implements SeparablePrior {
    /** How far out a side without a bound is looked at. */
    private static final double FAR = 1e6;

    /**
     * Where a side is looked at, as shares of its length: a convex function straight there is so.
     */
    private static final double[] SHARES = {1, 0.5, 1e-3};

    private static final double ROUNDING = 1e-9;

    private final List<Prior> terms;
    private final double[] lower;
    private final double[] upper;
    private final double[] below;
    private final double[] above;

    private BrokenLines(
            List<Prior> terms, double[] lower, double[] upper, double[] below, double[] above) {
        this.terms = terms;
        this.lower = lower;
        this.upper = upper;
        this.below = below;
        this.above = above;
    }

    /** The sum, if its terms are such. O(d²) for each. */
    static Optional<BrokenLines> of(List<Prior> terms) {
        int d = terms.get(0).dimension();
        double[] lower = new double[d];
        double[] upper = new double[d];
        for (int j = 0; j < d; j++) {
            int coordinate = j;
            lower[j] = terms.stream().mapToDouble(p -> p.lower(coordinate)).max().orElseThrow();
            upper[j] = terms.stream().mapToDouble(p -> p.upper(coordinate)).min().orElseThrow();
            if (!(lower[j] < upper[j])) {
                return Optional.empty();
            }
        }
        double[] below = new double[d];
        double[] above = new double[d];
        for (Prior term : terms) {
            if (!(term instanceof SeparablePrior) || !addSlopes(term, lower, upper, below, above)) {
                return Optional.empty();
            }
        }
        for (int j = 0; j < d; j++) {
            if (!(below[j] <= above[j])) {
                return Optional.empty();
            }
        }
        return Optional.of(new BrokenLines(List.copyOf(terms), lower, upper, below, above));
    }

    /** False if a term is not such. */
    private static boolean addSlopes(
            Prior term, double[] lower, double[] upper, double[] below, double[] above) {
        int d = lower.length;
        double[] x = new double[d];
        for (int j = 0; j < d; j++) {
            x[j] = Math.max(lower[j], Math.min(upper[j], 0));
        }
        double expected = 0;
        double base = term.potential(x, 0);
        for (int j = 0; j < d; j++) {
            double p = lower[j] < 0 ? slope(term, x, j, Math.max(lower[j], -FAR), base) : 0;
            double q = upper[j] > 0 ? slope(term, x, j, Math.min(upper[j], FAR), base) : 0;
            if (p != p || q != q) {
                return false;
            }
            // A side that the bounds leave out has the other's slope.
            below[j] += lower[j] < 0 ? p : q;
            above[j] += upper[j] > 0 ? q : p;
            expected += x[j] * (x[j] < 0 ? p : q);
        }
        return Math.abs(expected - base) <= ROUNDING * (1 + Math.abs(base));
    }

    /**
     * The slope of ψ_j from x_j to a far point on the same side of 0; NaN if it is not straight.
     *
     * @param x a point of potential {@code base}; not modified
     */
    private static double slope(Prior term, double[] x, int j, double far, double base) {
        double near = x[j];
        double[] slopes = new double[SHARES.length];
        for (int k = 0; k < SHARES.length; k++) {
            x[j] = near + SHARES[k] * (far - near);
            slopes[k] = (term.potential(x, 0) - base) / (x[j] - near);
        }
        x[j] = near;
        double room = ROUNDING * (1 + Math.abs(slopes[0]));
        boolean straight = Arrays.stream(slopes).allMatch(v -> Math.abs(v - slopes[0]) <= room);
        return straight ? slopes[0] : Double.NaN;
    }

    @Override
    public int dimension() {
        return lower.length;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (Prior term : terms) {
            sum += term.potential(x, offset);
        }
        return sum;
    }

    @Override
    public void proxCoordinate(int j, double t, double[] y, double[] out) {
        for (int i = 0; i < y.length; i++) {
            double z = Math.min(y[i] - below[j] * t, 0) + Math.max(y[i] - above[j] * t, 0);
            out[i] = Math.max(lower[j], Math.min(upper[j], z));
        }
    }

    @Override
    public void kernel(
            int j,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance) {
        int n = y.length;
        if (lower[j] >= 0) {
            TruncatedKernel.evaluate(
                    above[j], lower[j], upper[j], time, beta, y, logNormaliser, mean, variance);
            return;
        }
        // The side below 0, mirrored: a finite bound comes first.
        double[] mirrored = new double[n];
        Arrays.setAll(mirrored, i -> -y[i]);
        TruncatedKernel.evaluate(
                -below[j],
                Math.max(-upper[j], 0),
                -lower[j],
                time,
                beta,
                mirrored,
                logNormaliser,
                mean,
                variance);
        for (int i = 0; i < n; i++) {
            mean[i] = -mean[i];
        }
        if (upper[j] <= 0) {
            return;
        }
        double[] log = new double[n];
        double[] m = new double[n];
        double[] v = new double[n];
        TruncatedKernel.evaluate(above[j], 0, upper[j], time, beta, y, log, m, v);
        for (int i = 0; i < n; i++) {
            double share = 1 / (1 + Math.exp(logNormaliser[i] - log[i]));
            double gap = m[i] - mean[i];
            variance[i] += share * (v[i] - variance[i]) + share * (1 - share) * gap * gap;
            mean[i] += share * gap;
            double top = Math.max(log[i], logNormaliser[i]);
            double other = Math.min(log[i], logNormaliser[i]);
            logNormaliser[i] = top + Math.log1p(Math.exp(other - top));
        }
    }

    @Override
    public double slope(int j) {
        return Math.max(Math.abs(below[j]), Math.abs(above[j]));
    }

    @Override
    public double curvature(int j) {
        return terms.stream().mapToDouble(p -> p.curvature(j)).sum();
    }

    @Override
    public double lower(int j) {
        return lower[j];
    }

    @Override
    public double upper(int j) {
        return upper[j];
    }
}
