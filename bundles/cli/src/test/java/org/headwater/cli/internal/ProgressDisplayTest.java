package org.headwater.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Job;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Verdict;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
    private static final int ITERATIONS = 1000;

    private final StringWriter text = new StringWriter();
    private long now;

    private ProgressDisplay display(boolean terminal) {
        return new ProgressDisplay(new PrintWriter(text), terminal, () -> now);
    }

    /** 1000 steps of 20 ms, 20 s in all. */
    private void run(ProgressDisplay display) {
        display.progress(new Moment("preparing", 0));
        display.notice(new Moment("preparing", 0), "a notice");
        for (int i = 1; i <= ITERATIONS; i++) {
            now += TimeUnit.MILLISECONDS.toNanos(20);
            display.progress(new Moment("sampling", i));
        }
        display.progress(new Moment("writing", ITERATIONS));
        display.close();
    }

    @Test
    void plainOutputIsALineEveryFiveSecondsAndTheLast() {
        run(display(false));
        List<String> lines = text.toString().lines().toList();
        assertEquals(
                List.of(
                        "preparing",
                        "a notice",
                        "sampling 1/1000  residual 0.50  spread 1.0  9 s left",
                        "sampling 251/1000  residual 0.50  spread 1.0  9 s left",
                        "sampling 501/1000  residual 0.50  spread 1.0  9 s left",
                        "sampling 751/1000  residual 0.50  spread 1.0  9 s left",
                        "sampling 1000/1000  residual 0.50  spread 1.0  9 s left",
                        "writing"),
                lines);
    }

    @Test
    void barIsRedrawnOnOneLineAndRemovedAtTheEnd() {
        run(display(true));
        String all = text.toString();
        assertEquals(
                List.of("a notice"),
                all.lines()
                        .filter(l -> l.endsWith("notice"))
                        .map(l -> l.substring(l.lastIndexOf('K') + 1))
                        .toList());
        assertEquals(1, all.chars().filter(c -> c == '\n').count(), "only the notice is a line");
        assertTrue(all.contains("[########........] sampling 5"), all);
        assertTrue(all.contains("[################] sampling 1000/1000"));
        assertTrue(all.endsWith("\r\u001b[K"));
    }

    /** A job that is frozen at one moment. */
    private record Moment(String phase, int iteration) implements Job {
        @Override
        public String id() {
            return "1";
        }

        @Override
        public String name() {
            return "moment";
        }

        @Override
        public Status status() {
            return Status.RUNNING;
        }

        @Override
        public Path directory() {
            return Path.of("runs", "moment");
        }

        @Override
        public Optional<StepInfo> lastStep() {
            return iteration == 0
                    ? Optional.empty()
                    : Optional.of(new StepInfo(iteration, 0.5, 1, 0, Map.of()));
        }

        @Override
        public List<StepInfo> steps() {
            return lastStep().stream().toList();
        }

        @Override
        public int iterations() {
            return ITERATIONS;
        }

        @Override
        public Optional<Duration> timeLeft() {
            return iteration == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(9));
        }

        @Override
        public Optional<Verdict> verdict() {
            return Optional.empty();
        }

        @Override
        public Optional<Throwable> error() {
            return Optional.empty();
        }

        @Override
        public void pause() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resume() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void swap(PluginKind kind, String type, Map<String, Object> settings) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int segment() {
            return 1;
        }

        @Override
        public void cancel() {
            throw new UnsupportedOperationException("a moment does not run");
        }

        @Override
        public void await() {
            throw new UnsupportedOperationException("a moment does not run");
        }
    }
}
