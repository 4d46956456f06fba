package org.headwater.cli.internal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.headwater.api.StepInfo;
import org.headwater.cli.JobText;
import org.headwater.runtime.Job;

/**
 * Shows how a run gets on: one line that is redrawn on a terminal, a line every few seconds
 * elsewhere.
 */
final class ProgressDisplay implements Job.Listener, AutoCloseable {
    private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
    private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int BAR = 16;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private final LongSupplier clock;
    private String phase = "";
    private long next = Long.MIN_VALUE;
    private int shown;
    private boolean drawn;

    ProgressDisplay(PrintWriter err, boolean terminal, LongSupplier clock) {
        this.err = err;
        this.terminal = terminal;
        this.clock = clock;
    }

    static ProgressDisplay onStderr(PrintWriter err) {
        return new ProgressDisplay(err, isOnTerminal(), System::nanoTime);
    }

    /** Whether stderr is a terminal. */
    static boolean isOnTerminal() {
        return Boolean.getBoolean("headwater.terminal.err");
    }

    @Override
    public synchronized void notice(Job job, String line) {
        clear();
        err.println(line);
        err.flush();
        next = Long.MIN_VALUE;
    }

    @Override
    public synchronized void progress(Job job) {
        long now = clock.getAsLong();
        int iteration = job.lastStep().map(StepInfo::iteration).orElse(0);
        boolean stepped = iteration != shown;
        boolean changed = !phase.equals(job.phase());
        boolean last = stepped && iteration == job.iterations();
        if (!changed && !last && next != Long.MIN_VALUE && now - next < 0) {
            return;
        }
        phase = job.phase();
        shown = iteration;
        next = now + (terminal ? REDRAW_NANOS : PLAIN_NANOS);
        String line = stepped ? step(job, iteration) : phase;
        if (terminal) {
            clear();
            err.print(line);
            drawn = true;
        } else if (stepped || changed) {
            err.println(line);
        }
        err.flush();
    }

    /** Removes the bar: what follows says how the run ended. */
    @Override
    public synchronized void close() {
        clear();
        err.flush();
    }

    private void clear() {
        if (drawn) {
            err.print(CLEAR);
            drawn = false;
        }
    }

    private String step(Job job, int iteration) {
        if (!terminal) {
            return JobText.progress(job);
        }
        int filled = (int) ((long) BAR * iteration / job.iterations());
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + JobText.progress(job);
    }
}
