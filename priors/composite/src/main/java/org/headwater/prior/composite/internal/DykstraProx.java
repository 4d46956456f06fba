package org.headwater.prior.composite.internal;

import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;

/**
 * The prox of a sum, argmin_x tΣψ_k(x) + ½|x − y|², from those of its terms by the Dykstra-like
 * algorithm (Bauschke and Combettes, Pacific J. Optim. 4, 2008; Boyle and Dykstra, 1986): in turn
 *
 * <pre>x_k = prox_{tψ_k}(x + p_k),   p_k ← x + p_k − x_k,   x ← x_k,</pre>
 *
 * which is the ascent of the dual problem in one p_k after the other, with x + Σp_k = y throughout.
 *
 * <p>As p_k ∈ t∂ψ_k(x_k), the duality gap is Σ[t(ψ_k(x) − ψ_k(x_k)) − ⟨p_k, x − x_k⟩], terms that
 * are not negative and vanish when all x_k agree. It stops when the gap is at most 4e-12 of half
 * the square of what y varies or is moved by, whichever is more, which bounds the distance to the
 * minimiser by 2e-6 of that; or, with terms that are infinite at x, when the x_k agree to 1e-10 of
 * it; or after {@value #MAX_SWEEPS} sweeps, where a gap g leaves the distance at √(2g). The terms'
 * own proxes add their errors.
 *
 * <p>Where prox_{tψ_2}∘prox_{tψ_1} is exact, the gap is zero after the first sweep: so it is for an
 * L1 prior, a box or a nonneg prior of one weight after the total variation of a vector, of a mesh,
 * and of an image if it is anisotropic. There ∂TV depends on which neighbours are larger only,
 * which a monotone function that is applied to all coordinates alike does not turn round, so that
 * ∂TV(x) ⊆ ∂TV(prox_{tψ_2}(x)) (Friedman et al., Ann. Appl. Stat. 1, 2007; Yu, NIPS 2013, theorem
 * 1). For the isotropic total variation, whose subgradient has the direction of the gradient, it is
 * not.
 */
final class DykstraProx {
    private static final double GAP = 4e-12;
    private static final double AGREEMENT = 1e-10;
    private static final int MAX_SWEEPS = 5_000;

    private DykstraProx() {}

    /**
     * One point.
     *
     * @param terms ψ_k; with none the result is y
     * @param y d values, not modified
     * @param t &gt; 0
     */
    static double[] prox(List<Prior> terms, double[] y, double t) {
        int d = y.length;
        int m = terms.size();
        double[] x = y.clone();
        if (m <= 1) {
            terms.forEach(p -> p.prox(Ensemble.of(1, d, x), t, Ensemble.of(1, d, x)));
            return x;
        }
        double variation = variation(y);
        double[][] points = new double[m][d];
        double[][] pulls = new double[m][d];
        double[] from = new double[d];
        for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
            for (int k = 0; k < m; k++) {
                for (int j = 0; j < d; j++) {
                    from[j] = x[j] + pulls[k][j];
                }
                terms.get(k).prox(Ensemble.of(1, d, from), t, Ensemble.of(1, d, points[k]));
                for (int j = 0; j < d; j++) {
                    pulls[k][j] = from[j] - points[k][j];
                    x[j] = points[k][j];
                }
            }
            if (hasConverged(terms, y, t, x, points, pulls, variation)) {
                break;
            }
        }
        return x;
    }

    private static boolean hasConverged(
            List<Prior> terms,
            double[] y,
            double t,
            double[] x,
            double[][] points,
            double[][] pulls,
            double variation) {
        double moved = 0;
        for (int j = 0; j < x.length; j++) {
            moved += (y[j] - x[j]) * (y[j] - x[j]);
        }
        double scale = Math.max(variation, moved);
        double gap = 0;
        double apart = 0;
        for (int k = 0; k + 1 < points.length; k++) {
            double product = 0;
            for (int j = 0; j < x.length; j++) {
                double delta = x[j] - points[k][j];
                product += pulls[k][j] * delta;
                apart = Math.max(apart, Math.abs(delta));
            }
            Prior term = terms.get(k);
            gap += t * (term.potential(x, 0) - term.potential(points[k], 0)) - product;
        }
        return gap <= GAP * scale / 2 || apart <= AGREEMENT * Math.sqrt(scale);
    }

    /** |y − ȳ|². */
    private static double variation(double[] y) {
        double mean = 0;
        for (double v : y) {
            mean += v / y.length;
        }
        double sum = 0;
        for (double v : y) {
            sum += (v - mean) * (v - mean);
        }
        return sum;
    }
}
