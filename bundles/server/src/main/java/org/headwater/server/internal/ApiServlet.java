package org.headwater.server.internal;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.headwater.api.InvalidInputException;
import org.headwater.cli.ProblemSchema;
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

    private final transient Submissions submissions;
    private final transient JobsApi jobs;
    private final transient AccessApi access;
    private final transient PluginsApi plugins;
    private final transient Plugins installed;
    private final transient Metrics metrics;
    private final transient Health health;

    ApiServlet(
            Submissions submissions,
            JobsApi jobs,
            AccessApi access,
            PluginsApi plugins,
            Plugins installed,
            Metrics metrics,
            Health health) {
        this.submissions = submissions;
        this.jobs = jobs;
        this.access = access;
        this.plugins = plugins;
        this.installed = installed;
        this.metrics = metrics;
        this.health = health;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try {
            answer(request, response);
        } catch (ApiException e) {
            fault(request, response, e);
        } catch (InvalidInputException e) {
            fault(request, response, ApiException.invalid(e));
        } catch (SQLException | IOException | ServletException | RuntimeException | Error e) {
            // an Error too: memory that one request uses up is there again for the next
            if (response.isCommitted()) {
                LOG.debug("the client has gone", e);
                return;
            }
            if (ApiException.isDiskFull(e)) {
                LOG.error("the disk is full", e);
                fault(
                        request,
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
                    request,
                    response,
                    ApiException.of(
                            500,
                            "Internal error",
                            (e instanceof OutOfMemoryError
                                            ? "the server's memory is used up: ask for less, or"
                                                    + " allow more with HEADWATER_JAVA_OPTS=-Xmx8g; "
                                            : "")
                                    + "the server's log has more under fault "
                                    + number));
        }
        metrics.request(response.getStatus());
    }

    private static void fault(
            HttpServletRequest request, HttpServletResponse response, ApiException e)
            throws IOException {
        if (!response.isCommitted()) {
            response.resetBuffer();
            Door.problem(request, response, e);
        }
    }

    private void answer(HttpServletRequest request, HttpServletResponse response)
            throws IOException, SQLException, ServletException {
        String uri = request.getRequestURI();
        String method = request.getMethod();
        if (uri.equals("/health")) {
            Requests.allow(method, "GET");
            Map<String, Object> report = health.report();
            Requests.json(response, "failing".equals(report.get("status")) ? 503 : 200, report);
            return;
        }
        if (uri.equals("/metrics")) {
            Requests.allow(method, "GET");
            Requests.send(
                    response, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
            return;
        }
        if (!uri.startsWith(Requests.ROOT + "/")) {
            throw ApiException.notFound("there is nothing at " + Requests.shown(uri));
        }
        List<String> path = new ArrayList<>();
        for (String part : uri.substring(Requests.ROOT.length() + 1).split("/", -1)) {
            path.add(Requests.decoded(part));
        }
        Requests.allowParameters(request, parameters(method, path));
        switch (path.get(0)) {
            case "openapi.json" -> openApi(method, path, response);
            case "schema" -> {
                Requests.end(path, 1);
                Requests.allow(method, "GET");
                Requests.json(response, 200, ProblemSchema.of(installed, ProblemFile.settings()));
            }
            case "priors" -> plugins.list(PluginKind.PRIOR, method, path, response);
            case "solvers" -> plugins.list(PluginKind.SOLVER, method, path, response);
            case "models" -> plugins.list(PluginKind.MODEL, method, path, response);
            case "noises" -> plugins.list(PluginKind.NOISE, method, path, response);
            case "backends" -> plugins.list(PluginKind.BACKEND, method, path, response);
            case "plugins" -> plugins.jars(request, response, method, path);
            case "validate" -> {
                Requests.end(path, 1);
                Requests.allow(method, "POST");
                Requests.require(request, Access.Role.USER);
                submissions.validate(request, response);
            }
            case "jobs" -> jobs.jobs(request, response, method, path);
            case "sweeps" -> {
                Requests.allow(method, path.size() == 1 ? "POST" : "DELETE");
                Requests.require(request, Access.Role.USER);
                if (path.size() == 1) {
                    submissions.sweep(request, response);
                } else {
                    Requests.end(path, 2);
                    jobs.cancelSweep(request, response, path.get(1));
                }
            }
            case "session" -> access.session(request, response, method, path);
            case "tokens" -> access.tokens(request, response, method, path);
            default -> throw ApiException.notFound("there is nothing at " + Requests.shown(uri));
        }
    }

    /** The parameters that the query may have, as openapi.json lists them. */
    private static List<String> parameters(String method, List<String> path) {
        return switch (method + " " + path.get(0) + (path.size() == 1 ? "" : "/…")) {
            case "GET jobs", "HEAD jobs" -> List.of("state", "sweep", "limit", "before");
            case "POST jobs", "POST sweeps" -> List.of("name", "priority");
            case "POST validate", "POST plugins" -> List.of("name");
            case "DELETE jobs/…" -> path.size() == 2 ? List.of("purge") : List.of();
            default -> List.of();
        };
    }

    private void openApi(String method, List<String> path, HttpServletResponse response)
            throws IOException {
        Requests.end(path, 1);
        Requests.allow(method, "GET");
        try (InputStream in = ApiServlet.class.getResourceAsStream("openapi.json")) {
            Requests.send(
                    response,
                    200,
                    "application/json",
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
