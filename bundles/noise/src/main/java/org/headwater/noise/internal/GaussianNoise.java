package org.headwater.noise.internal;

import org.headwater.api.Noise;
import org.headwater.api.RandomStream;
import org.headwater.kernels.dense.DenseCholesky;

/**
 * Gaussian noise: Φ(p) = ½(p−y)ᵀΓ⁻¹(p−y) with measured data y and covariance Γ = diag(sd²) or Γ =
 * L·Lᵀ. Costs O(m) or O(m²) per call, whitening m or m² per column. Immutable.
 */
final class GaussianNoise implements Noise {
    private final double[] measured;
    private final double[] sd;

    /** L, m × m, or null when Γ is diagonal. */
    private final double[] factor;

    private GaussianNoise(double[] measured, double[] sd, double[] factor) {
        this.measured = measured;
        this.sd = sd;
        this.factor = factor;
    }

    /** Independent noise; both arrays are copied. */
    static GaussianNoise independent(double[] measured, double[] sd) {
        return new GaussianNoise(measured.clone(), sd.clone(), null);
    }

    /**
     * Correlated noise.
     *
     * @param measured m values, copied
     * @param covariance Γ, m × m, copied
     * @return null if Γ is not positive definite
     */
    static GaussianNoise correlated(double[] measured, double[] covariance) {
        int m = measured.length;
        double[] l = covariance.clone();
        if (!DenseCholesky.factor(l, m)) {
            return null;
        }
        double[] sd = new double[m];
        for (int i = 0; i < m; i++) {
            sd[i] = Math.sqrt(covariance[i * m + i]);
        }
        return new GaussianNoise(measured.clone(), sd, l);
    }

    @Override
    public int dataSize() {
        return measured.length;
    }

    @Override
    public boolean isQuadratic() {
        return true;
    }

    @Override
    public double misfit(double[] predicted, int offset) {
        double sum = 0;
        if (factor == null) {
            for (int i = 0; i < sd.length; i++) {
                double r = (predicted[offset + i] - measured[i]) / sd[i];
                sum += r * r;
            }
            return 0.5 * sum;
        }
        double[] r = difference(predicted, offset, new double[measured.length]);
        DenseCholesky.solveLower(factor, r.length, r, 1);
        for (double v : r) {
            sum += v * v;
        }
        return 0.5 * sum;
    }

    @Override
    public void gradient(double[] predicted, int offset, double[] out) {
        difference(predicted, offset, out);
        if (factor == null) {
            for (int i = 0; i < sd.length; i++) {
                out[i] /= sd[i] * sd[i];
            }
        } else {
            DenseCholesky.solve(factor, measured.length, out, 1);
        }
    }

    @Override
    public void whiten(double[] predicted, double[] jacobian, int columns) {
        if (factor == null) {
            for (int i = 0; i < sd.length; i++) {
                for (int j = 0; j < columns; j++) {
                    jacobian[i * columns + j] /= sd[i];
                }
            }
        } else {
            DenseCholesky.solveLower(factor, measured.length, jacobian, columns);
        }
    }

    @Override
    public void residuals(double[] predicted, double[] out) {
        difference(predicted, 0, out);
        for (int i = 0; i < sd.length; i++) {
            out[i] /= sd[i];
        }
    }

    @Override
    public double[] sample(double[] clean, RandomStream random) {
        int m = measured.length;
        double[] z = new double[m];
        for (int i = 0; i < m; i++) {
            z[i] = random.gaussian();
        }
        double[] out = clean.clone();
        for (int i = 0; i < m; i++) {
            if (factor == null) {
                out[i] += sd[i] * z[i];
            } else {
                for (int j = 0; j <= i; j++) {
                    out[i] += factor[i * m + j] * z[j];
                }
            }
        }
        return out;
    }

    private double[] difference(double[] predicted, int offset, double[] out) {
        for (int i = 0; i < measured.length; i++) {
            out[i] = predicted[offset + i] - measured[i];
        }
        return out;
    }
}
