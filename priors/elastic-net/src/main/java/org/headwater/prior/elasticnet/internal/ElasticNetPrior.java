package org.headwater.prior.elasticnet.internal;

import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
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

    /** See {@link #size}; proper if λ_i + μ_i &gt; 0 for all i. */
    @Override
    public Optional<double[]> sample(double beta, RandomStream random) {
        double[] x = new double[weight.length];
        for (int i = 0; i < x.length; i++) {
            if (weight[i] == 0 && ridge[i] == 0) {
                return Optional.empty();
            }
            double size = size(beta * weight[i], beta * ridge[i], random);
            x[i] = random.uniform() < 0.5 ? -size : size;
        }
        return Optional.of(x);
    }

    /**
     * |θ| ∝ exp(−λx − ½μx²) on x &gt; 0: for μ &gt; 0, x = (z − a)/√μ with z standard normal beyond
     * a = λ/√μ, by rejection from an exponential (C. P. Robert, Statistics and Computing 5, 1995,
     * doi:10.1007/BF00143942); accepted with probability .76 or more.
     */
    private static double size(double lambda, double mu, RandomStream random) {
        if (mu == 0) {
            return -Math.log1p(-random.uniform()) / lambda;
        }
        double a = lambda / Math.sqrt(mu);
        double rate = 0.5 * (a + Math.sqrt(a * a + 4));
        while (true) {
            double beyond = -Math.log1p(-random.uniform()) / rate;
            double gap = a + beyond - rate;
            if (random.uniform() < Math.exp(-0.5 * gap * gap)) {
                return beyond / Math.sqrt(mu);
            }
        }
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
