package org.headwater.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where logs go: {@code logs} of the installation, or a folder of the user's where that cannot be
 * written ({@code $XDG_STATE_HOME/headwater/logs}, {@code ~/.local/state/headwater/logs}).
 */
final class LogFolder {
    private final List<Path> candidates = new ArrayList<>();

    /**
     * @param installation the installation
     * @param state the value of {@code XDG_STATE_HOME}, or null
     * @param home the user's home, if there is one
     */
    LogFolder(Path installation, String state, Optional<Path> home) {
        candidates.add(installation.resolve("logs"));
        UserHome.absolute(state).ifPresent(s -> candidates.add(logs(s)));
        home.ifPresent(h -> candidates.add(logs(h.resolve(".local").resolve("state"))));
    }

    private static Path logs(Path state) {
        return state.resolve("headwater").resolve("logs");
    }

    /** The first log that can be written; its folder is made. */
    Optional<Path> file(String name) {
        return candidates.stream()
                .map(c -> c.resolve(name))
                .filter(LogFolder::writable)
                .findFirst();
    }

    private static boolean writable(Path file) {
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            return false;
        }
        return Files.isWritable(Files.exists(file) ? file : file.getParent());
    }

    /** What was tried, in order. */
    @Override
    public String toString() {
        return candidates.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
