package org.headwater.runtime.internal;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;

/** Finds and hashes the jars of bundles; remembers hashes by bundle and modification time. */
final class BundleJars {
    private record Key(long bundle, long modified) {}

    private final Map<Key, String> hashes = new ConcurrentHashMap<>();

    /**
     * SHA-256 of a bundle's jar, empty when it was not installed from a file that is still there.
     */
    String sha256(Bundle bundle) {
        return hashes.computeIfAbsent(
                new Key(bundle.getBundleId(), bundle.getLastModified()),
                k -> jar(bundle.getLocation()).map(BundleJars::hash).orElse(""));
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
