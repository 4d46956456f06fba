package org.headwater.runtime;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.headwater.runtime.internal.RunComparison;

/**
 * Whether a run that was done again came to the same.
 *
 * @param agreement how far
 * @param files what each file says, a line each
 * @param changes what is not as it was: versions, plug-ins, machine; a line each
 */
public record Reproduction(Agreement agreement, List<String> files, List<String> changes) {
    /** How far two runs agree. */
    public enum Agreement {
        /** All bytes are the same. */
        SAME,
        /** The numbers agree as far as other versions or another machine let them. */
        WITHIN_TOLERANCE,
        /** They do not agree. */
        DIFFERENT
    }

    /**
     * The problem of a finished run, to be run again.
     *
     * @param run its directory
     * @throws org.headwater.api.InvalidInputException if there is no such run, it has not ended, or
     *     a file that it read is missing or has changed
     */
    public static ProblemFile problem(Path run) {
        return RunComparison.problem(run);
    }

    /**
     * Compares a run with its repetition: posterior, summary and images, of all segments.
     *
     * <p>Particles agree if no number of posterior.npy differs by more than 10⁻⁶ of its parameter's
     * standard deviation. Chains may take another path after one rounding; they also agree if no
     * mean and no standard deviation differs by more than five of its Monte Carlo errors.
     *
     * @param run the run's directory
     * @param again the repetition's directory
     */
    public static Reproduction of(Path run, Path again) throws IOException {
        return RunComparison.of(run, again);
    }
}
