package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PriorProvider;
import org.headwater.api.Provider;
import org.headwater.api.SettingsSchema;
import org.headwater.api.SolverProvider;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Knows the provider services that are there now. They come and go at any time; where several offer
 * the same type, the newest bundle version wins, then the higher service ranking.
 */
@Component(service = Plugins.class, immediate = true)
public final class PluginRegistry implements Plugins {
    private static final Comparator<Plugin> NEWEST =
            Comparator.comparing((Plugin p) -> Version.parseVersion(p.version()))
                    .thenComparingInt(Plugin::ranking);

    private final Map<PluginKind, List<Plugin>> installed = new EnumMap<>(PluginKind.class);
    private final BundleJars jars = new BundleJars();

    /** A registry without plug-ins. */
    public PluginRegistry() {
        for (PluginKind kind : PluginKind.values()) {
            installed.put(kind, new ArrayList<>());
        }
    }

    @Override
    public List<Plugin> list(PluginKind kind) {
        Map<String, Plugin> newest = new TreeMap<>();
        synchronized (installed) {
            for (Plugin p : installed.get(kind)) {
                newest.merge(p.type(), p, (a, b) -> NEWEST.compare(b, a) > 0 ? b : a);
            }
        }
        return List.copyOf(newest.values());
    }

    @Override
    public Plugin find(PluginKind kind, String type) {
        List<Plugin> all = list(kind);
        for (Plugin p : all) {
            if (p.type().equals(type)) {
                return p;
            }
        }
        List<String> types = all.stream().map(Plugin::type).collect(Collectors.toList());
        String suggestion =
                SettingsSchema.nearest(type, types)
                        .map(t -> "did you mean '" + t + "'? ")
                        .orElse("");
        throw InvalidInputException.of(
                typeKey(kind),
                "names no installed " + kind.singular(),
                "'" + type + "'",
                suggestion + installed(types));
    }

    /** The key of a problem file that names a plug-in of a kind. */
    static String typeKey(PluginKind kind) {
        return kind == PluginKind.BACKEND ? kind.key() : kind.key() + ".type";
    }

    /** The end of a message: what is installed. */
    static String installed(List<String> types) {
        return "installed: " + (types.isEmpty() ? "none" : String.join(", ", types));
    }

    /** Adds a plug-in. */
    void add(Plugin plugin) {
        synchronized (installed) {
            installed.get(plugin.kind()).add(plugin);
        }
    }

    private void add(PluginKind kind, Provider provider, ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        Object ranking = reference.getProperty(Constants.SERVICE_RANKING);
        add(
                new Plugin(
                        kind,
                        provider,
                        bundle.getSymbolicName(),
                        bundle.getVersion().toString(),
                        jars.sha256(bundle),
                        ranking instanceof Integer r ? r : 0));
    }

    private void remove(PluginKind kind, Provider provider) {
        synchronized (installed) {
            installed.get(kind).removeIf(p -> p.provider() == provider);
        }
    }

    @Reference(
            service = ForwardModelProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindModel(ForwardModelProvider p, ServiceReference<ForwardModelProvider> reference) {
        add(PluginKind.MODEL, p, reference);
    }

    void unbindModel(ForwardModelProvider p) {
        remove(PluginKind.MODEL, p);
    }

    @Reference(
            service = NoiseProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindNoise(NoiseProvider p, ServiceReference<NoiseProvider> reference) {
        add(PluginKind.NOISE, p, reference);
    }

    void unbindNoise(NoiseProvider p) {
        remove(PluginKind.NOISE, p);
    }

    @Reference(
            service = PriorProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindPrior(PriorProvider p, ServiceReference<PriorProvider> reference) {
        add(PluginKind.PRIOR, p, reference);
    }

    void unbindPrior(PriorProvider p) {
        remove(PluginKind.PRIOR, p);
    }

    @Reference(
            service = SolverProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindSolver(SolverProvider p, ServiceReference<SolverProvider> reference) {
        add(PluginKind.SOLVER, p, reference);
    }

    void unbindSolver(SolverProvider p) {
        remove(PluginKind.SOLVER, p);
    }

    @Reference(
            service = KernelBackendProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindBackend(KernelBackendProvider p, ServiceReference<KernelBackendProvider> reference) {
        add(PluginKind.BACKEND, p, reference);
    }

    void unbindBackend(KernelBackendProvider p) {
        remove(PluginKind.BACKEND, p);
    }
}
