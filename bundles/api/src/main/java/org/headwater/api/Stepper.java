package org.headwater.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A run of a solver on a problem, step by step. It keeps nothing between calls that is not in the
 * {@link State}: given a state read back from a checkpoint it goes on to the last bit. Between two
 * calls is a safe point: the run may be stopped, checkpointed or changed there.
 */
@ConsumerType
public interface Stepper {
    /** The number of steps that the run takes. */
    int iterations();

    /** N, the number of particles that a step moves; 0 when the method has none. */
    default int particles() {
        return 0;
    }

    /**
     * The layer that each step computes with the kernel backend, from which {@code backend: auto}
     * tells which backend is the fastest; empty when there is none.
     */
    default Optional<KernelBackend.Layer> layer() {
        return Optional.empty();
    }

    /** Finds the starting point and scales, and places the particles. May take long. */
    State start(RandomStream random);

    /**
     * Like {@link #start(RandomStream)}, but goes on from given points: another solver's, or this
     * one's before the prior or the noise was exchanged. The scales and the mode are found anew;
     * methods without particles may ignore the points.
     *
     * @param points n × d, not modified; n need not be {@link #particles()}
     */
    default State start(Ensemble points, RandomStream random) {
        return start(random);
    }

    /**
     * The particles of a state as points θ, n × d, for another stepper to {@linkplain
     * #start(Ensemble, RandomStream) go on from}; empty when there are none. By default the state's
     * {@code particles}, which is right unless they live in other coordinates.
     */
    default Optional<Ensemble> points(State state) {
        return state.hasArray(State.PARTICLES)
                ? Optional.of(state.ensemble(State.PARTICLES))
                : Optional.empty();
    }

    /**
     * One step.
     *
     * @param state not modified
     * @param random the stream of this step, derived from seed and iteration
     */
    StepResult step(State state, RandomStream random);

    /**
     * The trained sampler that the state holds, as named arrays that outlive the solver; the run
     * keeps it in {@code flow.npz}, from which {@code headwater sample} draws. None by default.
     */
    default Optional<State> sampler(State state) {
        return Optional.empty();
    }

    /** The posterior as the state has it. */
    Posterior posterior(State state, RandomStream random);

    /**
     * How many draws of each chain a state holds that can be {@linkplain #harvest taken out} of it;
     * 0 for methods whose posterior is read from their last state.
     */
    default int drawn(State state) {
        return 0;
    }

    /**
     * Takes the oldest draws out of a state, so that it does not grow with their number. They are
     * points θ like those of a {@link Posterior}.
     *
     * @param length how many of each chain, from 1 to {@link #drawn}
     */
    default Harvest harvest(State state, int length) {
        throw new UnsupportedOperationException("the state holds no draws");
    }

    /**
     * The posterior when all draws were taken out of the state: the same as without, but that its
     * draws may be a selection.
     *
     * @param draws those that were taken out, in order
     * @param most number of draws that the posterior may have
     */
    default Posterior posterior(State state, Draws draws, int most, RandomStream random) {
        throw new UnsupportedOperationException("the state holds no draws");
    }

    /**
     * Draws that were taken out of a state.
     *
     * @param rest the state without them
     * @param draws chain after chain, C·n × d
     * @param logDensity log of the posterior's density at each, up to a constant, C·n values
     */
    record Harvest(State rest, Ensemble draws, double[] logDensity) {}

    /**
     * The outcome of a step.
     *
     * @param state after the step
     * @param info what to show
     */
    record StepResult(State state, StepInfo info) {}
}
