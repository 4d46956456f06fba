package org.headwater.prior.elasticnet.internal;

import org.headwater.api.Ensemble;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.special.L1Kernel;

/**
 * The elastic net ψ(θ) = Σ_i (λ_i |θ_i| + ½μ_i θ_i²), λ_i, μ_i ≥ 0 (Zou and Hastie, J. R. Statist.
 * Soc. B 67, 2005, doi:10.1111/j.1467-9868.2005.00503.x).
 *
 * <p>Completing the square, prox_{tψ}(y) = S(y, λt)/(1 + μt), and the kernel at y and time T is the
 * L1 kernel at y' = y/(1 + μT) and T' = T/(1 + μT):
 *
 * <pre>log Z(y; T) = log Z_L1(y'; T') − βμy²/(4(1 + μT)),</pre>
 *
 * with the L1 kernel's accuracy. Immutable.
 */
final class ElasticNetPrior implements SeparablePrior {
    private final double[] weight;
    private final double[] ridge;

    /** λ and μ, one per coordinate; copied. */
    ElasticNetPrior(double[] weight, double[] ridge) {
        this.weight = weight.clone();
        this.ridge = ridge.clone();
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
            sum += weight[i] * Math.abs(z) + 0.5 * ridge[i] * z * z;
        }
        return sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = weight.length;
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the elastic-net prior acts on "
                            + d
                            + " coordinates; points and result must match");
        }
        double[] from = y.data();
        double[] to = out.data();
        for (int i = 0; i < y.size(); i++) {
            for (int j = 0; j < d; j++) {
                to[i * d + j] =
                        L1Kernel.softThreshold(from[i * d + j], weight[j] * t) / (1 + ridge[j] * t);
            }
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        double threshold = weight[coordinate] * t;
        double shrink = 1 + ridge[coordinate] * t;
        for (int i = 0; i < y.length; i++) {
            out[i] = L1Kernel.softThreshold(y[i], threshold) / shrink;
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
        double shrink = 1 + ridge[coordinate] * time;
        for (int i = 0; i < y.length; i++) {
            mean[i] = y[i] / shrink;
        }
        L1Kernel.evaluate(
                weight[coordinate], time / shrink, beta, mean, logNormaliser, mean, variance);
        double rate = beta * ridge[coordinate] / (4 * shrink);
        for (int i = 0; i < y.length; i++) {
            logNormaliser[i] -= rate * y[i] * y[i];
        }
    }

    @Override
    public double slope(int coordinate) {
        return weight[coordinate];
    }

    @Override
    public double curvature(int coordinate) {
        return ridge[coordinate];
    }
}
