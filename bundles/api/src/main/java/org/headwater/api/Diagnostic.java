package org.headwater.api;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Measures of the points of a run while it goes on; a service, of which there may be none or
 * several. A run whose problem file says {@code diagnostics: {every: k}} asks each after every k-th
 * step, and writes what they say to its log and to {@code diagnostics.csv}; other runs ask none.
 *
 * <p>A measure does not change the run: it gets no random numbers, and its failure is told, not
 * thrown. Implementations are thread-safe and keep nothing between calls.
 */
@ConsumerType
public interface Diagnostic {
    /** A short name, the first part of its measures' names: {@code theory}. */
    String name();

    /**
     * Measures points.
     *
     * @param problem the posterior that the run is to draw
     * @param points n × d, the particles, chains or fresh draws after a step, not modified
     * @return values by name, in the order in which they are shown; empty if nothing can be said
     */
    Map<String, Double> measure(Problem problem, Ensemble points, Workers workers);
}
