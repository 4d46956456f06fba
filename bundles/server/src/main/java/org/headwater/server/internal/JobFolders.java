package org.headwater.server.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Json;

/**
 * The data directory: {@code jobs/ID/} holds all there is of a job, {@code incoming/} what has not
 * been accepted yet, {@code trash/} what is being erased, {@code lock} the process that works here.
 *
 * <p>A job's folder appears in {@code jobs/} by one rename, when all its files are on the disk; it
 * leaves by one rename, too. Whatever moment the process is killed at, a folder in {@code jobs/} is
 * whole.
 */
final class JobFolders implements Closeable {
    private static final String ENTRY = "job.json";

    private final Path data;
    private final FileChannel lock;

    private JobFolders(Path data, FileChannel lock) {
        this.data = data;
        this.lock = lock;
    }

    /**
     * Opens a data directory, makes it where there is none, and locks it.
     *
     * @throws InvalidInputException if it cannot be written or another process works on it
     */
    static JobFolders open(Path data) {
        try {
            for (String folder : List.of("jobs", "incoming", "trash")) {
                Files.createDirectories(data.resolve(folder));
            }
            JobFolders folders = new JobFolders(data, lock(data));
            folders.empty(data.resolve("incoming"));
            folders.empty(data.resolve("trash"));
            return folders;
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "data",
                    "must be a directory that can be written",
                    data + " (" + reason(e) + ")",
                    "check its owner, its permissions and the space on the disk, or choose another"
                            + " with --data");
        }
    }

    /**
     * Refuses what is no data directory; creates nothing.
     *
     * @throws InvalidInputException if there is no folder {@code jobs} in it
     */
    static void requireJobs(Path data) {
        if (!Files.isDirectory(data.resolve("jobs"))) {
            throw InvalidInputException.of(
                    "data",
                    "must be the data directory of a server, with a folder jobs in it",
                    data,
                    "name the one that the server was started with by --data");
        }
    }

    private static String reason(IOException e) {
        // whose message is the path alone
        return e instanceof AccessDeniedException ? "permission denied" : e.getMessage();
    }

    private static FileChannel lock(Path data) throws IOException {
        Path file = data.resolve("lock");
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw InvalidInputException.of(
                    "data",
                    "must be a directory that no other server works on",
                    data + ", which process " + Files.readString(file).strip() + " works on",
                    "stop that server, or choose another directory with --data");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(bytes(ProcessHandle.current().pid() + "\n")));
        return channel;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void empty(Path folder) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path entry : all) {
                delete(entry);
            }
        }
    }

    private static void delete(Path path) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    /** The data directory itself. */
    Path root() {
        return data;
    }

    /** Where parts of requests may be kept while they arrive. */
    Path incoming() {
        return data.resolve("incoming");
    }

    /** A job's folder. */
    Path of(long id) {
        return data.resolve("jobs").resolve(Long.toString(id));
    }

    /** The problem of a job as it was sent, with its files beside it. */
    Path problem(long id) {
        return of(id).resolve("input").resolve("problem.yaml");
    }

    /** A job's run directory. */
    Path run(long id) {
        return of(id).resolve("run");
    }

    /** The numbers of the jobs that have folders, ascending. */
    List<Long> ids() throws IOException {
        List<Long> ids = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(data.resolve("jobs"))) {
            for (Path folder : all) {
                String name = folder.getFileName().toString();
                if (name.matches("[1-9][0-9]{0,17}")) {
                    ids.add(Long.parseLong(name));
                }
            }
        }
        ids.sort(Comparator.naturalOrder());
        return ids;
    }

    /** A new folder with an empty {@code input/} that is no job yet. */
    Path receive() throws IOException {
        // readable as a job's folder will be: createTempDirectory would make it the owner's alone
        Path folder = incoming().resolve(UUID.randomUUID().toString());
        Files.createDirectories(folder.resolve("input"));
        return folder;
    }

    /** Makes a received folder a job's: its files are forced to the disk, then it is renamed. */
    void accept(Path received, JobRecord job) throws IOException {
        write(received, job);
        try (Stream<Path> all = Files.walk(received)) {
            for (Path path : all.toList()) {
                force(path);
            }
        }
        Files.move(received, of(job.id()), StandardCopyOption.ATOMIC_MOVE);
        force(data.resolve("jobs"));
    }

    /** Copies the files that were sent with a problem, the problem itself left out. */
    static void copyInputs(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path place = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(place);
                } else if (!place.equals(to.resolve("problem.yaml"))) {
                    Files.copy(file, place);
                }
            }
        }
    }

    /** Removes a received folder that is not to become a job. */
    void refuse(Path received) throws IOException {
        delete(received);
    }

    /** Puts a job's entry in the place of the one before. */
    void write(JobRecord job) throws IOException {
        write(of(job.id()), job);
    }

    private static void write(Path folder, JobRecord job) throws IOException {
        Path temporary = folder.resolve(ENTRY + ".tmp");
        Files.writeString(temporary, Json.line(job.json()) + "\n");
        force(temporary);
        Files.move(
                temporary,
                folder.resolve(ENTRY),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A job's entry. */
    JobRecord read(long id) throws IOException {
        return JobRecord.of(Json.object(Files.readString(of(id).resolve(ENTRY))));
    }

    /** The status in a run's manifest, the empty string when nothing has been written there. */
    String runStatus(long id) throws IOException {
        Path manifest = run(id).resolve("manifest.json");
        if (!Files.exists(manifest)) {
            return "";
        }
        return String.valueOf(Json.object(Files.readString(manifest)).get("status"));
    }

    /** The verdict of a run that has one, else an empty mapping. */
    Map<String, Object> verdict(long id) throws IOException {
        Path file = run(id).resolve("verdict.json");
        return Files.exists(file) ? Json.object(Files.readString(file)) : Map.of();
    }

    /** Removes the run directory of a run that was killed before there was anything to keep. */
    void clearRun(long id) throws IOException {
        if (Files.exists(run(id), LinkOption.NOFOLLOW_LINKS)) {
            delete(run(id));
        }
    }

    /** Erases a job. */
    void purge(long id) throws IOException {
        if (Files.exists(of(id))) {
            Path trash = data.resolve("trash").resolve(Long.toString(id));
            Files.move(of(id), trash, StandardCopyOption.ATOMIC_MOVE);
            delete(trash);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
