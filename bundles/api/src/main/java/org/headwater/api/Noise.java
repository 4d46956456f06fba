package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A noise model: the misfit Φ(p) of predicted data p to the measured data it was created with, up
 * to a constant the negative log-likelihood. Immutable and thread-safe.
 */
@ConsumerType
public interface Noise {
    /** m, the number of data. */
    int dataSize();

    /**
     * Whether Φ is quadratic in the prediction, as for Gaussian noise of known covariance; with a
     * linear forward model the misfit is then quadratic in the parameters.
     */
    default boolean isQuadratic() {
        return false;
    }

    /**
     * Whether Φ is a convex function of the prediction. With a linear forward model and a convex
     * prior the posterior then has one mode; else modes may be hidden, and the verdict says so.
     */
    default boolean isConvex() {
        return isQuadratic();
    }

    /** Φ of the prediction {@code predicted[offset .. offset+m-1]}. */
    double misfit(double[] predicted, int offset);

    /** ∂Φ/∂p, m values into {@code out}. */
    void gradient(double[] predicted, int offset, double[] out);

    /**
     * Turns a Jacobian J into W^{1/2}J, W the Gauss–Newton weight of Φ at the prediction (for
     * Gaussian noise Γ⁻¹), so that the Gauss–Newton Hessian is the product of the result with its
     * transpose.
     *
     * @param predicted m values, not modified
     * @param jacobian m × columns row-major, modified
     * @param columns number of columns
     */
    void whiten(double[] predicted, double[] jacobian, int columns);

    /** Standardised residuals (predicted − measured)/sd, m values into {@code out}. */
    void residuals(double[] predicted, double[] out);

    /** A draw of data around {@code clean}, m values. */
    double[] sample(double[] clean, RandomStream random);
}
