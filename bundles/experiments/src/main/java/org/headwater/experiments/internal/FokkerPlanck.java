package org.headwater.experiments.internal;

import java.util.function.DoubleUnaryOperator;

/**
 * The Fokker–Planck equation ρ_t = (ρU′)′ + β⁻¹ρ″ on an interval without flow through its ends, by
 * finite volumes with exponentially fitted fluxes, which keep e^{−βU} exactly, and steps of
 * Crank–Nicolson. Errors O(h² + dt²). The number of cells is even: 0 is a face, where U may have a
 * kink.
 *
 * <p>Against a density ρ* ∝ e^{−βV} it measures
 *
 * <pre>KL = ∫ρ log(ρ/ρ*),   D = ∫∇log(ρ/ρ*)·sign(x)ρ,   I = ∫|∇log(ρ/ρ*)|²ρ;</pre>
 *
 * with U = V + λ|x| the theory says dKL/dt = −β⁻¹I − λD.
 *
 * <p>Source of the fluxes: D. Scharfetter, H. Gummel, IEEE Trans. Electron Devices 16, 1969.
 */
final class FokkerPlanck {
    private final int n;
    private final double h;
    private final double[] centres;
    private final double[] up;
    private final double[] down;
    private double[] rho;

    /** KL, D and I. */
    record Measures(double divergence, double direction, double fisher) {}

    /**
     * An equation at its start.
     *
     * @param radius of the interval
     * @param cells even
     * @param potential U
     * @param beta β
     * @param logStart log of the first density, up to a constant
     */
    FokkerPlanck(
            double radius,
            int cells,
            DoubleUnaryOperator potential,
            double beta,
            DoubleUnaryOperator logStart) {
        n = cells;
        h = 2 * radius / n;
        centres = new double[n];
        double[] u = new double[n];
        for (int i = 0; i < n; i++) {
            centres[i] = -radius + (i + 0.5) * h;
            u[i] = beta * potential.applyAsDouble(centres[i]);
        }
        rho = normalised(logStart);
        up = new double[n];
        down = new double[n];
        double scale = 1 / (beta * h * h);
        for (int i = 0; i + 1 < n; i++) {
            up[i] = scale * bernoulli(u[i + 1] - u[i]);
            down[i + 1] = scale * bernoulli(u[i] - u[i + 1]);
        }
    }

    private static double bernoulli(double z) {
        return Math.abs(z) < 1e-6 ? 1 - z / 2 : z / Math.expm1(z);
    }

    private double[] normalised(DoubleUnaryOperator log) {
        double[] p = new double[n];
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            p[i] = log.applyAsDouble(centres[i]);
            max = Math.max(max, p[i]);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            p[i] = Math.exp(p[i] - max);
            sum += h * p[i];
        }
        for (int i = 0; i < n; i++) {
            p[i] /= sum;
        }
        return p;
    }

    /** The density at the cells' centres, shared. */
    double[] density() {
        return rho;
    }

    /** One step of Crank–Nicolson: (1 − ½dt·A)ρ⁺ = (1 + ½dt·A)ρ. */
    void step(double dt) {
        double half = dt / 2;
        double[] right = new double[n];
        double[] diagonal = new double[n];
        for (int i = 0; i < n; i++) {
            double out = up[i] + down[i];
            double flow = -out * rho[i];
            flow += i > 0 ? up[i - 1] * rho[i - 1] : 0;
            flow += i + 1 < n ? down[i + 1] * rho[i + 1] : 0;
            right[i] = rho[i] + half * flow;
            diagonal[i] = 1 + half * out;
        }
        for (int i = 1; i < n; i++) {
            double factor = -half * up[i - 1] / diagonal[i - 1];
            diagonal[i] -= factor * -half * down[i];
            right[i] -= factor * right[i - 1];
        }
        double[] next = new double[n];
        next[n - 1] = right[n - 1] / diagonal[n - 1];
        for (int i = n - 2; i >= 0; i--) {
            next[i] = (right[i] + half * down[i + 1] * next[i + 1]) / diagonal[i];
        }
        rho = next;
    }

    /**
     * KL, D and I against a density.
     *
     * @param logTarget log ρ* up to a constant
     */
    Measures against(DoubleUnaryOperator logTarget) {
        double[] target = normalised(logTarget);
        double[] ratio = new double[n];
        double divergence = 0;
        for (int i = 0; i < n; i++) {
            if (rho[i] > 0 && target[i] > 0) {
                ratio[i] = Math.log(rho[i] / target[i]);
                divergence += h * rho[i] * ratio[i];
            }
        }
        double direction = 0;
        double fisher = 0;
        for (int i = 0; i + 1 < n; i++) {
            int at = i;
            double weight = h * 0.5 * (rho[i] + rho[i + 1]);
            double sign = Math.signum(i + 1 - n / 2);
            if (sign == 0) {
                // the face at 0, where log ρ* may have a kink: half of either side
                double left = (ratio[at] - ratio[at - 1]) / h;
                double right = (ratio[at + 2] - ratio[at + 1]) / h;
                direction += weight * 0.5 * (right - left);
                fisher += weight * 0.5 * (right * right + left * left);
                continue;
            }
            double slope = (ratio[i + 1] - ratio[i]) / h;
            direction += weight * sign * slope;
            fisher += weight * slope * slope;
        }
        return new Measures(divergence, direction, fisher);
    }
}
