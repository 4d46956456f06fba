package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Layer;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.Workers;
import org.headwater.kernels.random.KeyedRandom;
import org.headwater.runtime.Json;
import org.headwater.runtime.Plugins.Plugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernel backend computes a layer fastest on this machine, by trying each for a second or
 * more. The answer is kept in a file, so that later runs of the same size take the same backend and
 * give the same bytes, also on another number of threads. A backend of lower rank is taken only if
 * it is clearly faster.
 */
final class BackendChoice {
    /**
     * N²d from which a layer takes long enough for the choice to matter, about a tenth of a second;
     * layers of this size are tried.
     */
    static final double LARGE = 1 << 29;

    private static final double CLEARLY = 1.3;
    private static final int LEAST_CALLS = 5;

    /** After its second call, how much slower than the best so far a backend is given up. */
    private static final double HOPELESS = 10;

    private static final long NANOS = 1_000_000_000L;
    private static final double KAPPA = 2.5;
    private static final String FASTEST = "fastest";
    private static final Logger LOG = LoggerFactory.getLogger(BackendChoice.class);

    private final Path file;

    /** Keeps answers in a file; null keeps none. */
    BackendChoice(Path file) {
        this.file = file;
    }

    /** The choice of this installation. */
    static BackendChoice here() {
        String home = System.getProperty("headwater.home");
        return new BackendChoice(home == null ? null : Path.of(home, "data", "backends.json"));
    }

    /**
     * The fastest backend, or the first where the layer is small.
     *
     * @param backends usable ones by rank
     * @param notices told what was picked, and why
     */
    Plugin fastest(Layer layer, List<Plugin> backends, Workers workers, Consumer<String> notices) {
        double n = layer.particles();
        if (backends.size() == 1 || n * n * layer.dimension() < LARGE) {
            return backends.get(0);
        }
        Layer tried =
                new Layer(
                        layer.kind(),
                        (int) Math.sqrt(LARGE / layer.dimension()),
                        layer.dimension());
        String what =
                String.format(
                        Locale.ROOT,
                        "%s layer of %d × %d",
                        layer.kind().name().toLowerCase(Locale.ROOT),
                        tried.particles(),
                        tried.dimension());
        String key = what + key(backends);
        Map<String, Object> known = known();
        if (known.get(key) instanceof Map<?, ?> answer) {
            for (Plugin backend : backends) {
                if (backend.type().equals(answer.get(FASTEST))) {
                    notices.accept(
                            "backend: " + backend.type() + ", measured before for a " + what);
                    return backend;
                }
            }
        }
        Map<Plugin, Double> milliseconds = new LinkedHashMap<>();
        double least = Double.POSITIVE_INFINITY;
        for (Plugin backend : backends) {
            double ms = milliseconds(backend, tried, workers, least * HOPELESS);
            milliseconds.put(backend, ms);
            least = Math.min(least, ms);
        }
        Plugin best = backends.get(0);
        for (Plugin backend : backends) {
            if (milliseconds.get(backend) * CLEARLY < milliseconds.get(best)) {
                best = backend;
            }
        }
        Map<String, Double> times = new LinkedHashMap<>();
        milliseconds.forEach((backend, ms) -> times.put(backend.type(), ms));
        keep(known, key, Map.of(FASTEST, best.type(), "milliseconds", times));
        notices.accept(
                "backend: "
                        + best.type()
                        + ", the fastest for a "
                        + what
                        + times.entrySet().stream()
                                .map(
                                        e ->
                                                String.format(
                                                        Locale.ROOT,
                                                        "%s %.3g ms",
                                                        e.getKey(),
                                                        e.getValue()))
                                .collect(Collectors.joining(", ", " (", ")")));
        return best;
    }

    private static String key(List<Plugin> backends) {
        return backends.stream()
                .map(b -> b.type() + " " + b.version() + " " + b.sha256())
                .collect(
                        Collectors.joining(
                                ", ", ", Java " + System.getProperty("java.version") + ", ", ""));
    }

    /** The shortest call; infinite for a backend that fails. */
    private static double milliseconds(
            Plugin plugin, Layer layer, Workers workers, double hopeless) {
        try {
            KernelBackend backend = ((KernelBackendProvider) plugin.provider()).create();
            int n = layer.particles();
            int d = layer.dimension();
            Ensemble x = Ensemble.zeros(n, d);
            KeyedRandom random = KeyedRandom.of(1);
            for (int i = 0; i < n * d; i++) {
                x.data()[i] = random.gaussian();
            }
            double[] kappa = new double[d];
            Arrays.fill(kappa, KAPPA);
            Ensemble zero = Ensemble.zeros(n, d);
            Ensemble out = Ensemble.zeros(n, d);
            long shortest = Long.MAX_VALUE;
            long begin = System.nanoTime();
            for (int call = 0;
                    (call < LEAST_CALLS || System.nanoTime() - begin < NANOS)
                            && (call < 2 || shortest < hopeless * 1e6);
                    call++) {
                long start = System.nanoTime();
                if (layer.kind() == KernelBackend.Kind.JOINT) {
                    backend.joint(x, KAPPA, new double[n], out, new double[n], workers);
                } else {
                    backend.tensorised(x, kappa, zero, out, new double[d], workers);
                }
                shortest = Math.min(shortest, System.nanoTime() - start);
            }
            return shortest / 1e6;
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("{} cannot be measured: {}", plugin.identity(), e.toString());
            return Double.POSITIVE_INFINITY;
        }
    }

    private Map<String, Object> known() {
        if (file == null || !Files.isRegularFile(file)) {
            return new TreeMap<>();
        }
        try {
            return new TreeMap<>(Json.object(Files.readString(file)));
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.getMessage());
            return new TreeMap<>();
        }
    }

    private void keep(Map<String, Object> known, String key, Map<String, Object> answer) {
        if (file == null) {
            return;
        }
        known.put(key, answer);
        try {
            Files.createDirectories(file.getParent());
            SafeFiles.write(file, Json.pretty(known));
        } catch (IOException e) {
            LOG.warn(
                    "{} cannot be written, backends will be measured again: {}",
                    file,
                    e.getMessage());
        }
    }
}
