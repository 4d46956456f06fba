package org.headwater.api;

import java.util.Arrays;
import java.util.Optional;

/** ψ = 0: the Gaussian kernel with log Z = ½log(4πT/β), m₁ = y, v₁ = 2T/β. */
record FlatPrior(int dimension) implements SeparablePrior {
    @Override
    public double potential(double[] x, int offset) {
        return 0;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        System.arraycopy(y.data(), 0, out.data(), 0, y.data().length);
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        System.arraycopy(y, 0, out, 0, y.length);
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
        Arrays.fill(logNormaliser, 0.5 * Math.log(4 * Math.PI * time / beta));
        System.arraycopy(y, 0, mean, 0, y.length);
        Arrays.fill(variance, 2 * time / beta);
    }

    @Override
    public double slope(int coordinate) {
        return 0;
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return Optional.of(QuadraticPotential.diagonal(new double[dimension]));
    }
}
