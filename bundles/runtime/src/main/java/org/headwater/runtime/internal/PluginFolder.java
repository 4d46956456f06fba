package org.headwater.runtime.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.PluginLibrary;
import org.headwater.runtime.Plugins.Plugin;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches {@code plugins/} of the installation ({@code headwater.home}) and keeps a bundle for each
 * content that its jars have, and have had as long as a job needs it. The bundles are installed
 * from copies, by the hash of their content: a file can be replaced or deleted at any time.
 *
 * <p>The folder is polled, as file-system events do not come from network drives; a jar counts once
 * its size and time have stayed the same for a poll, so that half a copy is not taken for a broken
 * jar.
 */
@Component(service = PluginLibrary.class, immediate = true)
public final class PluginFolder implements PluginLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(PluginFolder.class);
    private static final long POLL_MILLIS = 500;
    private static final String SUFFIX = ".jar";
    private static final String FILE = "FILE";

    private final BundleContext context;
    private final PluginRegistry registry;
    private final ServiceComponentRuntime components;
    private final long patienceSeconds;
    private final Path folder;
    private final Path store;

    /** The jars as the last poll saw them, by file name. */
    private final Map<String, Stamp> stamps = new HashMap<>();

    /** The jars as they were when they were read. */
    private final Map<String, Stamp> read = new HashMap<>();

    private final Map<String, Content> contents = new TreeMap<>();

    /** Bundles whose file is gone or has another content, by hash. */
    private final Map<String, Bundle> retired = new HashMap<>();

    private final Thread watcher;
    private volatile boolean closed;

    private record Stamp(long size, long time) {
        static Stamp of(Path file) throws IOException {
            return new Stamp(Files.size(file), Files.getLastModifiedTime(file).toMillis());
        }
    }

    /**
     * What a file was found to hold.
     *
     * @param sha256 hash of the content
     * @param bundle its bundle, null when it could not even be installed
     * @param complaint why it does not work, empty when it does
     */
    private record Content(String sha256, Bundle bundle, String complaint) {}

    /** Looks at the folder for the first time; returns when its plug-ins are there. */
    @Activate
    public PluginFolder(
            BundleContext context,
            @Reference PluginRegistry registry,
            @Reference ServiceComponentRuntime components)
            throws IOException {
        this.context = context;
        this.registry = registry;
        this.components = components;
        String seconds = context.getProperty("headwater.start-seconds");
        this.patienceSeconds = seconds == null ? 30 : Long.parseLong(seconds);
        String home = context.getProperty("headwater.home");
        this.folder = home == null ? null : Path.of(home).resolve("plugins");
        File data = context.getDataFile("plugins");
        this.store = data == null ? Files.createTempDirectory("headwater-plugins") : data.toPath();
        Files.createDirectories(store);
        scan(true);
        watcher = new Thread(this::watch, "headwater-plugins");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Stops watching. */
    @Deactivate
    void close() {
        closed = true;
        watcher.interrupt();
    }

    private void watch() {
        while (!closed) {
            try {
                Thread.sleep(POLL_MILLIS);
                scan(false);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.error("the folder {} could not be looked at", folder, e);
                }
            }
        }
    }

    @Override
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    @Override
    public synchronized List<Entry> list() {
        List<Entry> entries = new ArrayList<>();
        contents.forEach((file, content) -> entries.add(entry(file, content)));
        return entries;
    }

    private Entry entry(String file, Content content) {
        Bundle b = content.bundle();
        List<String> plugins = new ArrayList<>();
        for (Plugin p : registry.ofJar(content.sha256())) {
            plugins.add(p.kind().singular() + " " + p.type());
        }
        return new Entry(
                file,
                b == null || b.getSymbolicName() == null
                        ? ""
                        : b.getSymbolicName() + " " + b.getVersion(),
                plugins,
                content.complaint());
    }

    @Override
    public Entry install(Path jar) {
        requireFolder();
        if (!Files.isRegularFile(jar)) {
            throw InvalidInputException.of(
                    FILE, "must be the jar of a plug-in", jar, "check the name and the folder");
        }
        String name = jar.getFileName().toString();
        if (!name.endsWith(SUFFIX) || name.startsWith(".")) {
            throw InvalidInputException.of(
                    FILE, "must be a jar, with a name that ends in .jar", name, "rename it");
        }
        String wrong = PluginDoctor.inspect(jar);
        if (!wrong.isEmpty()) {
            throw InvalidInputException.of(FILE, "is no plug-in: " + wrong, jar, "");
        }
        synchronized (this) {
            Path target = folder.resolve(name);
            Path before = null;
            try {
                Files.createDirectories(folder);
                Path whole = folder.resolve("." + name + ".new");
                Files.copy(jar, whole, StandardCopyOption.REPLACE_EXISTING);
                if (Files.exists(target)) {
                    before = folder.resolve("." + name + ".old");
                    Files.move(target, before, StandardCopyOption.REPLACE_EXISTING);
                }
                Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
                scan(true);
                Content content = contents.get(name);
                String complaint = content == null ? "it is gone already" : content.complaint();
                if (complaint.isEmpty()) {
                    if (before != null) {
                        Files.delete(before);
                    }
                    return entry(name, content);
                }
                Files.deleteIfExists(target);
                if (before != null) {
                    Files.move(before, target);
                }
                scan(true);
                throw InvalidInputException.of(FILE, "does not work: " + complaint, name, "");
            } catch (IOException e) {
                throw InvalidInputException.of(
                        FILE,
                        "could not be copied into " + folder,
                        e.getMessage(),
                        "check the permissions of the folder");
            }
        }
    }

    @Override
    public Entry remove(String name) {
        requireFolder();
        synchronized (this) {
            for (Map.Entry<String, Content> e : Map.copyOf(contents).entrySet()) {
                Entry entry = entry(e.getKey(), e.getValue());
                boolean named =
                        entry.file().equals(name)
                                || entry.file().equals(name + SUFFIX)
                                || entry.bundle().startsWith(name + " ")
                                || entry.plugins().stream().anyMatch(p -> p.endsWith(" " + name));
                if (named) {
                    try {
                        Files.deleteIfExists(folder.resolve(e.getKey()));
                    } catch (IOException x) {
                        throw InvalidInputException.of(
                                name,
                                "could not be removed from " + folder,
                                x.getMessage(),
                                "check the permissions of the folder");
                    }
                    scan(true);
                    return entry;
                }
            }
        }
        boolean shipped =
                List.of(PluginKind.values()).stream()
                        .flatMap(kind -> registry.list(kind).stream())
                        .anyMatch(p -> p.type().equals(name) || p.bundle().equals(name));
        throw InvalidInputException.of(
                "NAME",
                shipped
                        ? "must be a plug-in of the folder " + folder + ", not one that ships"
                        : "must be a jar of the folder " + folder + ", or a plug-in in it",
                "'" + name + "'",
                "the shell's command library lists them");
    }

    private void requireFolder() {
        if (folder == null) {
            throw InvalidInputException.of(
                    "plugins",
                    "need an installation with a plugins folder",
                    null,
                    "start Headwater by its script");
        }
    }

    /**
     * Brings the bundles in line with the folder.
     *
     * @param atOnce whether jars need not have stayed the same for a poll
     */
    private synchronized void scan(boolean atOnce) {
        Map<String, Path> files = files();
        boolean news = false;
        for (Map.Entry<String, Path> file : files.entrySet()) {
            news |= look(file.getKey(), file.getValue(), atOnce);
        }
        if (news) {
            retryTheUnresolved();
        }
        for (String name : List.copyOf(contents.keySet())) {
            if (!files.containsKey(name)) {
                Content gone = contents.remove(name);
                LOG.info("{} has left {}", name, folder);
                letGo(gone);
            }
        }
        stamps.keySet().retainAll(files.keySet());
        read.keySet().retainAll(files.keySet());
        for (String sha256 : List.copyOf(retired.keySet())) {
            if (!registry.inUse(sha256)) {
                uninstall(retired.remove(sha256));
            }
        }
    }

    private Map<String, Path> files() {
        Map<String, Path> files = new TreeMap<>();
        if (folder == null || !Files.isDirectory(folder)) {
            return files;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : all) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && Files.isRegularFile(file)) {
                    files.put(name, file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** Looks at a file; true if it has brought a new bundle. */
    private boolean look(String name, Path file, boolean atOnce) {
        Content before = contents.get(name);
        try {
            Stamp stamp = Stamp.of(file);
            boolean settled = stamp.equals(stamps.put(name, stamp));
            if (stamp.equals(read.get(name)) || !settled && !atOnce) {
                return false;
            }
            read.put(name, stamp);
            Path copy = Files.createTempFile(store, "copy", SUFFIX);
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            String sha256 = Hashes.sha256(copy);
            if (before != null && before.sha256().equals(sha256)) {
                Files.delete(copy);
                return false;
            }
            Path kept = store.resolve(sha256 + SUFFIX);
            Files.move(copy, kept, StandardCopyOption.REPLACE_EXISTING);
            Content now = content(sha256, kept);
            contents.put(name, now);
            tell(name, now);
            if (before != null) {
                letGo(before);
            }
            return now.complaint().isEmpty();
        } catch (IOException e) {
            LOG.warn("{} cannot be read", file, e);
            return false;
        }
    }

    private void tell(String name, Content content) {
        if (content.complaint().isEmpty()) {
            LOG.info("{} is installed", name);
        } else {
            LOG.warn("{} does not work: {}", name, content.complaint());
        }
    }

    private Content content(String sha256, Path jar) {
        Bundle there = retired.remove(sha256);
        if (there != null) {
            return new Content(sha256, there, "");
        }
        for (Content c : contents.values()) {
            if (c.sha256().equals(sha256)) {
                return c;
            }
        }
        String wrong = PluginDoctor.inspect(jar);
        if (!wrong.isEmpty()) {
            return new Content(sha256, null, wrong);
        }
        Bundle bundle;
        try {
            bundle = context.installBundle("reference:" + jar.toUri());
        } catch (BundleException e) {
            LOG.warn("a jar could not be installed", e);
            return new Content(sha256, null, PluginDoctor.firstLine(e.getMessage()));
        }
        bundle.adapt(BundleStartLevel.class)
                .setStartLevel(context.getBundle().adapt(BundleStartLevel.class).getStartLevel());
        return new Content(sha256, bundle, start(bundle, sha256));
    }

    /** Starts a bundle; what is wrong with it, or the empty string. */
    private String start(Bundle bundle, String sha256) {
        FutureTask<Void> task =
                new FutureTask<>(
                        () -> {
                            bundle.start();
                            return null;
                        });
        Thread thread = new Thread(task, "headwater-start-" + bundle.getSymbolicName());
        thread.setDaemon(true);
        thread.start();
        try {
            task.get(patienceSeconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            LOG.warn("{} did not start", bundle, e.getCause());
            return e.getCause() instanceof BundleException cause
                    ? PluginDoctor.explain(bundle, cause, context)
                    : "it failed with " + PluginDoctor.rootCause(e) + " while it was started";
        } catch (TimeoutException e) {
            thread.interrupt();
            return "it did not start within "
                    + patienceSeconds
                    + " s; this is a fault of the plug-in: an activator or a constructor that waits";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "its start was interrupted";
        }
        return registry.ofJar(sha256).isEmpty() ? withoutPlugin(bundle) : "";
    }

    /** Why a bundle that has started provides nothing. */
    private String withoutPlugin(Bundle bundle) {
        for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(bundle)) {
            for (ComponentConfigurationDTO c :
                    components.getComponentConfigurationDTOs(description)) {
                if (c.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                    return "its component "
                            + description.name
                            + " failed while it was created: "
                            + cause(c.failure)
                            + "; this is a fault of the plug-in";
                }
                if (c.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE) {
                    return "its component "
                            + description.name
                            + " waits for the service "
                            + c.unsatisfiedReferences[0].name
                            + ", which nothing here provides";
                }
            }
        }
        return "it provides no prior, forward model, noise model, solver or backend that says what it"
                + " is; see docs/write-a-plugin.md";
    }

    /** The innermost cause in the text of a stack trace. */
    private static String cause(String stackTrace) {
        String last = PluginDoctor.firstLine(stackTrace);
        for (String line : String.valueOf(stackTrace).lines().toList()) {
            if (line.startsWith("Caused by: ")) {
                last = line.substring("Caused by: ".length());
            }
        }
        return last;
    }

    /** A bundle that lacked something may find it in one that has come since. */
    private void retryTheUnresolved() {
        for (Map.Entry<String, Content> e : contents.entrySet()) {
            Content c = e.getValue();
            if (c.bundle() != null && c.bundle().getState() == Bundle.INSTALLED) {
                Content again = new Content(c.sha256(), c.bundle(), start(c.bundle(), c.sha256()));
                e.setValue(again);
                tell(e.getKey(), again);
            }
        }
    }

    /**
     * A content has left the folder. With another bundle of its name there it stays until its jobs
     * have ended, else it goes at once and its jobs wait.
     */
    private void letGo(Content content) {
        Bundle bundle = content.bundle();
        if (bundle == null
                || contents.values().stream().anyMatch(c -> c.sha256().equals(content.sha256()))) {
            return;
        }
        boolean replaced = false;
        for (Bundle other : context.getBundles()) {
            replaced |=
                    other != bundle
                            && !retired.containsValue(other)
                            && other.getState() == Bundle.ACTIVE
                            && bundle.getSymbolicName() != null
                            && bundle.getSymbolicName().equals(other.getSymbolicName());
        }
        if (replaced && registry.inUse(content.sha256())) {
            retired.put(content.sha256(), bundle);
        } else {
            uninstall(bundle);
        }
    }

    private void uninstall(Bundle bundle) {
        try {
            Path copy = BundleJars.jar(bundle.getLocation()).orElse(null);
            bundle.uninstall();
            if (copy != null) {
                Files.deleteIfExists(copy);
            }
            context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundle));
        } catch (BundleException | IOException | IllegalStateException e) {
            LOG.warn("{} could not be uninstalled", bundle, e);
        }
    }
}
