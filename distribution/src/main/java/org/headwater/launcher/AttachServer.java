package org.headwater.launcher;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets shells attach to this process, over the Unix-domain socket {@code PID.sock}.
 *
 * <p>The shell's bundles are started for the first client, not before. Each connection is served on
 * a thread of its own by the service {@code Consumer<SocketChannel>} with the property {@code
 * headwater.attach}.
 */
final class AttachServer {
    private static final Logger LOG = LoggerFactory.getLogger(AttachServer.class);

    /** What a client sends first; one that only looks whether this process lives sends nothing. */
    private static final byte KNOCK = 'H';

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration FAREWELL = Duration.ofSeconds(2);
    private static final long POLL_MILLIS = 10;

    private final Platform platform;
    private final SocketDirectories directories;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel listener;
    private Path socket;
    private boolean closed;

    private AttachServer(Platform platform, SocketDirectories directories) {
        this.platform = platform;
        this.directories = directories;
    }

    /** Begins to listen, in the background: nobody waits for it. */
    static AttachServer open(Platform platform, SocketDirectories directories) {
        AttachServer server = new AttachServer(platform, directories);
        daemon("attach", server::listen);
        return server;
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() {
        Optional<ServerSocketChannel> bound = bind();
        if (bound.isEmpty()) {
            return;
        }
        try (ServerSocketChannel channel = bound.get()) {
            while (true) {
                SocketChannel connection = channel.accept();
                connections.add(connection);
                daemon("attached", () -> serve(connection));
            }
        } catch (ClosedChannelException e) {
            LOG.debug("nobody can attach any more");
        } catch (IOException e) {
            LOG.warn("nobody can attach any more", e);
        }
    }

    private synchronized Optional<ServerSocketChannel> bind() {
        for (Path directory : directories.candidates()) {
            if (closed) {
                return Optional.empty();
            }
            Path path = directory.resolve(ProcessHandle.current().pid() + ".sock");
            try {
                directories.secure(directory);
                Files.deleteIfExists(path);
                listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                listener.bind(UnixDomainSocketAddress.of(path));
                socket = path;
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
                return Optional.of(listener);
            } catch (IOException | UnsupportedOperationException e) {
                LOG.warn("no shell can attach through {}: {}", path, e.toString());
            }
        }
        return Optional.empty();
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            ByteBuffer knock = ByteBuffer.allocate(1);
            if (connection.read(knock) == 1 && knock.get(0) == KNOCK) {
                shell().accept(connection);
            }
        } catch (IOException | BundleException | RuntimeException | Error e) {
            LOG.warn("an attached shell failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(connection);
        }
    }

    @SuppressWarnings("unchecked")
    private Consumer<SocketChannel> shell()
            throws IOException, BundleException, InterruptedException {
        platform.raiseToShell();
        return platform.find(Consumer.class, "(headwater.attach=true)", PATIENCE)
                .orElseThrow(() -> new BundleException("the shell did not start"));
    }

    /** Says goodbye: what is being watched may come to its end, then the connections are cut. */
    void close() {
        synchronized (this) {
            closed = true;
            try {
                if (listener != null) {
                    listener.close();
                }
                if (socket != null) {
                    Files.deleteIfExists(socket);
                }
            } catch (IOException e) {
                LOG.warn("{} is left behind", socket, e);
            }
        }
        try {
            for (SocketChannel connection : connections) {
                shutDownInput(connection);
            }
            long end = System.nanoTime() + FAREWELL.toNanos();
            while (!connections.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (SocketChannel connection : connections) {
            cut(connection);
        }
    }

    private static void shutDownInput(SocketChannel connection) {
        try {
            connection.shutdownInput();
        } catch (IOException e) {
            LOG.debug("gone already", e);
        }
    }

    private static void cut(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("gone already", e);
        }
    }
}
