package org.headwater.backend.vector.internal;

import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.headwater.kernels.layer.LayerLoops;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Offers the layers on the CPU, on every machine. */
@Component
public final class VectorBackendProvider implements KernelBackendProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "vector",
                    "0.1.0",
                    "The RWPO layers on the CPU, on its vector registers where Java offers them.",
                    SettingsSchema.of(),
                    "F. Han, S. Osher, W. Li, Sparse transformer architectures via regularized"
                            + " Wasserstein proximal operator with L1 prior, arXiv:2510.16356");

    private final Queue<WarmUp> warmUps = new ConcurrentLinkedQueue<>();

    /** Ends what runs in the background, whose classes go with the bundle. */
    @Deactivate
    void stop() {
        warmUps.forEach(WarmUp::stop);
    }

    Collection<WarmUp> warmUps() {
        return warmUps;
    }

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public String unavailable() {
        return "";
    }

    @Override
    public KernelBackend create(Precision precision) {
        LayerLoops loops = LayerLoops.best();
        KernelBackend backend = new VectorBackend(loops, precision);
        boolean vectors = loops.joint(Precision.SINGLE) != null;
        if (vectors) {
            warmUps.removeIf(w -> !w.isRunning());
            warmUps.add(WarmUp.start(backend, precision == Precision.SINGLE));
        }
        return backend;
    }
}
