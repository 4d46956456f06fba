package org.headwater.prior.tv.internal;

/**
 * The normaliser of the joint kernel of the total variation of a vector,
 *
 * <pre>log Z(y) = log ∫exp(−(β/2)(λΣ|z_{i+1} − z_i| + |z − y|²/(2T)))dz,</pre>
 *
 * by passing messages along the chain: m_1 = e_1, m_{i+1}(z) = e_{i+1}(z)·∫m_i(s)e^{−c|z−s|}ds, Z =
 * ∫m_d, with e_i(z) = exp(−β(z−y_i)²/(4T)), c = βλ/2. The messages live on G equidistant points, σ
 * = √(2T/β), from min y − 9σ to max y + 9σ at spacing Δ = min(σ, 1/c)/16; the trapezium rule with
 * e^{−c|z−s|} is two recursions, O(dG) in all. What it lacks because of the kink at s = z, which
 * lies on a point, is given by the formula of Euler and Maclaurin,
 *
 * <pre>I = T − 2Δ·m·S(cΔ) − Δ³·m''·S''(cΔ) + O(Δ⁵c·m''''),   S(x) = ½coth(x/2) − 1/x,</pre>
 *
 * so that each step is good to about 1e-11, and to 1e-8 where the data pull at the full 2c.
 * Messages are kept as logarithms: neither distant y nor long chains underflow.
 */
final class ChainNormaliser {
    private static final double TAIL = 9;
    private static final int POINTS = 16;

    private ChainNormaliser() {}

    /**
     * log Z of one vector.
     *
     * @param y d values from {@code offset}, not modified
     * @param lambda λ ≥ 0
     * @param time T &gt; 0
     * @param beta β &gt; 0
     */
    static double logNormaliser(
            double[] y, int offset, int d, double lambda, double time, double beta) {
        double sigma = Math.sqrt(2 * time / beta);
        double c = beta * lambda / 2;
        double least = y[offset];
        double most = least;
        for (int i = 1; i < d; i++) {
            least = Math.min(least, y[offset + i]);
            most = Math.max(most, y[offset + i]);
        }
        least -= TAIL * sigma;
        most += TAIL * sigma;
        double wanted = Math.min(sigma, 1 / c) / POINTS;
        int points = (int) Math.ceil((most - least) / wanted) + 1;
        double spacing = (most - least) / (points - 1);

        double[] log = new double[points];
        double[] below = new double[points];
        double[] above = new double[points];
        for (int i = 0; i < d; i++) {
            if (i > 0) {
                couple(log, c * spacing, below, above);
            }
            for (int k = 0; k < points; k++) {
                double r = (least + k * spacing - y[offset + i]) / sigma;
                log[k] -= r * r / 2;
            }
        }
        double max = Double.NEGATIVE_INFINITY;
        for (double v : log) {
            max = Math.max(max, v);
        }
        double sum = 0;
        for (double v : log) {
            sum += Math.exp(v - max);
        }
        return max + Math.log(sum) + d * Math.log(spacing);
    }

    /** Replaces log m by the logarithm of ∫m(s)e^{−c|z−s|}ds/Δ; x = cΔ. */
    private static void couple(double[] log, double x, double[] below, double[] above) {
        int last = log.length - 1;
        double x2 = x * x;
        double kink = 2 * x * (1 / 12.0 - x2 * (1 / 720.0 - x2 * (1 / 30240.0 - x2 / 1209600)));
        double curved = -x * (1 / 120.0 - x2 * (1 / 1512.0 - x2 / 28800));
        // logarithms of the sums over s < z and s > z, without the term s = z
        below[0] = Double.NEGATIVE_INFINITY;
        for (int k = 1; k <= last; k++) {
            below[k] = logSum(below[k - 1], log[k - 1]) - x;
        }
        above[last] = Double.NEGATIVE_INFINITY;
        for (int k = last - 1; k >= 0; k--) {
            above[k] = logSum(above[k + 1], log[k + 1]) - x;
        }
        double before = log[0];
        for (int k = 0; k <= last; k++) {
            double here = log[k];
            // Larger where m is steeper than any message is where the mass lies, 2c + a few/σ.
            double bend =
                    k == 0 || k == last
                            ? 0
                            : Math.min(
                                    1, Math.exp(before - here) - 2 + Math.exp(log[k + 1] - here));
            double own = 1 - kink - bend * curved;
            log[k] = logSum(here + Math.log(own), logSum(below[k], above[k]));
            before = here;
        }
    }

    private static double logSum(double a, double b) {
        double max = Math.max(a, b);
        return max == Double.NEGATIVE_INFINITY
                ? max
                : max + Math.log1p(Math.exp(Math.min(a, b) - max));
    }
}
