package org.headwater.server.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.StepInfo;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;

/** Jobs, steps and notices as the API shows them. */
final class JobView {
    private JobView() {}

    /** What a list shows of a job. */
    static Map<String, Object> of(JobQueue.View view) {
        JobRecord job = view.job();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", Long.toString(job.id()));
        map.put("name", job.name());
        map.put("state", job.state().name());
        map.put("wanted", job.wanted().name());
        map.put("priority", job.priority());
        map.put("owner", job.owner());
        map.put("sweep", job.sweep().isEmpty() ? null : job.sweep());
        map.put("submitted", job.submitted().toString());
        map.put("started", job.started() == null ? null : job.started().toString());
        map.put("finished", job.finished() == null ? null : job.finished().toString());
        map.put("tries", job.tries());
        map.put("memory", job.memory() == 0 ? null : job.memory());
        map.put("waits-for", view.waitsFor());
        map.put("verdict", job.verdict().isEmpty() ? null : job.verdict());
        map.put("error", job.error().isEmpty() ? null : job.error());
        Job run = view.run();
        map.put("phase", run == null ? null : run.phase());
        map.put("segment", run == null ? null : run.segment());
        map.put(
                "iteration",
                run == null ? null : run.lastStep().map(StepInfo::iteration).orElse(0));
        map.put("iterations", run == null ? null : run.iterations());
        map.put(
                "seconds-left",
                run == null ? null : run.timeLeft().map(t -> t.toMillis() / 1000.0).orElse(null));
        return map;
    }

    /** All that is known of a job, its verdict's reasons included. */
    static Map<String, Object> whole(JobQueue.View view, JobFolders folders) throws IOException {
        Map<String, Object> map = of(view);
        long id = view.job().id();
        Map<String, Object> verdict = folders.verdict(id);
        map.put("reasons", verdict.getOrDefault("reasons", List.of()));
        String self = "/api/v1/jobs/" + id;
        Map<String, Object> links = new LinkedHashMap<>();
        links.put("self", self);
        links.put("events", self + "/events");
        links.put("files", self + "/files/");
        if (Files.exists(folders.run(id).resolve("report.html"))) {
            links.put("report", self + "/files/report.html");
        }
        map.put("links", links);
        return map;
    }

    /** A step. */
    static Map<String, Object> of(StepInfo step) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("iteration", step.iteration());
        map.put("residual", step.residual());
        map.put("spread", step.spread());
        map.put("failed", step.failed());
        map.put("values", step.values());
        return map;
    }

    /** The steps that a run's log holds after an iteration, as the API shows them. */
    static List<Map<String, Object>> logged(Path log, int after) throws IOException {
        List<Map<String, Object>> steps = new ArrayList<>();
        if (!Files.exists(log)) {
            return steps;
        }
        for (String line : Files.readAllLines(log, StandardCharsets.UTF_8)) {
            Map<String, Object> event;
            try {
                event = Json.object(line);
            } catch (IOException torn) {
                break;
            }
            if ("step".equals(event.remove("event"))
                    && event.get("iteration") instanceof Number n
                    && n.intValue() > after) {
                event.remove("time");
                steps.add(event);
            }
        }
        return steps;
    }
}
