package org.headwater.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * NVIDIA's own compiler takes the kernels. It needs no card; the driver beside it is the
 * emulator's, hence a process of its own. Skipped where NVRTC is not installed.
 */
class CompilerTest {
    @Test
    void nvrtcCompilesTheKernels() throws Exception {
        Path emulator = Emulator.folder();
        List<Path> folders = new ArrayList<>(List.of(Path.of("/nowhere")));
        folders.addAll(
                Libraries.folders(
                        Map.of(Libraries.PATH, System.getProperty(Libraries.PATH, "")),
                        System.getenv(),
                        Path.of(System.getProperty("user.home")),
                        Driver.MAJOR));
        String nvrtc = "libnvrtc.so." + Driver.MAJOR;
        Path compiler =
                folders.stream()
                        .filter(f -> f.resolve(nvrtc).toFile().canRead())
                        .findFirst()
                        .orElse(null);
        assumeTrue(
                compiler != null,
                "no "
                        + nvrtc
                        + " here: pip install nvidia-cuda-nvrtc, or name its folder in"
                        + " LD_LIBRARY_PATH");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Compile.class.getName(),
                                emulator.toString(),
                                compiler.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(5, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("compiled by NVRTC " + Driver.MAJOR + "."), output);
    }

    /** Compiles one source of each kind for old and new cards. */
    static final class Compile {
        private Compile() {}

        /**
         * In a process of its own.
         *
         * @param folders of the emulator and of NVRTC
         */
        public static void main(String[] folders) throws Exception {
            List<Path> files = new ArrayList<>();
            Libraries libraries =
                    new Libraries(List.of(Path.of(folders[1]), Path.of(folders[0])), Driver.MAJOR);
            // NVRTC's own; the driver of the emulator, whatever else is there.
            for (Path file : libraries.files()) {
                String name = file.getFileName().toString();
                files.add(
                        name.startsWith("libnvrtc")
                                ? Path.of(folders[1]).resolve(name)
                                : Path.of(folders[0]).resolve(name));
            }
            Driver.start(files, Path.of("target", "cuda", "jni"));
            int least = Driver.MAJOR >= 13 ? 75 : Card.LEAST_CAPABILITY;
            for (Source source :
                    List.of(
                            Source.rows(true, false, 2, 4),
                            Source.rows(false, true, 8, 1),
                            Source.pairs(2),
                            Source.panel(true, false, 128),
                            Source.panel(false, true, 64),
                            Source.moments())) {
                for (int capability : new int[] {least, 90}) {
                    byte[] code = Driver.compile(source.text(), capability);
                    if (code.length < 1000 || code[1] != 'E') {
                        throw new IllegalStateException("no machine code");
                    }
                }
            }
            System.out.println("compiled by NVRTC " + Driver.compiler());
        }
    }
}
