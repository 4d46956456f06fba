package org.headwater.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running framework on the bundles of an installation.
 *
 * <p>{@code system/NN-name} holds the bundles of start level NN. They are installed by reference:
 * nothing is copied into the cache, which is a temporary directory of this process. The plug-ins
 * that users add are the runtime's business.
 */
public final class Platform implements AutoCloseable {
    /** Start level of the platform and its plug-ins: enough to run a problem. */
    public static final int LEVEL_PLATFORM = 20;

    /** Start levels of the server and of its HTTP service are above the platform's, up to this. */
    private static final int LEVEL_SERVER_LAST = 40;

    /** Start level of the shell. */
    public static final int LEVEL_SHELL = 90;

    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    private static final int FIRST_LEVEL = 1;

    /** Packages of the launcher's class path that bundles share; two versions for old clients. */
    private static final String SHARED_PACKAGES =
            String.join(
                    ",",
                    "org.slf4j;version=\"2.0.17\"",
                    "org.slf4j;version=\"1.7.36\"",
                    "org.slf4j.helpers;version=\"2.0.17\"",
                    "org.slf4j.helpers;version=\"1.7.36\"",
                    "org.slf4j.spi;version=\"2.0.17\"",
                    "org.slf4j.spi;version=\"1.7.36\"",
                    "org.slf4j.event;version=\"2.0.17\"",
                    "ch.qos.logback.classic;version=\"1.5.18\"",
                    "ch.qos.logback.classic.spi;version=\"1.5.18\"");

    private final ClassLoader before;
    private final Framework framework;
    private final Path cache;
    private final Path home;
    private volatile int level;
    private final Map<Long, Throwable> errors = new ConcurrentHashMap<>();
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    private Platform(Framework framework, Path home, Path cache, int level, ClassLoader before) {
        this.before = before;
        this.framework = framework;
        this.home = home;
        this.cache = cache;
        this.level = level;
    }

    /**
     * Starts a framework and returns when every start level up to {@code level} has been reached.
     *
     * @param home the installation
     * @param level {@link #LEVEL_PLATFORM} or {@link #LEVEL_SHELL}
     * @throws IOException if the installation or the temporary directory cannot be used
     * @throws BundleException if the framework itself cannot start
     */
    public static Platform start(Path home, int level) throws IOException, BundleException {
        // With a context class loader, terminal libraries look for their parts in the wrong place.
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(null);
        Path cache = Files.createTempDirectory("headwater-");
        UserHome.orElse(cache);
        Map<String, String> settings = new HashMap<>();
        settings.put(Constants.FRAMEWORK_STORAGE, cache.resolve("bundles").toString());
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SHARED_PACKAGES);
        settings.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        settings.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(level));
        settings.put("headwater.home", home.toString());
        // Felix would print to stdout; its errors come as framework events, too.
        settings.put("felix.log.level", "0");
        Platform platform =
                new Platform(
                        new FrameworkFactory().newFramework(settings), home, cache, level, before);
        try {
            platform.start();
            return platform;
        } catch (IOException | BundleException | RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    /**
     * Installs the bundles of the server, which start when the framework's start level is raised:
     * no other command pays for them.
     *
     * @throws IOException if the installation cannot be read
     */
    public void addServer() throws IOException {
        install(folders(at -> at > LEVEL_PLATFORM && at <= LEVEL_SERVER_LAST));
    }

    private void start() throws IOException, BundleException {
        framework.init(this::heard);
        install(systemFolders(0, level));
        framework.start();
        complainOfStalled();
    }

    /**
     * Goes on to {@link #LEVEL_SHELL}, if it is not there yet, and returns when it has been
     * reached. What runs is not disturbed.
     *
     * @throws IOException if the installation cannot be read
     */
    public synchronized void raiseToShell() throws IOException, InterruptedException {
        if (level >= LEVEL_SHELL) {
            return;
        }
        install(systemFolders(level, LEVEL_SHELL));
        level = LEVEL_SHELL;
        CountDownLatch reached = new CountDownLatch(1);
        framework
                .adapt(FrameworkStartLevel.class)
                .setStartLevel(LEVEL_SHELL, event -> reached.countDown());
        reached.await();
        complainOfStalled();
    }

    private void install(Map<Path, Integer> folders) throws IOException {
        for (Map.Entry<Path, Integer> folder : folders.entrySet()) {
            for (Path jar : jars(folder.getKey())) {
                install(jar, folder.getValue());
            }
        }
    }

    private void complainOfStalled() {
        for (Bundle b : stalled()) {
            complain(name(b) + " did not start", errors.get(b.getBundleId()));
        }
    }

    private void heard(FrameworkEvent event) {
        if (event.getThrowable() != null) {
            errors.put(event.getBundle().getBundleId(), event.getThrowable());
        }
    }

    /** The folders above one start level and up to another; with the shell come those unstarted. */
    private Map<Path, Integer> systemFolders(int above, int upTo) throws IOException {
        return folders(
                at ->
                        at > above
                                && (at <= upTo || upTo >= LEVEL_SHELL)
                                && (at <= LEVEL_PLATFORM || at > LEVEL_SERVER_LAST));
    }

    private Map<Path, Integer> folders(IntPredicate wanted) throws IOException {
        Map<Path, Integer> folders = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(home.resolve("system"), "??-*")) {
            for (Path folder : all) {
                int at = Integer.parseInt(folder.getFileName().toString().substring(0, 2));
                if (wanted.test(at)) {
                    folders.put(folder, at);
                }
            }
        }
        return folders;
    }

    private static List<Path> jars(Path folder) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.jar")) {
            all.forEach(jars::add);
        }
        jars.sort(Comparator.naturalOrder());
        return jars;
    }

    private void install(Path jar, int at) {
        try {
            Bundle bundle = framework.getBundleContext().installBundle("reference:" + jar.toUri());
            if (bundle.adapt(BundleRevision.class).getTypes() == BundleRevision.TYPE_FRAGMENT) {
                return;
            }
            bundle.adapt(BundleStartLevel.class).setStartLevel(Math.max(at, FIRST_LEVEL));
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            complain(jar + " is not a bundle that can be installed", e);
        }
    }

    private void complain(String what, Throwable why) {
        LOG.warn(what, why);
        complaints.add(what);
    }

    /** What could not be installed or started; the log says why. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** A directory that this process has made, and that is gone when the platform is closed. */
    public Path cache() {
        return cache;
    }

    /** The framework's context. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /** The bundles that should run at this level and do not. */
    public List<Bundle> stalled() {
        List<Bundle> stalled = new ArrayList<>();
        for (Bundle b : framework.getBundleContext().getBundles()) {
            boolean fragment =
                    (b.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
            // A bundle with lazy activation is starting until its first class is asked for.
            BundleStartLevel start = b.adapt(BundleStartLevel.class);
            boolean runs =
                    b.getState() == Bundle.ACTIVE
                            || b.getState() == Bundle.STARTING && start.isActivationPolicyUsed();
            if (!fragment && start.getStartLevel() <= level && !runs) {
                stalled.add(b);
            }
        }
        return stalled;
    }

    /** What a bundle is, and where from, for messages. */
    static String name(Bundle b) {
        return b.getSymbolicName() + " " + b.getVersion() + " (" + b.getLocation() + ")";
    }

    /**
     * Waits for a service.
     *
     * @param type its interface, of a package that all bundles share
     * @param filter an LDAP filter on its properties
     * @param patience how long to wait
     */
    public <T> Optional<T> find(Class<T> type, String filter, Duration patience)
            throws InterruptedException {
        BundleContext context = framework.getBundleContext();
        ServiceTracker<T, T> tracker;
        try {
            tracker =
                    new ServiceTracker<>(
                            context,
                            context.createFilter(
                                    "(&(objectClass=" + type.getName() + ")" + filter + ")"),
                            null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
        tracker.open();
        return Optional.ofNullable(tracker.waitForService(patience.toMillis()));
    }

    /** Stops the framework and removes its cache. */
    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(10_000);
        } catch (BundleException e) {
            LOG.warn("the framework did not stop", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(cache)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            LOG.warn("{} could not be removed", cache, e);
        }
        // the thread may have other work to do than this platform's
        Thread.currentThread().setContextClassLoader(before);
    }
}
