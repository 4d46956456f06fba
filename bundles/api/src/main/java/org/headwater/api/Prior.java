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
     * ψ as a quadratic plus the rest, if part of it is quadratic, e.g. a Gaussian term of a sum.
     * The runtime makes the quadratic part of the {@link Target} and gives solvers the rest. By
     * default all of {@link #quadratic} or nothing.
     */
    default Optional<QuadraticSplit> split() {
        return quadratic().map(q -> new QuadraticSplit(q, SeparablePrior.flat(dimension())));
    }

    /**
     * How ψ depends on its weight, if it is a weight times something positively homogeneous; the
     * weight can then be chosen from the data.
     */
    default Optional<Scaling> scaling() {
        return Optional.empty();
    }

    /**
     * The normaliser log Z(y) = log ∫exp(−(β/2)(ψ(z) + |z − y|²/(2T)))dz of the joint kernel, where
     * it is known in closed form or by an exact recursion; nothing is left out of it that does not
     * depend on y.
     *
     * @param y N × d, not modified
     * @param time T, &gt; 0
     * @param beta β, &gt; 0
     * @return N values, or empty if there is no such form
     */
    default Optional<double[]> logNormaliser(Ensemble y, double time, double beta) {
        return Optional.empty();
    }

    /**
     * A draw of the density ∝ exp(−βψ), by an exact method; empty where the prior is not proper or
     * there is no such method. Calibration draws truths with it. A prior that is {@link #quadratic}
     * need not implement it.
     *
     * @param beta β, &gt; 0
     * @return d values
     */
    default Optional<double[]> sample(double beta, RandomStream random) {
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

    /**
     * A bound of a coordinate: ψ is +∞ below it, whatever the other coordinates are; −∞ if there is
     * none. Solvers reflect their moves there.
     */
    default double lower(int coordinate) {
        return Double.NEGATIVE_INFINITY;
    }

    /** The same above. */
    default double upper(int coordinate) {
        return Double.POSITIVE_INFINITY;
    }
}
