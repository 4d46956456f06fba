package org.headwater.runtime.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
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
        Optional<Plugin> held = held(kind);
        return kind == PluginKind.BACKEND && held.isPresent()
                ? List.of(held.get())
                : registry.list(kind);
    }

    @Override
    public Plugin find(PluginKind kind, String type) {
        return held(kind)
                .filter(p -> p.type().equals(type))
                .orElseGet(() -> registry.find(kind, type));
    }

    private Optional<Plugin> held(PluginKind kind) {
        return pinned.stream()
                .filter(id -> id.kind() == kind)
                .flatMap(id -> registry.find(id).stream())
                .findFirst();
    }
}
