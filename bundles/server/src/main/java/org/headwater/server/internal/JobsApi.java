package org.headwater.server.internal;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.headwater.runtime.Job;
import org.headwater.runtime.Json;
import org.headwater.runtime.PluginKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs that there are: what they show, and what one may do with them. */
final class JobsApi {
    /** The highest priority, and less 0 the lowest. */
    static final int MOST_PRIORITY = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(JobsApi.class);
    private static final int MOST_LISTED = 1000;
    private static final int LISTED = 100;

    private final JobQueue queue;
    private final Submissions submissions;
    private final Events events;
    private final ServerSettings settings;
    private final Estimates estimates = new Estimates();

    JobsApi(JobQueue queue, Submissions submissions, Events events, ServerSettings settings) {
        this.queue = queue;
        this.submissions = submissions;
        this.events = events;
        this.settings = settings;
    }

    /** Answers what is asked of {@code jobs} and below. */
    void jobs(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException, SQLException, ServletException {
        if (path.size() == 1) {
            Requests.allow(method, "GET", "POST");
            if (method.equals("POST")) {
                Requests.require(request, Access.Role.USER);
                submissions.submit(request, response);
            } else {
                list(request, response);
            }
            return;
        }
        long id = Requests.id(path.get(1));
        JobQueue.View view =
                queue.find(id).orElseThrow(() -> ApiException.notFound("there is no job " + id));
        if (path.size() == 2) {
            Requests.allow(method, "GET", "PATCH", "DELETE");
            switch (method) {
                case "PATCH" -> {
                    Requests.requireOwner(request, view);
                    prioritise(request, id);
                }
                case "DELETE" -> {
                    Requests.requireOwner(request, view);
                    if (Requests.flag(request, "purge")) {
                        queue.purge(id);
                        LOG.info("job {}: erased by {}", id, Requests.user(request).name());
                        response.setStatus(204);
                        return;
                    }
                    queue.cancel(id);
                    LOG.info("job {}: cancelled by {}", id, Requests.user(request).name());
                }
                default -> {
                    // GET
                }
            }
            show(response, id);
            return;
        }
        switch (path.get(2)) {
            case "events" -> {
                Requests.end(path, 3);
                Requests.allow(method, "GET");
                events.watch(request, response, id);
            }
            case "estimate" -> {
                Requests.end(path, 3);
                Requests.allow(method, "GET");
                Optional<Map<String, Object>> estimate = estimates.of(view);
                if (estimate.isPresent()) {
                    Requests.json(response, 200, estimate.get());
                } else {
                    response.setStatus(204);
                }
            }
            case "files" -> {
                Requests.allow(method, "GET");
                files(response, view, path.subList(3, path.size()));
            }
            case "pause", "resume", "swap" -> {
                Requests.end(path, 3);
                Requests.allow(method, "POST");
                Requests.requireOwner(request, view);
                switch (path.get(2)) {
                    case "pause" -> queue.pause(id);
                    case "resume" -> queue.resume(id);
                    default -> swap(request, id);
                }
                LOG.info("job {}: {} by {}", id, path.get(2), Requests.user(request).name());
                show(response, id);
            }
            default -> throw ApiException.notFound("a job has no " + path.get(2));
        }
    }

    private void show(HttpServletResponse response, long id) throws IOException, SQLException {
        JobQueue.View view =
                queue.find(id).orElseThrow(() -> ApiException.notFound("there is no job " + id));
        Requests.json(response, 200, JobView.whole(view, queue.folders()));
    }

    private void list(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException {
        Map<String, String> query = Requests.query(request);
        Job.Status state = null;
        if (query.get("state") != null) {
            try {
                state = Job.Status.valueOf(query.get("state").toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw ApiException.badRequest(
                        "state",
                        "must be one of "
                                + Stream.of(Job.Status.values())
                                        .map(Job.Status::name)
                                        .collect(Collectors.joining(", ")),
                        Requests.shown(query.get("state")),
                        "e.g. ?state=RUNNING");
            }
        }
        int limit = (int) Requests.number(query, "limit", LISTED, 1, MOST_LISTED);
        long before = Requests.number(query, "before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        String sweep = query.get("sweep");
        JobTable.Query wanted = new JobTable.Query(state, sweep, before, limit);
        List<JobQueue.View> jobs = queue.list(wanted);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("jobs", jobs.stream().map(JobView::of).toList());
        body.put("total", queue.table().count(wanted));
        String next = null;
        if (jobs.size() == limit) {
            next =
                    Requests.ROOT
                            + "/jobs?limit="
                            + limit
                            + "&before="
                            + jobs.get(jobs.size() - 1).job().id()
                            + (state == null ? "" : "&state=" + state)
                            + (sweep == null
                                    ? ""
                                    : "&sweep=" + URLEncoder.encode(sweep, StandardCharsets.UTF_8));
        }
        body.put("next", next);
        Requests.json(response, 200, body);
    }

    /** Cancels the jobs of a sweep that have not ended. */
    void cancelSweep(HttpServletRequest request, HttpServletResponse response, String sweep)
            throws IOException, SQLException {
        int cancelled = 0;
        for (JobQueue.View view : queue.open()) {
            if (view.job().sweep().equals(sweep)) {
                Requests.requireOwner(request, view);
                queue.cancel(view.job().id());
                cancelled++;
            }
        }
        Requests.json(response, 200, Map.of("cancelled", cancelled));
    }

    private void prioritise(HttpServletRequest request, long id) throws IOException, SQLException {
        Map<String, Object> body = Requests.body(request, settings);
        if (body.size() == 1
                && body.get("priority") instanceof Long priority
                && Math.abs(priority) <= MOST_PRIORITY) {
            queue.prioritise(id, priority.intValue());
            return;
        }
        throw ApiException.badRequest(
                "priority",
                "must be a whole number from -" + MOST_PRIORITY + " to " + MOST_PRIORITY,
                null,
                "e.g. {\"priority\": 10}");
    }

    private void swap(HttpServletRequest request, long id) throws IOException, SQLException {
        Map<String, Object> body = Requests.body(request, settings);
        if (body.size() == 1) {
            Map.Entry<String, Object> only = body.entrySet().iterator().next();
            for (PluginKind kind : PluginKind.values()) {
                if (kind.key().equals(only.getKey())) {
                    Map<String, Object> section = Json.mapping(only.getValue());
                    Object type =
                            kind == PluginKind.BACKEND && only.getValue() instanceof String
                                    ? only.getValue()
                                    : section.get("type");
                    if (type instanceof String text) {
                        UploadedProblem.confine(section, kind.key(), settings.allowedHosts());
                        queue.swap(id, kind, text, UploadedProblem.without(section, "type"));
                        return;
                    }
                }
            }
        }
        throw ApiException.badRequest(
                "body",
                "must be one section of a problem: prior, noise, solver or backend",
                null,
                "e.g. {\"prior\": {\"type\": \"tv\", \"weight\": 0.3}}");
    }

    private void files(HttpServletResponse response, JobQueue.View view, List<String> path)
            throws IOException {
        JobFolders folders = queue.folders();
        long id = view.job().id();
        boolean input = !path.isEmpty() && path.get(0).equals("input");
        List<String> below = input ? path.subList(1, path.size()) : path;
        Path root = input ? folders.of(id).resolve("input") : folders.run(id);
        if (below.isEmpty() || below.equals(List.of(""))) {
            Requests.json(response, 200, Map.of("files", RunFiles.list(root)));
            return;
        }
        Path file = RunFiles.find(root, below);
        response.setContentType(RunFiles.type(file));
        // a report may hold scripts of its own, and none of them may act for the user
        response.setHeader(
                "Content-Security-Policy",
                "sandbox allow-scripts; default-src 'unsafe-inline' data: blob:");
        response.setContentLengthLong(Files.size(file));
        response.setDateHeader("Last-Modified", Files.getLastModifiedTime(file).toMillis());
        try (InputStream in = Files.newInputStream(file);
                OutputStream out = response.getOutputStream()) {
            in.transferTo(out);
        }
    }
}
