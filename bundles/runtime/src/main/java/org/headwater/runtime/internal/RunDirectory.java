package org.headwater.runtime.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;

/** Where a run's files are. A lock in {@code checkpoint/} keeps two processes from the same run. */
final class RunDirectory implements Closeable {
    private final Path root;
    private final FileChannel channel;

    private RunDirectory(Path root, FileChannel channel) {
        this.root = root;
        this.channel = channel;
    }

    /**
     * Checks that a run may write here.
     *
     * @param output a directory that is new or empty, or null, which is always right
     * @param key the option that named it, for messages
     */
    static void check(Path output, String key) {
        if (output == null || !Files.exists(output)) {
            return;
        }
        if (!Files.isDirectory(output)) {
            throw InvalidInputException.of(
                    key, "must be a directory", output, "choose another name");
        }
        try (Stream<Path> files = Files.list(output)) {
            if (files.findAny().isPresent()) {
                boolean run = Files.exists(output.resolve("manifest.json"));
                throw InvalidInputException.of(
                        key,
                        "must be a new or an empty directory",
                        output + (run ? ", which holds a run" : ", which holds files"),
                        "choose another name; a run is never overwritten");
            }
        } catch (IOException e) {
            throw cannotWrite(key, output, e);
        }
    }

    /** Makes a run's directory: the given one, or the first free one of NAME, NAME-2 … in base. */
    static RunDirectory create(Path output, Path base, String name) {
        check(output, "--output");
        Path root = output;
        try {
            if (output == null) {
                Files.createDirectories(base);
                root = base.resolve(name);
                for (int i = 2; !created(root); i++) {
                    root = base.resolve(name + "-" + i);
                }
            }
            Files.createDirectories(root.resolve("checkpoint"));
            return lock(root);
        } catch (IOException e) {
            throw cannotWrite("--output", root == null ? base : root, e);
        }
    }

    private static boolean created(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Opens the directory of a run that is to go on. */
    static RunDirectory open(Path root) {
        if (!Files.isRegularFile(root.resolve("manifest.json"))
                || !Files.isDirectory(root.resolve("checkpoint"))) {
            throw InvalidInputException.of(
                    "--resume", "must name a run directory", root, "name a folder like runs/NAME");
        }
        try {
            return lock(root);
        } catch (IOException e) {
            throw cannotWrite("--resume", root, e);
        }
    }

    private static RunDirectory lock(Path root) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        root.resolve("checkpoint").resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // held by another job of this process: the same answer as for another process
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw InvalidInputException.of(
                    "--resume",
                    "must name a run that is not running",
                    root + ", which a process is working on",
                    "wait for it or stop it");
        }
        return new RunDirectory(root, channel);
    }

    private static InvalidInputException cannotWrite(String key, Path path, IOException e) {
        return InvalidInputException.of(
                key,
                "must be a directory that can be written",
                path + " (" + e.getMessage() + ")",
                "check its permissions or choose another");
    }

    /** The directory itself. */
    Path root() {
        return root;
    }

    Path problem() {
        return root.resolve("problem.yaml");
    }

    Path manifest() {
        return root.resolve("manifest.json");
    }

    Path verdict() {
        return root.resolve("verdict.json");
    }

    Path summary() {
        return root.resolve("summary.csv");
    }

    Path posterior() {
        return root.resolve("posterior.npy");
    }

    Path flow() {
        return root.resolve(FlowFile.NAME);
    }

    /** Where the draws go while the run works. */
    Path draws() {
        return root.resolve(DrawStore.NAME);
    }

    /** Where the results of an earlier segment are, from 1. */
    Path segment(int number) {
        return root.resolve("segments").resolve(Integer.toString(number));
    }

    Path log() {
        return root.resolve("log.jsonl");
    }

    Path checkpoint() {
        return root.resolve("checkpoint").resolve("state.npz");
    }

    /** Closes and deletes the directory of a run that could not begin. */
    void discard() throws IOException {
        close();
        SafeFiles.deleteTree(root);
    }

    /** Gives up the lock. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
