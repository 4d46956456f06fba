package org.headwater.server.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL server of a test's own, from the Debian package where that is installed. */
final class PostgresServer implements AutoCloseable {
    private static final Path PACKAGES = Path.of("/usr/lib/postgresql");

    private final Path bin;
    private final Path folder;
    private final int port;

    private PostgresServer(Path bin, Path folder, int port) {
        this.bin = bin;
        this.folder = folder;
        this.port = port;
    }

    /** Starts one; empty where the package is not installed. */
    static Optional<PostgresServer> start() throws IOException, InterruptedException {
        Optional<Path> bin = Optional.empty();
        if (Files.isDirectory(PACKAGES)) {
            try (Stream<Path> versions = Files.list(PACKAGES)) {
                bin =
                        versions.map(v -> v.resolve("bin"))
                                .filter(b -> Files.isExecutable(b.resolve("initdb")))
                                .max(Comparator.naturalOrder());
            }
        }
        if (bin.isEmpty()) {
            return Optional.empty();
        }
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path folder = Files.createTempDirectory("headwater-postgres-");
        PostgresServer server = new PostgresServer(bin.get(), folder, port);
        if (isRoot()) {
            // PostgreSQL refuses to run as root; its package has made a user for it
            run(List.of("chown", "postgres", folder.toString()));
        }
        server.postgres("initdb", "-D", server.data(), "-U", "headwater", "-A", "trust");
        server.postgres(
                "pg_ctl",
                "-D",
                server.data(),
                "-w",
                "-l",
                folder.resolve("log").toString(),
                "-o",
                "-p " + port + " -k " + folder + " -c listen_addresses=127.0.0.1",
                "start");
        return Optional.of(server);
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void postgres(String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        if (isRoot()) {
            line.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        line.add(bin.resolve(program).toString());
        line.addAll(List.of(arguments));
        run(line);
    }

    private static void run(List<String> line) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(line)
                        .directory(Path.of("/").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(line + " failed");
        }
    }

    /** Connects to its database. */
    JobTable.Source source() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL("jdbc:postgresql://127.0.0.1:" + port + "/postgres");
        source.setUser("headwater");
        return source::getConnection;
    }

    /** Stops it at once and starts it again: all connections are lost. */
    void restart() throws IOException, InterruptedException {
        postgres("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
        postgres(
                "pg_ctl",
                "-D",
                data(),
                "-w",
                "-l",
                folder.resolve("log").toString(),
                "-o",
                "-p " + port + " -k " + folder + " -c listen_addresses=127.0.0.1",
                "start");
    }

    @Override
    public void close() {
        try {
            postgres("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
