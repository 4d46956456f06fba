package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What runs here, for manifests.
 *
 * @param version Headwater's version
 * @param bundles the platform's bundles: name, version, sha256
 */
record Platform(String version, Supplier<List<Map<String, Object>>> bundles) {
    /** The machine and its Java. */
    static Map<String, Object> machine(int threads) {
        Map<String, Object> out = new LinkedHashMap<>();
        Map<String, Object> java = new LinkedHashMap<>();
        java.put("version", Runtime.version().toString());
        java.put("vm", System.getProperty("java.vm.name"));
        java.put("vendor", System.getProperty("java.vendor"));
        java.put("max-heap-bytes", Runtime.getRuntime().maxMemory());
        out.put("java", java);
        Map<String, Object> os = new LinkedHashMap<>();
        os.put("name", System.getProperty("os.name"));
        os.put("version", System.getProperty("os.version"));
        os.put("architecture", System.getProperty("os.arch"));
        out.put("os", os);
        Map<String, Object> cpu = new LinkedHashMap<>();
        cpu.put("model", cpuModel());
        cpu.put("processors", Runtime.getRuntime().availableProcessors());
        out.put("cpu", cpu);
        out.put("threads", threads);
        return out;
    }

    /** The processor's name where Linux tells it, else its architecture. */
    private static String cpuModel() {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try {
                for (String line : Files.readAllLines(info)) {
                    int colon = line.indexOf(':');
                    if (line.startsWith("model name") && colon > 0) {
                        return line.substring(colon + 1).strip();
                    }
                }
            } catch (IOException e) {
                return System.getProperty("os.arch");
            }
        }
        return System.getProperty("os.arch");
    }
}
