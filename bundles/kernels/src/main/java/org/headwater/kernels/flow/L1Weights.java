package org.headwater.kernels.flow;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Prior;
import org.headwater.api.SeparablePrior;

/** Tells whether a prior is ψ = Σ λ_j|x_j|. */
public final class L1Weights {
    /** Far out, for telling a kernel of slope λ from one that is flat by chance. */
    private static final double FAR = 1e6;

    private L1Weights() {}

    /**
     * λ, if ψ = Σ λ_j|x_j|, λ_j ≥ 0. A convex ψ_j with ψ_j(0) = 0, slopes of at most λ_j and
     * ψ_j(±10⁶) = 10⁶·λ_j is λ_j|x|. O(d²).
     */
    public static Optional<double[]> of(Prior prior) {
        if (!(prior instanceof SeparablePrior s)) {
            return Optional.empty();
        }
        int d = prior.dimension();
        double[] lambda = new double[d];
        double[] x = new double[d];
        if (prior.potential(x, 0) != 0) {
            return Optional.empty();
        }
        for (int j = 0; j < d; j++) {
            lambda[j] = s.slope(j);
            for (double side : new double[] {-FAR, FAR}) {
                Arrays.fill(x, 0);
                x[j] = side;
                double expected = FAR * lambda[j];
                if (!(Math.abs(prior.potential(x, 0) - expected) <= 1e-9 * expected)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(lambda);
    }
}
