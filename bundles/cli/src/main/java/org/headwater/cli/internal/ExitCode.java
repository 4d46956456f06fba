package org.headwater.cli.internal;

/** What the process ends with. */
final class ExitCode {
    static final int DONE = 0;
    static final int INTERNAL_ERROR = 1;
    static final int INVALID_INPUT = 2;
    static final int VERDICT_FAIL = 3;
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
