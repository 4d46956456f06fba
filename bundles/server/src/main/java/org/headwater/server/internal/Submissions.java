package org.headwater.server.internal;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
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
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Json;
import org.headwater.runtime.ProblemFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Problems that are sent: jobs, sweeps and those to be checked only. */
final class Submissions {
    private static final Logger LOG = LoggerFactory.getLogger(Submissions.class);
    private static final String PROBLEM = "problem.yaml";
    private static final int LONGEST_NAME = 100;

    private final JobQueue queue;
    private final Jobs runtime;
    private final ServerSettings settings;
    private final Semaphore validations = new Semaphore(1);

    Submissions(JobQueue queue, Jobs runtime, ServerSettings settings) {
        this.queue = queue;
        this.runtime = runtime;
        this.settings = settings;
    }

    /** One job. */
    void submit(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException, ServletException {
        if (queue.waiting() >= settings.values().integer("max-waiting")) {
            throw queueFull();
        }
        Map<String, String> query = Requests.query(request);
        int priority = priority(query);
        long id;
        Path folder = queue.folders().receive();
        try {
            ProblemFile problem = receive(request, query, folder);
            // not before: what is refused takes no number
            id = queue.newId();
            JobRecord job =
                    JobRecord.accepted(
                            id, nameOf(problem), priority, Requests.user(request).name(), "");
            queue.accept(folder, job);
            LOG.info("job {}: {} submitted by {}", id, job.name(), job.owner());
        } finally {
            if (Files.exists(folder)) {
                queue.folders().refuse(folder);
            }
        }
        response.setHeader("Location", Requests.ROOT + "/jobs/" + id);
        response.setStatus(201);
        JobQueue.View view = queue.find(id).orElseThrow();
        Requests.json(response, 201, JobView.whole(view, queue.folders()));
    }

    /** Many jobs from one problem: all are accepted, or none if one is wrong. */
    void sweep(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException, ServletException {
        Map<String, String> query = Requests.query(request);
        int priority = priority(query);
        Path folder = queue.folders().receive();
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
            List<String> names = new ArrayList<>();
            for (Map<String, Object> problem : problems) {
                Path own = queue.folders().receive();
                made.add(own);
                JobFolders.copyInputs(input, own.resolve("input"));
                Path yaml = own.resolve("input").resolve(PROBLEM);
                Files.writeString(yaml, Json.line(problem) + "\n");
                ProblemFile checked =
                        UploadedProblem.check(yaml, name, settings.allowedHosts(), runtime);
                names.add(nameOf(checked));
            }
            List<String> ids = new ArrayList<>();
            String sweep = null;
            for (int i = 0; i < made.size(); i++) {
                long id = queue.newId();
                // called after its first job
                sweep = sweep == null ? "s" + id : sweep;
                String owner = Requests.user(request).name();
                queue.accept(
                        made.get(i), JobRecord.accepted(id, names.get(i), priority, owner, sweep));
                ids.add(Long.toString(id));
            }
            LOG.info(
                    "{}: {} jobs submitted by {}",
                    sweep,
                    ids.size(),
                    Requests.user(request).name());
            response.setHeader("Location", Requests.ROOT + "/jobs?sweep=" + sweep);
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("sweep", sweep);
            body.put("jobs", ids);
            Requests.json(response, 201, body);
        } finally {
            made.add(folder);
            for (Path left : made) {
                if (Files.exists(left)) {
                    queue.folders().refuse(left);
                }
            }
        }
    }

    /** Checks a problem and says what it would take; keeps nothing of it. */
    void validate(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        Path folder = queue.folders().receive();
        try {
            ProblemFile problem = receive(request, Requests.query(request), folder);
            if (!validations.tryAcquire()) {
                throw ApiException.of(503, "Busy", "another problem is being checked; try again");
            }
            try {
                Requests.json(response, 200, runtime.validate(problem).facts());
            } finally {
                validations.release();
            }
        } finally {
            queue.folders().refuse(folder);
        }
    }

    private static int priority(Map<String, String> query) {
        int most = JobsApi.MOST_PRIORITY;
        return (int) Requests.number(query, "priority", 0, -most, most);
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
        String yaml;
        switch (media) {
            case "application/json" ->
                    yaml =
                            UploadedProblem.ofJson(
                                    Requests.text(request.getInputStream(), settings));
            case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml" ->
                    yaml = Requests.text(request.getInputStream(), settings);
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
                                Requests.shown(part.getName()),
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
                    String text = Requests.text(in, settings);
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
            throw Requests.tooLarge();
        } catch (ServletException | IOException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("exceed")) {
                throw Requests.tooLarge();
            }
            throw ApiException.badRequest(
                    "body", "must be multipart/form-data", null, "e.g. curl -F problem=@p.yaml");
        }
    }
}
