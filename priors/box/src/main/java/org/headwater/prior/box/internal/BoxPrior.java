package org.headwater.prior.box.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.TruncatedKernel;

/**
 * The uniform prior on a box: ψ(θ) = 0 where l_i ≤ θ_i ≤ u_i for all i, else +∞. The prox is the
 * projection, the kernel a truncated normal. Immutable.
 *
 * <p>Its curvature is 12/(u − l)², the precision of the uniform density: where the data say little
 * it is what bounds the posterior, and where they say much it adds nothing.
 *
 * <p>The mixture of kernels Kρ lies in the box. A solver's particles are the kernels' centres, not
 * draws from the posterior: they may leave it by a kernel's width √(2T/β) or more. The RWPO solver
 * therefore reads out the mixture, whose quantiles are its draws.
 */
final class BoxPrior implements SeparablePrior {
    private final double[] lower;
    private final double[] upper;

    /** l and u &gt; l, one per coordinate; copied. */
    BoxPrior(double[] lower, double[] upper) {
        this.lower = lower.clone();
        this.upper = upper.clone();
    }

    @Override
    public int dimension() {
        return lower.length;
    }

    @Override
    public double potential(double[] x, int offset) {
        for (int i = 0; i < lower.length; i++) {
            double z = x[offset + i];
            if (!(z >= lower[i] && z <= upper[i])) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return 0;
    }

    /** Uniform, if the box is bounded. */
    @Override
    public Optional<double[]> sample(double beta, RandomStream random) {
        double[] x = new double[lower.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = lower[i] + (upper[i] - lower[i]) * random.uniform();
            if (!Double.isFinite(x[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(x);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = lower.length;
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the box prior acts on " + d + " coordinates; points and result must match");
        }
        for (int i = 0; i < y.size(); i++) {
            for (int j = 0; j < d; j++) {
                out.data()[i * d + j] = project(y.data()[i * d + j], j);
            }
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        for (int i = 0; i < y.length; i++) {
            out[i] = project(y[i], coordinate);
        }
    }

    private double project(double z, int j) {
        return Math.max(lower[j], Math.min(upper[j], z));
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
                0,
                lower[coordinate],
                upper[coordinate],
                time,
                beta,
                y,
                logNormaliser,
                mean,
                variance);
    }

    @Override
    public double slope(int coordinate) {
        return 0;
    }

    @Override
    public double curvature(int coordinate) {
        double width = upper[coordinate] - lower[coordinate];
        return 12 / (width * width);
    }
}
