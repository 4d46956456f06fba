package org.headwater.prior.gaussian.internal;

import java.util.Optional;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticPotential;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The potential ψ(θ) = ½θᵀC⁻¹θ of a Gaussian of mean 0 with covariance C. Immutable.
 *
 * <p>Memory: three d × d matrices. ψ costs O(d²). The prox (I + tC⁻¹)⁻¹y = C(C + tI)⁻¹y factors C +
 * tI at every call, O(d³ + Nd²): it needs no inverse of C and no state; the runtime makes the
 * quadratic part of the target, so that its runs never call it.
 */
final class CorrelatedGaussian implements Prior {
    private final int d;
    private final double[] covariance;
    private final double[] factor;
    private final QuadraticPotential quadratic;

    private CorrelatedGaussian(int d, double[] covariance, double[] factor) {
        this.d = d;
        this.covariance = covariance;
        this.factor = factor;
        this.quadratic =
                QuadraticPotential.full(new DenseMatrix(d, d, DenseCholesky.inverse(factor, d)));
    }

    /**
     * The prior of a covariance matrix.
     *
     * @param covariance C, d × d, symmetric, not modified, must not change afterwards
     * @return empty if C is not positive definite to working precision
     */
    static Optional<Prior> of(double[] covariance, int d) {
        double[] factor = covariance.clone();
        return DenseCholesky.factor(factor, d)
                ? Optional.of(new CorrelatedGaussian(d, covariance, factor))
                : Optional.empty();
    }

    @Override
    public int dimension() {
        return d;
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        double[] z = new double[d];
        System.arraycopy(x, offset, z, 0, d);
        DenseCholesky.solveLower(factor, d, z, 1);
        return 0.5 * DenseProducts.dot(z, 0, z, 0, d);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.require(y, out, d);
        int n = y.size();
        double[] shifted = covariance.clone();
        for (int j = 0; j < d; j++) {
            shifted[j * d + j] += t;
        }
        if (!DenseCholesky.factor(shifted, d)) {
            throw new IllegalArgumentException("the step must be positive, got " + t);
        }
        double[] columns = new double[d * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                columns[j * n + i] = y.get(i, j);
            }
        }
        DenseCholesky.solve(shifted, d, columns, n);
        double[] rows = new double[n * d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                rows[i * d + j] = columns[j * n + i];
            }
        }
        DenseProducts.multiply(rows, 0, covariance, n, d, d, out.data(), 0);
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return Optional.of(quadratic);
    }
}
