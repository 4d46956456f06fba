package org.headwater.prior.l1.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.L1Kernel;

/**
 * The L1 potential ψ(θ) = Σ_i λ_i |θ_i|, λ_i ≥ 0; its density is a product of Laplace densities,
 * flat where λ_i = 0. Immutable.
 */
final class L1Prior implements SeparablePrior {
    private final double[] weight;
    private final boolean automatic;

    /** λ, one weight per coordinate; copied. */
    L1Prior(double[] weight) {
        this(weight, false);
    }

    /** One whose weights, all equal, are only a first guess if they are {@code automatic}. */
    L1Prior(double[] weight, boolean automatic) {
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
            sum += weight[i] * Math.abs(x[offset + i]);
        }
        return sum;
    }

    /** Laplace distributed, if all λ_i &gt; 0. */
    @Override
    public Optional<double[]> sample(double beta, RandomStream random) {
        double[] x = new double[weight.length];
        for (int i = 0; i < x.length; i++) {
            if (weight[i] == 0) {
                return Optional.empty();
            }
            double size = -Math.log1p(-random.uniform()) / (beta * weight[i]);
            x[i] = random.uniform() < 0.5 ? -size : size;
        }
        return Optional.of(x);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = weight.length;
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the L1 prior acts on " + d + " coordinates; points and result must match");
        }
        double[] from = y.data();
        double[] to = out.data();
        for (int i = 0; i < y.size(); i++) {
            for (int j = 0; j < d; j++) {
                to[i * d + j] = L1Kernel.softThreshold(from[i * d + j], weight[j] * t);
            }
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        L1Kernel.softThreshold(y, weight[coordinate] * t, out);
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
        L1Kernel.evaluate(weight[coordinate], time, beta, y, logNormaliser, mean, variance);
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

    private L1Prior withWeight(double other) {
        double[] all = new double[weight.length];
        Arrays.fill(all, other);
        return new L1Prior(all, automatic);
    }
}
