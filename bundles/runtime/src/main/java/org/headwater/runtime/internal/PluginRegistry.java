package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.KernelBackend.Layer;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.PriorProvider;
import org.headwater.api.Provider;
import org.headwater.api.SettingsSchema;
import org.headwater.api.SolverProvider;
import org.headwater.api.Workers;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the provider services that are there now. They come and go at any time; where several offer
 * the same type, the newest bundle version wins, then the higher service ranking, then the bundle
 * that was installed last.
 */
@Component(
        service = {Plugins.class, PluginRegistry.class},
        immediate = true)
public final class PluginRegistry implements Plugins {
    private static final Comparator<Plugin> NEWEST =
            Comparator.comparing((Plugin p) -> Version.parseVersion(p.version()))
                    .thenComparingInt(Plugin::ranking);
    private static final Logger LOG = LoggerFactory.getLogger(PluginRegistry.class);

    private final Map<PluginKind, List<Plugin>> installed = new EnumMap<>(PluginKind.class);
    private final Map<Identity, Integer> leases = new HashMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final BundleJars jars = new BundleJars();
    private long generation;

    /** Told of plug-ins that come and go, on the thread that makes them do so. */
    interface Listener {
        /** A plug-in is there now. */
        void arrived(Plugin plugin);

        /**
         * A plug-in is gone for new users; what it created works until this returns, and maybe no
         * longer.
         */
        void leaving(Plugin plugin);
    }

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
                newest.merge(p.type(), p, (a, b) -> NEWEST.compare(b, a) >= 0 ? b : a);
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
        throw InvalidInputException.notInstalled(
                typeKey(kind), kind.singular(), type, suggestion + installed(types));
    }

    @Override
    public Plugin fastestBackend(Layer layer, Workers workers, Consumer<String> notices) {
        List<Plugin> usable = ProblemPlan.usableBackends(this);
        return BackendChoice.here().fastest(layer, usable, workers, notices);
    }

    /** The key of a problem file that names a plug-in of a kind. */
    static String typeKey(PluginKind kind) {
        return kind == PluginKind.BACKEND ? kind.key() : kind.key() + ".type";
    }

    /** The end of a message: what is installed. */
    static String installed(List<String> types) {
        return "installed: " + (types.isEmpty() ? "none" : String.join(", ", types));
    }

    /** The plug-in of a revision, if it is there. */
    Optional<Plugin> find(Identity identity) {
        synchronized (installed) {
            return installed.get(identity.kind()).stream()
                    .filter(p -> p.identity().equals(identity))
                    .findFirst();
        }
    }

    /** Whether this very plug-in is still there. */
    boolean has(Plugin plugin) {
        synchronized (installed) {
            return installed.get(plugin.kind()).stream()
                    .anyMatch(p -> p.provider() == plugin.provider());
        }
    }

    /** The plug-ins of the bundle whose jar has this hash. */
    List<Plugin> ofJar(String sha256) {
        synchronized (installed) {
            return installed.values().stream()
                    .flatMap(List::stream)
                    .filter(p -> p.sha256().equals(sha256))
                    .toList();
        }
    }

    /** Notes that a job needs these revisions. */
    void lease(Collection<Identity> identities) {
        synchronized (leases) {
            identities.forEach(id -> leases.merge(id, 1, Integer::sum));
        }
    }

    /** Takes a {@link #lease} back. */
    void release(Collection<Identity> identities) {
        synchronized (leases) {
            identities.forEach(id -> leases.computeIfPresent(id, (i, n) -> n == 1 ? null : n - 1));
        }
    }

    /** Whether a job needs something of the bundle whose jar has this hash. */
    boolean inUse(String sha256) {
        synchronized (leases) {
            return leases.keySet().stream().anyMatch(id -> id.sha256().equals(sha256));
        }
    }

    /** A number that grows with every plug-in that arrives. */
    long generation() {
        synchronized (installed) {
            return generation;
        }
    }

    /** Adds a listener. */
    void listen(Listener listener) {
        listeners.add(listener);
    }

    /** Removes a listener. */
    void unlisten(Listener listener) {
        listeners.remove(listener);
    }

    /** Adds a plug-in. */
    void add(Plugin plugin) {
        synchronized (installed) {
            installed.get(plugin.kind()).add(plugin);
            generation++;
        }
        listeners.forEach(l -> l.arrived(plugin));
    }

    /** Removes a plug-in; returns when its users have let go of it, or have not in time. */
    void remove(PluginKind kind, Provider provider) {
        Plugin gone = null;
        synchronized (installed) {
            for (Plugin p : List.copyOf(installed.get(kind))) {
                if (p.provider() == provider) {
                    gone = p;
                    installed.get(kind).remove(p);
                }
            }
        }
        if (gone != null) {
            Plugin left = gone;
            listeners.forEach(l -> l.leaving(left));
        }
    }

    private void add(PluginKind kind, Provider provider, ServiceReference<?> reference) {
        Bundle bundle = reference.getBundle();
        Object ranking = reference.getProperty(Constants.SERVICE_RANKING);
        PluginInfo info;
        try {
            info = checked(provider.info());
        } catch (RuntimeException | LinkageError e) {
            LOG.error(
                    "the {} of bundle {} {} is left out: it does not say what it is",
                    kind.singular(),
                    bundle.getSymbolicName(),
                    bundle.getVersion(),
                    e);
            return;
        }
        add(
                new Plugin(
                        kind,
                        info,
                        provider,
                        bundle.getSymbolicName(),
                        bundle.getVersion().toString(),
                        jars.sha256(bundle),
                        ranking instanceof Integer r ? r : 0));
    }

    private static PluginInfo checked(PluginInfo info) {
        if (info.type().isBlank() || info.settings() == null || info.summary() == null) {
            throw new IllegalStateException("its info() lacks type, settings or summary");
        }
        return info;
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
