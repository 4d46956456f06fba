package org.headwater.shell.internal;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.headwater.api.InvalidInputException;
import org.headwater.shell.internal.Frames.Frame;
import org.headwater.shell.internal.Frames.Hello;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Attributes.OutputFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code headwater shell --attach}: finds a running Headwater and lends it this terminal.
 *
 * <p>The arguments are the process id, empty when there is one only, and the script, if any. The
 * sockets lie in the directories of the property {@code headwater.sockets}, which the launcher has
 * made sure belong to this user alone.
 */
@Component(service = ToIntFunction.class, property = "headwater.shell.attach=true")
public final class AttachClient implements ToIntFunction<String[]> {
    private static final Logger LOG = LoggerFactory.getLogger(AttachClient.class);
    private static final Pattern SOCKET = Pattern.compile("(\\d+)\\.sock");
    private static final String LAUNCHER = "org.headwater.launcher.Launcher";

    @Override
    public int applyAsInt(String[] args) {
        try {
            SortedMap<Long, SocketChannel> running = connect();
            try (SocketChannel chosen = choose(args[0], running)) {
                running.values().remove(chosen);
                close(running);
                return talk(chosen, args.length > 1 ? args[1] : null);
            } finally {
                close(running);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections to all Headwaters that run; sockets that outlived their process are removed. */
    private static SortedMap<Long, SocketChannel> connect() throws IOException {
        SortedMap<Long, SocketChannel> running = new TreeMap<>();
        for (String directory :
                System.getProperty("headwater.sockets", "").split(File.pathSeparator)) {
            if (directory.isEmpty()) {
                continue;
            }
            try (DirectoryStream<Path> sockets =
                    Files.newDirectoryStream(Path.of(directory), "*.sock")) {
                for (Path socket : sockets) {
                    Matcher name = SOCKET.matcher(socket.getFileName().toString());
                    if (name.matches()) {
                        long pid = Long.parseLong(name.group(1));
                        connect(pid, socket).ifPresent(c -> running.put(pid, c));
                    }
                }
            }
        }
        return running;
    }

    private static Optional<SocketChannel> connect(long pid, Path socket) throws IOException {
        try {
            return Optional.of(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            LOG.debug("nobody listens at {}", socket, e);
            if (ProcessHandle.of(pid).isEmpty()) {
                Files.deleteIfExists(socket);
            }
            return Optional.empty();
        }
    }

    private static void close(SortedMap<Long, SocketChannel> connections) throws IOException {
        for (SocketChannel c : connections.values()) {
            c.close();
        }
    }

    private static SocketChannel choose(String pid, SortedMap<Long, SocketChannel> running) {
        if (!pid.isEmpty()) {
            SocketChannel found = pid.matches("\\d{1,18}") ? running.get(Long.valueOf(pid)) : null;
            if (found == null) {
                throw InvalidInputException.of(
                        "--attach",
                        "must be the process id of a Headwater of yours that runs",
                        "'" + pid + "'",
                        running.isEmpty() ? "none runs" : "there are: " + list(running));
            }
            return found;
        }
        if (running.isEmpty()) {
            throw InvalidInputException.of(
                    "--attach",
                    "needs a Headwater of yours that runs, and there is none",
                    null,
                    "start one with headwater run or headwater shell");
        }
        if (running.size() > 1) {
            throw InvalidInputException.of(
                    "--attach",
                    "needs a process id when several Headwaters run",
                    null,
                    "there are: " + list(running));
        }
        return running.values().iterator().next();
    }

    private static String list(SortedMap<Long, SocketChannel> running) {
        return running.keySet().stream()
                .map(pid -> pid + command(pid))
                .collect(Collectors.joining(", "));
    }

    /** What a process was started for, e.g. {@code (run lasso.yaml)}, where the system tells. */
    private static String command(long pid) {
        List<String> line =
                ProcessHandle.of(pid)
                        .flatMap(p -> p.info().arguments())
                        .map(Arrays::asList)
                        .orElse(List.of());
        int launcher = line.indexOf(LAUNCHER);
        return launcher < 0
                ? ""
                : " (" + String.join(" ", line.subList(launcher + 1, line.size())) + ")";
    }

    private static int talk(SocketChannel channel, String script) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {Frames.KNOCK}));
        Frames connection = new Frames(channel);
        boolean dialogue = script == null && Boolean.getBoolean("headwater.terminal.in");
        if (!dialogue) {
            byte[] text =
                    script == null
                            ? System.in.readAllBytes()
                            : script.getBytes(StandardCharsets.UTF_8);
            return send(connection, text).orElseGet(() -> ended(ShellService.INTERNAL_ERROR));
        }
        try (Terminal terminal =
                TerminalBuilder.builder()
                        .name("headwater")
                        .system(true)
                        .nativeSignals(true)
                        .signalHandler(Terminal.SignalHandler.SIG_IGN)
                        .build()) {
            Attributes before = terminal.getAttributes();
            Optional<Integer> code;
            try {
                terminal.setAttributes(raw(before));
                code = lend(terminal, connection);
            } finally {
                terminal.setAttributes(before);
            }
            return code.orElseGet(() -> ended(ShellService.DONE));
        }
    }

    private static int ended(int code) {
        stream(FileDescriptor.err).println("the run has ended");
        return code;
    }

    private static Optional<Integer> send(Frames connection, byte[] script) throws IOException {
        try {
            connection.write(hello(false, "dumb", 0, 0));
            for (int i = 0; i < script.length; i += Frames.LONGEST) {
                int end = Math.min(script.length, i + Frames.LONGEST);
                connection.write(new Frame(Frames.INPUT, Arrays.copyOfRange(script, i, end)));
            }
            connection.write(Frame.of(Frames.END));
        } catch (ClosedByInterruptException e) {
            return Optional.of(ShellService.INTERRUPTED);
        } catch (IOException e) {
            LOG.debug("the connection was cut", e);
        }
        return show(connection);
    }

    /** Everything typed goes to the other side, Ctrl-C included. */
    private static Optional<Integer> lend(Terminal terminal, Frames connection) throws IOException {
        terminal.handle(
                Terminal.Signal.WINCH,
                signal ->
                        say(
                                connection,
                                Frame.of(Frames.SIZE, terminal.getWidth(), terminal.getHeight())));
        say(connection, hello(true, terminal.getType(), terminal.getWidth(), terminal.getHeight()));
        Thread typing = new Thread(() -> type(connection), "typing");
        typing.setDaemon(true);
        typing.start();
        return show(connection);
    }

    private static Frame hello(boolean dialogue, String terminal, int columns, int rows) {
        return new Hello(dialogue, terminal, columns, rows, Path.of("").toAbsolutePath().toString())
                .frame();
    }

    private static void type(Frames connection) {
        // Not the terminal's own stream, which takes a pause in the typing for its end.
        InputStream keys = new FileInputStream(FileDescriptor.in);
        byte[] typed = new byte[4096];
        try {
            for (int n = keys.read(typed); n > 0; n = keys.read(typed)) {
                connection.write(new Frame(Frames.INPUT, Arrays.copyOf(typed, n)));
            }
            connection.write(Frame.of(Frames.END));
        } catch (IOException e) {
            LOG.debug("nobody to type for", e);
        }
    }

    private static void say(Frames connection, Frame frame) {
        try {
            connection.write(frame);
        } catch (IOException e) {
            // Whoever reads the answers notices it, too.
            LOG.debug("the connection was cut", e);
        }
    }

    /** Shows what comes, until the exit code does; empty when the connection ends before. */
    private static Optional<Integer> show(Frames connection) {
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        try {
            while (true) {
                Optional<Frame> frame = connection.read();
                if (frame.isEmpty()) {
                    return Optional.empty();
                }
                switch (frame.get().type()) {
                    case Frames.OUT -> out.writeBytes(frame.get().payload());
                    case Frames.ERR -> err.writeBytes(frame.get().payload());
                    default -> {
                        return Optional.of(frame.get().integer(0));
                    }
                }
            }
        } catch (ClosedByInterruptException e) {
            return Optional.of(ShellService.INTERRUPTED);
        } catch (IOException e) {
            LOG.debug("the connection was cut", e);
            return Optional.empty();
        }
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Bytes as they are, both ways, and no signals from keys. */
    private static Attributes raw(Attributes before) {
        Attributes raw = new Attributes(before);
        raw.setLocalFlag(LocalFlag.ICANON, false);
        raw.setLocalFlag(LocalFlag.ECHO, false);
        raw.setLocalFlag(LocalFlag.ISIG, false);
        raw.setLocalFlag(LocalFlag.IEXTEN, false);
        raw.setInputFlag(InputFlag.ICRNL, false);
        raw.setInputFlag(InputFlag.INLCR, false);
        raw.setInputFlag(InputFlag.IXON, false);
        raw.setOutputFlag(OutputFlag.OPOST, false);
        raw.setControlChar(ControlChar.VMIN, 1);
        raw.setControlChar(ControlChar.VTIME, 0);
        return raw;
    }
}
