package org.headwater.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The smooth part of a potential as half a sum of squares, f(θ) = ½|r(θ)|² up to a constant, r: R^d
 * → R^m: the whitened residuals of the data, and those of the Gaussian priors that are part of f.
 * For methods that work with predictions instead of gradients.
 */
@ProviderType
public interface LeastSquares {
    /** m, the number of residuals; with Gaussian priors more than there are data. */
    int size();

    /**
     * r of all points; counts as an evaluation each, though no derivative is asked for.
     *
     * @param theta N × d, not modified
     * @param residuals N × m, modified; undefined where the model failed
     * @param failed N flags, modified
     * @return the number of points at which the model failed
     */
    int evaluate(Ensemble theta, double[] residuals, boolean[] failed);

    /**
     * r and its Jacobian at one point; may be called from several threads at once.
     *
     * @param theta d values, not modified
     * @param residuals m values, modified
     * @param jacobian m × d row-major, modified
     * @return whether the model worked; if not, the numbers are undefined
     */
    boolean jacobian(double[] theta, double[] residuals, double[] jacobian);
}
