package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The RWPO layers' inner loops, in one implementation. Thread-safe. A backend whose device fails
 * throws {@link BackendFailureException}; the runtime then goes on with another backend.
 *
 * <p>Both layers map particles x_i to barycentres x̄_i = Σ_l w_il x_l with weights from a softmax
 * over the particles themselves (queries = keys = values), arXiv 2510.16356.
 */
@ConsumerType
public interface KernelBackend {
    /** The arithmetic that a backend may use; input and output are always double precision. */
    enum Precision {
        /** 32 bits: barycentres to about 5e-7 of the particles' largest distance from the mean. */
        SINGLE,
        /** 64 bits. */
        DOUBLE
    }

    /** The layers. */
    enum Kind {
        /** {@link KernelBackend#joint}. */
        JOINT,
        /** {@link KernelBackend#tensorised}. */
        TENSORISED
    }

    /**
     * A layer and its size.
     *
     * @param kind which
     * @param particles N
     * @param dimension d
     */
    record Layer(Kind kind, int particles, int dimension) {}

    /** Name and path taken, e.g. {@code vector (scalar)}. */
    String description();

    /**
     * How many doubles the processor computes at once, on which the last bits of results depend; 0
     * where that is not what they depend on, as on a device.
     */
    default int laneWidth() {
        return 0;
    }

    /**
     * One softmax over all coordinates, in the backend's precision: w_il ∝ exp(−κ|x_i − x_l|² −
     * logZ_l).
     *
     * @param x N × d, not modified
     * @param kappa κ = β/(4T)
     * @param logNormaliser logZ_l, N values, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    void joint(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers);

    /**
     * A softmax per coordinate j, always in double precision: w_il ∝ exp(−κ_j(x_ij − x_lj)² −
     * logZ_lj).
     *
     * @param x N × d, not modified
     * @param kappa κ_j = β/(4T_j), d values
     * @param logNormaliser logZ_lj, N × d, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight mean over i of w_ii for each coordinate, d values, modified
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    void tensorised(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers);

    /**
     * Mean and covariance of particles, where the backend has them sooner than the caller's loops:
     * C_jk = (1/N) Σ_i (x_ij − mean_j)(x_ik − mean_k), in double precision.
     *
     * @param x N × d, not modified
     * @param mean d values, modified
     * @param covariance C, d × d, modified
     * @return false, with nothing modified, where the caller should do it
     */
    default boolean moments(Ensemble x, double[] mean, double[] covariance) {
        return false;
    }

    /**
     * Milliseconds that a device beside the processor took for the last layer, without copies to
     * and from it; NaN where there is no such device.
     */
    default double deviceMilliseconds() {
        return Double.NaN;
    }
}
