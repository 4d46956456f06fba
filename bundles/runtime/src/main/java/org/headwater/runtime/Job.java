package org.headwater.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.Geometry;
import org.headwater.api.StepInfo;

/** A run that was submitted. Thread-safe. */
public interface Job {
    /** Where it stands. */
    enum Status {
        /** Waits for a free slot. */
        QUEUED,
        /** Runs. */
        RUNNING,
        /**
         * Stopped at a safe point, can go on in this process: paused by a user, or waiting for a
         * plug-in, which {@link #phase} names.
         */
        PAUSED,
        /** Ended with a verdict. */
        DONE,
        /** Ended by an error. */
        FAILED,
        /** Stopped on demand; its last checkpoint can be resumed. */
        CANCELLED
    }

    /** Short identifier, unique in this process. */
    String id();

    /** Name of the problem. */
    String name();

    /** Where it stands. */
    Status status();

    /** The run directory. */
    Path directory();

    /**
     * What the job is doing now, one word or two, e.g. {@code finding the MAP}, {@code sampling}.
     */
    String phase();

    /** The last step, empty before the first. */
    Optional<StepInfo> lastStep();

    /** The steps done so far. */
    List<StepInfo> steps();

    /**
     * What the particles say now of the parameters and of the forward model's fields, for pictures:
     * not yet the result. Empty while there are no particles. Costs an evaluation of each field for
     * a part of the particles, on the caller's thread.
     */
    default Optional<Estimate> estimate() {
        return Optional.empty();
    }

    /**
     * An estimate from the particles of a step.
     *
     * @param iteration the step
     * @param particles how many were averaged
     * @param shape the sizes of the unknown field, whose parameters come first
     * @param mean mean over particles, d values
     * @param sd standard deviation over particles, d values
     * @param fields the forward model's fields
     */
    record Estimate(
            int iteration,
            int particles,
            int[] shape,
            double[] mean,
            double[] sd,
            List<FieldEstimate> fields) {}

    /**
     * A field of an estimate.
     *
     * @param name the field's name
     * @param unit its unit, or the empty string
     * @param neutral the value about which it varies, or NaN
     * @param geometry where it lives
     * @param mean mean over particles, one value per triangle
     * @param sd standard deviation over particles, one value per triangle
     */
    record FieldEstimate(
            String name,
            String unit,
            double neutral,
            Geometry geometry,
            double[] mean,
            double[] sd) {}

    /** The number of steps that the run takes. */
    int iterations();

    /** Time left as it looks now; empty while unknown. */
    Optional<Duration> timeLeft();

    /** Verdict, once DONE. */
    Optional<Verdict> verdict();

    /** What ended it, once FAILED. */
    Optional<Throwable> error();

    /** Asks it to stop at the next safe point, with a checkpoint. Returns at once. */
    void cancel();

    /**
     * Asks it to pause at the next safe point, with a checkpoint; it goes on with {@link #resume}.
     * Returns at once.
     */
    void pause();

    /** Lets it go on after a {@link #pause}. */
    void resume();

    /**
     * Exchanges a plug-in at the next safe point: a new segment begins, which keeps the particles,
     * finds the mode and the scales anew and has the solver's full number of iterations; what was
     * sampled before is kept apart. Returns once the new plug-in has been created.
     *
     * @param kind {@code NOISE}, {@code PRIOR}, {@code SOLVER} or {@code BACKEND}
     * @param type its type
     * @param settings its settings, as a problem file's section would have them without {@code
     *     type}
     * @throws org.headwater.api.InvalidInputException if the job has ended or the plug-in cannot be
     *     used; the job is as before then
     */
    void swap(PluginKind kind, String type, Map<String, Object> settings);

    /** The segment that it is in, from 1. */
    int segment();

    /** Waits until it has ended. */
    void await() throws InterruptedException;

    /** Told of progress, from the job's thread. */
    interface Listener {
        /** Something that the user should read, one line. */
        default void notice(Job job, String line) {}

        /** A new phase or a step done. */
        default void progress(Job job) {}

        /** A listener that does nothing. */
        Listener NONE = new Listener() {};
    }
}
