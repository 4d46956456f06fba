package org.headwater.nd4j.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether ND4J's CUDA 11.6 natives run here. They hold machine code for compute capabilities 3.7 to
 * 8.6, which also runs on 8.9, and no PTX: on newer cards they would end the process or fail in the
 * first kernel. Hence the card is asked before anything of ND4J is loaded.
 */
final class CudaCard {
    private static final double OLDEST = 3.7;
    private static final double NEWEST = 8.9;

    /** What CUDA 11.6 asks for on Linux. */
    private static final int DRIVER = 510;

    private static final long PATIENCE_SECONDS = 20;

    private static final List<String> LIBRARIES =
            List.of(
                    "libcudart.so.11.0",
                    "libcublas.so.11",
                    "libcublasLt.so.11",
                    "libcusolver.so.11",
                    "libcusolverMg.so.11",
                    "libcusparse.so.11");

    private static final List<String> FOLDERS =
            List.of(
                    "/usr/local/cuda-11.6/lib64",
                    "/usr/local/cuda/lib64",
                    "/usr/lib/x86_64-linux-gnu",
                    "/usr/lib64",
                    "/usr/lib");

    private CudaCard() {}

    /** Why CUDA cannot be used here, or the empty string. */
    static String fault() {
        String card = cardFault(ask());
        return card.isEmpty() ? libraryFault(folders()) : card;
    }

    /**
     * Why the first card cannot be used, or the empty string.
     *
     * @param answer a line {@code name, compute capability, driver version} per card; null when
     *     there is no driver
     */
    static String cardFault(String answer) {
        if (answer == null || answer.isBlank()) {
            return "no NVIDIA card answers (nvidia-smi)";
        }
        String[] parts = answer.lines().findFirst().orElse("").split(",");
        try {
            String name = parts[0].trim();
            double capability = Double.parseDouble(parts[1].trim());
            int driver = Integer.parseInt(parts[2].trim().split("\\.")[0]);
            if (capability < OLDEST || capability > NEWEST) {
                return name
                        + " has compute capability "
                        + capability
                        + ", ND4J's CUDA 11.6 natives run on "
                        + OLDEST
                        + " to "
                        + NEWEST;
            }
            if (driver < DRIVER) {
                return "CUDA 11.6 needs driver " + DRIVER + " or newer, found " + parts[2].trim();
            }
            return "";
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return "nvidia-smi gave no card: " + answer.strip();
        }
    }

    /** Which library of CUDA 11.6 is in none of the folders, or the empty string. */
    static String libraryFault(List<Path> folders) {
        for (String library : LIBRARIES) {
            if (folders.stream().noneMatch(f -> Files.exists(f.resolve(library)))) {
                return library
                        + " of CUDA 11.6 is missing; install it or name its folder in LD_LIBRARY_PATH";
            }
        }
        return "";
    }

    private static List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        String path = System.getenv("LD_LIBRARY_PATH");
        if (path != null) {
            Arrays.stream(path.split(":"))
                    .filter(f -> !f.isEmpty())
                    .map(Path::of)
                    .forEach(folders::add);
        }
        FOLDERS.stream().map(Path::of).forEach(folders::add);
        return folders;
    }

    private static String ask() {
        try {
            Process process =
                    new ProcessBuilder(
                                    "nvidia-smi",
                                    "--query-gpu=name,compute_cap,driver_version",
                                    "--format=csv,noheader")
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.exitValue() == 0 ? text : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
