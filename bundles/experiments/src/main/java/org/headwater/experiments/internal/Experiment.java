package org.headwater.experiments.internal;

import java.util.function.Consumer;
import org.headwater.api.Workers;

/** An experiment; deterministic but for the seconds that it reports. */
public interface Experiment {
    /** Its name on the command line. */
    String name();

    /** One sentence. */
    String summary();

    /** Runs it and reports. */
    void run(Setup setup, Report report);

    /**
     * How it is run.
     *
     * @param small a version of seconds
     * @param workers threads
     * @param progress told what is being done
     */
    record Setup(boolean small, Workers workers, Consumer<String> progress) {}
}
