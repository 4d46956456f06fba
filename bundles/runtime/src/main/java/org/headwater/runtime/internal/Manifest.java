package org.headwater.runtime.internal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins.Identity;

/** manifest.json: what ran, on what, from which files, and how it ended. Thread-safe. */
final class Manifest {
    /** The run waits or works, or its process has died. */
    static final String RUNNING = "running";

    /** All is written. */
    static final String DONE = "done";

    /** Waits at a safe point, in a process that may have died since. */
    static final String PAUSED = "paused";

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
    private static final String CITATIONS = "citations";
    private static final String TIMINGS = "timings-seconds";
    private static final String PROBLEM_HASH = "problem-sha256";
    private static final String NEXT_HASH = "next-problem-sha256";
    private static final String SEGMENTS = "segments";

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
        if (problem.backend().laneWidth() > 0) {
            backend.put("lane-width", problem.backend().laneWidth());
        }
        c.put("backend", backend);
        c.put("determinism", determinism(plan.backend().type()));
        c.put(PLUGINS, plugins(plan.identities()));
        c.put("platform", platform.bundles().get());
        c.put(CITATIONS, citations(plan));
        c.put(INPUTS, inputs(plan.existingInputs()));
        c.put(PROBLEM_HASH, Hashes.sha256(directory.problem()));
        c.put(SEGMENTS, List.of());
        c.put(TIMINGS, new LinkedHashMap<String, Object>());
        return new Manifest(directory.manifest(), c);
    }

    /** Reads a run's manifest. */
    static Manifest read(RunDirectory directory) throws IOException {
        return read(directory.manifest());
    }

    /**
     * Reads a manifest.
     *
     * @throws IOException if it cannot be read or is no manifest; the message names the file
     */
    static Manifest read(Path file) throws IOException {
        Manifest manifest;
        try {
            manifest =
                    new Manifest(file, Json.object(Files.readString(file, StandardCharsets.UTF_8)));
        } catch (CharacterCodingException e) {
            throw new IOException(file.getFileName() + " is damaged: not UTF-8 text", e);
        } catch (FileSystemException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(file.getFileName() + " is damaged: " + e.getMessage(), e);
        }
        if (!(manifest.content.get(STATUS) instanceof String)) {
            throw new IOException(file.getFileName() + " is damaged: it has no " + STATUS);
        }
        return manifest;
    }

    private static String determinism(String backend) {
        return "vector".equals(backend)
                ? "the same seed, inputs, plug-ins, Java and lane width give the same bytes, whatever the"
                        + " number of threads"
                : "the same seed, inputs, plug-ins, device and number of threads give the same bytes;"
                        + " elsewhere results agree to rounding";
    }

    private static List<Object> inputs(List<Path> files) throws IOException {
        List<Object> inputs = new ArrayList<>();
        for (Path input : files) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put(PATH, input.toString());
            entry.put("bytes", Files.size(input));
            entry.put(SHA256, Hashes.sha256(input));
            inputs.add(entry);
        }
        return inputs;
    }

    /** What the plug-ins want to be cited by. */
    private static List<Object> citations(ProblemPlan plan) {
        return new ArrayList<>(
                plan.plugins().stream()
                        .map(p -> p.info().citation())
                        .filter(c -> !c.isEmpty())
                        .distinct()
                        .toList());
    }

    private static List<Object> plugins(List<Identity> plugins) {
        List<Object> out = new ArrayList<>();
        for (Identity p : plugins) {
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
    String changedInput(Path problem) throws IOException {
        String hash = Hashes.sha256(problem);
        if (!hash.equals(content.get(PROBLEM_HASH)) && !hash.equals(content.get(NEXT_HASH))) {
            return problem + " has changed";
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

    /** The plug-ins that the run works with now, and files that it did not read before. */
    synchronized void plugins(ProblemPlan plan) throws IOException {
        content.put(PLUGINS, plugins(plan.identities()));
        Set<Object> cited = new LinkedHashSet<>();
        if (content.get(CITATIONS) instanceof List<?> before) {
            cited.addAll(before);
        }
        cited.addAll(citations(plan));
        content.put(CITATIONS, new ArrayList<>(cited));
        List<Object> all = new ArrayList<>((List<?>) content.get(INPUTS));
        for (Object input : inputs(plan.existingInputs())) {
            Object path = ((Map<?, ?>) input).get(PATH);
            if (all.stream().noneMatch(o -> path.equals(((Map<?, ?>) o).get(PATH)))) {
                all.add(input);
            }
        }
        content.put(INPUTS, all);
    }

    /**
     * Writes the problem as it has become. Whenever the process is killed meanwhile, the file is
     * one that the manifest knows.
     */
    synchronized void problem(RunDirectory directory, String yaml) throws IOException {
        content.put(NEXT_HASH, Hashes.sha256(yaml.getBytes(StandardCharsets.UTF_8)));
        write();
        SafeFiles.write(directory.problem(), yaml);
        content.put(PROBLEM_HASH, content.remove(NEXT_HASH));
        write();
    }

    /** What was noted of the segments so far, in order. */
    synchronized List<Map<String, Object>> segments() {
        List<Map<String, Object>> out = new ArrayList<>();
        if (content.get(SEGMENTS) instanceof List<?> list) {
            for (Object o : list) {
                Map<String, Object> entry = new LinkedHashMap<>();
                ((Map<?, ?>) o).forEach((k, v) -> entry.put(String.valueOf(k), v));
                out.add(entry);
            }
        }
        return out;
    }

    /** Notes a segment; what was noted of it and of later ones before is dropped. */
    synchronized void segment(int index, Map<String, Object> entry) {
        List<Map<String, Object>> all = segments();
        all = new ArrayList<>(all.subList(0, Math.min(index, all.size())));
        all.add(entry);
        content.put(SEGMENTS, all);
    }

    /** Plug-ins that are not those the run worked with, in words. */
    List<String> changedPlugins(List<Identity> now) {
        List<Identity> before = new ArrayList<>();
        if (content.get(PLUGINS) instanceof List<?> list) {
            for (Object o : list) {
                if (o instanceof Map<?, ?> e) {
                    for (PluginKind kind : PluginKind.values()) {
                        if (kind.key().equals(e.get("kind"))) {
                            before.add(
                                    new Identity(
                                            kind,
                                            String.valueOf(e.get("type")),
                                            String.valueOf(e.get("bundle")),
                                            String.valueOf(e.get("version")),
                                            String.valueOf(e.get(SHA256))));
                        }
                    }
                }
            }
        }
        return changed(before, now);
    }

    /** Plug-ins of the same type and another revision, in words. */
    static List<String> changed(List<Identity> before, List<Identity> now) {
        List<String> changed = new ArrayList<>();
        for (Identity then : before) {
            for (Identity p : now) {
                if (p.kind() == then.kind() && p.type().equals(then.type()) && !p.equals(then)) {
                    changed.add(
                            String.format(
                                    "%s is now %s %s%s",
                                    then,
                                    p.type(),
                                    p.version(),
                                    p.version().equals(then.version()) ? " of another build" : ""));
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
