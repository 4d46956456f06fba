package org.headwater.experiments.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.headwater.api.Workers;
import org.headwater.runtime.Trials;

/** An experiment: cells to be computed, and a report of them. */
public interface Experiment {
    /** Its name on the command line. */
    String name();

    /** One sentence. */
    String summary();

    /** The number of seeds of its full version; 0 if nothing in it is drawn at random. */
    int seeds();

    /** What there is to compute. Deterministic but for the seconds that it measures. */
    List<Cell> cells(Setup setup);

    /** Reports what the cells came to. */
    void report(Setup setup, Results results, Report report);

    /**
     * How it is run.
     *
     * @param small a version of seconds
     * @param seeds how many
     * @param workers one thread, for what is measured
     * @param threads for runs of solvers
     * @param trials makes problems to run
     * @param directory where files go
     * @param stop true ends a run
     */
    record Setup(
            boolean small,
            int seeds,
            Workers workers,
            int threads,
            Trials trials,
            Path directory,
            BooleanSupplier stop) {}
}
