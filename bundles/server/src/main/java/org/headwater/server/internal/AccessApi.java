package org.headwater.server.internal;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions of browsers, and tokens. */
final class AccessApi {
    private static final Logger LOG = LoggerFactory.getLogger(AccessApi.class);
    private static final int SESSION_SECONDS = 12 * 3600;

    private final Access access;
    private final ServerSettings settings;

    AccessApi(Access access, ServerSettings settings) {
        this.access = access;
        this.settings = settings;
    }

    /** Begins, shows or ends a session. */
    void session(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException {
        Requests.end(path, 1);
        Requests.allow(method, "GET", "POST", "DELETE");
        Access.User user = Requests.user(request);
        switch (method) {
            case "POST" -> {
                String token = Door.bearer(request);
                if (user == null || token == null) {
                    throw ApiException.of(
                            401, "Unauthorized", "a session begins with a valid token");
                }
                cookie(request, response, access.beginSession(token), SESSION_SECONDS);
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
        Requests.json(response, 200, Map.of("user", user.name(), "role", user.role().word()));
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

    /** Lists, makes and takes back tokens. */
    void tokens(
            HttpServletRequest request,
            HttpServletResponse response,
            String method,
            List<String> path)
            throws IOException {
        Requests.require(request, Access.Role.ADMIN);
        if (path.size() == 1) {
            Requests.allow(method, "GET", "POST");
            if (method.equals("GET") || method.equals("HEAD")) {
                Requests.json(
                        response,
                        200,
                        Map.of("tokens", access.list().stream().map(AccessApi::entry).toList()));
                return;
            }
            Map<String, Object> body = Requests.body(request, settings);
            if (body.get("name") instanceof String name
                    && name.matches("[A-Za-z0-9._@-]{1,64}")
                    && body.get("role") instanceof String role
                    && Access.Role.of(role).isPresent()) {
                Access.User user = new Access.User(name, Access.Role.of(role).get());
                Map<String, Object> shown = entry(user);
                shown.put("token", access.add(name, user.role()));
                LOG.info("token {} ({}) made by {}", name, role, Requests.user(request).name());
                Requests.json(response, 201, shown);
                return;
            }
            throw ApiException.badRequest(
                    "body",
                    "must have a name of letters, digits and ._@- and a role: read-only, user or"
                            + " admin",
                    null,
                    "e.g. {\"name\": \"ada\", \"role\": \"user\"}");
        }
        Requests.end(path, 2);
        Requests.allow(method, "DELETE");
        access.remove(path.get(1));
        LOG.info("token {} taken back by {}", path.get(1), Requests.user(request).name());
        response.setStatus(204);
    }

    private static Map<String, Object> entry(Access.User user) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", user.name());
        map.put("role", user.role().word());
        return map;
    }
}
