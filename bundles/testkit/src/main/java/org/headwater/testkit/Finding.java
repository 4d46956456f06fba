package org.headwater.testkit;

/**
 * What a check found.
 *
 * @param check name of the check
 * @param status how it ended
 * @param message one sentence: what was measured and its limit; when the check failed, a remedy too
 */
public record Finding(String check, Status status, String message) {
    /** How a check ended. */
    public enum Status {
        /** The plug-in keeps this part of its contract. */
        PASSED,
        /** It does not. */
        FAILED,
        /** It did not answer in time; its thread was left behind. */
        TIMED_OUT,
        /** Not looked at, because an earlier check did not end. */
        NOT_RUN
    }

    /** Whether the plug-in keeps this part of its contract. */
    public boolean passed() {
        return status == Status.PASSED;
    }
}
