package org.headwater.server.internal;

import org.headwater.api.InvalidInputException;

/**
 * What jobs may take.
 *
 * @param atOnce jobs that run side by side
 * @param memory bytes that they may take together, by what the runtime estimates
 * @param tries how often a job is tried that fails by no fault of its input
 */
record Limits(int atOnce, long memory, int tries) {
    /** For a queue that starts nothing. */
    static final Limits NONE = new Limits(1, Long.MAX_VALUE, 1);

    /** What a job of so many bytes waits for when running jobs leave less. */
    String leave(long free, long bytes) {
        return "memory: it takes about "
                + megabytes(bytes)
                + ", and running jobs leave "
                + megabytes(Math.max(0, free))
                + " of "
                + megabytes(memory);
    }

    /**
     * Refuses what never fits.
     *
     * @param bytes what a job takes, about
     * @throws InvalidInputException if that is more than all may take
     */
    void require(long bytes) {
        if (bytes > memory) {
            throw InvalidInputException.of(
                    "memory",
                    "must not be more than the " + megabytes(memory) + " of all jobs",
                    "about " + megabytes(bytes),
                    "take fewer particles or parameters, or give Java a larger heap (-Xmx in"
                            + " HEADWATER_JAVA_OPTS) or jobs more of it ('memory' in"
                            + " conf/server.yaml)");
        }
    }

    private static String megabytes(long bytes) {
        return bytes / 1_000_000 + " MB";
    }
}
