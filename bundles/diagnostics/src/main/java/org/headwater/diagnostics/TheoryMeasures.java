package org.headwater.diagnostics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.math3.special.Erf;
import org.apache.commons.math3.stat.StatUtils;
import org.headwater.api.Ensemble;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * How the density ρ of some points stands to a target π ∝ e^{−V}, from V and ∇V at the points
 * alone; ρ itself need not be known, as integration by parts takes the place of its score:
 *
 * <pre>
 * R = 2d − 2·E[x·∇V]                        the rate of E|x|² in the Fokker–Planck flow of π
 * D = E[∇V·S(x) − ∇·S(x)]                   = E[∇log(ρ/π)·S(x)], S_j = erf(x_j/(s_j√2))
 * I ≥ max(|E∇V|² + tr(M C⁻¹ Mᵀ), D²/E|S|²)    of I = E|∇log(ρ/π)|², M = E[∇V(x − m)ᵀ] − 1
 * F = E[V] − ½·log det(2πe·C)               = KL(ρ ‖ π) − log Z, if ρ is Gaussian, less otherwise
 * </pre>
 *
 * with m and C the mean and covariance of ρ. KL falls at the rate I in that flow, an extra drift
 * −λ·sign(x) adds −λD, and at rest R, D and I are 0 and F is at its least. S is the sign, smoothed
 * over s_j, a tenth of a standard deviation, so that points estimate D without a density at 0; at
 * rest D is 0 all the same. The bound on I is exact where ∇log(ρ/π) is affine (both Gaussian) or,
 * but for the smoothing, a multiple of the sign (two Laplace laws). Squares in it are products of
 * means over the even and the odd points, so that noise does not raise it; it may come out below 0.
 *
 * <p>For densities that are continuous and fall off at infinity: not next to bounds of a prior.
 * Time is in units of 1/β, V = β(f + ψ).
 *
 * <p>Source: arXiv 2510.16356, propositions 4 and 5. There ρ is known; the estimates by parts are
 * ours (Stein's identity).
 *
 * @param momentRate R
 * @param momentError standard error of R for independent points
 * @param direction D
 * @param directionError standard error of D for independent points
 * @param fisher the bound on I; NaN for fewer than 2(d + 1) points
 * @param freeEnergy F; NaN for fewer than 2(d + 1) points
 */
public record TheoryMeasures(
        double momentRate,
        double momentError,
        double direction,
        double directionError,
        double fisher,
        double freeEnergy) {
    /** s_j in standard deviations. */
    private static final double SMOOTHING = 0.1;

    /**
     * Measures points. O(nd² + d³).
     *
     * @param x n × d, n ≥ 4, not modified
     * @param value V, n values, not modified
     * @param gradient ∇V, n × d, not modified
     * @param signed coordinates that the sign drift acts on, d flags
     */
    public static TheoryMeasures of(
            Ensemble x, double[] value, Ensemble gradient, boolean[] signed) {
        Samples.requireSameDimension(x, gradient);
        int n = x.size();
        int d = x.dimension();
        double[] covariance = Samples.covariance(x);
        double[] moment = new double[n];
        double[] direction = new double[n];
        double[] halves = new double[2];
        double size = 0;
        for (int i = 0; i < n; i++) {
            moment[i] = 2 * d;
            for (int j = 0; j < d; j++) {
                double at = x.get(i, j);
                double slope = gradient.get(i, j);
                moment[i] -= 2 * at * slope;
                double s = SMOOTHING * Math.sqrt(covariance[j * d + j]);
                if (!signed[j] || s == 0) {
                    continue;
                }
                double sign = Erf.erf(at / (s * Math.sqrt(2)));
                double density = Math.exp(-0.5 * at * at / (s * s)) / (s * Math.sqrt(2 * Math.PI));
                direction[i] += slope * sign - 2 * density;
                size += sign * sign / n;
            }
            halves[i % 2] += direction[i] / ((n + 1 - i % 2) / 2);
        }
        double bound = size > 0 ? halves[0] * halves[1] / size : 0;
        double fisher = Double.NaN;
        double freeEnergy = Double.NaN;
        if (n >= 2 * (d + 1) && DenseCholesky.factor(covariance, d)) {
            fisher = Math.max(bound, affine(x, gradient, covariance));
            freeEnergy =
                    StatUtils.mean(value)
                            - 0.5 * DenseCholesky.logDeterminant(covariance, d)
                            - 0.5 * d * (1 + Math.log(2 * Math.PI));
        }
        return new TheoryMeasures(
                StatUtils.mean(moment),
                error(moment),
                StatUtils.mean(direction),
                error(direction),
                fisher,
                freeEnergy);
    }

    /** Named values; those that are not known are left out. */
    public Map<String, Double> values() {
        Map<String, Double> out = new LinkedHashMap<>();
        out.put("second-moment-rate", momentRate);
        out.put("second-moment-error", momentError);
        out.put("direction", direction);
        out.put("direction-error", directionError);
        out.put("fisher", fisher);
        out.put("free-energy", freeEnergy);
        out.values().removeIf(v -> v.isNaN());
        return out;
    }

    private static double[] centred(Ensemble x) {
        int d = x.dimension();
        double[] m = Samples.mean(x);
        double[] centred = x.data().clone();
        for (int k = 0; k < centred.length; k++) {
            centred[k] -= m[k % d];
        }
        return centred;
    }

    /** E∇V·E∇V + tr(M C⁻¹ Mᵀ), each factor from its own half of the points. */
    private static double affine(Ensemble x, Ensemble gradient, double[] factor) {
        int n = x.size();
        int d = x.dimension();
        double[] centred = centred(x);
        // row j of M is that of ∂_jV; columns belong to x
        double[][] m = new double[2][d * d];
        double[][] g = new double[2][d];
        for (int i = 0; i < n; i++) {
            int half = i % 2;
            double share = 1.0 / ((n + 1 - half) / 2);
            for (int j = 0; j < d; j++) {
                double slope = gradient.get(i, j) * share;
                g[half][j] += slope;
                DenseProducts.addScaled(slope, centred, i * d, m[half], j * d, d);
            }
        }
        double sum = DenseProducts.dot(g[0], 0, g[1], 0, d);
        for (int j = 0; j < d; j++) {
            m[0][j * d + j] -= 1;
            m[1][j * d + j] -= 1;
            double[] row = Arrays.copyOfRange(m[0], j * d, (j + 1) * d);
            DenseCholesky.solve(factor, d, row, 1);
            sum += DenseProducts.dot(row, 0, m[1], j * d, d);
        }
        return sum;
    }

    private static double error(double[] v) {
        return Math.sqrt(StatUtils.variance(v) / v.length);
    }
}
