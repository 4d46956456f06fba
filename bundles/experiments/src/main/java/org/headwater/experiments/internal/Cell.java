package org.headwater.experiments.internal;

import java.util.Map;

/**
 * A part of an experiment that is computed once and kept.
 *
 * @param name different from those of all other cells of the experiment
 * @param settings all that its values depend on but the code
 * @param task what computes them
 */
record Cell(String name, Map<String, Object> settings, Task task) {
    /** The work of a cell. */
    interface Task {
        /**
         * Computes.
         *
         * @param done the values of cells that come earlier
         */
        Values run(Results done);
    }
}
