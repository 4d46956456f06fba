package org.headwater.prior.nonneg.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.TruncatedKernel;

/**
 * Non-negative fields: ψ(θ) = Σ_i λ_i θ_i where all θ_i ≥ 0, else +∞; its density is a product of
 * exponential densities, flat on θ_i ≥ 0 where λ_i = 0. prox_{tψ}(y) = max(y − λt, 0); the kernel
 * is a truncated normal. Immutable.
 *
 * <p>The mixture of kernels Kρ is non-negative. A solver's particles are the kernels' centres, not
 * draws from the posterior: they may leave it by a kernel's width √(2T/β) or more. The RWPO solver
 * therefore reads out the mixture, whose quantiles are its draws.
 */
final class NonNegativePrior implements SeparablePrior {
    private final double[] weight;
    private final boolean automatic;

    /** λ ≥ 0, one per coordinate; copied. */
    NonNegativePrior(double[] weight) {
        this(weight, false);
    }

    /** One whose weights, all equal, are only a first guess if they are {@code automatic}. */
    NonNegativePrior(double[] weight, boolean automatic) {
        this.weight = weight.clone();
        this.automatic = automatic;
    }

    @Override
    public int dimension() {
        return weight.length;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int i = 0; i < weight.length; i++) {
            double z = x[offset + i];
            if (!(z >= 0)) {
                return Double.POSITIVE_INFINITY;
            }
            sum += weight[i] * z;
        }
        return sum;
    }

    /** Exponentially distributed, if all λ_i &gt; 0. */
    @Override
    public Optional<double[]> sample(double beta, RandomStream random) {
        double[] x = new double[weight.length];
        for (int i = 0; i < x.length; i++) {
            if (weight[i] == 0) {
                return Optional.empty();
            }
            x[i] = -Math.log1p(-random.uniform()) / (beta * weight[i]);
        }
        return Optional.of(x);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = weight.length;
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the non-negativity prior acts on "
                            + d
                            + " coordinates; points and result must match");
        }
        for (int i = 0; i < y.size(); i++) {
            for (int j = 0; j < d; j++) {
                out.data()[i * d + j] = Math.max(y.data()[i * d + j] - weight[j] * t, 0);
            }
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        double threshold = weight[coordinate] * t;
        for (int i = 0; i < y.length; i++) {
            out[i] = Math.max(y[i] - threshold, 0);
        }
    }

    @Override
    public void kernel(
            int coordinate,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance) {
        TruncatedKernel.evaluate(
                weight[coordinate],
                0,
                Double.POSITIVE_INFINITY,
                time,
                beta,
                y,
                logNormaliser,
                mean,
                variance);
    }

    @Override
    public double slope(int coordinate) {
        return weight[coordinate];
    }

    /** Of a weight that all coordinates share: degree 1 on all of them. */
    @Override
    public Optional<Scaling> scaling() {
        if (!(weight[0] > 0) || Arrays.stream(weight).anyMatch(w -> w != weight[0])) {
            return Optional.empty();
        }
        return Optional.of(new Scaling(weight[0], 1, weight.length, automatic, this::withWeight));
    }

    private NonNegativePrior withWeight(double other) {
        double[] all = new double[weight.length];
        Arrays.fill(all, other);
        return new NonNegativePrior(all, automatic);
    }
}
