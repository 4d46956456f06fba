package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Plug-ins that are updated, stopped, removed and broken while jobs run, on the bundles that ship.
 * The property {@code headwater.cycles} sets how often the prior is disturbed.
 */
class HotSwapIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));
    private static final int CYCLES = Integer.getInteger("headwater.cycles", 20);
    private static final int ITERATIONS = Math.max(5000, 150 * CYCLES);
    private static final String L1 = "org.headwater.prior.l1";
    private static final String STUCK = "headwater.test.stuck";

    @TempDir private Path folder;
    private Path home;
    private Path plugins;
    private Platform platform;
    private Object jobs;
    private Object library;

    /** An installation with the bundles that ship and plug-ins of its own. */
    @BeforeEach
    void start() throws Exception {
        System.setProperty("headwater.jobs", "5");
        System.setProperty("headwater.threads", "2");
        System.setProperty("headwater.drain", "3");
        System.setProperty("headwater.start-seconds", "3");
        System.setProperty("headwater.plugin-seconds", "3");
        home = Files.createDirectory(folder.resolve("home"));
        Files.createSymbolicLink(home.resolve("system"), HOME.resolve("system"));
        plugins = Files.createDirectory(home.resolve("plugins"));
        Files.writeString(folder.resolve("A.csv"), "1,0,0\n1,1,0\n0,1,1\n2,0,1\n");
        Files.writeString(folder.resolve("y.csv"), "1\n-1\n0.5\n2\n");
        platform = Platform.start(home, Platform.LEVEL_PLATFORM);
        jobs = service("org.headwater.runtime.Jobs");
        library = service("org.headwater.runtime.PluginLibrary");
    }

    @AfterEach
    void stop() {
        System.clearProperty(STUCK);
        platform.close();
    }

    /** All services, as the tests' class path may hold other copies of their types. */
    private Object service(String type) throws Exception {
        waitFor(() -> reference(type) != null, type);
        return platform.context().getService(reference(type));
    }

    private ServiceReference<?> reference(String type) {
        try {
            ServiceReference<?>[] all = platform.context().getAllServiceReferences(type, null);
            return all == null ? null : all[0];
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The jobs' types are the runtime bundle's own: the test calls them by name. */
    private static Object call(Object target, String name, Object... arguments) {
        for (Class<?> type : target.getClass().getInterfaces()) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(name)
                        && method.getParameterCount() == arguments.length) {
                    return invoke(method, target, arguments);
                }
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static Object invoke(Method method, Object target, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private Class<?> runtime(String name) throws ClassNotFoundException {
        return bundle("org.headwater.runtime").loadClass("org.headwater.runtime." + name);
    }

    private Bundle bundle(String name) {
        return Arrays.stream(platform.context().getBundles())
                .filter(b -> b.getSymbolicName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Object submit(String out, String prior, int seed, String... more) throws Exception {
        Path file = folder.resolve("p.yaml");
        Files.writeString(
                file,
                "forward-model: {type: linear, matrix: A.csv}\ndata: {values: y.csv}\n"
                        + "noise: {sd: 0.5}\nprior: {type: "
                        + prior
                        + "}\nsolver: {particles: 60, iterations: "
                        + ITERATIONS
                        + "}\nseed: "
                        + seed
                        + "\n"
                        + String.join("\n", more));
        Object problem =
                invoke(
                        runtime("ProblemFile").getMethod("read", Path.class, List.class),
                        null,
                        file,
                        List.of());
        Object options =
                runtime("RunOptions")
                        .getConstructors()[0]
                        .newInstance(folder.resolve(out), "test", null);
        return call(jobs, "submit", problem, options);
    }

    private static String status(Object job) {
        return call(job, "status").toString();
    }

    private static int steps(Object job) {
        return ((List<?>) call(job, "steps")).size();
    }

    private static void waitFor(BooleanSupplier condition, Object what) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "waited in vain for " + what);
            Thread.sleep(5);
        }
    }

    /** Pauses a job after its first steps: the tests do not race against its end. */
    private static Object paused(Object job) throws Exception {
        waitFor(() -> steps(job) > 0, "a step");
        call(job, "pause");
        waitFor(() -> status(job).equals("PAUSED"), "the pause");
        return job;
    }

    private static void done(Object job) throws Exception {
        call(job, "await");
        assertEquals("DONE", status(job), () -> "" + call(job, "error"));
    }

    private byte[] posterior(String out) throws IOException {
        return Files.readAllBytes(folder.resolve(out).resolve("posterior.npy"));
    }

    private String file(String out, String name) throws IOException {
        return Files.readString(folder.resolve(out).resolve(name));
    }

    /** What one does to a bundle. */
    private interface Disturbance {
        Bundle disturb(Bundle bundle) throws Exception;
    }

    private Bundle refresh(Bundle b) throws Exception {
        CountDownLatch refreshed = new CountDownLatch(1);
        platform.context()
                .getBundle(0)
                .adapt(FrameworkWiring.class)
                .refreshBundles(
                        List.of(b),
                        event -> {
                            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                                refreshed.countDown();
                            }
                        });
        assertTrue(refreshed.await(60, TimeUnit.SECONDS));
        return b;
    }

    /**
     * Five jobs, and their prior updated, refreshed, stopped and started, uninstalled and installed
     * again under them, over and over: none fails, none of their bytes changes, and no class loader
     * of a bundle that went stays behind.
     */
    @Test
    void jobsSurviveWhateverHappensToTheirPrior() throws Exception {
        for (int k = 0; k < 5; k++) {
            done(submit("quiet" + k, "l1, weight: 2", k));
        }
        List<Disturbance> disturbances =
                List.of(
                        b -> {
                            b.update();
                            return b;
                        },
                        b -> {
                            b.update();
                            return refresh(b);
                        },
                        this::refresh,
                        b -> {
                            b.stop();
                            b.start();
                            return b;
                        },
                        b -> {
                            String location = b.getLocation();
                            b.uninstall();
                            refresh(b);
                            Bundle again = platform.context().installBundle(location);
                            again.start();
                            return again;
                        });
        List<Object> running = new ArrayList<>();
        for (int k = 0; k < 5; k++) {
            running.add(paused(submit("noisy" + k, "l1, weight: 2", k)));
        }
        running.forEach(job -> call(job, "resume"));
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        Bundle l1 = bundle(L1);
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            List<Integer> before = running.stream().map(HotSwapIT::steps).toList();
            waitFor(
                    () -> {
                        for (int k = 0; k < 5; k++) {
                            if (status(running.get(k)).equals("RUNNING")
                                    && steps(running.get(k)) > before.get(k)) {
                                return true;
                            }
                        }
                        return running.stream().allMatch(j -> status(j).equals("DONE"));
                    },
                    "a step");
            loaders.add(new WeakReference<>(l1.adapt(BundleWiring.class).getClassLoader()));
            l1 = disturbances.get(cycle % disturbances.size()).disturb(l1);
        }
        int waits = 0;
        for (int k = 0; k < 5; k++) {
            done(running.get(k));
            assertArrayEquals(posterior("quiet" + k), posterior("noisy" + k), "job " + k);
            waits += file("noisy" + k, "log.jsonl").split("waiting for").length - 1;
        }
        assertTrue(waits >= Math.min(CYCLES, 5), "the jobs were disturbed " + waits + " times");
        refresh(l1);
        ClassLoader present = l1.adapt(BundleWiring.class).getClassLoader();
        waitFor(
                () -> {
                    System.gc();
                    return loaders.stream()
                            .map(WeakReference::get)
                            .allMatch(loader -> loader == null || loader == present);
                },
                "the class loaders of revisions that are gone");
    }

    /** A jar dropped in is there for new jobs; what runs stays with what it has. */
    @Test
    void aNewerJarIsForNewJobs() throws Exception {
        done(submit("quiet", "l1, weight: 2", 1));
        Path shipped = PluginJars.shipped(HOME, L1);
        drop(
                PluginJars.withHeaders(
                        shipped, folder.resolve("a"), Map.of("Bundle-Version", "1.0.0")),
                "l1.jar");
        waitFor(() -> newest().equals("1.0.0"), "version 1");
        Object pinned = paused(submit("pinned", "l1, weight: 2", 1));
        Object free = paused(submit("free", "l1, weight: 2", 1, "pin: false"));
        drop(
                PluginJars.withHeaders(
                        shipped, folder.resolve("b"), Map.of("Bundle-Version", "2.0.0")),
                "l1.jar");
        waitFor(() -> newest().equals("2.0.0"), "version 2");
        assertEquals(3, versions().size(), () -> "while a job runs on it: " + versions());
        call(pinned, "resume");
        call(free, "resume");
        done(pinned);
        done(free);
        assertArrayEquals(posterior("quiet"), posterior("pinned"));
        assertTrue(file("pinned", "manifest.json").contains("\"version\": \"1.0.0\""));
        assertEquals(2, call(free, "segment"));
        assertTrue(file("free", "manifest.json").contains("\"version\": \"2.0.0\""));
        waitFor(() -> versions().equals(List.of("0.1.0", "2.0.0")), "the old copy's end");
        Files.delete(plugins.resolve("l1.jar"));
        waitFor(() -> versions().equals(List.of("0.1.0")), "the new copy's end");
        done(submit("last", "l1, weight: 2", 1));
        assertArrayEquals(posterior("quiet"), posterior("last"));
    }

    private void drop(Path jar, String name) throws IOException {
        Path half = plugins.resolve("." + name);
        Files.copy(jar, half, StandardCopyOption.REPLACE_EXISTING);
        Files.move(half, plugins.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private List<String> versions() {
        return Arrays.stream(platform.context().getBundles())
                .filter(b -> L1.equals(b.getSymbolicName()))
                .map(b -> b.getVersion().toString().substring(0, 5))
                .sorted()
                .toList();
    }

    private String newest() {
        try {
            Object registry = service("org.headwater.runtime.Plugins");
            Object prior = runtime("PluginKind").getField("PRIOR").get(null);
            Object plugin = call(registry, "find", prior, "l1");
            return (String) plugin.getClass().getMethod("version").invoke(plugin);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removed, its jar leaves the job waiting; returned, the job goes on to the same bytes. */
    @Test
    void aJobWaitsForTheJarOfItsPrior() throws Exception {
        Path jar = PluginJars.acme(HOME, folder.resolve("acme"), "", "");
        call(library, "install", copy(jar, "acme.jar"));
        done(submit("quiet", "acme", 1));
        Object job = paused(submit("out", "acme", 1));
        call(library, "remove", "acme");
        call(job, "resume");
        waitFor(
                () -> call(job, "phase").toString().startsWith("waiting for the prior acme 1.0.0"),
                call(job, "phase"));
        RuntimeException refused =
                assertThrows(RuntimeException.class, () -> submit("no", "acme", 1));
        assertTrue(refused.getMessage().contains("names no installed prior"));
        call(library, "install", copy(jar, "acme.jar"));
        done(job);
        assertArrayEquals(posterior("quiet"), posterior("out"));
    }

    private Path copy(Path jar, String name) throws IOException {
        Path copy = Files.createTempDirectory(folder, "jar").resolve(name);
        return Files.copy(jar, copy);
    }

    /** Stopping a plug-in that is stuck in a call takes the time of a drain, not for ever. */
    @Test
    void aStuckPluginHoldsNobodyUp() throws Exception {
        String stuck =
                "while (System.getProperty(\""
                        + STUCK
                        + "\") != null) { try { Thread.sleep(5); } catch (InterruptedException e) {"
                        + " throw new IllegalStateException(e); } }";
        Path jar = PluginJars.acme(HOME, folder.resolve("acme"), "", stuck);
        call(library, "install", copy(jar, "acme.jar"));
        done(submit("quiet", "acme", 1));
        Object job = paused(submit("out", "acme", 1));
        System.setProperty(STUCK, "yes");
        call(job, "resume");
        Thread.sleep(200);
        Bundle acme = bundle("org.acme.prior");
        Thread stopping =
                new Thread(
                        () -> {
                            try {
                                acme.stop();
                            } catch (org.osgi.framework.BundleException e) {
                                throw new IllegalStateException(e);
                            }
                        });
        stopping.start();
        stopping.join(Duration.ofMinutes(1).toMillis());
        assertFalse(stopping.isAlive(), "the stop has returned");
        Object other = submit("other", "l1, weight: 2", 2);
        done(other);
        System.clearProperty(STUCK);
        waitFor(() -> status(job).equals("PAUSED"), "the pause");
        acme.start();
        done(job);
        assertArrayEquals(posterior("quiet"), posterior("out"));
    }

    /** What can be wrong with a jar, and how it is told. */
    @Test
    void brokenJarsAreExplained() throws Exception {
        Path work = Files.createDirectory(folder.resolve("work"));
        Files.writeString(plugins.resolve("text.jar"), "no jar at all");
        Path shipped = PluginJars.shipped(HOME, L1);
        PluginJars.withHeaders(
                shipped,
                plugins.resolve("future.jar"),
                Map.of("Import-Package", "org.headwater.api;version=\"[7.2,8)\""));
        PluginJars.withHeaders(
                shipped,
                plugins.resolve("lonely.jar"),
                Map.of("Import-Package", "com.example.numbers"));
        PluginJars.withHeaders(
                shipped,
                plugins.resolve("java.jar"),
                Map.of(
                        "Require-Capability",
                        "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\""));
        String activator =
                "package org.acme; public final class Start implements"
                        + " org.osgi.framework.BundleActivator { public void"
                        + " start(org.osgi.framework.BundleContext c) { /**/ } public void"
                        + " stop(org.osgi.framework.BundleContext c) {} }";
        Map<String, String> headers =
                Map.of(
                        "Bundle-Activator",
                        "org.acme.Start",
                        "Import-Package",
                        "org.headwater.api,org.osgi.framework");
        for (String[] kind :
                new String[][] {
                    {"throwing.jar", "throw new IllegalStateException(\"no licence\");"},
                    {
                        "hanging.jar",
                        "while (true) { try { Thread.sleep(1000); } catch (InterruptedException e)"
                                + " { } }"
                    }
                }) {
            PluginJars.compiled(
                    HOME,
                    work.resolve(kind[0]),
                    Map.of(
                            "Start",
                            activator.replace("/**/", kind[1]),
                            "AcmeProvider",
                            PluginJars.PRIOR),
                    headers);
            drop(work.resolve(kind[0]), kind[0]);
        }
        String constructor =
                "public AcmeProvider() { throw new IllegalStateException(\"no data\"); } public"
                        + " PluginInfo info()";
        drop(
                PluginJars.compiled(
                        HOME,
                        work.resolve("born.jar"),
                        Map.of(
                                "AcmeProvider",
                                PluginJars.PRIOR.replace("public PluginInfo info()", constructor)),
                        Map.of()),
                "born.jar");
        waitFor(() -> complaints().size() == 7, "seven complaints");
        assertSaid("text.jar", "it is not a jar file");
        assertSaid("future.jar", "it needs org.headwater.api ≥ 7.2 and < 8.0, installed is 1.0");
        assertSaid(
                "lonely.jar", "it needs the package com.example.numbers, which nothing here has");
        assertSaid("java.jar", "it needs Java 99, this is Java ");
        assertSaid("throwing.jar", "its activator failed with IllegalStateException (no licence)");
        assertSaid("hanging.jar", "it did not start within 3 s");
        assertSaid(
                "born.jar",
                "failed while it was created: java.lang.IllegalStateException: no data");
        done(submit("out", "l1, weight: 2", 1));
    }

    private Map<String, String> complaints() {
        Map<String, String> all = new java.util.TreeMap<>();
        for (Object entry : (List<?>) call(library, "list")) {
            try {
                Class<?> type = entry.getClass();
                String complaint = (String) type.getMethod("complaint").invoke(entry);
                if (!complaint.isEmpty()) {
                    all.put((String) type.getMethod("file").invoke(entry), complaint);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return all;
    }

    private void assertSaid(String file, String text) {
        String complaint = complaints().get(file);
        assertTrue(complaint.contains(text), () -> file + ": " + complaint);
        assertFalse(complaint.contains("\n"), complaint);
    }

    /** A prior that misbehaves once it is used. */
    @Test
    void brokenPriorsAreExplained() throws Exception {
        for (String[] fault :
                new String[][] {
                    {
                        "if (true) throw new IllegalStateException(\"boom\");",
                        "",
                        "which failed: it threw IllegalStateException (boom)"
                    },
                    {
                        "while (shape.dimension() > 0) { try { Thread.sleep(1000); } catch"
                                + " (InterruptedException e) { } }",
                        "",
                        "it gave no answer within 3 s"
                    },
                    {
                        "",
                        "if (true) { java.util.Arrays.fill(out.data(), Double.NaN); return; }",
                        "its prox at 0 is not finite"
                    }
                }) {
            Path jar = PluginJars.acme(HOME, folder.resolve("acme"), fault[0], fault[1]);
            call(library, "install", copy(jar, "acme.jar"));
            RuntimeException e =
                    assertThrows(RuntimeException.class, () -> submit("none", "acme", 1));
            assertTrue(e.getMessage().contains(fault[2]), e.getMessage());
            assertTrue(e.getMessage().contains("the prior acme (bundle org.acme.prior 1.0.0)"));
            assertFalse(Files.exists(folder.resolve("none")));
        }
        Path jar =
                PluginJars.acme(
                        HOME,
                        folder.resolve("acme"),
                        "",
                        "if (y.size() > 1) throw new IllegalStateException(\"later\");");
        call(library, "install", copy(jar, "acme.jar"));
        Object job = submit("late", "acme", 1);
        call(job, "await");
        assertEquals("FAILED", status(job));
        String error = call(job, "error").toString();
        assertTrue(
                error.contains(
                        "the prior acme (bundle org.acme.prior 1.0.0), which failed: it threw"
                                + " IllegalStateException (later)"),
                error);
        done(submit("fine", "l1, weight: 2", 1));
        try (Stream<Path> files = Files.list(plugins)) {
            assertEquals(List.of("acme.jar"), files.map(f -> f.getFileName().toString()).toList());
        }
    }
}
