package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.runtime.Plugins.Plugin;

/** manifest.json: what ran, on what, from which files, and how it ended. Thread-safe. */
final class Manifest {
    /** The run waits or works, or its process has died. */
    static final String RUNNING = "running";

    /** All is written. */
    static final String DONE = "done";

    /** Stopped on demand. */
    static final String INTERRUPTED = "interrupted";

    /** Stopped by the rule on forward model failures. */
    static final String STOPPED = "stopped";

    /** Ended by an error of the platform or a plug-in. */
    static final String FAILED = "failed";

    private static final String STATUS = "status";
    private static final String INPUTS = "inputs";
    private static final String PATH = "path";
    private static final String SHA256 = "sha256";
    private static final String PLUGINS = "plugins";
    private static final String TIMINGS = "timings-seconds";
    private static final String PROBLEM_HASH = "problem-sha256";

    private final Path file;
    private final Map<String, Object> content;

    private Manifest(Path file, Map<String, Object> content) {
        this.file = file;
        this.content = content;
    }

    /** The manifest of a run that begins; its problem.yaml is there already. */
    static Manifest begin(
            RunDirectory directory,
            AssembledProblem problem,
            String command,
            Platform platform,
            int threads)
            throws IOException {
        ProblemPlan plan = problem.plan();
        Map<String, Object> c = new LinkedHashMap<>();
        c.put("headwater", platform.version());
        c.put(STATUS, RUNNING);
        c.put("name", plan.name());
        c.put("command", command);
        c.put("created", Instant.now().toString());
        c.put("seed", plan.seed());
        c.put("parameters", problem.model().dimension());
        c.put("data", problem.model().dataSize());
        c.put("iterations", problem.stepper().iterations());
        c.putAll(Platform.machine(threads));
        Map<String, Object> backend = new LinkedHashMap<>();
        backend.put("type", plan.backend().type());
        backend.put("description", problem.backend().description());
        c.put("backend", backend);
        c.put("determinism", determinism(plan.backend().type()));
        c.put(PLUGINS, plugins(plan.plugins()));
        c.put("platform", platform.bundles().get());
        List<Object> inputs = new ArrayList<>();
        for (Path input : plan.existingInputs()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put(PATH, input.toString());
            entry.put("bytes", Files.size(input));
            entry.put(SHA256, Hashes.sha256(input));
            inputs.add(entry);
        }
        c.put(INPUTS, inputs);
        c.put(PROBLEM_HASH, Hashes.sha256(directory.problem()));
        Map<String, Object> segment = new LinkedHashMap<>();
        segment.put("from-iteration", 0);
        c.put("segments", List.of(segment));
        c.put(TIMINGS, new LinkedHashMap<String, Object>());
        return new Manifest(directory.manifest(), c);
    }

    /** Reads a run's manifest. */
    static Manifest read(RunDirectory directory) throws IOException {
        Path file = directory.manifest();
        return new Manifest(file, Json.object(Files.readString(file, StandardCharsets.UTF_8)));
    }

    private static String determinism(String backend) {
        return "vector".equals(backend)
                ? "the same seed, inputs, plug-ins and lane width give the same bytes, whatever the"
                        + " number of threads"
                : "the same seed, inputs, plug-ins, device and number of threads give the same bytes;"
                        + " elsewhere results agree to rounding";
    }

    private static List<Object> plugins(List<Plugin> plugins) {
        List<Object> out = new ArrayList<>();
        for (Plugin p : plugins) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("kind", p.kind().key());
            entry.put("type", p.type());
            entry.put("bundle", p.bundle());
            entry.put("version", p.version());
            entry.put(SHA256, p.sha256());
            out.add(entry);
        }
        return out;
    }

    /** Sets a value and writes nothing yet. */
    synchronized Manifest with(String key, Object value) {
        content.put(key, value);
        return this;
    }

    /** Sets the status. */
    Manifest status(String status) {
        return with(STATUS, status);
    }

    /** The status. */
    synchronized String status() {
        return String.valueOf(content.get(STATUS));
    }

    /** The command that began the run. */
    synchronized String command() {
        return String.valueOf(content.get("command"));
    }

    /** Adds seconds to a phase's time. */
    synchronized void addTime(String phase, double seconds) {
        Map<String, Object> timings = new LinkedHashMap<>();
        if (content.get(TIMINGS) instanceof Map<?, ?> before) {
            before.forEach((k, v) -> timings.put(String.valueOf(k), v));
        }
        double before = timings.get(phase) instanceof Number n ? n.doubleValue() : 0;
        timings.put(phase, Math.round((before + seconds) * 1000) / 1000.0);
        content.put(TIMINGS, timings);
    }

    /** Notes that the run goes on from an iteration. */
    synchronized void addResume(int iteration) {
        List<Object> all = new ArrayList<>();
        if (content.get("resumed") instanceof List<?> before) {
            all.addAll(before);
        }
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("at", Instant.now().toString());
        entry.put("from-iteration", iteration);
        all.add(entry);
        content.put("resumed", all);
    }

    /** The first input that is not what it was, in words; null when all are. */
    String changedInput(RunDirectory directory) throws IOException {
        if (!Hashes.sha256(directory.problem()).equals(content.get(PROBLEM_HASH))) {
            return directory.problem() + " has changed";
        }
        if (content.get(INPUTS) instanceof List<?> inputs) {
            for (Object o : inputs) {
                if (o instanceof Map<?, ?> entry) {
                    Path path = Path.of(String.valueOf(entry.get(PATH)));
                    if (!Files.isRegularFile(path)) {
                        return path + " is no longer there";
                    }
                    if (!Hashes.sha256(path).equals(entry.get(SHA256))) {
                        return path + " has changed";
                    }
                }
            }
        }
        return null;
    }

    /** Plug-ins that are not those the run began with, in words. */
    List<String> changedPlugins(List<Plugin> now) {
        List<String> changed = new ArrayList<>();
        if (!(content.get(PLUGINS) instanceof List<?> before)) {
            return changed;
        }
        for (Object o : before) {
            if (!(o instanceof Map<?, ?> then)) {
                continue;
            }
            for (Plugin p : now) {
                if (!p.kind().key().equals(then.get("kind"))) {
                    continue;
                }
                if (!p.type().equals(then.get("type"))
                        || !p.version().equals(then.get("version"))
                        || !p.sha256().equals(then.get(SHA256))) {
                    changed.add(
                            String.format(
                                    "the %s %s %s is now %s %s%s",
                                    p.kind().singular(),
                                    then.get("type"),
                                    then.get("version"),
                                    p.type(),
                                    p.version(),
                                    p.version().equals(then.get("version"))
                                            ? " of another build"
                                            : ""));
                }
            }
        }
        return changed;
    }

    /** A copy of all values. */
    synchronized Map<String, Object> content() {
        return new LinkedHashMap<>(content);
    }

    /** Writes the file. */
    synchronized void write() throws IOException {
        SafeFiles.write(file, Json.pretty(content));
    }
}
