package org.headwater.kernels.rwpo;

import org.headwater.api.Ensemble;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.L1Kernel;

/** The L1 prior on top of its kernel, as far as these tests need a prior. */
record L1(double[] weight) implements SeparablePrior {
    @Override
    public int dimension() {
        return weight.length;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int j = 0; j < weight.length; j++) {
            sum += weight[j] * Math.abs(x[offset + j]);
        }
        return sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        for (int i = 0; i < y.data().length; i++) {
            out.data()[i] = L1Kernel.softThreshold(y.data()[i], weight[i % weight.length] * t);
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
}
