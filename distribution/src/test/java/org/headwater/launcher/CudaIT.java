package org.headwater.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The CUDA backend in the assembled distribution, on a machine without a card. */
@EnabledOnOs(OS.LINUX)
class CudaIT {
    private static final Path HOME = Path.of(System.getProperty("headwater.home"));

    /** A driver and a compiler that run kernels on the CPU; the bundle's tests have made them. */
    private static final Path EMULATOR =
            Path.of("..", "bundles", "backend-cuda", "target", "emulator").toAbsolutePath();

    @TempDir private Path folder;

    private String headwater(int expected, String options, String... args) throws Exception {
        List<String> line = new ArrayList<>(List.of(HOME.resolve("bin/headwater").toString()));
        line.addAll(List.of(args));
        Path out = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(line).directory(folder.toFile());
        builder.environment().put("HEADWATER_JAVA_OPTS", options);
        Process process = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(out);
        assertEquals(expected, process.waitFor(), text);
        return text;
    }

    @Test
    void withoutADriverNothingIsLoadedAndTheReasonIsGiven() throws Exception {
        Path classes = folder.resolve("classes");
        String text =
                headwater(0, "-Xlog:class+load=info:file=" + classes, "shell", "-c", "backends");
        assumeTrue(text.contains("no NVIDIA driver was found"), text);
        assertTrue(text.contains("cuda"), text);
        assertFalse(Files.readString(classes).contains("] org.bytedeco."));
    }

    /** JavaCPP inside the bundle, its natives, and the kernels' way to a card. */
    @Test
    void theBundleReachesADriver() throws Exception {
        assumeTrue(Files.exists(EMULATOR.resolve("libcuda.so.1")), "no emulator (it needs a g++)");
        String text =
                headwater(0, "-Dheadwater.cuda.path=" + EMULATOR, "shell", "-c", "verify cuda");
        assertTrue(text.contains("backend cuda keeps its contract"), text);
    }
}
