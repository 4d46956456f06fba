package org.headwater.api;

/**
 * A kernel backend can go on no longer, through no fault of its input: its device is out of memory,
 * lost, or does not work. The message is one sentence for people, e.g. {@code NVIDIA H200 (card 0)
 * has no memory left for 3.2 GB}.
 */
public final class BackendFailureException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a sentence for people. */
    public BackendFailureException(String message) {
        super(message);
    }

    /** The same with what led to it. */
    public BackendFailureException(String message, Throwable cause) {
        super(message, cause);
    }
}
