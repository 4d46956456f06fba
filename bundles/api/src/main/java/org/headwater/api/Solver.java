package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/** A method that draws a posterior. Immutable and thread-safe. */
@ConsumerType
public interface Solver {
    /**
     * Prepares a run. Cheap: the work is done by {@link Stepper#start} and {@link Stepper#step}.
     *
     * @throws InvalidInputException if the settings do not fit the problem
     */
    Stepper prepare(Problem problem, Resources resources);
}
