package org.headwater.api;

import java.util.Optional;

/**
 * A quadratic potential ψ(θ) = ½θᵀΛθ of a Gaussian prior of mean 0, with the precision matrix Λ
 * diagonal or full (1/θ-unit²). Immutable.
 */
public final class QuadraticPotential {
    private final int dimension;
    private final double[] precision;

    private QuadraticPotential(int dimension, double[] precision) {
        this.dimension = dimension;
        this.precision = precision;
    }

    /** Λ = diag(precision), its entries ≥ 0; copied. */
    public static QuadraticPotential diagonal(double[] precision) {
        return new QuadraticPotential(precision.length, precision.clone());
    }

    /** A symmetric positive semidefinite Λ, d × d, which must not change afterwards. */
    public static QuadraticPotential full(DenseMatrix precision) {
        if (precision.rows() != precision.columns()) {
            throw new IllegalArgumentException(
                    "a precision matrix is square, not "
                            + precision.rows()
                            + " × "
                            + precision.columns());
        }
        return new QuadraticPotential(precision.rows(), precision.data());
    }

    /** The sum of this potential and another one on the same coordinates. */
    public QuadraticPotential plus(QuadraticPotential other) {
        if (other.dimension != dimension) {
            throw new IllegalArgumentException(
                    "potentials of " + dimension + " and " + other.dimension + " coordinates");
        }
        if (isDiagonal() && other.isDiagonal()) {
            double[] sum = precision.clone();
            for (int i = 0; i < dimension; i++) {
                sum[i] += other.precision[i];
            }
            return new QuadraticPotential(dimension, sum);
        }
        double[] sum = new double[dimension * dimension];
        addHessian(sum, dimension);
        other.addHessian(sum, dimension);
        return new QuadraticPotential(dimension, sum);
    }

    /** d, the number of coordinates it acts on. */
    public int dimension() {
        return dimension;
    }

    /** The diagonal of Λ if all else of it is zero by construction. */
    public Optional<double[]> diagonal() {
        return isDiagonal() ? Optional.of(precision.clone()) : Optional.empty();
    }

    private boolean isDiagonal() {
        return precision.length == dimension;
    }

    /**
     * Adds Λθ to a gradient. O(d) or O(d²).
     *
     * @param theta θ at {@code theta[offset .. offset+d-1]}, not modified
     * @param offset where θ starts in {@code theta}
     * @param gradient modified
     * @param gradientOffset where the gradient starts in {@code gradient}
     * @return ψ(θ)
     */
    public double addGradient(double[] theta, int offset, double[] gradient, int gradientOffset) {
        double sum = 0;
        if (isDiagonal()) {
            for (int i = 0; i < dimension; i++) {
                double x = theta[offset + i];
                double pull = precision[i] * x;
                gradient[gradientOffset + i] += pull;
                sum += pull * x;
            }
            return 0.5 * sum;
        }
        double[] product = new double[dimension];
        for (int i = 0; i < dimension; i++) {
            double x = theta[offset + i];
            int row = i * dimension;
            for (int j = 0; j < dimension; j++) {
                product[j] += x * precision[row + j];
            }
        }
        for (int i = 0; i < dimension; i++) {
            gradient[gradientOffset + i] += product[i];
            sum += product[i] * theta[offset + i];
        }
        return 0.5 * sum;
    }

    /**
     * Adds Λ to the leading d × d block of a matrix.
     *
     * @param matrix row-major, modified
     * @param columns its number of columns, ≥ d
     */
    public void addHessian(double[] matrix, int columns) {
        for (int i = 0; i < dimension; i++) {
            if (isDiagonal()) {
                matrix[i * columns + i] += precision[i];
            } else {
                for (int j = 0; j < dimension; j++) {
                    matrix[i * columns + j] += precision[i * dimension + j];
                }
            }
        }
    }
}
