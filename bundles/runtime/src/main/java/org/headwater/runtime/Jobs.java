package org.headwater.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts and lists runs; a service. Everything that runs a problem does so through it. */
public interface Jobs {
    /**
     * Checks a problem and starts it on threads of its own.
     *
     * @throws org.headwater.api.InvalidInputException if the problem or the output directory is
     *     wrong; nothing has been written then
     */
    Job submit(ProblemFile problem, RunOptions options);

    /**
     * Goes on with an interrupted run from its last checkpoint.
     *
     * @throws org.headwater.api.InvalidInputException if the directory holds no run that can go on
     */
    Job resume(Path directory, Job.Listener listener);

    /**
     * Checks a problem without running it: reads all files, creates all plug-ins, times a step.
     *
     * @throws org.headwater.api.InvalidInputException if something is wrong
     */
    Validation validate(ProblemFile problem);

    /**
     * Checks the keys of a problem and of its segments against the installed plug-ins; reads no
     * data and creates nothing.
     *
     * @return the files that it names, whether they are there or not
     * @throws org.headwater.api.InvalidInputException if a key is unknown, missing or wrong
     */
    List<Path> check(ProblemFile problem);

    /**
     * How much memory a problem's run takes beside Java itself, about: its ensemble, data,
     * Jacobians and covariances, in the largest of its segments. Reads its files and creates its
     * plug-ins.
     *
     * @return bytes
     * @throws org.headwater.api.InvalidInputException if something is wrong
     */
    long memory(ProblemFile problem);

    /**
     * A problem's forward model and posterior, without running it.
     *
     * @throws org.headwater.api.InvalidInputException if something is wrong
     */
    ProblemFunctions functions(ProblemFile problem);

    /**
     * Makes synthetic data.
     *
     * @param problem whose forward model, data layout and noise are used
     * @param truth what is in the unknown
     * @param directory new or empty; gets the data and a problem file that reads them
     * @return the problem file written
     */
    Path simulate(ProblemFile problem, Path truth, Path directory);

    /**
     * Draws samples from the trained flow that a run has left, with their log-densities. The same
     * seed gives the same bytes.
     *
     * @param flow a flow file, or the run directory that it is in
     * @param n how many, ≥ 1
     * @param seed random seed
     * @param output gets the samples as a NumPy array n × d; must not exist
     * @throws org.headwater.api.InvalidInputException if there is no such flow, or the output is
     *     there already
     */
    Samples sample(Path flow, int n, long seed, Path output);

    /** All jobs of this process, in order of their ids. */
    List<Job> list();

    /** The job of an id. */
    Optional<Job> find(String id);

    /** Takes a job that has ended off the list, so that nothing of it stays in memory. */
    void forget(Job job);

    /**
     * Samples of a trained flow.
     *
     * @param file n × d
     * @param logDensities their log-densities, n values; null where the flow knows none
     * @param dimension d
     * @param leastSlope not positive where the flow is not one to one, and the densities are wrong
     */
    record Samples(Path file, Path logDensities, int dimension, double leastSlope) {}

    /**
     * What a validation found.
     *
     * @param lines name and value of each finding, for people
     * @param facts the same for programs
     */
    record Validation(Map<String, String> lines, Map<String, Object> facts) {}
}
