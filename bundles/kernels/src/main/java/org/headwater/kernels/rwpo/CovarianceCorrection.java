package org.headwater.kernels.rwpo;

import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The term that gives the tensorised layer the dependence between coordinates, exact for Gaussian
 * targets:
 *
 * <pre>corr(x) = D_K^{−1/2} (R^{−1} − I) diag(a)^{−1} (x − mean),   R = .999·corr(X) + .001·I,
 * </pre>
 *
 * with mean and corr(X) the particles' mean and correlation matrix, and D_K the variance of the
 * kernel's mixture ({@link MixtureReadout}). With the scale a = √D_K the flow rests, for a Gaussian
 * target, exactly where the read-out's covariance D_K^{1/2} R D_K^{1/2} is the target's; with a =
 * s, the particles' standard deviations, it is off by O(T/s²). The share of the unit matrix keeps R
 * positive definite when N &lt; d. A coordinate on which all particles agree counts as
 * uncorrelated, with a term of 0.
 *
 * <p>The drift v = −∇f + (p − x̄)/(2T) + corr/β then has the target's marginals and dependence,
 * where p = prox_{Tψ}(x). Cost: O(Nd² + d³). Immutable. Source: derived for this project, as a
 * repair of the tensorised layer of arXiv 2510.16356, which overrates the spread of correlated
 * targets.
 */
public final class CovarianceCorrection {
    private static final double SHRINKAGE = 0.001;
    private static final int GRAIN = 64;
    private static final String FINITE = "the particles' correlations must be finite";

    private final int dimension;
    private final double[] mean;
    private final double[] sd;
    private final double[] correlation;
    private final double[] factor;

    private CovarianceCorrection(
            int dimension, double[] mean, double[] sd, double[] correlation, double[] factor) {
        this.dimension = dimension;
        this.mean = mean;
        this.sd = sd;
        this.correlation = correlation;
        this.factor = factor;
    }

    /**
     * Mean, spread and correlation of particles.
     *
     * @param x N × d, N ≥ 1, not modified
     * @param workers threads
     * @throws IllegalArgumentException if a particle is not finite
     */
    public static CovarianceCorrection of(Ensemble x, Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.require(n > 0, "there must be particles");
        double[] data = x.data();
        double[] mean = new double[d];
        for (int i = 0; i < n; i++) {
            DenseProducts.addScaled(1, data, i * d, mean, 0, d);
        }
        for (int j = 0; j < d; j++) {
            mean[j] /= n;
        }
        double[] centred = new double[n * d];
        double[] sd = new double[d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                double delta = data[i * d + j] - mean[j];
                centred[i * d + j] = delta;
                sd[j] += delta * delta;
            }
        }
        double[] scale = new double[d];
        for (int j = 0; j < d; j++) {
            sd[j] = Math.sqrt(sd[j] / n);
            scale[j] = sd[j] > 0 ? 1 / (sd[j] * Math.sqrt(n)) : 0;
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                centred[i * d + j] *= scale[j];
            }
        }
        double[] r = new double[d * d];
        DenseProducts.gram(centred, n, d, r, workers);
        for (int i = 0; i < d * d; i++) {
            r[i] *= 1 - SHRINKAGE;
        }
        for (int j = 0; j < d; j++) {
            r[j * d + j] = 1;
        }
        double[] factor = r.clone();
        Shapes.require(DenseCholesky.factor(factor, d), FINITE);
        return new CovarianceCorrection(d, mean, sd, r, factor);
    }

    /**
     * The same, with mean and covariance by a backend where it has them sooner.
     *
     * @param x N × d, N ≥ 1, not modified
     * @param backend asked first
     * @param workers threads
     * @throws IllegalArgumentException if a particle is not finite
     */
    public static CovarianceCorrection of(Ensemble x, KernelBackend backend, Workers workers) {
        int d = x.dimension();
        double[] mean = new double[d];
        double[] r = new double[d * d];
        if (x.size() == 0 || !backend.moments(x, mean, r)) {
            return of(x, workers);
        }
        double[] sd = new double[d];
        for (int j = 0; j < d; j++) {
            sd[j] = Math.sqrt(r[j * d + j]);
        }
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                double scale = sd[j] * sd[k];
                r[j * d + k] = j == k ? 1 : scale > 0 ? (1 - SHRINKAGE) * r[j * d + k] / scale : 0;
            }
        }
        double[] factor = r.clone();
        Shapes.require(DenseCholesky.factor(factor, d), FINITE);
        return new CovarianceCorrection(d, mean, sd, r, factor);
    }

    /** The particles' mean, d values, a copy. */
    public double[] mean() {
        return mean.clone();
    }

    /** s, the particles' standard deviations (population), d values, a copy. */
    public double[] sd() {
        return sd.clone();
    }

    /** R, d × d, a copy. */
    public double[] correlation() {
        return correlation.clone();
    }

    /** L with L·Lᵀ = R in the lower triangle, d × d, a copy. */
    public double[] correlationFactor() {
        double[] l = factor.clone();
        for (int i = 0; i < dimension; i++) {
            for (int j = i + 1; j < dimension; j++) {
                l[i * dimension + j] = 0;
            }
        }
        return l;
    }

    /**
     * corr(x) of points. O(Md²).
     *
     * @param x M × d, not modified
     * @param scale a, d values, not modified; a coordinate with a = 0 gets a term of 0
     * @param mixtureVariance D_K &gt; 0, d values, not modified
     * @param out M × d, modified; may be {@code x}
     * @param workers threads
     */
    public void apply(
            Ensemble x, double[] scale, double[] mixtureVariance, Ensemble out, Workers workers) {
        int d = dimension;
        Shapes.require(x.dimension() == d, "points need as many coordinates as the correction");
        Shapes.require(mixtureVariance.length == d, "D_K needs one value per coordinate");
        Shapes.require(scale.length == d, "the scale needs one value per coordinate");
        Shapes.same(x, out, "out");
        double[] source = x.data();
        double[] target = out.data();
        workers.forRanges(
                x.size(),
                GRAIN,
                (from, to) -> {
                    int m = to - from;
                    double[] z = new double[d * m];
                    for (int i = 0; i < m; i++) {
                        for (int j = 0; j < d; j++) {
                            z[j * m + i] = standardised(source[(from + i) * d + j], scale[j], j);
                        }
                    }
                    DenseCholesky.solve(factor, d, z, m);
                    for (int i = 0; i < m; i++) {
                        for (int j = 0; j < d; j++) {
                            int at = (from + i) * d + j;
                            target[at] =
                                    (z[j * m + i] - standardised(source[at], scale[j], j))
                                            / Math.sqrt(mixtureVariance[j]);
                        }
                    }
                });
    }

    private double standardised(double x, double scale, int j) {
        return scale > 0 ? (x - mean[j]) / scale : 0;
    }
}
