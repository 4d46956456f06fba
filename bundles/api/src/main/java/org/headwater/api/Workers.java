package org.headwater.api;

import org.osgi.annotation.versioning.ProviderType;

/** The threads that a solver may use. */
@ProviderType
public interface Workers {
    /** How many tasks run at once, the caller's thread included. */
    int threads();

    /**
     * Runs {@code task} on ranges that cover 0..count−1 without overlap, and waits. An exception of
     * a task is thrown to the caller after all have ended. The ranges depend on count and grain
     * only.
     *
     * @param count number of items
     * @param grain items per range, ≥ 1
     */
    void forRanges(int count, int grain, RangeTask task);

    /** Work on a range of items. */
    @FunctionalInterface
    interface RangeTask {
        /** Works on from ≤ i &lt; to. */
        void run(int from, int to);
    }
}
