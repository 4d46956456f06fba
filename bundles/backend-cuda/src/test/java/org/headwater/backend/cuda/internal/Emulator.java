package org.headwater.backend.cuda.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * CUDA without a card: a driver and a compiler that run kernels on the CPU, made by g++ from {@code
 * emulator/}. All else is what runs on a card too: JavaCPP, the kernels' text, grids, arguments. A
 * process has one; tests are skipped where there is no g++.
 */
final class Emulator {
    private static final Path FOLDER = Path.of("target", "emulator");
    private static final Path FAULT = FOLDER.resolve("fault");
    private static String absent;

    private Emulator() {}

    /** Where it is, once it is made; skips the test if it cannot be. */
    static synchronized Path folder() {
        if (absent == null) {
            absent = make();
        }
        assumeTrue(absent.isEmpty(), absent);
        clearFault();
        return FOLDER;
    }

    private static String make() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "the emulator runs on Linux only";
        }
        try {
            if (run("g++", "--version") != 0) {
                return "no g++ to make the emulator with";
            }
            Files.createDirectories(FOLDER);
            for (String name : List.of("host.h", "emulator.cpp")) {
                Files.copy(
                        Emulator.class.getResourceAsStream("/emulator/" + name),
                        FOLDER.resolve(name),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            String object = FOLDER.resolve("emulator.o").toString();
            assertEquals(
                    0,
                    run(
                            "g++",
                            "-std=c++17",
                            "-O1",
                            "-Wall",
                            "-fPIC",
                            "-DEMULATED_CUDA=" + Driver.MAJOR,
                            "-c",
                            "-o",
                            object,
                            FOLDER.resolve("emulator.cpp").toString()));
            for (String library :
                    List.of(
                            "libcuda.so.1",
                            "libcudart.so." + Driver.MAJOR,
                            "libnvrtc.so." + Driver.MAJOR)) {
                String file = FOLDER.resolve(library).toString();
                assertEquals(
                        0, run("g++", "-shared", "-o", file, "-Wl,-soname," + library, object));
            }
            return "";
        } catch (IOException e) {
            return "no g++ to make the emulator with: " + e.getMessage();
        }
    }

    private static int run(String... line) throws IOException {
        Process process =
                new ProcessBuilder(line)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            assertEquals(true, process.waitFor(5, TimeUnit.MINUTES));
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Where CUDA is looked for. */
    static Libraries libraries() {
        return new Libraries(List.of(folder()), Driver.MAJOR);
    }

    /** A provider that keeps code below target/, so that a second run of the tests is faster. */
    static CudaBackendProvider provider() {
        return new CudaBackendProvider(libraries(), Path.of("target", "cuda"));
    }

    /** Lets a call of the driver fail. */
    static void fault(String call, int code, int left) {
        try {
            Files.writeString(FAULT, call + " " + code + " " + left);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void clearFault() {
        try {
            Files.deleteIfExists(FAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How often something was compiled. */
    static long compilations() {
        Path count = FOLDER.resolve("compilations");
        try {
            return Files.exists(count) ? Files.size(count) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
