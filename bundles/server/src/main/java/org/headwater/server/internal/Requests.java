package org.headwater.server.internal;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.headwater.runtime.Json;

/** What all parts of the API ask of a request and how they answer. */
final class Requests {
    /** Where the API is. */
    static final String ROOT = "/api/v1";

    private Requests() {}

    /** A text of a request as far as an answer should repeat it. */
    static String shown(String uri) {
        return uri.length() > 200 ? uri.substring(0, 200) + "…" : uri;
    }

    /** A percent-encoded part of a path. */
    static String decoded(String part) {
        try {
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(
                    "path", "must be percent-encoded", part, "write % as %25");
        }
    }

    /** Refuses a path that goes on. */
    static void end(List<String> path, int length) {
        if (path.size() != length) {
            throw ApiException.notFound("there is nothing at " + ROOT + "/" + path.get(0) + "/…");
        }
    }

    /** Refuses other methods. */
    static void allow(String method, String... allowed) {
        for (String a : allowed) {
            if (a.equals(method) || a.equals("GET") && method.equals("HEAD")) {
                return;
            }
        }
        throw ApiException.of(
                405, "Method not allowed", "here one may " + String.join(", ", allowed));
    }

    /** Who asks, or null. */
    static Access.User user(HttpServletRequest request) {
        return (Access.User) request.getAttribute(Door.USER);
    }

    /** Refuses whoever has not this role. */
    static void require(HttpServletRequest request, Access.Role role) {
        Access.User user = user(request);
        if (user == null || user.role().compareTo(role) < 0) {
            throw ApiException.of(
                    403, "Forbidden", "a token with the role " + role.word() + " is needed");
        }
    }

    /** Refuses whoever may not change a job. */
    static void requireOwner(HttpServletRequest request, JobQueue.View view) {
        require(request, Access.Role.USER);
        Access.User user = user(request);
        if (user.role() != Access.Role.ADMIN && !user.name().equals(view.job().owner())) {
            throw ApiException.of(
                    403, "Forbidden", "the job is " + view.job().owner() + "'s, not yours");
        }
    }

    /** A job's number. */
    static long id(String text) {
        if (!text.matches("[1-9][0-9]{0,17}")) {
            throw ApiException.notFound("there is no job " + shown(text));
        }
        return Long.parseLong(text);
    }

    /** A parameter of the query that is true or false. */
    static boolean flag(HttpServletRequest request, String name) {
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
    static Map<String, String> query(HttpServletRequest request) {
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

    /**
     * Refuses a query with parameters that nobody would look at.
     *
     * @param known those that are looked at
     */
    static void allowParameters(HttpServletRequest request, List<String> known) {
        for (Map.Entry<String, String> e : query(request).entrySet()) {
            if (!known.contains(e.getKey())) {
                throw ApiException.badRequest(
                        shown(e.getKey()),
                        "is no parameter of this address",
                        shown(e.getValue()),
                        known.isEmpty()
                                ? "leave it out; it takes none"
                                : "known are " + String.join(", ", known));
            }
        }
    }

    /** A parameter of the query that is a whole number. */
    static long number(
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
            // the same answer as for a number out of range
        }
        throw ApiException.badRequest(
                key,
                "must be a whole number from " + least + " to " + most,
                shown(text),
                "e.g. ?" + key + "=" + otherwise);
    }

    /** Answers with JSON. */
    static void json(HttpServletResponse response, int status, Object body) throws IOException {
        send(response, status, "application/json", Json.line(body) + "\n");
    }

    /** Answers with a text. */
    static void send(HttpServletResponse response, int status, String type, String text)
            throws IOException {
        response.setStatus(status);
        response.setContentType(type);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** A body as text. */
    static String text(InputStream in, ServerSettings settings) throws IOException {
        int limit = settings.values().integer("problem-limit");
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

    /** The answer to a request that brings too much. */
    static ApiException tooLarge() {
        return ApiException.of(
                413, "Too large", "the request is larger than this server's upload-limit");
    }

    /** A body that is a JSON object. */
    static Map<String, Object> body(HttpServletRequest request, ServerSettings settings)
            throws IOException {
        return JsonBody.object(text(request.getInputStream(), settings));
    }
}
