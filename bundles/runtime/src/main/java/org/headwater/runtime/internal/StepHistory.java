package org.headwater.runtime.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.headwater.api.StepInfo;

/** What a run's steps said, and how long they took. Thread-safe. */
final class StepHistory {
    /** The steps whose times foretell the next ones'. */
    private static final int TIMED = 21;

    private final List<StepInfo> steps = new ArrayList<>();
    private final List<Double> seconds = new ArrayList<>();

    /** Steps of an earlier process, whose times tell nothing of this one's. */
    synchronized void addAll(List<StepInfo> earlier) {
        steps.addAll(earlier);
    }

    synchronized void add(StepInfo info, double took) {
        steps.add(info);
        seconds.add(took);
    }

    synchronized List<StepInfo> all() {
        return List.copyOf(steps);
    }

    synchronized Optional<StepInfo> last() {
        return steps.isEmpty() ? Optional.empty() : Optional.of(steps.get(steps.size() - 1));
    }

    /**
     * The median of the latest steps' times for each step that is left; empty before two were
     * timed.
     *
     * @param iterations of the whole run
     */
    synchronized Optional<Duration> timeLeft(int iterations) {
        int n = seconds.size();
        if (n < 2) {
            return Optional.empty();
        }
        double[] latest =
                seconds.subList(Math.max(0, n - TIMED), n).stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
        Arrays.sort(latest);
        int left = Math.max(0, iterations - steps.get(steps.size() - 1).iteration());
        return Optional.of(
                Duration.ofMillis(Math.round(1000 * Summary.quantile(latest, 0.5) * left)));
    }
}
