package org.headwater.api;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A map from parameters to data, with derivatives. Immutable and thread-safe; the work is done by
 * {@link Evaluator}s, each used by one thread at a time.
 */
@ConsumerType
public interface ForwardModel {
    /** The parameter blocks, in the order of the parameter vector; the field is the first. */
    List<ParameterBlock> blocks();

    /** m, the number of data. */
    int dataSize();

    /** Whether the map is linear in all parameters; solvers then need one Jacobian only. */
    default boolean isLinear() {
        return false;
    }

    /** How many particles an evaluator works on at its best, e.g. its SIMD lanes. */
    default int preferredBatch() {
        return 1;
    }

    /** A new evaluator with a workspace of its own. */
    Evaluator evaluator();

    /** Fields on a geometry that follow from the parameters, for pictures; none by default. */
    default List<DerivedField> fields() {
        return List.of();
    }

    /** How the data are laid out, for reports. */
    default DataLayout dataLayout() {
        return DataLayout.plain(dataSize());
    }

    /** d, the number of parameters of all blocks together. */
    default int dimension() {
        return blocks().stream().mapToInt(ParameterBlock::size).sum();
    }

    /**
     * Evaluates the model for one thread. A particle whose evaluation fails is reported by NaN in
     * its predicted data; an exception thrown for a batch makes the platform try its particles one
     * at a time.
     */
    @ConsumerType
    interface Evaluator {
        /**
         * Predicted data of the particles from ≤ i &lt; to.
         *
         * @param theta N × d, not modified
         * @param from first particle
         * @param to one past the last particle
         * @param predicted N × m, rows from..to−1 modified
         */
        void predict(Ensemble theta, int from, int to, double[] predicted);

        /**
         * Predicted data and the gradient of a misfit, ∇f(θ) = J(θ)ᵀ g(F(θ)), for the particles
         * from ≤ i &lt; to; the model calls {@code misfit} when it has the prediction, so that it
         * need not keep or redo factorisations.
         *
         * @param theta N × d, not modified
         * @param from first particle
         * @param to one past the last particle
         * @param misfit gives g for a prediction
         * @param predicted N × m, rows from..to−1 modified
         * @param gradient N × d, rows from..to−1 modified
         */
        void gradient(
                Ensemble theta,
                int from,
                int to,
                Cotangent misfit,
                double[] predicted,
                double[] gradient);

        /**
         * Predicted data and Jacobian at one point.
         *
         * @param theta d values, not modified
         * @param predicted m values, modified
         * @param jacobian m × d row-major, modified
         */
        void jacobian(double[] theta, double[] predicted, double[] jacobian);
    }

    /** The gradient of a misfit with respect to predicted data. */
    @FunctionalInterface
    interface Cotangent {
        /**
         * Computes g = ∂Φ/∂(predicted data) of one particle.
         *
         * @param particle index of the particle
         * @param predicted holds m predicted data from {@code offset} on, not modified
         * @param offset where they start
         * @param out m values, modified
         */
        void at(int particle, double[] predicted, int offset, double[] out);
    }
}
