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
    MODEL("forward-model", "forward model", ForwardModelProvider.class),
    /** Noise models. */
    NOISE("noise", "noise model", NoiseProvider.class),
    /** Priors. */
    PRIOR("prior", "prior", PriorProvider.class),
    /** Solvers. */
    SOLVER("solver", "solver", SolverProvider.class),
    /** Kernel backends. */
    BACKEND("backend", "backend", KernelBackendProvider.class);

    private final String key;
    private final String singular;
    private final Class<? extends Provider> service;

    PluginKind(String key, String singular, Class<? extends Provider> service) {
        this.key = key;
        this.singular = singular;
        this.service = service;
    }

    /** The section of a problem file that names plug-ins of this kind. */
    public String key() {
        return key;
    }

    /** One of this kind, in words. */
    public String singular() {
        return singular;
    }

    /** Several of this kind, in words. */
    public String plural() {
        return singular + "s";
    }

    /** The service that providers of this kind register. */
    public Class<? extends Provider> service() {
        return service;
    }
}
