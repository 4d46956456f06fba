package org.headwater.prior.composite.internal;

import org.headwater.api.DenseMatrix;
import org.headwater.api.QuadraticPotential;

/** The quadratic of coefficients as one of the field. */
final class Congruence {
    private Congruence() {}

    /** ½xᵀWᵀΛWx, dense; d times the cost of Λ and of W. */
    static QuadraticPotential of(QuadraticPotential lambda, Analysis w) {
        int d = w.dimension();
        double[] matrix = new double[Math.multiplyExact(d, d)];
        double[] unit = new double[d];
        double[] u = new double[w.coefficients()];
        for (int j = 0; j < d; j++) {
            unit[j] = 1;
            w.analyse(unit, 0, u, 0);
            double[] product = new double[u.length];
            lambda.addGradient(u, 0, product, 0);
            w.adjoint(product, 0, matrix, j * d);
            unit[j] = 0;
        }
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                double mean = 0.5 * (matrix[i * d + j] + matrix[j * d + i]);
                matrix[i * d + j] = mean;
                matrix[j * d + i] = mean;
            }
        }
        return QuadraticPotential.full(new DenseMatrix(d, d, matrix));
    }
}
