package org.headwater.prior.composite.internal;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;

/**
 * argmin_z tφ(Dz) + ½|z − y|² by FISTA with adaptive restart on the dual,
 *
 * <pre>min_w ½|y − Dᵀw|² + (tφ)*(w),   z = y − Dᵀw,</pre>
 *
 * where the prox of the conjugate is, with step s = 1/‖D‖², w = v − s·q, q = prox_{(t/s)φ}(v/s)
 * (Moreau). As w ∈ t∂φ(q), the duality gap is t(φ(Dz) − φ(q)) − ⟨w, Dz − q⟩. It stops when that is
 * at most 1e-12 of half of |y − ȳ|², which bounds the distance to the minimiser by 1e-6·|y − ȳ|,
 * or, for φ that are infinite at Dz, when Dz and q agree to 1e-10·|y − ȳ|, or after 20,000
 * iterations, where a gap g leaves the distance at √(2g). The inner prox adds its error.
 *
 * <p>Source: Beck and Teboulle, IEEE Trans. Image Process. 18, 2009; O'Donoghue and Candès, Found.
 * Comput. Math. 15, 2015. Holds workspace: one instance a thread.
 */
final class GradientProx {
    private static final double GAP = 1e-12;
    private static final double AGREEMENT = 1e-10;
    private static final int MAX_ITERATIONS = 20_000;

    private final Differences differences;
    private final Prior inner;
    private final double step;
    private final double[] centred;
    private final double[] z;
    private final double[] slope;
    private final double[] q;
    private final double[] extrapolated;
    private double[] w;
    private double[] previous;

    GradientProx(Differences differences, Prior inner) {
        this.differences = differences;
        this.inner = inner;
        this.step = 1 / differences.norm();
        int k = differences.coefficients();
        this.centred = new double[differences.dimension()];
        this.z = new double[centred.length];
        this.slope = new double[k];
        this.q = new double[k];
        this.extrapolated = new double[k];
        this.w = new double[k];
        this.previous = new double[k];
    }

    /**
     * One field.
     *
     * @param y d values from {@code yOffset}, not modified, unless they are the result
     * @param t &gt; 0
     * @param out d values from {@code outOffset}, modified
     */
    void apply(double[] y, int yOffset, double t, double[] out, int outOffset) {
        int d = centred.length;
        double mean = 0;
        for (int j = 0; j < d; j++) {
            mean += y[yOffset + j] / d;
        }
        double square = 0;
        for (int j = 0; j < d; j++) {
            centred[j] = y[yOffset + j] - mean;
            square += centred[j] * centred[j];
        }
        Arrays.fill(w, 0);
        Arrays.fill(extrapolated, 0);
        double momentum = 1;
        for (int k = 0; k < MAX_ITERATIONS; k++) {
            double[] swap = previous;
            previous = w;
            w = swap;
            primal(extrapolated);
            for (int c = 0; c < w.length; c++) {
                slope[c] = extrapolated[c] / step + slope[c];
            }
            inner.prox(Ensemble.of(1, q.length, slope), t / step, Ensemble.of(1, q.length, q));
            double turn = 0;
            for (int c = 0; c < w.length; c++) {
                w[c] = step * (slope[c] - q[c]);
                turn += (extrapolated[c] - w[c]) * (w[c] - previous[c]);
            }
            primal(w);
            if (hasConverged(t, square)) {
                break;
            }
            double grown = turn > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
            double weight = turn > 0 ? 0 : (momentum - 1) / grown;
            for (int c = 0; c < w.length; c++) {
                extrapolated[c] = w[c] + weight * (w[c] - previous[c]);
            }
            momentum = grown;
        }
        for (int j = 0; j < d; j++) {
            out[outOffset + j] = z[j] + mean;
        }
    }

    /** z = centred − Dᵀv and slope = Dz. */
    private void primal(double[] v) {
        differences.adjoint(v, 0, z, 0);
        for (int j = 0; j < z.length; j++) {
            z[j] = centred[j] - z[j];
        }
        differences.analyse(z, 0, slope, 0);
    }

    private boolean hasConverged(double t, double square) {
        double product = 0;
        double apart = 0;
        for (int c = 0; c < w.length; c++) {
            double delta = slope[c] - q[c];
            product += w[c] * delta;
            apart = Math.max(apart, Math.abs(delta));
        }
        double gap = t * (inner.potential(slope, 0) - inner.potential(q, 0)) - product;
        return gap <= GAP * square / 2 || apart <= AGREEMENT * Math.sqrt(square);
    }
}
