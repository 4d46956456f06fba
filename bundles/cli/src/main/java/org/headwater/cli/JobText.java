package org.headwater.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.headwater.api.Reason;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Job;
import org.headwater.runtime.Verdict;

/** Jobs in words. */
public final class JobText {
    private JobText() {}

    /** Where a job stands, e.g. {@code sampling 12/200 residual 0.03 spread 1.1 40 s left}. */
    public static String progress(Job job) {
        StringBuilder s = new StringBuilder(job.phase());
        job.lastStep().ifPresent(step -> s.append(' ').append(step(step, job.iterations())));
        job.timeLeft().ifPresent(left -> s.append("  ").append(duration(left)).append(" left"));
        return s.toString();
    }

    /** What a step says; numbers that it does not have are left out. */
    public static String step(StepInfo step, int iterations) {
        return step.iteration()
                + "/"
                + iterations
                + number("residual", step.residual())
                + number("spread", step.spread());
    }

    private static String number(String name, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "  %s %.2g", name, value) : "";
    }

    /** A duration as people say it. */
    public static String duration(Duration time) {
        long seconds = Math.max(0, Math.round(time.toMillis() / 1000.0));
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    /** A verdict with its reasons, lines without a line break at the end. */
    public static String verdict(Verdict verdict) {
        StringBuilder s = new StringBuilder("verdict: ").append(verdict.status());
        for (Reason r : verdict.reasons()) {
            s.append("\n  ").append(r.label()).append(' ').append(r.code()).append(": ");
            s.append(r.message());
            if (!Double.isNaN(r.value())) {
                s.append(String.format(Locale.ROOT, " (%.3g", r.value()));
                if (!Double.isNaN(r.limit())) {
                    s.append(String.format(Locale.ROOT, ", limit %.3g", r.limit()));
                }
                s.append(')');
            }
            if (!r.remedy().isEmpty()) {
                s.append("\n    ").append(r.remedy());
            }
        }
        return s.toString();
    }

    /** The command that goes on with a job that was stopped. */
    public static String resume(Path directory) {
        return "headwater run --resume " + quoted(directory.toString());
    }

    /** A word as a POSIX shell reads it back. */
    public static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
