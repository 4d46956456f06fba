package org.headwater.server.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.headwater.runtime.Job;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.PluginLibrary;
import org.headwater.runtime.Plugins;

/** Whether the server can do its work: disk, database, plug-ins, stuck jobs. */
final class Health {
    private static final long ENOUGH_DISK = 200_000_000;
    private static final long STUCK_SECONDS = 1800;

    private final JobQueue queue;
    private final Plugins plugins;
    private final PluginLibrary library;
    private final Map<Long, Seen> seen = new LinkedHashMap<>();

    private record Seen(int steps, String phase, long at) {}

    Health(JobQueue queue, Plugins plugins, PluginLibrary library) {
        this.queue = queue;
        this.plugins = plugins;
        this.library = library;
    }

    /** {@code status} ok, warning or failing, and the checks with a sentence each. */
    synchronized Map<String, Object> report() {
        List<Map<String, Object>> checks = new ArrayList<>();
        disk(checks);
        database(checks);
        plugins(checks);
        stuck(checks);
        String worst = "ok";
        for (Map<String, Object> check : checks) {
            String status = (String) check.get("status");
            if (status.equals("failing") || status.equals("warning") && worst.equals("ok")) {
                worst = status;
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("status", worst);
        report.put("checks", checks);
        return report;
    }

    private static void add(
            List<Map<String, Object>> checks, String name, String status, String text) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("name", name);
        check.put("status", status);
        check.put("text", text);
        checks.add(check);
    }

    private void disk(List<Map<String, Object>> checks) {
        Path data = queue.folders().root();
        try {
            long free = Files.getFileStore(data).getUsableSpace();
            String text = free / 1_000_000 + " MB are free";
            if (!Files.isWritable(data)) {
                add(checks, "disk", "failing", "the data directory cannot be written");
            } else if (free < ENOUGH_DISK) {
                add(checks, "disk", "failing", text + "; make room or jobs will fail");
            } else {
                add(checks, "disk", "ok", text);
            }
        } catch (IOException e) {
            add(checks, "disk", "failing", "the data directory is not there");
        }
    }

    private void database(List<Map<String, Object>> checks) {
        try {
            add(checks, "database", "ok", words(queue.table().counts()));
        } catch (SQLException e) {
            add(
                    checks,
                    "database",
                    "failing",
                    "it does not answer; start again, and run 'headwater reindex' if that does not"
                            + " help");
        }
    }

    /** How many jobs there are, e.g. {@code 2 queued, 1 running, 0 paused, …}. */
    static String words(Map<Job.Status, Long> counts) {
        return counts.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey().name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }

    private void plugins(List<Map<String, Object>> checks) {
        List<String> faults = new ArrayList<>();
        for (PluginKind kind : PluginKind.values()) {
            if (plugins.list(kind).isEmpty()) {
                faults.add("there is no " + kind.singular());
            }
        }
        library.list().stream()
                .filter(entry -> !entry.complaint().isEmpty())
                .forEach(entry -> faults.add(entry.file() + ": " + entry.complaint()));
        add(
                checks,
                "plug-ins",
                faults.isEmpty() ? "ok" : "warning",
                faults.isEmpty() ? "all work" : String.join("; ", faults));
    }

    private void stuck(List<Map<String, Object>> checks) {
        long now = System.nanoTime() / 1_000_000_000;
        List<String> stuck = new ArrayList<>();
        Map<Long, Seen> next = new LinkedHashMap<>();
        for (JobQueue.View view : queue.open()) {
            if (view.lacksPlugin()) {
                stuck.add("job " + view.job().id() + " waits for " + view.waitsFor());
            }
            Job run = view.run();
            if (run == null || view.job().state() != Job.Status.RUNNING) {
                continue;
            }
            long id = view.job().id();
            Seen before = seen.get(id);
            int steps = run.lastStep().map(s -> s.iteration()).orElse(0);
            Seen is =
                    before != null && before.steps() == steps && before.phase().equals(run.phase())
                            ? before
                            : new Seen(steps, run.phase(), now);
            next.put(id, is);
            if (now - is.at() > STUCK_SECONDS) {
                stuck.add("job " + id + " has made no step for " + (now - is.at()) / 60 + " min");
            }
        }
        seen.clear();
        seen.putAll(next);
        add(
                checks,
                "jobs",
                stuck.isEmpty() ? "ok" : "warning",
                stuck.isEmpty() ? queue.running() + " run" : String.join("; ", stuck));
    }
}
