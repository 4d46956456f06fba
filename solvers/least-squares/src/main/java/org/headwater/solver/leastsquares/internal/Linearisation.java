package org.headwater.solver.leastsquares.internal;

import java.util.Arrays;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * What an ensemble says of a posterior without derivatives of the model: the regression J =
 * C^{Ru}(C^{uu})⁻¹ of the residuals on the coordinates, which is the Jacobian itself where R is
 * linear, and H = JᵀJ + diag(b). Moves by it, a in (0, 1], g = JᵀR(u) + β∇ψ^μ(u):
 *
 * <pre>u′ = u − a·H⁻¹g(u) + s·H^{−1/2}ξ,   s² = 1 − (1 − a)²,</pre>
 *
 * leave a Gaussian posterior as it is for every a; for a = 1 they draw it.
 *
 * @param jacobian J, M × d
 * @param factor L with LLᵀ = H, lower, d × d
 * @param precision H_jj
 */
record Linearisation(double[] jacobian, double[] factor, double[] precision) {
    /**
     * Regresses, O(n(d² + dM) + d²M + d³).
     *
     * @param u n × d from an offset, not modified
     * @param residuals n × M from an offset, not modified
     * @param from the first particle
     * @param to one past the last, at least d + 1 more than {@code from}
     * @param scale b
     */
    static Linearisation of(
            double[] u,
            double[] residuals,
            int from,
            int to,
            double[] scale,
            int m,
            Workers workers) {
        int d = scale.length;
        int n = to - from;
        double[] a = centred(u, from, to, d);
        double[] b = centred(residuals, from, to, m);
        double[] covariance = new double[d * d];
        DenseProducts.gram(a, n, d, covariance, workers);
        double[] cross = new double[d * m];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                DenseProducts.addScaled(a[i * d + j], b, i * m, cross, j * m, m);
            }
        }
        double[] root = covariance;
        if (!DenseCholesky.factor(root, d)) {
            throw new IllegalStateException("the ensemble has collapsed to a plane");
        }
        DenseCholesky.solve(root, d, cross, m);
        double[] jacobian = new double[m * d];
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < m; k++) {
                jacobian[k * d + j] = cross[j * m + k];
            }
        }
        return of(jacobian, m, scale, workers);
    }

    /** With a Jacobian that is known. */
    static Linearisation of(double[] jacobian, int m, double[] scale, Workers workers) {
        int d = scale.length;
        double[] hessian = new double[d * d];
        DenseProducts.gram(jacobian, m, d, hessian, workers);
        double[] precision = new double[d];
        for (int j = 0; j < d; j++) {
            hessian[j * d + j] += scale[j];
            precision[j] = hessian[j * d + j];
        }
        return new Linearisation(jacobian, Reference.factor(hessian, 0, d), precision);
    }

    /** Rows less their mean. */
    private static double[] centred(double[] x, int from, int to, int width) {
        double[] mean = new double[width];
        for (int i = from; i < to; i++) {
            DenseProducts.addScaled(1.0 / (to - from), x, i * width, mean, 0, width);
        }
        double[] out = new double[(to - from) * width];
        for (int i = from; i < to; i++) {
            System.arraycopy(x, i * width, out, (i - from) * width, width);
            DenseProducts.addScaled(-1, mean, 0, out, (i - from) * width, width);
        }
        return out;
    }

    /** JᵀR of n points, from row {@code first} of the residuals on; n × d. */
    double[] gradients(double[] residuals, int first, int n) {
        int d = precision.length;
        int m = jacobian.length / d;
        double[] g = new double[n * d];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < m; k++) {
                double r = residuals[(first + i) * m + k];
                DenseProducts.addScaled(r, jacobian, k * d, g, i * d, d);
            }
        }
        return g;
    }

    /** u − a·H⁻¹g, d values. */
    double[] drift(double[] u, int at, double[] gradients, int row, double a) {
        int d = precision.length;
        double[] out = Arrays.copyOfRange(gradients, row, row + d);
        DenseCholesky.solve(factor, d, out, 1);
        for (int j = 0; j < d; j++) {
            out[j] = u[at + j] - a * out[j];
        }
        return out;
    }

    /** |Lᵀ(u − mean)|². */
    double distance(double[] u, int at, double[] mean) {
        int d = mean.length;
        double sum = 0;
        double[] delta = new double[d];
        for (int j = 0; j < d; j++) {
            delta[j] = u[at + j] - mean[j];
        }
        for (int j = 0; j < d; j++) {
            double v = 0;
            for (int k = j; k < d; k++) {
                v += factor[k * d + j] * delta[k];
            }
            sum += v * v;
        }
        return sum;
    }
}
