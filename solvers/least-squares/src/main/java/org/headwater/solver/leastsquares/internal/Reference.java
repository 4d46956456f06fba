package org.headwater.solver.leastsquares.internal;

import java.util.Arrays;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.leastsquares.LeastSquaresForm;

/**
 * The point u* where |R(u)| is least, by Levenberg–Marquardt steps.
 *
 * @param centre u*
 * @param transposed Jᵀ there, d × M
 * @param factor L with LLᵀ = JᵀJ, lower
 */
record Reference(double[] centre, double[] transposed, double[] factor) {
    private static final int MOST = 100;
    private static final int TRIES = 12;

    /** A step as short as that, in standard deviations, is the last. */
    private static final double TOLERANCE = 1e-8;

    private static final double FIRST_DAMPING = 1e-3;

    /**
     * Finds it. O(M·d²) and a Jacobian a step; one step where R is linear.
     *
     * @throws InvalidInputException if data and prior leave a direction open
     * @throws IllegalStateException if the model fails at the initial point
     */
    static Reference find(LeastSquaresForm form, Workers workers) {
        int d = form.dimension();
        int m = form.size();
        double[] u = form.initial();
        double[] r = new double[m];
        double[] jacobian = new double[m * d];
        if (!form.jacobian(u, r, jacobian)) {
            throw new IllegalStateException(
                    "the forward model fails at its own initial parameters; check its settings");
        }
        double damping = form.isLinear() ? 0 : FIRST_DAMPING;
        boolean rests = false;
        for (int k = 0; k < MOST && !rests; k++) {
            double[] hessian = new double[d * d];
            DenseProducts.gram(jacobian, m, d, hessian, workers);
            double[] slope = new double[d];
            for (int i = 0; i < m; i++) {
                DenseProducts.addScaled(r[i], jacobian, i * d, slope, 0, d);
            }
            boolean moved = false;
            for (int t = 0; t < TRIES && !moved && !rests; t++) {
                double[] factor = factor(hessian, damping, d);
                double[] step = slope.clone();
                DenseCholesky.solveLower(factor, d, step, 1);
                rests = Math.sqrt(DenseProducts.dot(step, 0, step, 0, d)) < TOLERANCE;
                DenseCholesky.solveUpper(factor, d, step, 1);
                double[] next = u.clone();
                DenseProducts.addScaled(-1, step, 0, next, 0, d);
                double[] residuals = new double[m];
                double[] other = new double[m * d];
                moved = form.jacobian(next, residuals, other) && square(residuals) <= square(r);
                if (moved) {
                    u = next;
                    r = residuals;
                    jacobian = other;
                }
                damping = moved ? damping / 10 : Math.max(FIRST_DAMPING, 10 * damping);
            }
            rests |= !moved || form.isLinear();
        }
        double[] hessian = new double[d * d];
        DenseProducts.gram(jacobian, m, d, hessian, workers);
        double[] transposed = new double[d * m];
        for (int k = 0; k < m; k++) {
            for (int j = 0; j < d; j++) {
                transposed[j * m + k] = jacobian[k * d + j];
            }
        }
        return new Reference(u, transposed, factor(hessian, 0, d));
    }

    /** The roots of the diagonal of H⁻¹. */
    double[] sd() {
        int d = centre.length;
        double[] covariance = DenseCholesky.inverse(factor, d);
        double[] sd = new double[d];
        Arrays.setAll(sd, j -> Math.sqrt(covariance[j * d + j]));
        return sd;
    }

    private static double square(double[] r) {
        return DenseProducts.dot(r, 0, r, 0, r.length);
    }

    /** The lower factor of a matrix with its diagonal raised by a share, 0 above the diagonal. */
    static double[] factor(double[] matrix, double damping, int d) {
        double[] l = matrix.clone();
        for (int i = 0; i < d; i++) {
            l[i * d + i] *= 1 + damping;
        }
        if (!DenseCholesky.factor(l, d)) {
            throw InvalidInputException.of(
                    "prior",
                    "must determine what the data leave open: the Hessian of data and prior is not"
                            + " positive definite",
                    null,
                    "give the prior a positive weight for every parameter");
        }
        for (int i = 0; i < d; i++) {
            Arrays.fill(l, i * d + i + 1, (i + 1) * d, 0);
        }
        return l;
    }
}
