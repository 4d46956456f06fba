package org.headwater.api;

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

    /** Finds the starting point and scales, and places the particles. May take long. */
    State start(RandomStream random);

    /**
     * One step.
     *
     * @param state not modified
     * @param random the stream of this step, derived from seed and iteration
     */
    StepResult step(State state, RandomStream random);

    /** The posterior as the state has it. */
    Posterior posterior(State state, RandomStream random);

    /**
     * The outcome of a step.
     *
     * @param state after the step
     * @param info what to show
     */
    record StepResult(State state, StepInfo info) {}
}
