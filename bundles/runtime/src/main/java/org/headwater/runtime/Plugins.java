package org.headwater.runtime;

import java.util.List;
import org.headwater.api.Provider;

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
     * An installed plug-in.
     *
     * @param kind its kind
     * @param provider the service
     * @param bundle symbolic name of its bundle
     * @param version version of its bundle
     * @param sha256 hash of the bundle's jar in hexadecimal digits, empty when it is not a file
     * @param ranking service ranking; among backends the highest comes first
     */
    record Plugin(
            PluginKind kind,
            Provider provider,
            String bundle,
            String version,
            String sha256,
            int ranking) {
        /** The key by which problem files name it. */
        public String type() {
            return provider.info().type();
        }
    }
}
