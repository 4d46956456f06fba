package org.headwater.runtime.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend;
import org.headwater.api.KernelBackend.Kind;
import org.headwater.api.KernelBackend.Layer;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.KernelBackendProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Workers;
import org.headwater.backend.vector.internal.VectorBackendProvider;
import org.headwater.kernels.workers.FixedWorkers;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Plugin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendChoiceTest {
    private static final Layer LARGE = new Layer(Kind.TENSORISED, 20_000, 2);

    @TempDir private Path folder;

    private final List<String> notices = new ArrayList<>();
    private final Plugin vector = plugin(new VectorBackendProvider());

    private static Plugin plugin(KernelBackendProvider provider) {
        return TestPlatform.plugin(PluginKind.BACKEND, provider, "0.1.0");
    }

    /** The vector backend, but every layer is computed so many times; none: it fails. */
    private record Repeating(String type, int times) implements KernelBackendProvider {
        @Override
        public PluginInfo info() {
            return new PluginInfo(type, "0.1.0", "for tests", SettingsSchema.of(), "");
        }

        @Override
        public String unavailable() {
            return "";
        }

        @Override
        public KernelBackend create(Precision precision) {
            if (times == 0) {
                throw new IllegalStateException("no device");
            }
            KernelBackend once = new VectorBackendProvider().create(precision);
            return new KernelBackend() {
                @Override
                public String description() {
                    return type;
                }

                @Override
                public void joint(
                        Ensemble x,
                        double kappa,
                        double[] logNormaliser,
                        Ensemble barycentre,
                        double[] selfWeight,
                        Workers workers) {
                    for (int k = 0; k < times; k++) {
                        once.joint(x, kappa, logNormaliser, barycentre, selfWeight, workers);
                    }
                }

                @Override
                public void tensorised(
                        Ensemble x,
                        double[] kappa,
                        Ensemble logNormaliser,
                        Ensemble barycentre,
                        double[] selfWeight,
                        Workers workers) {
                    for (int k = 0; k < times; k++) {
                        once.tensorised(x, kappa, logNormaliser, barycentre, selfWeight, workers);
                    }
                }
            };
        }
    }

    private Plugin fastest(Layer layer, Plugin... backends) {
        try (FixedWorkers workers = new FixedWorkers(1)) {
            return new BackendChoice(folder.resolve("data/backends.json"))
                    .fastest(layer, List.of(backends), workers, notices::add);
        }
    }

    @Test
    void takesTheFasterOneAndRemembersIt() throws Exception {
        Plugin slow = plugin(new Repeating("slow", 20));
        assertSame(vector, fastest(LARGE, slow, vector));
        assertTrue(
                notices.get(0)
                        .startsWith(
                                "backend: vector, the fastest for a tensorised layer of 16384 × 2"
                                        + " (slow "),
                notices.get(0));
        Path file = folder.resolve("data/backends.json");
        String text = Files.readString(file);
        assertTrue(text.contains("\"fastest\": \"vector\""), text);
        Files.writeString(file, text.replace("\"fastest\": \"vector\"", "\"fastest\": \"slow\""));
        assertSame(slow, fastest(LARGE, slow, vector));
        assertEquals(2, notices.size());
    }

    @Test
    void takesTheFirstWithoutMeasuringWhereItDoesNotMatter() {
        Plugin broken = plugin(new Repeating("broken", 0));
        assertSame(broken, fastest(new Layer(Kind.TENSORISED, 500, 10), broken, vector));
        assertSame(broken, fastest(LARGE, broken));
        assertEquals(List.of(), notices);
    }

    @Test
    void leavesOutOneThatFailsAndSurvivesABrokenFile() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/backends.json"), "{\"tensor");
        assertSame(vector, fastest(LARGE, plugin(new Repeating("broken", 0)), vector));
        assertTrue(Files.readString(folder.resolve("data/backends.json")).contains("vector"));
    }
}
