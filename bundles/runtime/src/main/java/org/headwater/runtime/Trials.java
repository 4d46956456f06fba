package org.headwater.runtime;

/**
 * Runs of a problem in memory, without a run directory, for studies of solvers and models; a
 * service.
 */
public interface Trials {
    /**
     * Reads a problem with all its files; of several segments the first.
     *
     * @throws org.headwater.api.InvalidInputException if something is wrong, or the prior's weight
     *     is still to be chosen
     */
    Trial of(ProblemFile problem);
}
