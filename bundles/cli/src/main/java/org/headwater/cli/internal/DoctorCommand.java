package org.headwater.cli.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.headwater.api.KernelBackendProvider;
import org.headwater.cli.LogFile;
import org.headwater.cli.Table;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleRevision;
import picocli.CommandLine.Command;

/** Looks for what could go wrong on this machine. */
@Command(
        name = "doctor",
        description =
                "Look for what could go wrong here: Java, memory, disk, GPU, plug-ins, folders, port.")
final class DoctorCommand extends SubCommand {
    private static final double GIB = 1L << 30;
    private static final double ENOUGH_GIB = 1.0;
    private static final int PORT = 8080;
    private static final String LOG_REMEDY = "set XDG_STATE_HOME to a folder of yours";

    private final BundleContext context;
    private final Plugins plugins;
    private final Table findings = new Table();

    DoctorCommand(BundleContext context, Plugins plugins) {
        this.context = context;
        this.plugins = plugins;
    }

    @Override
    public Integer call() {
        ok(
                "java",
                System.getProperty("java.version")
                        + " ("
                        + System.getProperty("java.vendor")
                        + ") at "
                        + System.getProperty("java.home"));
        ok("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        ok("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        memory();
        disk(Path.of("").toAbsolutePath());
        gpu();
        bundles();
        plugins();
        writable("work folder", Path.of(""), "runs go to runs/NAME here; give --output DIR");
        writable("temporary folder", Path.of(System.getProperty("java.io.tmpdir")), "set TMPDIR");
        LogFile.get()
                .ifPresentOrElse(
                        log -> writable("log folder", log.getParent(), LOG_REMEDY),
                        () -> warn("log folder", "none can be written; " + LOG_REMEDY));
        server();
        out().print(findings);
        return ExitCode.DONE;
    }

    private void memory() {
        double heap = Runtime.getRuntime().maxMemory() / GIB;
        String text = String.format(Locale.ROOT, "up to %.1f GiB for Java", heap);
        if (heap < ENOUGH_GIB) {
            warn("memory", text + "; allow more with HEADWATER_JAVA_OPTS=-Xmx4g");
        } else {
            ok("memory", text);
        }
    }

    private void disk(Path folder) {
        try {
            double free = Files.getFileStore(folder).getUsableSpace() / GIB;
            String text = String.format(Locale.ROOT, "%.1f GiB free at %s", free, folder);
            if (free < ENOUGH_GIB) {
                warn("disk", text + "; make room, or runs fail when they write results");
            } else {
                ok("disk", text);
            }
        } catch (IOException e) {
            warn("disk", "its free space cannot be found out: " + e.getMessage());
        }
    }

    /** What the kernel's driver tells; whether a backend can use it is said there. */
    private void gpu() {
        Path driver = Path.of("/proc/driver/nvidia");
        List<String> cards = new ArrayList<>();
        try (DirectoryStream<Path> gpus = Files.newDirectoryStream(driver.resolve("gpus"))) {
            for (Path gpu : gpus) {
                for (String line : Files.readAllLines(gpu.resolve("information"))) {
                    if (line.startsWith("Model:")) {
                        cards.add(line.substring("Model:".length()).strip());
                    }
                }
            }
        } catch (IOException e) {
            // no driver
        }
        ok("gpu", cards.isEmpty() ? "no NVIDIA driver here" : String.join(", ", cards));
    }

    /** What 'headwater server' would meet with its default settings. */
    private void server() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
            ok("port " + PORT, "free for 'headwater server'");
        } catch (IOException e) {
            warn("port " + PORT, "in use; if not by Headwater, give the server another --port");
        }
        Path conf = Path.of(context.getProperty("headwater.home"), "conf");
        for (String secret : List.of("admin.token", "tokens")) {
            Path file = conf.resolve(secret);
            try {
                if (Files.exists(file)
                        && Files.getPosixFilePermissions(file)
                                .contains(PosixFilePermission.OTHERS_READ)) {
                    warn("permissions", "others can read " + file + "; chmod 600 it");
                }
            } catch (IOException | UnsupportedOperationException e) {
                // a file system without such permissions
            }
        }
    }

    private void bundles() {
        int level = context.getBundle(0).adapt(FrameworkStartLevel.class).getStartLevel();
        int active = 0;
        for (Bundle b : context.getBundles()) {
            boolean fragment =
                    (b.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
            // A bundle with lazy activation is starting until its first class is asked for.
            BundleStartLevel start = b.adapt(BundleStartLevel.class);
            if (b.getState() == Bundle.ACTIVE
                    || b.getState() == Bundle.STARTING && start.isActivationPolicyUsed()) {
                active++;
            } else if (!fragment && start.getStartLevel() <= level) {
                warn(
                        "bundle",
                        b.getSymbolicName()
                                + " "
                                + b.getVersion()
                                + " did not start; "
                                + LogFile.details());
            }
        }
        ok("bundles", active + " active");
    }

    private void plugins() {
        for (PluginKind kind : PluginKind.values()) {
            List<String> types = new ArrayList<>();
            for (Plugins.Plugin p : plugins.list(kind)) {
                String type = p.provider().info().type();
                if (p.provider() instanceof KernelBackendProvider backend
                        && !backend.unavailable().isEmpty()) {
                    ok("backend " + type, "not usable here: " + backend.unavailable());
                } else {
                    types.add(type);
                }
            }
            if (types.isEmpty()) {
                warn(kind.plural(), "none; put a plug-in's jar into plugins/");
            } else {
                ok(kind.plural(), String.join(", ", types));
            }
        }
    }

    private void writable(String name, Path folder, String remedy) {
        Path at = folder.toAbsolutePath();
        try {
            Files.createDirectories(at);
            Files.delete(Files.createTempFile(at, ".headwater", ""));
            ok(name, at + " is writable");
        } catch (IOException e) {
            warn(name, at + " is not writable; " + remedy);
        }
    }

    private void ok(String name, String text) {
        findings.row("OK", name, text);
    }

    private void warn(String name, String text) {
        findings.row("WARN", name, text);
    }
}
