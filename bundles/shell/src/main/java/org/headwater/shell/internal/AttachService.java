package org.headwater.shell.internal;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ProtocolException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.apache.felix.service.command.CommandProcessor;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Plugins;
import org.headwater.shell.internal.Frames.Frame;
import org.headwater.shell.internal.Frames.Hello;
import org.jline.reader.LineReader;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell for whoever connects to this process: the launcher hands over a connection once {@link
 * Frames#KNOCK} has been read; the shell lasts as long as the calling thread is in {@code accept}.
 */
@Component(service = Consumer.class, property = "headwater.attach=true")
public final class AttachService implements Consumer<SocketChannel> {
    private static final Logger LOG = LoggerFactory.getLogger(AttachService.class);

    /** How long a command may go on without its client: one that watches the end of a run ends. */
    private static final long PATIENCE_MILLIS = 1500;

    private static final long AGAIN_MILLIS = 500;
    private static final int WIDEST = 10_000;

    private final CommandProcessor processor;
    private final Jobs jobs;
    private final Plugins plugins;

    /**
     * Called by the component runtime.
     *
     * @param shell not used here, but it brings Gogo's own commands
     */
    @Activate
    public AttachService(
            @Reference CommandProcessor processor,
            @Reference Jobs jobs,
            @Reference Plugins plugins,
            @Reference(target = "(headwater.shell=true)") ToIntFunction<String[]> shell) {
        this.processor = processor;
        this.jobs = jobs;
        this.plugins = plugins;
    }

    @Override
    public void accept(SocketChannel channel) {
        Frames connection = new Frames(channel);
        try {
            Optional<Hello> welcome = welcome(connection);
            if (welcome.isEmpty()) {
                return;
            }
            Hello hello = welcome.get();
            Outbox outbox = new Outbox(connection);
            if (hello.dialogue()) {
                converse(hello, connection, outbox);
            } else {
                script(hello, connection, outbox);
            }
            outbox.close();
        } catch (IOException e) {
            LOG.info("a connection was cut: {}", e.toString());
        }
    }

    /** Who has come; empty when it is nobody that a shell can be for. */
    private static Optional<Hello> welcome(Frames connection) throws IOException {
        try {
            Optional<Frame> first = connection.read();
            return first.isEmpty() ? Optional.empty() : Optional.of(Hello.read(first.get()));
        } catch (ProtocolException | EOFException e) {
            LOG.info("no attached shell: {}", e.getMessage());
            connection.write(
                    new Frame(
                            Frames.ERR,
                            "error: this Headwater and the running one are not of one version\n"
                                    .getBytes(StandardCharsets.UTF_8)));
            connection.write(Frame.of(Frames.EXIT, ShellService.INVALID_INPUT));
            return Optional.empty();
        }
    }

    private void converse(Hello hello, Frames connection, Outbox outbox) throws IOException {
        try (LineDisciplineTerminal terminal =
                new LineDisciplineTerminal(
                        "headwater-attached",
                        hello.terminal().matches("\\w[\\w.+-]{0,63}") ? hello.terminal() : "dumb",
                        outbox.stream(Frames.OUT),
                        StandardCharsets.UTF_8,
                        Terminal.SignalHandler.SIG_IGN)) {
            terminal.setSize(size(hello.columns(), hello.rows()));
            AttachedDialogue dialogue = new AttachedDialogue(terminal);
            CountDownLatch left = new CountDownLatch(1);
            daemon(
                    () -> {
                        type(connection, terminal);
                        dialogue.abandon();
                        insist(left, () -> terminal.raise(Terminal.Signal.INT));
                    });
            try {
                if (dialogue.converse(Path.of(hello.directory()))) {
                    outbox.put(Frame.of(Frames.EXIT, ShellService.DONE));
                }
            } finally {
                left.countDown();
            }
        }
    }

    /** Types what the client sends, until it sends no more. */
    private static void type(Frames connection, LineDisciplineTerminal terminal) {
        try {
            while (true) {
                Frame frame = connection.read().orElse(Frame.of(Frames.END));
                switch (frame.type()) {
                    case Frames.INPUT -> terminal.processInputBytes(frame.payload());
                    case Frames.SIZE -> {
                        terminal.setSize(size(frame.integer(0), frame.integer(1)));
                        terminal.raise(Terminal.Signal.WINCH);
                    }
                    default -> {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            LOG.debug("an attached shell was cut", e);
        }
    }

    private void script(Hello hello, Frames connection, Outbox outbox) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (true) {
            Optional<Frame> frame = connection.read();
            if (frame.isEmpty()) {
                return;
            }
            if (frame.get().type() != Frames.INPUT) {
                break;
            }
            text.writeBytes(frame.get().payload());
        }
        Thread thread = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        daemon(
                () -> {
                    awaitEnd(connection);
                    insist(ended, thread::interrupt);
                });
        int code =
                ShellService.execute(
                        processor,
                        text.toString(StandardCharsets.UTF_8),
                        Path.of(hello.directory()),
                        new PrintStream(outbox.stream(Frames.OUT), true, StandardCharsets.UTF_8),
                        new PrintStream(outbox.stream(Frames.ERR), true, StandardCharsets.UTF_8));
        ended.countDown();
        outbox.put(Frame.of(Frames.EXIT, code));
    }

    private static void awaitEnd(Frames connection) {
        try {
            while (connection.read().isPresent()) {
                // Nothing that matters any more.
            }
        } catch (IOException e) {
            LOG.debug("an attached shell was cut", e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "attached-input");
        thread.setDaemon(true);
        thread.start();
    }

    /** Interrupts until it has ended, after a time in which it may end by itself. */
    private static void insist(CountDownLatch ended, Runnable interrupt) {
        try {
            boolean done = ended.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            while (!done) {
                interrupt.run();
                done = ended.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A terminal that does not know its size counts as one of 80 × 24. */
    private static Size size(int columns, int rows) {
        return new Size(
                columns < 1 ? 80 : Math.min(columns, WIDEST),
                rows < 1 ? 24 : Math.min(rows, WIDEST));
    }

    /** A dialogue that can be left while jobs run. */
    private final class AttachedDialogue extends Dialogue {
        private boolean leftByUser;

        AttachedDialogue(Terminal terminal) {
            super(processor, jobs, plugins, terminal);
        }

        /** True when the user has left, false when the connection was cut. */
        boolean converse(Path directory) {
            run(directory);
            return leftByUser;
        }

        @Override
        String greeting() {
            return "Attached to process "
                    + ProcessHandle.current().pid()
                    + ": jobs lists what runs, help all commands; jobs go on when you leave.";
        }

        @Override
        boolean mayLeave(LineReader reader) {
            leftByUser = true;
            return true;
        }
    }
}
