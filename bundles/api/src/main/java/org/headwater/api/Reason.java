package org.headwater.api;

/**
 * Why a verdict is not PASS, or what a reader must know though it is.
 *
 * @param status how bad it is
 * @param code stable identifier, e.g. {@code variance-collapsed}
 * @param message what happened, one sentence
 * @param value the value found, NaN when there is none
 * @param limit the limit it was compared with, NaN when there is none
 * @param remedy what to do
 */
public record Reason(
        Status status, String code, String message, double value, double limit, String remedy) {
    /** The status as people are shown it: a reason of status PASS is a {@code NOTE}. */
    public String label() {
        return status == Status.PASS ? "NOTE" : status.name();
    }

    /** How bad it is. */
    public enum Status {
        /** All is well. */
        PASS,
        /** Use with care. */
        WARN,
        /** Do not use. */
        FAIL
    }
}
