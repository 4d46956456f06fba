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
    private boolean expected;

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
                if (!expected && told.add(reasons[i])) {
                    notices.accept(
                            "the forward model failed for particle "
                                    + (i + 1)
                                    + ": "
                                    + reasons[i]
                                    + " (told once)");
                }
            }
        }
        if (expected) {
            return bad;
        }
        evaluated += reasons.length;
        failed += bad;
        lastFailedWholly = bad > 0 && bad == reasons.length;
        return bad;
    }

    /**
     * Runs a search that goes where the model may fail: what fails there is no fault of the run.
     */
    void expectedIn(Runnable search) {
        expect(true);
        try {
            search.run();
        } finally {
            expect(false);
        }
    }

    private synchronized void expect(boolean failures) {
        expected = failures;
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
