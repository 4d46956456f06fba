package org.headwater.prior.tv.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;
import org.headwater.api.Synthesis;

/**
 * Total variation of a vector, ψ(θ) = weight·Σ|θ_{i+1} − θ_i|, with its exact prox. In the
 * increments u_0 = θ_0, u_i = θ_i − θ_{i−1} it is separable. Immutable.
 */
final class ChainTvPrior implements Prior {
    private final Weight weight;
    private final int dimension;

    ChainTvPrior(Weight weight, int dimension) {
        this.weight = weight;
        this.dimension = dimension;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int i = offset + 1; i < offset + dimension; i++) {
            sum += Math.abs(x[i] - x[i - 1]);
        }
        return weight.value() * sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension, y, out);
        ChainProx prox = new ChainProx(dimension);
        for (int i = 0; i < y.size(); i++) {
            prox.apply(y.data(), y.offset(i), weight.value() * t, out.data(), out.offset(i));
        }
    }

    @Override
    public Optional<Synthesis> synthesis() {
        return Optional.of(new Increments(new IncrementPrior(weight.value(), dimension)));
    }

    /** Constants are free. */
    @Override
    public Optional<Scaling> scaling() {
        return weight.scaling(dimension() - 1, w -> new ChainTvPrior(w, dimension));
    }

    /** By {@link ChainNormaliser}. */
    @Override
    public Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        double[] log = new double[y.size()];
        for (int i = 0; i < log.length; i++) {
            log[i] =
                    ChainNormaliser.logNormaliser(
                            y.data(), y.offset(i), dimension, weight.value(), time, beta);
        }
        return Optional.of(log);
    }
}
