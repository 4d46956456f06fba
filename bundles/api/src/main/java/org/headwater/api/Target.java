package org.headwater.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The smooth part f of the potential with its derivatives: the misfit of the forward model's
 * prediction plus the Gaussian priors of the nuisance parameters, and of the field if its prior is
 * Gaussian. Given to solvers by the runtime, which spreads the particles over the threads and turns
 * failures of the forward model into flags.
 */
@ProviderType
public interface Target {
    /** d. */
    int dimension();

    /** Whether f is quadratic (linear model, Gaussian noise): its Hessian is then constant. */
    boolean isQuadratic();

    /**
     * f and ∇f of all points.
     *
     * @param theta N × d, not modified
     * @param value f, N values, modified; NaN where the model failed
     * @param gradient ∇f, N × d, modified; undefined where the model failed
     * @param failed N flags, modified
     * @return the number of points at which the model failed
     */
    int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed);

    /**
     * The Gauss–Newton Hessian of f, averaged over points at which the model did not fail.
     *
     * @param points n × d, not modified
     * @param hessian d × d, modified
     * @return the number of points that the average is over; when 0 the Hessian is undefined
     */
    int gaussNewton(Ensemble points, double[] hessian);

    /** f as half a sum of squares, if it is one: for Gaussian noise of known covariance. */
    default Optional<LeastSquares> leastSquares() {
        return Optional.empty();
    }
}
