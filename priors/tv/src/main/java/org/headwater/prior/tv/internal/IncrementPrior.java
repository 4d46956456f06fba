package org.headwater.prior.tv.internal;

import org.headwater.api.Ensemble;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.L1Kernel;

/**
 * Total variation as a potential of the increments: ψ(u) = weight·Σ_{i≥1}|u_i|, flat in u_0, where
 * the chain begins.
 */
record IncrementPrior(double weight, int dimension) implements SeparablePrior {
    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int i = offset + 1; i < offset + dimension; i++) {
            sum += Math.abs(x[i]);
        }
        return weight * sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.check(dimension, y, out);
        for (int k = 0; k < y.data().length; k++) {
            out.data()[k] = L1Kernel.softThreshold(y.data()[k], slope(k % dimension) * t);
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        L1Kernel.softThreshold(y, slope(coordinate) * t, out);
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
        L1Kernel.evaluate(slope(coordinate), time, beta, y, logNormaliser, mean, variance);
    }

    @Override
    public double slope(int coordinate) {
        return coordinate == 0 ? 0 : weight;
    }
}
