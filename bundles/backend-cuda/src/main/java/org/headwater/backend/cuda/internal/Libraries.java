package org.headwater.backend.cuda.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where CUDA's libraries are on this machine: the driver, which comes with the card's driver, and
 * the runtime and NVRTC, which come with the CUDA toolkit, with PyTorch, or with pip.
 */
final class Libraries {
    /** System property with folders to look in first. */
    static final String PATH = "headwater.cuda.path";

    private static final String DRIVER = "libcuda.so.1";
    private final List<Path> folders;
    private final int major;

    /**
     * In given folders.
     *
     * @param major CUDA's major version that the bundle was built for
     */
    Libraries(List<Path> folders, int major) {
        this.folders = folders;
        this.major = major;
    }

    /** In the places where installers put them. */
    static Libraries here(int major) {
        return new Libraries(
                folders(
                        Map.of(
                                PATH,
                                System.getProperty(PATH, ""),
                                "java.library.path",
                                System.getProperty("java.library.path", "")),
                        System.getenv(),
                        Path.of(System.getProperty("user.home")),
                        major),
                major);
    }

    /** Why CUDA cannot be used here, or the empty string. */
    String missing() {
        String system = System.getProperty("os.name");
        if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
            return "it runs on Linux only, this is " + system;
        }
        if (find(DRIVER).isEmpty()) {
            return "no NVIDIA driver was found (" + DRIVER + ")";
        }
        for (String library : List.of("libcudart.so." + major, "libnvrtc.so." + major)) {
            if (find(library).isEmpty()) {
                return String.format(
                        "%s of CUDA %d was not found; install the CUDA %d toolkit or run 'pip install"
                                + " nvidia-cuda-runtime%s nvidia-cuda-nvrtc%s', and name the folder in"
                                + " LD_LIBRARY_PATH if it is an unusual one",
                        library, major, major, pip(), pip());
            }
        }
        return "";
    }

    private String pip() {
        return major < 13 ? "-cu" + major : "==" + major + ".*";
    }

    /** The files in the order in which they must be loaded, once nothing is {@link #missing}. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        files.add(find(DRIVER).orElseThrow());
        files.add(find("libcudart.so." + major).orElseThrow());
        Path compiler = find("libnvrtc.so." + major).orElseThrow();
        // NVRTC asks for these by name, and finds them loaded wherever it lies.
        files.addAll(matches(compiler.getParent(), "libnvrtc-builtins.so." + major + "*"));
        files.add(compiler);
        return files;
    }

    private Optional<Path> find(String name) {
        return folders.stream().map(f -> f.resolve(name)).filter(Files::isReadable).findFirst();
    }

    /** Where to look, in order; folders that do not exist are left out. */
    static List<Path> folders(
            Map<String, String> properties, Map<String, String> environment, Path home, int major) {
        Set<Path> all = new LinkedHashSet<>();
        add(all, properties.getOrDefault(PATH, ""));
        add(all, environment.getOrDefault("LD_LIBRARY_PATH", ""));
        add(all, properties.getOrDefault("java.library.path", ""));
        for (String root : List.of("CUDA_HOME", "CUDA_PATH", "CONDA_PREFIX", "VIRTUAL_ENV")) {
            String value = environment.getOrDefault(root, "");
            if (!value.isEmpty()) {
                all.add(Path.of(value, "lib64"));
                all.add(Path.of(value, "lib"));
                python(all, Path.of(value));
            }
        }
        add(
                all,
                "/usr/local/nvidia/lib64:/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu"
                        + ":/usr/lib64:/usr/lib:/usr/lib/wsl/lib:/opt/cuda/lib64");
        List<Path> toolkits = matches(Path.of("/usr/local"), "cuda-" + major + "*");
        toolkits.add(Path.of("/usr/local/cuda"));
        toolkits.forEach(t -> all.add(t.resolve("lib64")));
        for (Path root : List.of(Path.of("/usr"), Path.of("/usr/local"), home.resolve(".local"))) {
            python(all, root);
        }
        return all.stream().filter(Files::isDirectory).toList();
    }

    private static void add(Set<Path> all, String list) {
        for (String folder : list.split(":")) {
            if (!folder.isEmpty()) {
                all.add(Path.of(folder));
            }
        }
    }

    /** Where pip puts NVIDIA's packages. */
    private static void python(Set<Path> all, Path root) {
        for (Path python : matches(root.resolve("lib"), "python3*")) {
            for (String packages : List.of("site-packages", "dist-packages")) {
                for (Path part : matches(python.resolve(packages).resolve("nvidia"), "*")) {
                    all.add(part.resolve("lib"));
                }
            }
        }
    }

    private static List<Path> matches(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
                entries.forEach(found::add);
            } catch (IOException e) {
                return new ArrayList<>();
            }
        }
        found.sort(null);
        return found;
    }
}
