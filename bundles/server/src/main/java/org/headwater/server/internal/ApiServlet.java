package org.headwater.server.internal;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.headwater.api.InvalidInputException;
import org.headwater.cli.ProblemSchema;
import org.headwater.runtime.Job;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.PluginKind;
import org.headwater.runtime.Plugins;
import org.headwater.runtime.ProblemFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API, as {@code openapi.json} describes it. Every fault of a request is answered with
 * problem details; what is none of the request's fault is logged and answered with 500 and the
 * log's number for it.
 */
final class ApiServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ApiServlet.class);
    private static final String ROOT = "/api/v1";
    private static final String PROBLEM = "problem.yaml";
    private static final int MOST_LISTED = 1000;
    private static final int LISTED = 100;
    private static final int MOST_PRIORITY = 1000;
    private static final int LONGEST_NAME = 100;

    private final transient JobQueue queue;
    private final transient Jobs runtime;
    private final transient Plugins plugins;
    private final transient Access access;
    private final transient Events events;
    private final transient Metrics metrics;
    private final transient Health health;
    private final transient ServerSettings settings;
    private final transient Semaphore validations = new Semaphore(1);

    ApiServlet(
            JobQueue queue,
            Jobs runtime,
            Plugins plugins,
            Access access,
            Events events,
            Metrics metrics,
            Health health,
            ServerSettings settings) {
        this.queue = queue;
        this.runtime = runtime;
        this.plugins = plugins;
        this.access = access;
        this.events = events;
        this.metrics = metrics;
        this.health = health;
        this.settings = settings;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try {
            answer(request, response);
        } catch (ApiException e) {
            fault(response, e);
        } catch (InvalidInputException e) {
            fault(response, ApiException.invalid(e));
        } catch (SQLException | IOException | ServletException | RuntimeException e) {
            if (response.isCommitted()) {
                LOG.debug("the client has gone", e);
                return;
            }
            if (ApiException.isDiskFull(e)) {
                LOG.error("the disk is full", e);
                fault(
                        response,
                        ApiException.of(
                                507,
                                "Insufficient storage",
                                "the server's disk is full; its administrator must make room"));
                return;
            }
            String number = Long.toString(System.nanoTime(), 36);
            LOG.error("fault {}: {} {}", number, request.getMethod(), request.getRequestURI(), e);
            fault(
                    response,
                    ApiException.of(
                            500,
                            "Internal error",
                            "the server's log has more under fault " + number));
        }
        metrics.request(response.getStatus());
    }

    private static void fault(HttpServletResponse response, ApiException e) throws IOException {
        if (!response.isCommitted()) {
            response.resetBuffer();
            Door.problem(response, e);
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException, ServletException {
        String uri = request.getRequestURI();
        String method = request.getMethod();
        if (uri.equals("/health")) {
            allow(method, "GET");
            Map<String, Object> report = health.report();
            json(response, "failing".equals(report.get("status")) ? 503 : 200, report);
            return;
        }
        if (uri.equals("/metrics")) {
            allow(method, "GET");
            send(response, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
            return;
        }
        if (!uri.startsWith(ROOT + "/")) {
            throw ApiException.notFound("there is nothing at " + shown(uri));
        }
        List<String> path = new ArrayList<>();
        for (String part : uri.substring(ROOT.length() + 1).split("/", -1)) {
            path.add(decoded(part));
        }
        switch (path.get(0)) {
            case "openapi.json" -> openApi(method, path, response);
            case "schema" -> {
                end(path, 1);
                allow(method, "GET");
                json(response, 200, ProblemSchema.of(plugins, ProblemFile.settings()));
            }
            case "priors" -> plugins(PluginKind.PRIOR, method, path, response);
            case "solvers" -> plugins(PluginKind.SOLVER, method, path, response);
            case "models" -> plugins(PluginKind.MODEL, method, path, response);
            case "noises" -> plugins(PluginKind.NOISE, method, path, response);
            case "backends" -> plugins(PluginKind.BACKEND, method, path, response);
            case "validate" -> {
                end(path, 1);
                allow(method, "POST");
                require(request, Access.Role.USER);
                validate(request, response);
            }
            case "jobs" -> jobs(request, response, method, path);
            case "sweeps" -> {
                allow(method, path.size() == 1 ? "POST" : "DELETE");
                require(request, Access.Role.USER);
                if (path.size() == 1) {
                    sweep(request, response);
                } else {
                    end(path, 2);
                    cancelSweep(request, response, path.get(1));
                }
            }
            case "session" -> session(request, response, method, path);
            case "tokens" -> tokens(request, response, method, path);
            default -> throw ApiException.notFound("there is nothing at " + shown(uri));
        }
    }

    private static String shown(String uri) {
        return uri.length() > 200 ? uri.substring(0, 200) + "…" : uri;
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(
                    "path", "must be percent-encoded", part, "write % as %25");
        }
    }

    private static void end(List<String> path, int length) {
        if (path.size() != length) {
            throw ApiException.notFound("there is nothing at " + ROOT + "/" + path.get(0) + "/…");
        }
    }

    private static void allow(String method, String... allowed) {
        for (String a : allowed) {
            if (a.equals(method) || a.equals("GET") && method.equals("HEAD")) {
                return;
            }
        }
        throw ApiException.of(
                405, "Method not allowed", "here one may " + String.join(", ", allowed));
    }

    private static Access.User user(HttpServletRequest request) {
        return (Access.User) request.getAttribute(Door.USER);
    }

    private static void require(HttpServletRequest request, Access.Role role) {
        Access.User user = user(request);
        if (user == null || user.role().compareTo(role) < 0) {
            throw ApiException.of(
                    403, "Forbidden", "a token with the role " + role.word() + " is needed");
        }
    }

    private void openApi(String method, List<String> path, HttpServletResponse response)
            throws IOException {
        end(path, 1);
        allow(method, "GET");
        try (InputStream in = ApiServlet.class.getResourceAsStream("openapi.json")) {
            send(
                    response,
                    200,
                    "application/json",
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private void plugins(
            PluginKind kind, String method, List<String> path, HttpServletResponse response)
            throws IOException {
        allow(method, "GET");
        List<Plugins.Plugin> all = plugins.list(kind);
        if (path.size() == 1) {
            json(response, 200, Map.of("plugins", all.stream().map(PluginView::of).toList()));
            return;
        }
        end(path, 2);
        json(
                response,
                200,
                all.stream()
                        .filter(p -> p.type().equals(path.get(1)))
                        .findFirst()
                        .map(PluginView::of)
                        .orElseThrow(
                                () ->
                                        ApiException.notFound(
                                                "no such "
                                                        + kind.singular()
                                                        + " is installed; there are "
                                                        + all.stream()
                                                                .map(Plugins.Plugin::type)
                                                                .toList())));
    }

    private void jobs(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException, SQLException, ServletException {
        if (path.size() == 1) {
            allow(method, "GET", "POST");
            if (method.equals("POST")) {
                require(request, Access.Role.USER);
                submit(request, response);
            } else {
                list(request, response);
            }
            return;
        }
        long id = id(path.get(1));
        JobQueue.View view =
                queue.find(id).orElseThrow(() -> ApiException.notFound("there is no job " + id));
        if (path.size() == 2) {
            allow(method, "GET", "PATCH", "DELETE");
            switch (method) {
                case "PATCH" -> {
                    requireOwner(request, view);
                    prioritise(request, id);
                }
                case "DELETE" -> {
                    requireOwner(request, view);
                    if (flag(request, "purge")) {
                        queue.purge(id);
                        LOG.info("job {}: erased by {}", id, user(request).name());
                        response.setStatus(204);
                        return;
                    }
                    queue.cancel(id);
                    LOG.info("job {}: cancelled by {}", id, user(request).name());
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
                end(path, 3);
                allow(method, "GET");
                events.watch(request, response, id);
            }
            case "files" -> {
                allow(method, "GET");
                files(response, view, path.subList(3, path.size()));
            }
            case "pause", "resume", "swap" -> {
                end(path, 3);
                allow(method, "POST");
                requireOwner(request, view);
                switch (path.get(2)) {
                    case "pause" -> queue.pause(id);
                    case "resume" -> queue.resume(id);
                    default -> swap(request, id);
                }
                LOG.info("job {}: {} by {}", id, path.get(2), user(request).name());
                show(response, id);
            }
            default -> throw ApiException.notFound("a job has no " + path.get(2));
        }
    }

    private static void requireOwner(HttpServletRequest request, JobQueue.View view) {
        require(request, Access.Role.USER);
        Access.User user = user(request);
        if (user.role() != Access.Role.ADMIN && !user.name().equals(view.job().owner())) {
            throw ApiException.of(
                    403, "Forbidden", "the job is " + view.job().owner() + "'s, not yours");
        }
    }

    private void show(HttpServletResponse response, long id) throws IOException, SQLException {
        JobQueue.View view =
                queue.find(id).orElseThrow(() -> ApiException.notFound("there is no job " + id));
        json(response, 200, JobView.whole(view, queue.folders()));
    }

    private static long id(String text) {
        if (!text.matches("[1-9][0-9]{0,17}")) {
            throw ApiException.notFound("there is no job " + shown(text));
        }
        return Long.parseLong(text);
    }

    private static boolean flag(HttpServletRequest request, String name) {
        String value = query(request).get(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.equals("true")) {
            return true;
        }
        throw ApiException.badRequest(name, "must be true or false", value, "e.g. ?purge=true");
    }

    /** The query's parameters; the servlet's own would read the body of a form, too. */
    private static Map<String, String> query(HttpServletRequest request) {
        Map<String, String> all = new LinkedHashMap<>();
        String text = request.getQueryString();
        if (text == null || text.isEmpty()) {
            return all;
        }
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            all.put(decoded(key), decoded(value.replace("+", "%20")));
        }
        return all;
    }

    private static long number(
            Map<String, String> query, String key, long otherwise, long least, long most) {
        String text = query.get(key);
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            LOG.debug("not a number", e);
        }
        throw ApiException.badRequest(
                key,
                "must be a whole number from " + least + " to " + most,
                shown(text),
                "e.g. ?" + key + "=" + otherwise);
    }

    private void list(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException {
        Map<String, String> query = query(request);
        Job.Status state = null;
        if (query.get("state") != null) {
            try {
                state = Job.Status.valueOf(query.get("state").toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw ApiException.badRequest(
                        "state",
                        "must be one of " + List.of(Job.Status.values()),
                        shown(query.get("state")),
                        "e.g. ?state=RUNNING");
            }
        }
        int limit = (int) number(query, "limit", LISTED, 1, MOST_LISTED);
        long before = number(query, "before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        JobTable.Query wanted = new JobTable.Query(state, query.get("sweep"), before, limit);
        List<JobQueue.View> jobs = queue.list(wanted);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("jobs", jobs.stream().map(JobView::of).toList());
        body.put("total", queue.table().count(wanted));
        String next = null;
        if (jobs.size() == limit) {
            next =
                    ROOT
                            + "/jobs?limit="
                            + limit
                            + "&before="
                            + jobs.get(jobs.size() - 1).job().id()
                            + (state == null ? "" : "&state=" + state);
        }
        body.put("next", next);
        json(response, 200, body);
    }

    private void submit(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException, ServletException {
        if (queue.waiting() >= settings.values().integer("max-waiting")) {
            throw queueFull();
        }
        Map<String, String> query = query(request);
        int priority = (int) number(query, "priority", 0, -MOST_PRIORITY, MOST_PRIORITY);
        long id = queue.newId();
        Path folder = queue.folders().receive(id);
        try {
            ProblemFile problem = receive(request, query, folder);
            JobRecord job =
                    JobRecord.accepted(id, nameOf(problem), priority, user(request).name(), "");
            queue.accept(folder, job);
            LOG.info("job {}: {} submitted by {}", id, job.name(), job.owner());
        } finally {
            if (Files.exists(folder)) {
                queue.folders().refuse(folder);
            }
        }
        response.setHeader("Location", ROOT + "/jobs/" + id);
        response.setStatus(201);
        JobQueue.View view = queue.find(id).orElseThrow();
        json(response, 201, JobView.whole(view, queue.folders()));
    }

    /** Many jobs from one problem: all are accepted, or none if one is wrong. */
    private void sweep(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException, ServletException {
        Map<String, String> query = query(request);
        int priority = (int) number(query, "priority", 0, -MOST_PRIORITY, MOST_PRIORITY);
        long number = queue.newId();
        Path folder = queue.folders().receive(number);
        List<Path> made = new ArrayList<>();
        try {
            receiveFiles(request, query, folder);
            Path input = folder.resolve("input");
            ProblemFile file = ProblemFile.read(input.resolve(PROBLEM), List.of());
            String name =
                    file.content().get("name") instanceof String own
                            ? own
                            : query.getOrDefault("name", "sweep");
            List<Map<String, Object>> problems = Sweep.problems(file.content(), name);
            if (queue.waiting() + problems.size() > settings.values().integer("max-waiting")) {
                throw queueFull();
            }
            List<JobRecord> jobs = new ArrayList<>();
            String sweep = "s" + number;
            for (Map<String, Object> problem : problems) {
                long id = queue.newId();
                Path own = queue.folders().receive(id);
                made.add(own);
                JobFolders.copyInputs(input, own.resolve("input"));
                Path yaml = own.resolve("input").resolve(PROBLEM);
                Files.writeString(yaml, Json.text(problem) + "\n");
                ProblemFile checked =
                        UploadedProblem.check(yaml, name, settings.allowedHosts(), runtime);
                jobs.add(
                        JobRecord.accepted(
                                id, nameOf(checked), priority, user(request).name(), sweep));
            }
            for (int i = 0; i < jobs.size(); i++) {
                queue.accept(made.get(i), jobs.get(i));
            }
            LOG.info("{}: {} jobs submitted by {}", sweep, jobs.size(), user(request).name());
            response.setHeader("Location", ROOT + "/jobs?sweep=" + sweep);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("sweep", sweep);
            body.put("jobs", jobs.stream().map(j -> Long.toString(j.id())).toList());
            json(response, 201, body);
        } finally {
            made.add(folder);
            for (Path left : made) {
                if (Files.exists(left)) {
                    queue.folders().refuse(left);
                }
            }
        }
    }

    private void cancelSweep(HttpServletRequest request, HttpServletResponse response, String sweep)
            throws IOException, SQLException {
        int cancelled = 0;
        for (JobQueue.View view : queue.open()) {
            if (view.job().sweep().equals(sweep)) {
                requireOwner(request, view);
                queue.cancel(view.job().id());
                cancelled++;
            }
        }
        json(response, 200, Map.of("cancelled", cancelled));
    }

    private static ApiException queueFull() {
        return ApiException.of(
                503, "Queue full", "too many jobs wait; try again when some have ended");
    }

    private static String nameOf(ProblemFile problem) {
        return problem.content().get("name") instanceof String own ? own : problem.name();
    }

    /** Writes a request's problem and files into a folder and checks them. */
    private ProblemFile receive(HttpServletRequest request, Map<String, String> query, Path folder)
            throws IOException, ServletException {
        String name = receiveFiles(request, query, folder);
        ProblemFile problem =
                UploadedProblem.check(
                        folder.resolve("input").resolve(PROBLEM),
                        name,
                        settings.allowedHosts(),
                        runtime);
        if (nameOf(problem).length() > LONGEST_NAME) {
            throw InvalidInputException.of(
                    "name",
                    "must not be longer than " + LONGEST_NAME + " characters",
                    null,
                    "shorten it");
        }
        return problem;
    }

    /** Writes a request's problem and files into a folder; the name that they were sent with. */
    private String receiveFiles(HttpServletRequest request, Map<String, String> query, Path folder)
            throws IOException, ServletException {
        Path input = folder.resolve("input");
        Path file = input.resolve(PROBLEM);
        String type = request.getContentType() == null ? "" : request.getContentType();
        String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        String name = query.get("name");
        int limit = settings.values().integer("problem-limit");
        String yaml;
        switch (media) {
            case "application/json" ->
                    yaml = UploadedProblem.ofJson(text(request.getInputStream(), limit));
            case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml" ->
                    yaml = text(request.getInputStream(), limit);
            case "multipart/form-data" -> {
                Part problem = null;
                for (Part part : parts(request)) {
                    if (part.getName().equals("problem")) {
                        if (problem != null) {
                            throw ApiException.badRequest(
                                    "problem", "must be one part", null, "send several jobs");
                        }
                        problem = part;
                    } else if (!part.getName().equals("files")) {
                        throw ApiException.badRequest(
                                "parts",
                                "must be named problem or files",
                                shown(part.getName()),
                                "e.g. curl -F problem=@p.yaml -F files=@A.csv");
                    }
                }
                if (problem == null) {
                    throw ApiException.badRequest(
                            "problem",
                            "is missing; it must be a part with the problem file",
                            null,
                            "e.g. curl -F problem=@p.yaml -F files=@A.csv");
                }
                String sent = problem.getSubmittedFileName();
                if (name == null && sent != null) {
                    name = sent.replaceAll(".*[/\\\\]", "").replaceAll("\\.[A-Za-z]{1,5}$", "");
                }
                try (InputStream in = problem.getInputStream()) {
                    String text = text(in, limit);
                    yaml =
                            text.stripLeading().startsWith("{")
                                            && sent != null
                                            && sent.endsWith(".json")
                                    ? UploadedProblem.ofJson(text)
                                    : text;
                }
                Files.createFile(file);
                for (Part part : parts(request)) {
                    if (part.getName().equals("files")) {
                        Path place = UploadedProblem.place(input, part.getSubmittedFileName());
                        Files.createDirectories(place.getParent());
                        try (InputStream in = part.getInputStream()) {
                            Files.copy(in, place);
                        }
                    }
                }
            }
            default ->
                    throw ApiException.of(
                            415,
                            "Unsupported media type",
                            "send the problem as application/json, application/yaml, or as the part"
                                    + " 'problem' of multipart/form-data");
        }
        UploadedProblem.checkSize(yaml);
        Files.writeString(file, yaml);
        String given = name == null ? "problem" : name;
        if (given.length() > LONGEST_NAME) {
            throw ApiException.badRequest(
                    "name",
                    "must not be longer than " + LONGEST_NAME + " characters",
                    null,
                    "shorten it");
        }
        return given;
    }

    private static Iterable<Part> parts(HttpServletRequest request)
            throws IOException, ServletException {
        try {
            return request.getParts();
        } catch (IllegalStateException e) {
            throw tooLarge();
        } catch (ServletException | IOException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("exceed")) {
                throw tooLarge();
            }
            throw ApiException.badRequest(
                    "body", "must be multipart/form-data", null, "e.g. curl -F problem=@p.yaml");
        }
    }

    private static ApiException tooLarge() {
        return ApiException.of(
                413, "Too large", "the request is larger than this server's upload-limit");
    }

    private String text(InputStream in, int limit) throws IOException {
        long end =
                System.nanoTime() + 1_000_000_000L * settings.values().integer("request-timeout");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            bytes.write(buffer, 0, n);
            if (bytes.size() > limit) {
                throw ApiException.of(
                        413,
                        "Too large",
                        "a problem may have " + limit + " bytes; send numbers as CSV files along");
            }
            if (System.nanoTime() > end) {
                throw ApiException.of(408, "Request timeout", "the request came too slowly");
            }
        }
        return UploadedProblem.text(bytes.toByteArray());
    }

    private Map<String, Object> body(HttpServletRequest request) throws IOException {
        String text = text(request.getInputStream(), settings.values().integer("problem-limit"));
        try {
            return Json.object(text);
        } catch (IOException e) {
            throw ApiException.badRequest(
                    "body", "must be a JSON object", null, "check it with a JSON validator");
        }
    }

    private void validate(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        Path folder = queue.folders().receive(queue.newId());
        try {
            ProblemFile problem = receive(request, query(request), folder);
            if (!validations.tryAcquire()) {
                throw ApiException.of(503, "Busy", "another problem is being checked; try again");
            }
            try {
                json(response, 200, runtime.validate(problem).facts());
            } finally {
                validations.release();
            }
        } finally {
            queue.folders().refuse(folder);
        }
    }

    private void prioritise(HttpServletRequest request, long id) throws IOException, SQLException {
        Map<String, Object> body = body(request);
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
        Map<String, Object> body = body(request);
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
            json(response, 200, Map.of("files", RunFiles.list(root)));
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

    private void session(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException {
        end(path, 1);
        allow(method, "GET", "POST", "DELETE");
        Access.User user = user(request);
        switch (method) {
            case "POST" -> {
                String token = Door.bearer(request);
                if (user == null || token == null) {
                    throw ApiException.of(
                            401, "Unauthorized", "a session begins with a valid token");
                }
                cookie(request, response, access.beginSession(token), 12 * 3600);
            }
            case "DELETE" -> {
                Door.session(request).ifPresent(access::endSession);
                cookie(request, response, "", 0);
                response.setStatus(204);
                return;
            }
            default -> {
                if (user == null) {
                    throw ApiException.of(401, "Unauthorized", "there is no session");
                }
            }
        }
        json(response, 200, Map.of("user", user.name(), "role", user.role().word()));
    }

    private static void cookie(
            HttpServletRequest request, HttpServletResponse response, String value, int seconds) {
        response.addHeader(
                "Set-Cookie",
                Door.COOKIE
                        + "="
                        + value
                        + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
                        + seconds
                        + (request.isSecure() ? "; Secure" : ""));
    }

    private void tokens(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException {
        require(request, Access.Role.ADMIN);
        if (path.size() == 1) {
            allow(method, "GET", "POST");
            if (method.equals("GET") || method.equals("HEAD")) {
                json(
                        response,
                        200,
                        Map.of("tokens", access.list().stream().map(ApiServlet::shown).toList()));
                return;
            }
            Map<String, Object> body = body(request);
            if (body.get("name") instanceof String name
                    && name.matches("[A-Za-z0-9._@-]{1,64}")
                    && body.get("role") instanceof String role
                    && Access.Role.of(role).isPresent()) {
                Access.User user = new Access.User(name, Access.Role.of(role).get());
                Map<String, Object> shown = shown(user);
                shown.put("token", access.add(name, user.role()));
                LOG.info("token {} ({}) made by {}", name, role, user(request).name());
                json(response, 201, shown);
                return;
            }
            throw ApiException.badRequest(
                    "body",
                    "must have a name of letters, digits and ._@- and a role: read-only, user or"
                            + " admin",
                    null,
                    "e.g. {\"name\": \"ada\", \"role\": \"user\"}");
        }
        end(path, 2);
        allow(method, "DELETE");
        access.remove(path.get(1));
        LOG.info("token {} taken back by {}", path.get(1), user(request).name());
        response.setStatus(204);
    }

    private static Map<String, Object> shown(Access.User user) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", user.name());
        map.put("role", user.role().word());
        return map;
    }

    private static void json(HttpServletResponse response, int status, Object body)
            throws IOException {
        send(response, status, "application/json", Json.text(body) + "\n");
    }

    private static void send(HttpServletResponse response, int status, String type, String text)
            throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
