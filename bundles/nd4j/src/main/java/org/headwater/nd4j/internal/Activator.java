package org.headwater.nd4j.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.nd4j.common.config.ND4JClassLoading;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares ND4J when its first class is asked for: where it finds its implementation, where its
 * natives are unpacked, how much memory they may take. System properties that are set already stay.
 */
public final class Activator implements BundleActivator {
    private static final Logger LOG = LoggerFactory.getLogger(Activator.class);

    /** What ND4J may take beside the heap. */
    private static final long OFF_HEAP_BYTES = 4L << 30;

    @Override
    public void start(BundleContext context) {
        preset("org.nd4j.log.initialization", "false");
        // JavaCPP compares this with the memory of the whole process.
        preset(
                "org.bytedeco.javacpp.maxphysicalbytes",
                Long.toString(Runtime.getRuntime().maxMemory() + OFF_HEAP_BYTES));
        String home = context.getProperty("headwater.home");
        if (home != null) {
            String version = context.getBundle().getHeaders().get("ND4J-Version");
            preset("org.bytedeco.javacpp.cachedir", nativeFolder(Path.of(home), version));
        }
        ClassLoader own = Activator.class.getClassLoader();
        String natives = context.getBundle().getHeaders().get("Headwater-Natives");
        ND4JClassLoading.setNd4jClassloader(
                natives != null && natives.startsWith("cuda ") && cardIsUsable()
                        ? new CudaClassLoader(own)
                        : own);
    }

    @Override
    public void stop(BundleContext context) {
        // Natives stay loaded until the process ends.
    }

    private static void preset(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static boolean cardIsUsable() {
        String fault = CudaCard.fault();
        if (fault.isEmpty()) {
            return true;
        }
        LOG.warn("ND4J runs on the CPU: {}", fault);
        System.setProperty("headwater.nd4j.no-cuda", fault);
        return false;
    }

    /** {@code data/native} of the installation, or the user's where that is not writable. */
    private static String nativeFolder(Path home, String version) {
        Path folder = home.resolve("data").resolve("native");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            LOG.debug("{} cannot be made", folder, e);
        }
        if (!Files.isWritable(folder)) {
            folder = Path.of(System.getProperty("user.home"), ".cache", "headwater", "native");
        }
        return folder.resolve("nd4j-" + version).toString();
    }
}
