package org.headwater.prior.grouplasso.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.RandomStream;
import org.headwater.api.Scaling;
import org.headwater.kernels.special.GroupKernel;

/**
 * The group lasso ψ(θ) = Σ_g λ_g |θ_g|₂ over disjoint groups g of coordinates (Yuan and Lin, J. R.
 * Statist. Soc. B 68, 2006, doi:10.1111/j.1467-9868.2005.00532.x): whole groups are zero or not.
 * prox_{tψ}(y)_g = max(1 − λ_g t/|y_g|, 0)·y_g. Every coordinate belongs to one group. Immutable.
 */
final class GroupLassoPrior implements Prior {
    private final int dimension;
    private final int[][] groups;
    private final double[] factors;
    private final double[] weight;
    private final double common;
    private final boolean automatic;

    /**
     * A prior.
     *
     * @param dimension d
     * @param groups a partition of 0 … d−1, kept
     * @param weight λ_g, one per group, kept
     */
    GroupLassoPrior(int dimension, int[][] groups, double[] weight) {
        this(dimension, groups, weight, 1, false);
    }

    /**
     * A prior with λ_g = common·factors_g.
     *
     * @param factors one ≥ 0 per group, kept
     * @param common ≥ 0
     * @param automatic whether {@code common} is only a first guess
     */
    GroupLassoPrior(
            int dimension, int[][] groups, double[] factors, double common, boolean automatic) {
        this.dimension = dimension;
        this.groups = groups;
        this.factors = factors;
        this.weight = Arrays.stream(factors).map(c -> common * c).toArray();
        this.common = common;
        this.automatic = automatic;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public Structure structure() {
        return Structure.GROUPED;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int g = 0; g < groups.length; g++) {
            sum += weight[g] * norm(x, offset, groups[g]);
        }
        return sum;
    }

    /** A uniform direction and a Gamma(size, βλ_g) radius for each group, if all λ_g &gt; 0. */
    @Override
    public Optional<double[]> sample(double beta, RandomStream random) {
        double[] x = new double[dimension];
        for (int g = 0; g < groups.length; g++) {
            if (weight[g] == 0) {
                return Optional.empty();
            }
            double radius = 0;
            double square = 0;
            for (int j : groups[g]) {
                radius -= Math.log1p(-random.uniform()) / (beta * weight[g]);
                x[j] = random.gaussian();
                square += x[j] * x[j];
            }
            for (int j : groups[g]) {
                x[j] *= radius / Math.sqrt(square);
            }
        }
        return Optional.of(x);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = dimension;
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the group-lasso prior acts on "
                            + d
                            + " coordinates; points and result must match");
        }
        for (int i = 0; i < y.size(); i++) {
            for (int g = 0; g < groups.length; g++) {
                double norm = norm(y.data(), i * d, groups[g]);
                double threshold = weight[g] * t;
                double factor = norm > threshold ? 1 - threshold / norm : 0;
                for (int j : groups[g]) {
                    out.data()[i * d + j] = factor * y.data()[i * d + j];
                }
            }
        }
    }

    /** Of the common weight: degree 1 on all coordinates. */
    @Override
    public Optional<Scaling> scaling() {
        return common > 0
                ? Optional.of(
                        new Scaling(
                                common,
                                1,
                                dimension,
                                automatic,
                                w -> new GroupLassoPrior(dimension, groups, factors, w, automatic)))
                : Optional.empty();
    }

    /** The groups' normalisers, which {@link GroupKernel} has, add up. */
    @Override
    public Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        double[] sum = new double[y.size()];
        for (int g = 0; g < groups.length; g++) {
            double[] norms = new double[sum.length];
            for (int i = 0; i < sum.length; i++) {
                norms[i] = norm(y.data(), y.offset(i), groups[g]);
            }
            double[] log = new double[sum.length];
            new GroupKernel(groups[g].length, weight[g], time, beta)
                    .evaluate(
                            norms,
                            log,
                            new double[log.length],
                            new double[log.length],
                            new double[log.length]);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += log[i];
            }
        }
        return Optional.of(sum);
    }

    private static double norm(double[] x, int offset, int[] group) {
        double sum = 0;
        for (int j : group) {
            sum += x[offset + j] * x[offset + j];
        }
        return Math.sqrt(sum);
    }
}
