package org.headwater.runtime;

import java.util.List;
import java.util.function.Consumer;
import org.headwater.api.KernelBackend.Layer;
import org.headwater.api.PluginInfo;
import org.headwater.api.Provider;
import org.headwater.api.Workers;

/** The plug-ins that are installed now; a service. */
public interface Plugins {
    /** The plug-ins of a kind, sorted by type. */
    List<Plugin> list(PluginKind kind);

    /**
     * The plug-in of a type, the newest when there are several.
     *
     * @throws org.headwater.api.InvalidInputException if there is none; the message lists those
     *     that are installed
     */
    Plugin find(PluginKind kind, String type);

    /**
     * The kernel backend that computes a layer fastest on this machine; where the layer is small or
     * nothing else is usable, the one of the highest rank. Each is tried for a second, once: the
     * answer is kept.
     *
     * @param notices told what was picked
     * @throws org.headwater.api.InvalidInputException if none is usable
     */
    Plugin fastestBackend(Layer layer, Workers workers, Consumer<String> notices);

    /**
     * An installed plug-in.
     *
     * @param kind its kind
     * @param info what it says of itself
     * @param provider the service
     * @param bundle symbolic name of its bundle
     * @param version version of its bundle
     * @param sha256 hash of the bundle's jar in hexadecimal digits, empty when it is not a file
     * @param ranking service ranking; among backends the highest comes first
     */
    record Plugin(
            PluginKind kind,
            PluginInfo info,
            Provider provider,
            String bundle,
            String version,
            String sha256,
            int ranking) {
        /** The key by which problem files name it. */
        public String type() {
            return info.type();
        }

        /** What tells it from other plug-ins; holds nothing of its bundle. */
        public Identity identity() {
            return new Identity(kind, type(), bundle, version, sha256);
        }
    }

    /**
     * A revision of a plug-in, by names only, so that it can be remembered after its bundle is
     * gone.
     *
     * @param kind its kind
     * @param type the key by which problem files name it
     * @param bundle symbolic name of its bundle
     * @param version version of its bundle
     * @param sha256 hash of the bundle's jar, empty when it is not a file
     */
    record Identity(PluginKind kind, String type, String bundle, String version, String sha256) {
        @Override
        public String toString() {
            return "the " + kind.singular() + " " + type + " " + version;
        }
    }
}
