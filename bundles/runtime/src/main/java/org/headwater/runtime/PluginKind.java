package org.headwater.runtime;

import org.headwater.api.ForwardModelProvider;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PriorProvider;
import org.headwater.api.Provider;
import org.headwater.api.SolverProvider;

/** The kinds of plug-in. */
public enum PluginKind {
    /** Forward models. */
    MODEL("forward-model", "forward models", ForwardModelProvider.class),
    /** Noise models. */
    NOISE("noise", "noise models", NoiseProvider.class),
    /** Priors. */
    PRIOR("prior", "priors", PriorProvider.class),
    /** Solvers. */
    SOLVER("solver", "solvers", SolverProvider.class),
    /** Kernel backends. */
    BACKEND("backend", "backends", KernelBackendProvider.class);

    private final String key;
    private final String plural;
    private final Class<? extends Provider> service;

    PluginKind(String key, String plural, Class<? extends Provider> service) {
        this.key = key;
        this.plural = plural;
        this.service = service;
    }

    /** The section of a problem file that names plug-ins of this kind. */
    public String key() {
        return key;
    }

    /** Several of this kind, in words. */
    public String plural() {
        return plural;
    }

    /** The service that providers of this kind register. */
    public Class<? extends Provider> service() {
        return service;
    }
}
