package org.headwater.kernels.flow;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.SeparablePrior;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The Gaussian N(μ, C) of least KL(N ‖ π) for π ∝ e^{−βf−βψ}, f quadratic, ψ separable and convex.
 * There
 *
 * <pre>
 * C⁻¹ = β(H + B),  B_jj = E[ψ_j″] = E[ψ_j′(x)(x − μ_j)]/C_jj,   H(μ − x*) + ∇f(x*) + E[ψ′] = 0
 * </pre>
 *
 * with means under N itself. For an L1 prior B_jj = 2λN(0; μ_j, C_jj): where the data hold a
 * coefficient away from 0, the prior adds no curvature and shifts the mean by λ, whereas the
 * precision βλ²/2 of {@link org.headwater.kernels.laplace.LaplaceApproximation}, right near 0,
 * would pull it to 0. For other f, H and ∇f(x*) are its expansion at x*.
 *
 * <p>Newton's steps for μ with B halfway to its new value; one-dimensional means by the midpoint
 * rule over quantiles, ψ′ by the prox at a short step. O(d³) a round, at most {@value #ROUNDS}.
 * Source: Opper and Archambeau, Neural Computation 21 (2009), eqs. 2.4–2.5; the scheme is ours.
 *
 * @param mean μ, d values
 * @param covariance C, d × d
 */
record GaussianFit(double[] mean, double[] covariance) {
    private static final int ROUNDS = 40;
    private static final int NODES = 128;

    /** Steps of the prox relative to a coordinate's variance. */
    private static final double PROX_STEP = 1e-6;

    /** Largest change of a mean in standard deviations, or of a log variance, at which to stop. */
    private static final double REST = 0.01;

    /** Share of a Newton step's promise that it must keep, and the least share that is tried. */
    private static final double ENOUGH = 1e-4;

    private static final double LEAST_SHARE = 1e-4;

    /**
     * Fits.
     *
     * @param h H, d × d, not modified
     * @param mode x*, not modified
     * @param gradient ∇f(x*), not modified
     * @param covariance to begin with, d × d, not modified
     * @return empty if data and prior leave a direction open
     */
    static Optional<GaussianFit> of(
            double[] h,
            double[] mode,
            double[] gradient,
            SeparablePrior prior,
            double beta,
            double[] covariance) {
        int d = mode.length;
        double[] z = new double[NODES];
        Arrays.setAll(z, k -> NormalQuantile.of((k + 0.5) / NODES));
        double square = DenseProducts.dot(z, 0, z, 0, NODES);
        double[] mean = mode.clone();
        double[] c = covariance.clone();
        double[] b = new double[d];
        double[] x = new double[NODES];
        double[] near = new double[NODES];
        for (int round = 0; round < ROUNDS; round++) {
            double[] force = new double[d];
            for (int j = 0; j < d; j++) {
                double variance = c[j * d + j];
                double sd = Math.sqrt(variance);
                for (int k = 0; k < NODES; k++) {
                    x[k] = mean[j] + sd * z[k];
                }
                double t = PROX_STEP * variance;
                prior.proxCoordinate(j, t, x, near);
                double bend = 0;
                for (int k = 0; k < NODES; k++) {
                    double slope = (x[k] - near[k]) / t;
                    force[j] += slope / NODES;
                    bend += slope * z[k] / (sd * square);
                }
                b[j] = round == 0 ? bend : 0.5 * (b[j] + bend);
                force[j] += gradient[j];
                for (int k = 0; k < d; k++) {
                    force[j] += h[j * d + k] * (mean[k] - mode[k]);
                }
            }
            double[] precision = h.clone();
            for (int j = 0; j < d; j++) {
                precision[j * d + j] += b[j];
            }
            if (!DenseCholesky.factor(precision, d)) {
                return Optional.empty();
            }
            double[] inverse = DenseCholesky.inverse(precision, d);
            double[] step = new double[d];
            for (int j = 0; j < d; j++) {
                step[j] = -DenseProducts.dot(inverse, j * d, force, 0, d);
            }
            double[] next = descended(h, mode, gradient, prior, mean, step, force, c, z);
            double change = 0;
            for (int j = 0; j < d; j++) {
                int jj = j * d + j;
                change = Math.max(change, Math.abs(next[j] - mean[j]) / Math.sqrt(c[jj]));
                change = Math.max(change, Math.abs(Math.log(inverse[jj] / beta / c[jj])));
            }
            mean = next;
            for (int k = 0; k < d * d; k++) {
                c[k] = inverse[k] / beta;
            }
            if (change < REST) {
                break;
            }
        }
        return Optional.of(new GaussianFit(mean, c));
    }

    /** The mean after as much of a step as makes E[f + ψ] fall, C being kept. */
    private static double[] descended(
            double[] h,
            double[] mode,
            double[] gradient,
            SeparablePrior prior,
            double[] mean,
            double[] step,
            double[] force,
            double[] c,
            double[] z) {
        double before = energy(h, mode, gradient, prior, mean, c, z);
        double fall = ENOUGH * DenseProducts.dot(step, 0, force, 0, step.length);
        double[] next = mean.clone();
        for (double share = 1; share > LEAST_SHARE; share /= 2) {
            System.arraycopy(mean, 0, next, 0, mean.length);
            DenseProducts.addScaled(share, step, 0, next, 0, mean.length);
            if (energy(h, mode, gradient, prior, next, c, z) <= before + share * fall) {
                return next;
            }
        }
        return mean.clone();
    }

    /** E[f + ψ] but for what does not depend on the mean; all coordinates take a node together. */
    private static double energy(
            double[] h,
            double[] mode,
            double[] gradient,
            SeparablePrior prior,
            double[] mean,
            double[] c,
            double[] z) {
        int d = mean.length;
        double[] gap = mean.clone();
        DenseProducts.addScaled(-1, mode, 0, gap, 0, d);
        double sum = DenseProducts.dot(gradient, 0, gap, 0, d);
        for (int j = 0; j < d; j++) {
            sum += 0.5 * gap[j] * DenseProducts.dot(h, j * d, gap, 0, d);
        }
        double[] x = new double[d];
        for (double node : z) {
            for (int j = 0; j < d; j++) {
                x[j] = mean[j] + Math.sqrt(c[j * d + j]) * node;
            }
            sum += prior.potential(x, 0) / z.length;
        }
        return sum;
    }
}
