package org.headwater.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleException;
import org.slf4j.LoggerFactory;

/**
 * The main class: starts the platform, gives the arguments to the command service (a {@code
 * ToIntFunction<String[]>} with the property {@code headwater.command}) and ends with its exit
 * code.
 *
 * <p>Ctrl-C or a termination signal interrupts the command's thread and waits until the command has
 * returned; a second Ctrl-C ends the process at once.
 */
public final class Launcher {
    private static final int INTERNAL_ERROR = 1;
    private static final int INTERRUPTED = 130;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOGS_KEPT = Duration.ofDays(30);

    /** The commands that one can attach to. */
    private static final Set<String> LASTING = Set.of("run", "server", "shell");

    /** The commands that need the server's bundles. */
    private static final Set<String> SERVING = Set.of("server", "reindex");

    private final Thread main = Thread.currentThread();
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile int exitCode = INTERRUPTED;
    private volatile boolean stopping;

    private Launcher() {}

    /** Runs the command that the arguments name. */
    public static void main(String[] args) {
        Integer stderr = Integer.getInteger("headwater.stderr");
        if (stderr != null) {
            redirectErrors(stderr);
        }
        if (args.length > 0 && args[0].equals("server")) {
            System.setProperty(FileLogging.DAILY, "true");
        }
        Path home = Path.of(System.getProperty("headwater.home")).toAbsolutePath().normalize();
        System.setProperty("headwater.home", home.toString());
        UserHome.settle(System.getenv("HOME"));
        LogFolder logs = new LogFolder(home, System.getenv("XDG_STATE_HOME"), UserHome.get());
        Optional<Path> log = logs.file("headwater." + LocalDate.now() + ".log");
        System.setProperty(FileLogging.FILE, log.map(Path::toString).orElse(""));
        Path logback = home.resolve("conf").resolve("logback.xml");
        if (Files.exists(logback)) {
            System.setProperty("logback.configurationFile", logback.toString());
        } else if (log.isEmpty()) {
            say("warning: no log is kept: cannot write any of " + logs + "; set XDG_STATE_HOME");
        }
        Launcher launcher = new Launcher();
        launcher.heedSignals();
        launcher.exitCode = launcher.run(home, args);
        log.ifPresent(file -> removeOldLogs(file.getParent()));
        launcher.finished.countDown();
        System.exit(launcher.exitCode);
    }

    /**
     * Lets stderr be another open descriptor: the start script keeps Java's own messages off it.
     */
    private static void redirectErrors(int descriptor) {
        try {
            Field number = FileDescriptor.class.getDeclaredField("fd");
            number.setAccessible(true);
            number.setInt(FileDescriptor.err, descriptor);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private int run(Path home, String[] args) {
        boolean shell = args.length > 0 && args[0].equals("shell");
        if (args.length > 0 && args[0].equals("server")) {
            // the server's queue decides how many jobs run at once, within these threads
            int slots = Math.max(4, Runtime.getRuntime().availableProcessors());
            System.setProperty(
                    "headwater.jobs",
                    System.getProperty("headwater.jobs", Integer.toString(slots)));
        }
        try (Platform platform =
                Platform.start(home, shell ? Platform.LEVEL_SHELL : Platform.LEVEL_PLATFORM)) {
            if (stopping) {
                // the framework takes an interruption for the end of its start, and forgets it
                return interruptedEarly();
            }
            if (args.length > 0 && SERVING.contains(args[0])) {
                platform.addServer();
            }
            for (String complaint : platform.complaints()) {
                say("warning: " + complaint + "; " + FileLogging.details());
            }
            @SuppressWarnings("rawtypes")
            Optional<ToIntFunction> found =
                    platform.find(ToIntFunction.class, "(headwater.command=true)", PATIENCE);
            if (found.isEmpty()) {
                return broken("the platform did not start");
            }
            @SuppressWarnings("unchecked")
            ToIntFunction<String[]> command = found.get();
            SocketDirectories sockets = SocketDirectories.of(platform.cache());
            if (attaches(args)) {
                sockets.publish();
            } else if (args.length > 0 && LASTING.contains(args[0])) {
                AttachServer server = AttachServer.open(platform, sockets);
                try {
                    return command.applyAsInt(args);
                } finally {
                    server.close();
                }
            }
            return command.applyAsInt(args);
        } catch (InterruptedException e) {
            return interruptedEarly();
        } catch (IOException | BundleException | RuntimeException | Error e) {
            LoggerFactory.getLogger(Launcher.class).error("the command failed", e);
            return stopping ? interruptedEarly() : broken(String.valueOf(e));
        }
    }

    private static boolean attaches(String[] args) {
        return Arrays.stream(args).anyMatch(a -> a.startsWith("--attach"));
    }

    private static int interruptedEarly() {
        say("interrupted before the command began");
        return INTERRUPTED;
    }

    private static int broken(String what) {
        say("internal error: " + what + "; " + FileLogging.details());
        return INTERNAL_ERROR;
    }

    private static void say(String line) {
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)
                .println(line.replace('\n', ' '));
    }

    private static void removeOldLogs(Path logs) {
        Instant limit = Instant.now().minus(LOGS_KEPT);
        try (DirectoryStream<Path> all = Files.newDirectoryStream(logs, "headwater.*.log")) {
            for (Path log : all) {
                if (Files.getLastModifiedTime(log).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(log);
                }
            }
        } catch (IOException e) {
            LoggerFactory.getLogger(Launcher.class).warn("old logs cannot be removed", e);
        }
    }

    private void heedSignals() {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    if (finished.getCount() > 0) {
                                        stopping = true;
                                        main.interrupt();
                                        awaitUninterruptibly();
                                        Runtime.getRuntime().halt(exitCode);
                                    }
                                },
                                "stop"));
        try {
            // Not an API of Java SE, hence by reflection; without it a second Ctrl-C has no effect.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object interrupt = signal.getConstructor(String.class).newInstance("INT");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            interrupt,
                            Proxy.newProxyInstance(
                                    handler.getClassLoader(),
                                    new Class<?>[] {handler},
                                    (proxy, method, arguments) ->
                                            interrupted(proxy, method.getName())));
        } catch (ReflectiveOperationException e) {
            LoggerFactory.getLogger(Launcher.class).debug("no signals on this Java", e);
        }
    }

    private Object interrupted(Object proxy, String method) {
        switch (method) {
            case "handle":
                if (stopping) {
                    Runtime.getRuntime().halt(INTERRUPTED);
                }
                stopping = true;
                new Thread(() -> System.exit(INTERRUPTED), "interrupted").start();
                return null;
            case "hashCode":
                return System.identityHashCode(proxy);
            case "equals":
                return false;
            default:
                return "stop on Ctrl-C";
        }
    }

    private void awaitUninterruptibly() {
        while (true) {
            try {
                finished.await();
                return;
            } catch (InterruptedException e) {
                main.interrupt();
            }
        }
    }
}
