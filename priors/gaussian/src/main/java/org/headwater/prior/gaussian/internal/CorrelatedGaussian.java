package org.headwater.prior.gaussian.internal;

import java.util.Optional;
import org.headwater.api.DenseMatrix;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.Scaling;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The potential ψ(θ) = ½w·θᵀC⁻¹θ of a Gaussian of mean 0 with covariance C/w. Immutable.
 *
 * <p>Memory: three d × d matrices, two of which priors that differ in w share. ψ costs O(d²). The
 * prox (I + twC⁻¹)⁻¹y = C(C + twI)⁻¹y factors C + twI at every call, O(d³ + Nd²): it needs no
 * inverse of C and no state; the runtime makes the quadratic part of the target, so that its runs
 * never call it.
 */
final class CorrelatedGaussian implements Prior {
    private final int d;
    private final double[] covariance;
    private final double[] factor;
    private final double weight;
    private final boolean automatic;
    private final QuadraticPotential quadratic;

    private CorrelatedGaussian(
            int d, double[] covariance, double[] factor, double weight, boolean automatic) {
        this.d = d;
        this.covariance = covariance;
        this.factor = factor;
        this.weight = weight;
        this.automatic = automatic;
        double[] precision = DenseCholesky.inverse(factor, d);
        for (int i = 0; i < precision.length; i++) {
            precision[i] *= weight;
        }
        this.quadratic = QuadraticPotential.full(new DenseMatrix(d, d, precision));
    }

    /** The prior of a covariance matrix, w = 1. */
    static Optional<Prior> of(double[] covariance, int d) {
        return of(covariance, d, 1, false);
    }

    /**
     * The prior of a covariance matrix.
     *
     * @param covariance C, d × d, symmetric, not modified, must not change afterwards
     * @param weight w &gt; 0
     * @param automatic whether w is only a first guess
     * @return empty if C is not positive definite to working precision
     */
    static Optional<Prior> of(double[] covariance, int d, double weight, boolean automatic) {
        double[] factor = covariance.clone();
        return DenseCholesky.factor(factor, d)
                ? Optional.of(new CorrelatedGaussian(d, covariance, factor, weight, automatic))
                : Optional.empty();
    }

    /** Degree 2 on all coordinates. */
    @Override
    public Optional<Scaling> scaling() {
        return Optional.of(
                new Scaling(
                        weight,
                        2,
                        d,
                        automatic,
                        w -> new CorrelatedGaussian(d, covariance, factor, w, automatic)));
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
        return 0.5 * weight * DenseProducts.dot(z, 0, z, 0, d);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        Shapes.require(y, out, d);
        int n = y.size();
        double[] shifted = covariance.clone();
        for (int j = 0; j < d; j++) {
            shifted[j * d + j] += weight * t;
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
