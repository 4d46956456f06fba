package org.headwater.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A prior density ∝ exp(−βψ(θ)) on the unknown field, known through its potential ψ and the
 * proximal map of ψ. Implementations are immutable and thread-safe.
 */
@ConsumerType
public interface Prior {
    /** How ψ couples the coordinates; decides which solver route fits. */
    enum Structure {
        /** ψ(θ) = Σ ψ_i(θ_i): the prior is a {@link SeparablePrior}. */
        SEPARABLE,
        /** ψ is a sum over disjoint groups of coordinates. */
        GROUPED,
        /** Anything else. */
        GENERAL
    }

    /** d, the number of coordinates it acts on. */
    int dimension();

    /** How ψ couples the coordinates. */
    Structure structure();

    /**
     * ψ at the point {@code x[offset .. offset+d-1]}; may be +∞ outside a constraint. O(d) or as
     * documented by the prior.
     */
    double potential(double[] x, int offset);

    /**
     * The proximal map prox_{tψ}(y) = argmin_z ψ(z) + |z − y|²/(2t), for every point.
     *
     * @param y N × d, not modified
     * @param t step, &gt; 0
     * @param out N × d, modified; may be {@code y} itself
     */
    void prox(Ensemble y, double t, Ensemble out);

    /** A change of variables in which this prior is separable, if it has one; none by default. */
    default Optional<Synthesis> synthesis() {
        return Optional.empty();
    }

    /**
     * ψ as a quadratic, if it is exactly ½θᵀΛθ. The runtime then makes it part of the {@link
     * Target}, whose Hessian it joins, and gives solvers a flat prior in its place: a solver that
     * is exact for Gaussian targets stays so.
     */
    default Optional<QuadraticPotential> quadratic() {
        return Optional.empty();
    }

    /**
     * A typical curvature of ψ along a coordinate where the posterior lies, ≥ 0, beside what a
     * {@link SeparablePrior#slope} already tells: e.g. the ridge of an elastic net; 12/w² for a
     * constraint to an interval of width w, the precision of the uniform density on it; 0 when
     * there is none or it is not known. Solvers add it to the Hessian of f to set scales; it need
     * not be exact, and the posterior does not depend on it.
     */
    default double curvature(int coordinate) {
        return 0;
    }
}
