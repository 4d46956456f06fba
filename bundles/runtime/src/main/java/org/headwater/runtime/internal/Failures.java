package org.headwater.runtime.internal;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Counts what the forward model failed at, and tells the user of the first failure of each kind.
 */
final class Failures {
    private final Consumer<String> notices;
    private final Set<String> told = new HashSet<>();
    private long evaluated;
    private long failed;
    private boolean lastFailedWholly;

    Failures(Consumer<String> notices) {
        this.notices = notices;
    }

    /**
     * Takes in the outcome of an evaluation of several particles.
     *
     * @param reasons why each particle failed, null where it did not
     * @return how many failed
     */
    synchronized int add(String[] reasons) {
        int bad = 0;
        for (int i = 0; i < reasons.length; i++) {
            if (reasons[i] != null) {
                bad++;
                if (told.add(reasons[i])) {
                    notices.accept(
                            "the forward model failed for particle "
                                    + (i + 1)
                                    + ": "
                                    + reasons[i]
                                    + " (told once)");
                }
            }
        }
        evaluated += reasons.length;
        failed += bad;
        lastFailedWholly = bad > 0 && bad == reasons.length;
        return bad;
    }

    /** Evaluations of single particles so far. */
    synchronized long evaluated() {
        return evaluated;
    }

    /** Those of them that failed. */
    synchronized long failed() {
        return failed;
    }

    /** Whether the latest evaluation failed for all of its particles. */
    synchronized boolean lastFailedWholly() {
        return lastFailedWholly;
    }
}
