package org.headwater.prior.tv.internal;

import java.util.Arrays;

/**
 * argmin_z ½|z − y|² + λ·TV(z) by FISTA with adaptive restart on the dual,
 *
 * <pre>min_w ½|y − Dᵀw|²,  w in λB,  z = y − Dᵀw,</pre>
 *
 * D the differences, B the dual ball of the norm that is summed over them (Beck and Teboulle, IEEE
 * Trans. Image Process. 18, 2009; O'Donoghue and Candès, Found. Comput. Math. 15, 2015).
 *
 * <p>The duality gap is Σ(λ|(Dz)_k| − ⟨(Dz)_k, w_k⟩), a sum of terms that are not negative, so that
 * it can be told however small. It stops at 1e-12·½|y − ȳ|², which bounds the distance to the
 * minimiser by 1e-6·|y − ȳ|, or after 20,000 iterations, where a gap g leaves the distance at
 * √(2g). Cost: O(d) an iteration, tens to some hundreds of them while λ is small against the
 * field's variation, more as flat regions grow.
 *
 * <p>Holds workspace: one instance a thread.
 */
abstract class DualProx {
    private static final double GAP = 1e-12;
    private static final int MAX_ITERATIONS = 20_000;
    private static final int ITERATIONS_PER_CHECK = 5;

    /** d, the number of unknowns. */
    final int d;

    /** y − ȳ. */
    final double[] centred;

    /** The primal point that belongs to a dual one. */
    final double[] z;

    /** The dual variables. */
    double[] w;

    /** Dz. */
    final double[] slope;

    private final double step;
    private double[] previous;
    private final double[] extrapolated;

    /**
     * @param d number of unknowns
     * @param duals number of differences
     * @param norm a bound of ‖D‖²
     */
    DualProx(int d, int duals, double norm) {
        this.d = d;
        this.step = 1 / norm;
        this.centred = new double[d];
        this.z = new double[d];
        this.w = new double[duals];
        this.previous = new double[duals];
        this.extrapolated = new double[duals];
        this.slope = new double[duals];
    }

    /** z = centred − Dᵀv. */
    abstract void primal(double[] v);

    /** slope = Dz. */
    abstract void differences();

    /** The duality gap of w, whose z and slope are at hand. */
    abstract double gap(double lambda);

    /** Replaces w by the nearest that is feasible. */
    abstract void project(double lambda);

    /**
     * One field.
     *
     * @param y d values from {@code yOffset}, not modified, unless they are the result
     * @param lambda λ ≥ 0
     * @param out d values from {@code outOffset}, modified
     */
    void apply(double[] y, int yOffset, double lambda, double[] out, int outOffset) {
        double mean = 0;
        for (int k = 0; k < d; k++) {
            mean += y[yOffset + k] / d;
        }
        double square = 0;
        for (int k = 0; k < d; k++) {
            centred[k] = y[yOffset + k] - mean;
            square += centred[k] * centred[k];
        }
        Arrays.fill(w, 0);
        Arrays.fill(extrapolated, 0);
        double momentum = 1;
        for (int k = 0; k < MAX_ITERATIONS; k++) {
            if (k % ITERATIONS_PER_CHECK == 0) {
                primal(w);
                differences();
                if (gap(lambda) <= GAP * square / 2) {
                    break;
                }
            }
            double[] swap = previous;
            previous = w;
            w = swap;
            primal(extrapolated);
            differences();
            double turn = 0;
            for (int c = 0; c < w.length; c++) {
                w[c] = extrapolated[c] + step * slope[c];
            }
            project(lambda);
            for (int c = 0; c < w.length; c++) {
                turn += (extrapolated[c] - w[c]) * (w[c] - previous[c]);
            }
            double grown = turn > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
            double weight = turn > 0 ? 0 : (momentum - 1) / grown;
            for (int c = 0; c < w.length; c++) {
                extrapolated[c] = w[c] + weight * (w[c] - previous[c]);
            }
            momentum = grown;
        }
        primal(w);
        for (int k = 0; k < d; k++) {
            out[outOffset + k] = z[k] + mean;
        }
    }
}
