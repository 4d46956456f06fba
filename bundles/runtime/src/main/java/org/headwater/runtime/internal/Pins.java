package org.headwater.runtime.internal;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.headwater.api.KernelBackend.Layer;
import org.headwater.api.Workers;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;

/**
 * The plug-ins as one job sees them: the revisions that it is pinned to as long as they are there,
 * the newest otherwise. Where a backend is pinned and there, it is the only one.
 *
 * @param registry all plug-ins
 * @param pinned revisions
 */
record Pins(PluginRegistry registry, Collection<Plugins.Identity> pinned) implements Plugins {
    @Override
    public List<Plugin> list(PluginKind kind) {
        List<Plugin> held = held(kind);
        return kind == PluginKind.BACKEND && !held.isEmpty() ? held : registry.list(kind);
    }

    @Override
    public Plugin find(PluginKind kind, String type) {
        return held(kind).stream()
                .filter(p -> p.type().equals(type))
                .findFirst()
                .orElseGet(() -> registry.find(kind, type));
    }

    @Override
    public Plugin fastestBackend(Layer layer, Workers workers, Consumer<String> notices) {
        List<Plugin> held = held(PluginKind.BACKEND);
        return held.isEmpty() ? registry.fastestBackend(layer, workers, notices) : held.get(0);
    }

    private List<Plugin> held(PluginKind kind) {
        return pinned.stream()
                .filter(id -> id.kind() == kind)
                .flatMap(id -> registry.find(id).stream())
                .toList();
    }
}
