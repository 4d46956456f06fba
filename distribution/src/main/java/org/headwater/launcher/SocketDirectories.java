package org.headwater.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the sockets of a user's Headwaters lie: directories that belong to the user and that nobody
 * else can enter.
 *
 * <p>{@code /tmp/headwater-UID} comes first, {@code $XDG_RUNTIME_DIR/headwater} second, because the
 * latter is removed when its user logs out, which a run may well outlast. The system property
 * {@code headwater.sockets} names others.
 */
final class SocketDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(SocketDirectories.class);
    private static final String PROPERTY = "headwater.sockets";
    private static final String OWNER = "unix:uid";

    private final Object user;
    private final List<Path> candidates = new ArrayList<>();

    SocketDirectories(Object user) {
        this.user = user;
    }

    /**
     * The directories of the user who owns a file.
     *
     * @param own a file that this process has made
     * @throws IOException if the file cannot be read
     */
    static SocketDirectories of(Path own) throws IOException {
        if (!own.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return new SocketDirectories(null);
        }
        SocketDirectories all = new SocketDirectories(Files.getAttribute(own, OWNER));
        String named = System.getProperty(PROPERTY);
        if (named != null) {
            for (String directory : named.split(File.pathSeparator)) {
                all.candidates.add(Path.of(directory));
            }
            return all;
        }
        all.candidates.add(Path.of("/tmp", "headwater-" + all.user));
        String xdg = System.getenv("XDG_RUNTIME_DIR");
        if (xdg != null && !xdg.isEmpty()) {
            all.candidates.add(Path.of(xdg, "headwater"));
        }
        return all;
    }

    /** All directories to be tried, in order. */
    List<Path> candidates() {
        return List.copyOf(candidates);
    }

    /** Lets the bundles know, through the property, which directories there are. */
    void publish() {
        List<Path> there = new ArrayList<>();
        for (Path directory : candidates) {
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    check(directory);
                    there.add(directory);
                } catch (IOException e) {
                    LOG.warn("not looked into: {}", e.getMessage());
                }
            }
        }
        System.setProperty(
                PROPERTY,
                there.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }

    /**
     * Makes a directory, or makes sure that nobody but the user can use the one that is there.
     *
     * @throws IOException if it cannot be made, or is somebody else's
     */
    void secure(Path directory) throws IOException {
        try {
            Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            check(directory);
        }
    }

    private void check(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(directory + " is not a directory");
        }
        if (!user.equals(Files.getAttribute(directory, OWNER, LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException(directory + " belongs to somebody else");
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
}
