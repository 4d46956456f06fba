package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.api.RandomStream;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.dense.PowerMethod;
import org.headwater.kernels.special.L1Kernel;

/**
 * The exact kernel read-out (KR) of a posterior ∝ exp(−½xᵀHx + bᵀx − Σλ_i|x_i|): with a diagonal D
 * ≻ H and an auxiliary w,
 *
 * <pre>
 * w | x ~ N(D⁻¹(b + (D − H)x), D⁻¹(D − H)D⁻¹),
 * x | w ~ Π K(x_i | w_i),   K ∝ exp(−D_i(x − w)²/2 − λ_i|x|),
 * w ~ exp(−V_w),   V_w = ½gᵀ(D − H)⁻¹g − Σ[½D_iw_i² + log Z₁(w_i)] + ½log det(2πD⁻¹(D−H)D⁻¹),
 * g = Dw − b.
 * </pre>
 *
 * V_w is smooth, and its normaliser is the posterior's: ∫e^{−V_w} = ∫e^{−V}. A flow trained on V_w
 * and followed by a draw of K has KL(q(x) ‖ π) ≤ KL(q(w) ‖ π_w), a certified bound. D = 1.05·λ_max
 * of H scaled to unit diagonal, times diag H, plus .05·λ²/2. Immutable.
 */
public final class KernelReadout {
    private static final double EXCESS = 1.05;
    private static final double PRIOR_SHARE = 0.05;
    private static final int POWER_STEPS = 200;

    /** Margin on the power method's estimate, which is from below. */
    private static final double POWER_MARGIN = 1.01;

    private final int d;
    private final double[] b;
    private final double[] lambda;
    private final double[] diagonal;
    private final double[] inverse;
    private final double[] difference;
    private final double logDeterminant;

    private KernelReadout(double[] h, double[] b, double[] lambda, double[] diagonal) {
        this.d = b.length;
        this.b = b;
        this.lambda = lambda;
        this.diagonal = diagonal;
        difference = new double[d * d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                difference[i * d + j] = (i == j ? diagonal[i] : 0) - h[i * d + j];
            }
        }
        double[] l = difference.clone();
        if (!DenseCholesky.factor(l, d)) {
            throw new IllegalArgumentException("D − H must be positive definite");
        }
        inverse = DenseCholesky.inverse(l, d);
        double log = DenseCholesky.logDeterminant(l, d) + d * Math.log(2 * Math.PI);
        for (double v : diagonal) {
            log -= 2 * Math.log(v);
        }
        logDeterminant = log;
    }

    /**
     * A read-out with a given D.
     *
     * @param h H, d × d, not modified
     * @param b d values, not copied
     * @param lambda λ, d values, not copied
     * @param diagonal D, d values, not copied
     * @throws IllegalArgumentException if D − H is not positive definite
     */
    public static KernelReadout of(double[] h, double[] b, double[] lambda, double[] diagonal) {
        return new KernelReadout(h, b, lambda, diagonal);
    }

    /** A read-out with the D of the class comment. */
    public static KernelReadout of(double[] h, double[] b, double[] lambda) {
        int d = b.length;
        double largest = EXCESS * POWER_MARGIN * largestCorrelation(h, d);
        double top = 0;
        for (int i = 0; i < d; i++) {
            top = Math.max(top, h[i * d + i]);
        }
        double[] diagonal = new double[d];
        for (int i = 0; i < d; i++) {
            diagonal[i] =
                    Math.max(
                            largest * h[i * d + i] + PRIOR_SHARE * lambda[i] * lambda[i] / 2,
                            1e-9 * top);
        }
        return new KernelReadout(h, b, lambda, diagonal);
    }

    /** The largest eigenvalue of H scaled to unit diagonal, by the power method. */
    private static double largestCorrelation(double[] h, int d) {
        double[] scale = new double[d];
        Arrays.setAll(scale, i -> h[i * d + i] > 0 ? 1 / Math.sqrt(h[i * d + i]) : 0);
        double norm =
                PowerMethod.largest(
                        d,
                        POWER_STEPS,
                        v -> {
                            Arrays.setAll(v, i -> scale[i] * v[i]);
                            double[] next = new double[d];
                            Arrays.setAll(
                                    next, i -> scale[i] * DenseProducts.dot(h, i * d, v, 0, d));
                            return next;
                        });
        return Math.max(norm, 1);
    }

    /**
     * V_w and its gradient at one point. O(d²).
     *
     * @param w d values from {@code wo} on, not modified
     * @param gradient ∇V_w, from {@code go} on, modified
     * @return V_w
     */
    public double potential(double[] w, int wo, double[] gradient, int go) {
        double[] g = new double[d];
        double[] one = new double[1];
        double[] logZ = new double[1];
        double[] mean = new double[1];
        double[] variance = new double[1];
        for (int i = 0; i < d; i++) {
            g[i] = diagonal[i] * w[wo + i] - b[i];
        }
        double sum = 0.5 * logDeterminant;
        for (int i = 0; i < d; i++) {
            double solved = DenseProducts.dot(inverse, i * d, g, 0, d);
            one[0] = w[wo + i];
            // β = 2 makes the library's kernel exp(−λ|z| − D(z−w)²/2) for T = 1/D.
            L1Kernel.evaluate(lambda[i], 1 / diagonal[i], 2, one, logZ, mean, variance);
            sum += 0.5 * g[i] * solved - 0.5 * diagonal[i] * w[wo + i] * w[wo + i] - logZ[0];
            gradient[go + i] = diagonal[i] * (solved - mean[0]);
        }
        return sum;
    }

    /**
     * Mean and covariance of w for x ~ N(μ, C): D⁻¹b + Bμ and BCBᵀ + D⁻¹(D − H)D⁻¹, B = D⁻¹(D − H).
     * O(d³).
     *
     * @param mean μ, d values, not modified
     * @param covariance C, d × d, not modified
     * @param outMean d values, modified
     * @param out d × d, modified
     */
    public void moments(double[] mean, double[] covariance, double[] outMean, double[] out) {
        double[] bt = new double[d * d];
        double[] left = new double[d * d];
        double[] bb = new double[d * d];
        for (int i = 0; i < d; i++) {
            outMean[i] = b[i] / diagonal[i];
            for (int j = 0; j < d; j++) {
                double v = difference[i * d + j] / diagonal[i];
                bb[i * d + j] = v;
                bt[j * d + i] = v;
                outMean[i] += v * mean[j];
            }
        }
        DenseProducts.multiply(bb, 0, covariance, d, d, d, left, 0);
        DenseProducts.multiply(left, 0, bt, d, d, d, out, 0);
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                out[i * d + j] += difference[i * d + j] / (diagonal[i] * diagonal[j]);
            }
        }
    }

    /**
     * Draws x ~ Π K(· | w_i) in place. O(d).
     *
     * @param x holds w, d values from {@code xo} on; modified
     */
    public void draw(double[] x, int xo, RandomStream random) {
        draw(x, xo, diagonal, lambda, random);
    }

    /** {@link #draw} for a diagonal D and weights λ. */
    static void draw(double[] x, int xo, double[] diagonal, double[] lambda, RandomStream random) {
        HalfNormal half = new HalfNormal();
        for (int i = 0; i < diagonal.length; i++) {
            x[xo + i] = half.draw(diagonal[i], lambda[i], x[xo + i], random);
        }
    }

    /** D, shared. */
    public double[] diagonal() {
        return diagonal;
    }
}
