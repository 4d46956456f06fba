package org.headwater.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.headwater.api.StepInfo;

/** A run that was submitted. Thread-safe. */
public interface Job {
    /** Where it stands. */
    enum Status {
        /** Waits for a free slot. */
        QUEUED,
        /** Runs. */
        RUNNING,
        /** Stopped at a safe point, can go on in this process. */
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
