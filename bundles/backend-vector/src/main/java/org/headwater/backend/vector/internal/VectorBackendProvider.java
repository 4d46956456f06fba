package org.headwater.backend.vector.internal;

import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Offers the layers on the CPU, on every machine. */
@Component
public final class VectorBackendProvider implements KernelBackendProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "vector",
                    "0.1.0",
                    "The RWPO layers on the CPU in double precision (scalar code at present).",
                    SettingsSchema.of(),
                    "Han, Osher, Li, arXiv:2510.16356");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public String unavailable() {
        return "";
    }

    @Override
    public KernelBackend create() {
        return new VectorBackend();
    }
}
