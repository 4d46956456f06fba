package org.headwater.runtime.internal;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.osgi.framework.Bundle;

/** Finds and hashes the jars of bundles; remembers the hash of each bundle's latest jar. */
final class BundleJars {
    /** A jar's hash, and when the bundle was given that jar. */
    private record Hash(long modified, String sha256) {}

    /** Of bundles that are gone nothing is kept, however often plug-ins are updated. */
    private final Map<Bundle, Hash> hashes = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * SHA-256 of a bundle's jar, empty when it was not installed from a file that is still there.
     */
    String sha256(Bundle bundle) {
        long modified = bundle.getLastModified();
        Hash known = hashes.get(bundle);
        if (known == null || known.modified() != modified) {
            known = new Hash(modified, jar(bundle.getLocation()).map(BundleJars::hash).orElse(""));
            hashes.put(bundle, known);
        }
        return known.sha256();
    }

    /** The file of a bundle location such as {@code reference:file:/…/a.jar}. */
    static Optional<Path> jar(String location) {
        String url =
                location.startsWith("reference:")
                        ? location.substring("reference:".length())
                        : location;
        if (!url.startsWith("file:")) {
            return Optional.empty();
        }
        Path path;
        try {
            path = Path.of(URI.create(url));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            // blanks and the like that were not escaped, or a relative path
            path = plainPath(url);
        }
        return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
    }

    private static Path plainPath(String url) {
        try {
            return Path.of(new URL(url).getPath());
        } catch (IOException e) {
            return Path.of(url.substring("file:".length()));
        }
    }

    private static String hash(Path jar) {
        try {
            return Hashes.sha256(jar);
        } catch (IOException e) {
            return "";
        }
    }
}
