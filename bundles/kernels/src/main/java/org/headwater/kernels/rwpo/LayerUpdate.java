package org.headwater.kernels.rwpo;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.kernels.dense.DenseLu;

/**
 * What follows from barycentres: the layer's update of the particles, its Jacobian, and density and
 * score of the kernel's mixture.
 *
 * <pre>x⁺ = x + (η/2T)(x − x̄(x)) − ½(x − p(x)),   p = prox_{ηψ},
 * J = I(1 + η/2T) − (ηβ/4T²)Cov_w − ½(I − p′),
 * Kρ(x) = (1/N) Σ_l exp(−(β/2)(ψ(x) + |x−x_l|²/(2T))) / Z(x_l),
 * ∇log Kρ(x) = −(β/2)(∂ψ(x) + (x − x̄)/T),</pre>
 *
 * keys held fixed. The same formulas hold per coordinate for the tensorised layer, with Var_w for
 * Cov_w, and for the smooth layer, with the kernel's mean m₁ for p and βv₁/(2T) for p′.
 *
 * <p>Source: arXiv 2510.16356, derived anew: the factor before the proximal step is ½, not ½η.
 */
public final class LayerUpdate {
    private LayerUpdate() {}

    /**
     * The update x⁺. O(Nd).
     *
     * @param x N × d, not modified
     * @param barycentre x̄, N × d, not modified
     * @param prox p(x), N × d, not modified
     * @param step η &gt; 0
     * @param time T &gt; 0
     * @param out x⁺, N × d, modified; may be any of the inputs
     */
    public static void step(
            Ensemble x,
            Ensemble barycentre,
            Ensemble prox,
            double step,
            double time,
            Ensemble out) {
        Shapes.same(x, barycentre, "barycentre");
        Shapes.same(x, prox, "prox");
        Shapes.same(x, out, "out");
        double[] a = x.data();
        double[] b = barycentre.data();
        double[] p = prox.data();
        double[] o = out.data();
        double drift = step / (2 * time);
        for (int i = 0; i < a.length; i++) {
            o[i] = a[i] + drift * (a[i] - b[i]) - 0.5 * (a[i] - p[i]);
        }
    }

    /**
     * The diagonal of the tensorised layer's Jacobian. O(n).
     *
     * @param variance Var_w, n values, not modified
     * @param proxSlope p′ = 1{|x| &gt; λη} for L1, n values, not modified
     * @param step η
     * @param time T
     * @param beta β
     * @param out n values, modified; may be an input
     */
    public static void jacobianDiagonal(
            double[] variance,
            double[] proxSlope,
            double step,
            double time,
            double beta,
            double[] out) {
        double unit = 1 + step / (2 * time);
        double factor = step * beta / (4 * time * time);
        for (int i = 0; i < out.length; i++) {
            out[i] = unit - factor * variance[i] - 0.5 * (1 - proxSlope[i]);
        }
    }

    /**
     * The joint layer's Jacobian at one point. O(d²).
     *
     * @param covariance Cov_w, d × d, not modified
     * @param proxSlope diagonal of p′, d values, not modified
     * @param step η
     * @param time T
     * @param beta β
     * @param out d × d, modified; may be {@code covariance}
     */
    public static void jacobian(
            double[] covariance,
            double[] proxSlope,
            double step,
            double time,
            double beta,
            double[] out) {
        int d = proxSlope.length;
        double factor = -step * beta / (4 * time * time);
        for (int i = 0; i < d * d; i++) {
            out[i] = factor * covariance[i];
        }
        double unit = 1 + step / (2 * time);
        for (int i = 0; i < d; i++) {
            out[i * d + i] += unit - 0.5 * (1 - proxSlope[i]);
        }
    }

    /**
     * log|det J|, −∞ where the layer folds. O(d³).
     *
     * @param jacobian d × d, not modified
     * @param d order
     */
    public static double logAbsDeterminant(double[] jacobian, int d) {
        return DenseLu.logAbsDeterminant(Arrays.copyOf(jacobian, d * d), d);
    }

    /**
     * log Kρ at one point.
     *
     * @param logSum log Σ_l exp(−κ|x−x_l|² − logZ_l)
     * @param keys N
     * @param potential ψ(x)
     * @param beta β
     */
    public static double logDensity(double logSum, int keys, double potential, double beta) {
        return logSum - Math.log(keys) - 0.5 * beta * potential;
    }

    /**
     * The score ∇log Kρ. O(n).
     *
     * @param x n values, not modified
     * @param barycentre x̄, n values, not modified
     * @param slope ∂ψ(x), n values, not modified
     * @param time T
     * @param beta β
     * @param out n values, modified; may be an input
     */
    public static void score(
            double[] x,
            double[] barycentre,
            double[] slope,
            double time,
            double beta,
            double[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = -0.5 * beta * (slope[i] + (x[i] - barycentre[i]) / time);
        }
    }
}
