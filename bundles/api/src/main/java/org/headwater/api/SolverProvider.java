package org.headwater.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Creates solvers of one type. */
@ConsumerType
public interface SolverProvider extends Provider {
    /** Creates a solver from settings validated against {@link PluginInfo#settings()}. */
    Solver create(Settings settings);
}
