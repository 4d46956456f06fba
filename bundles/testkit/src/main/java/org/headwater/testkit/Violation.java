package org.headwater.testkit;

/** A broken contract; the message is the finding's. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }
}
