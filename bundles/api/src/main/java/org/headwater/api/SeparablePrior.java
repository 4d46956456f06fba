package org.headwater.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A prior ψ(θ) = Σ ψ_i(θ_i). Each coordinate has a one-dimensional kernel
 *
 * <pre>K_i(z | y) = exp(−(β/2)(ψ_i(z) + (z−y)²/(2T))) / Z_i(y)</pre>
 *
 * whose normaliser and first two moments the RWPO layers need (arXiv 2510.16356, where the layer
 * comes from; derivation in docs/mathematics).
 */
@ConsumerType
public interface SeparablePrior extends Prior {
    @Override
    default Structure structure() {
        return Structure.SEPARABLE;
    }

    /**
     * The proximal map of one coordinate.
     *
     * @param coordinate i, 0 ≤ i &lt; d
     * @param t step, &gt; 0
     * @param y n values, not modified
     * @param out n values, modified; may be {@code y}
     */
    void proxCoordinate(int coordinate, double t, double[] y, double[] out);

    /**
     * Normaliser and moments of the one-dimensional kernel of one coordinate.
     *
     * @param coordinate i, 0 ≤ i &lt; d
     * @param time T, &gt; 0
     * @param beta β, &gt; 0
     * @param y n values, not modified
     * @param logNormaliser log Z_i(y), n values, modified; a constant that does not depend on y may
     *     not be left out
     * @param mean m₁(y), the mean of K_i(·|y), n values, modified
     * @param variance v₁(y), its variance, n values, modified
     */
    void kernel(
            int coordinate,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance);

    /** By {@link #proxCoordinate}, coordinate by coordinate. */
    @Override
    default void prox(Ensemble y, double t, Ensemble out) {
        int d = dimension();
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the prior acts on " + d + " coordinates; points and result must match");
        }
        double[] column = new double[y.size()];
        for (int j = 0; j < d; j++) {
            for (int i = 0; i < column.length; i++) {
                column[i] = y.get(i, j);
            }
            proxCoordinate(j, t, column, column);
            for (int i = 0; i < column.length; i++) {
                out.data()[i * d + j] = column[i];
            }
        }
    }

    /** Σ_i log Z_i(y_i), from {@link #kernel}. */
    @Override
    default Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        int n = y.size();
        double[] sum = new double[n];
        double[] column = new double[n];
        double[] log = new double[n];
        double[] mean = new double[n];
        double[] variance = new double[n];
        for (int j = 0; j < dimension(); j++) {
            for (int i = 0; i < n; i++) {
                column[i] = y.get(i, j);
            }
            kernel(j, time, beta, column, log, mean, variance);
            for (int i = 0; i < n; i++) {
                sum[i] += log[i];
            }
        }
        return Optional.of(sum);
    }

    /**
     * The largest absolute slope of ψ_i, e.g. the weight of an L1 prior; 0 when it is unbounded or
     * the coordinate is flat. Solvers use it to set scales.
     */
    double slope(int coordinate);

    /** By the prox, which projects as its step goes to 0. */
    @Override
    default double lower(int coordinate) {
        return bound(coordinate, -1e100);
    }

    /** By the prox, which projects as its step goes to 0. */
    @Override
    default double upper(int coordinate) {
        return bound(coordinate, 1e100);
    }

    /** Where a far point, whose square is still a number, is projected to, if not to itself. */
    private double bound(int coordinate, double far) {
        double[] value = {far};
        proxCoordinate(coordinate, Double.MIN_NORMAL, value, value);
        return Math.abs(value[0]) < Math.abs(far) / 2
                ? value[0]
                : Math.copySign(Double.POSITIVE_INFINITY, far);
    }

    /** ψ = 0 on d coordinates. */
    static SeparablePrior flat(int d) {
        return new FlatPrior(d);
    }
}
