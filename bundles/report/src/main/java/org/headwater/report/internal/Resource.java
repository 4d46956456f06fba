package org.headwater.report.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text files that come with this bundle. */
final class Resource {
    private Resource() {}

    /** The whole text. */
    static String text(String name) {
        try (InputStream in = Resource.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the report bundle lacks its file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines that are neither empty nor comments, which start with #. */
    static List<String> lines(String name) {
        return text(name).lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
    }
}
