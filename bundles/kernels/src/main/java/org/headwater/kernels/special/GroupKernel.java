package org.headwater.kernels.special;

import org.apache.commons.numbers.gamma.LogGamma;

/**
 * The kernel of the group potential λ|z|₂ on R^m,
 *
 * <pre>K(z|y) = exp(−(β/2)(λ|z| + |z−y|²/(2T))) / Z(y),    σ² = 2T/β.</pre>
 *
 * It is symmetric about the axis of y. With r = |z|, κ = r|y|/σ², ν = m/2 − 1 the angles integrate
 * to a von Mises–Fisher normaliser,
 *
 * <pre>
 * Z = ∫_0^∞ r^{m−1} exp(−βλr/2 − (r² + |y|²)/(2σ²)) (2π)^{m/2} κ^{−ν} I_ν(κ) dr,
 * E[cos | r] = A(κ) = I_{ν+1}(κ)/I_ν(κ),    E[cos² | r] = 1 − (m−1)A/κ.
 * </pre>
 *
 * The integral over r is taken by Gauss–Legendre on panels over the range where the unimodal
 * integrand is above e^{−42} of its largest value; I_ν and A by their power series, whose terms are
 * all positive, from its largest term outwards, or by Hankel's expansion (Abramowitz and Stegun
 * 9.6.10, 9.7.1). For m = 1 it is {@link L1Kernel}, for λ = 0 a normal; against both and against
 * quadrature in the plane (GroupKernelTest): 1e-11 in log Z, moments and variances, relative to
 * their own size, times 1 + (|y|/σ)²·1e-5 for the variance along y. Cost: 96 values of I_ν for each
 * y, and O(√κ) for each of them.
 */
public final class GroupKernel {
    private static final double LOG_2 = Math.log(2);
    private static final double LOG_2_PI = Math.log(2 * Math.PI);
    private static final double DROP = 42;
    private static final double NEGLIGIBLE = 1e-18;
    private static final int PANELS = 6;
    private static final int BISECTIONS = 50;
    private static final double HANKEL = 50;

    private static final GaussLegendre RULE = GaussLegendre.of(16);

    private final int m;
    private final double nu;
    private final double rate;
    private final double sigma2;

    /** Of the last κ: log(κ^{−ν}I_ν(κ)e^{−κ}), A(κ), A(κ)/κ. */
    private double logBessel;

    private double ratio;
    private double ratioOverKappa;

    /**
     * Workspace for one thread.
     *
     * @param m size of the group, ≥ 1
     * @param lambda λ ≥ 0
     * @param time T &gt; 0
     * @param beta β &gt; 0
     */
    public GroupKernel(int m, double lambda, double time, double beta) {
        this.m = m;
        this.nu = 0.5 * m - 1;
        this.rate = 0.5 * beta * lambda;
        this.sigma2 = 2 * time / beta;
    }

    /**
     * Normaliser and moments of K(·|y) for centres of the given norms.
     *
     * @param norm |y|, n values ≥ 0, not modified
     * @param logNormaliser log Z, n values, modified
     * @param mean the mean's component along y; the others are 0; n values, modified
     * @param along variance along y, n values, modified
     * @param across variance of each of the m − 1 components orthogonal to y, n values, modified;
     *     for m = 1 they do not exist and it is 0
     */
    public void evaluate(
            double[] norm, double[] logNormaliser, double[] mean, double[] along, double[] across) {
        double[] nodes = RULE.nodes();
        double[] weights = RULE.weights();
        for (int i = 0; i < norm.length; i++) {
            double a = norm[i];
            double mode = mode(a);
            double top = exponent(mode, a);
            double from = edge(mode, 0, top, a);
            double far = mode;
            double step = Math.sqrt(sigma2);
            do {
                far += step;
                step *= 2;
            } while (exponent(far, a) > top - DROP);
            double to = edge(mode, far, top, a);
            double h = (to - from) / PANELS;
            double mass = 0;
            double axial = 0;
            double square = 0;
            double inner = 0;
            double outer = 0;
            double centre = mode;
            for (int p = 0; p < PANELS; p++) {
                for (int k = 0; k < nodes.length; k++) {
                    double r = from + (p + nodes[k]) * h;
                    double w = h * weights[k] * Math.exp(exponent(r, a) - top);
                    // Moments of z's component along y about a point near its mean.
                    double z = r * ratio - centre;
                    mass += w;
                    axial += w * z;
                    square += w * z * z;
                    inner += w * r * r * spread();
                    outer += w * r * r * ratioOverKappa;
                }
            }
            double shift = axial / mass;
            logNormaliser[i] = top + Math.log(mass) + 0.5 * m * LOG_2_PI;
            mean[i] = centre + shift;
            along[i] = square / mass - shift * shift + inner / mass;
            across[i] = m == 1 ? 0 : outer / mass;
        }
    }

    /** Variance of the cosine at the last κ: 1 − (m−1)A/κ − A². */
    private double spread() {
        return m == 1
                ? (1 - ratio) * (1 + ratio)
                : Math.max(0, 1 - (m - 1) * ratioOverKappa - ratio * ratio);
    }

    /** Logarithm of the integrand without (2π)^{m/2}. */
    private double exponent(double r, double a) {
        bessel(r * a / sigma2);
        double delta = r - a;
        return (m == 1 ? 0 : (m - 1) * Math.log(r))
                - rate * r
                - delta * delta / (2 * sigma2)
                + logBessel;
    }

    /** Where the integrand is largest, by bisection on its logarithmic slope. */
    private double mode(double a) {
        double low = 0;
        double high = a + Math.sqrt(sigma2 * m);
        for (int k = 0; k < BISECTIONS; k++) {
            double r = 0.5 * (low + high);
            bessel(r * a / sigma2);
            double slope = (m - 1) / r - rate + (a * ratio - r) / sigma2;
            if (slope > 0) {
                low = r;
            } else {
                high = r;
            }
        }
        return 0.5 * (low + high);
    }

    /** Between the mode and a point beyond, where the exponent has dropped; else that point. */
    private double edge(double mode, double beyond, double top, double a) {
        double inside = mode;
        double outside = beyond;
        if (outside == 0 && m == 1 && exponent(0, a) > top - DROP) {
            return 0;
        }
        for (int k = 0; k < BISECTIONS / 3; k++) {
            double r = 0.5 * (inside + outside);
            if (exponent(r, a) > top - DROP) {
                inside = r;
            } else {
                outside = r;
            }
        }
        return outside;
    }

    private void bessel(double kappa) {
        if (kappa > Math.max(HANKEL, 2 * nu * nu)) {
            double below = hankel(nu, kappa);
            logBessel = Math.log(below) - 0.5 * (LOG_2_PI + Math.log(kappa)) - nu * Math.log(kappa);
            ratio = hankel(nu + 1, kappa) / below;
            ratioOverKappa = ratio / kappa;
            return;
        }
        // κ^{−ν}I_ν(κ) = 2^{−ν} Σ (κ²/4)^k/(k! Γ(ν+k+1)), all in units of the largest term.
        double x = 0.25 * kappa * kappa;
        int peak = (int) Math.max(0, 0.5 * (Math.sqrt(nu * nu + kappa * kappa) - nu));
        double sum = 1;
        double weighted = 1 / (nu + peak + 1);
        double term = 1;
        for (int k = peak + 1; term > NEGLIGIBLE * sum; k++) {
            term *= x / (k * (nu + k));
            sum += term;
            weighted += term / (nu + k + 1);
        }
        term = 1;
        for (int k = peak; k > 0 && term > NEGLIGIBLE * sum; k--) {
            term *= k * (nu + k) / x;
            sum += term;
            weighted += term / (nu + k);
        }
        double logPeak =
                (peak == 0 ? 0 : peak * Math.log(x))
                        - LogGamma.value(peak + 1)
                        - LogGamma.value(nu + peak + 1);
        logBessel = logPeak + Math.log(sum) - nu * LOG_2 - kappa;
        ratioOverKappa = 0.5 * weighted / sum;
        ratio = kappa * ratioOverKappa;
    }

    /** √(2πκ)e^{−κ}I_ν(κ) for κ ≥ 50 and 2ν²; the terms fall from the first on. */
    private static double hankel(double nu, double kappa) {
        double sum = 1;
        double term = 1;
        for (int k = 1; Math.abs(term) > NEGLIGIBLE && k < 60; k++) {
            double odd = 2 * k - 1;
            term *= -(4 * nu * nu - odd * odd) / (8 * kappa * k);
            sum += term;
        }
        return sum;
    }
}
