package org.headwater.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

/** An installation of a test's own: what is shipped by links, and no plug-ins, data or logs yet. */
final class Installation {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final Set<String> OWN = Set.of("bin", "plugins", "data", "logs");

    private Installation() {}

    /** Makes it in a folder that does not exist yet. */
    static Path in(Path folder) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.copy(HOME.resolve("bin/headwater"), bin.resolve("headwater"));
        Files.createDirectory(folder.resolve("plugins"));
        try (Stream<Path> shipped = Files.list(HOME)) {
            for (Path entry : shipped.toList()) {
                String name = entry.getFileName().toString();
                if (!OWN.contains(name)) {
                    Files.createSymbolicLink(folder.resolve(name), entry);
                }
            }
        }
        return folder;
    }
}
