package org.headwater.server.internal;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.headwater.runtime.Json;
import org.osgi.service.servlet.context.ServletContextHelper;

/**
 * What every request passes first: security headers, the token, the rate limit. Only {@code /api}
 * and {@code /metrics} need a token; the page's own files hold no secrets.
 *
 * <p>A browser's session is a cookie that scripts cannot read and other sites cannot send; a
 * request that changes something must besides carry the header {@code X-Headwater}, which a form of
 * another site cannot set.
 */
final class Door extends ServletContextHelper {
    /** The context's name, which servlets and resources select. */
    static final String NAME = "headwater";

    /** Attribute of a request: its {@link Access.User}. */
    static final String USER = "headwater.user";

    /** The session's cookie. */
    static final String COOKIE = "headwater-session";

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> FREE =
            Set.of("/health", "/api/v1/openapi.json", "/api/v1/session");

    private final Access access;
    private final boolean tls;
    private final long largest;

    /**
     * A door.
     *
     * @param tls whether it is one for TLS
     * @param largest the most bytes that a request may bring
     */
    Door(Access access, boolean tls, long largest) {
        this.access = access;
        this.tls = tls;
        this.largest = largest;
    }

    @Override
    public boolean handleSecurity(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        headers(response);
        String path = request.getRequestURI();
        boolean api = path.startsWith("/api/");
        if (api || path.equals("/metrics")) {
            response.setHeader("Cache-Control", "no-store");
        }
        Optional<Access.User> user = user(request);
        String who =
                user.map(u -> "user " + u.name())
                        .orElseGet(() -> "from " + request.getRemoteAddr());
        if (!access.mayGoOn(who)) {
            response.setHeader("Retry-After", "1");
            return refuse(
                    request,
                    response,
                    ApiException.of(429, "Too many requests", "wait a second and try again"));
        }
        if (request.getMethod().equals("TRACE")) {
            // whoever serves a page need not think of it
            return refuse(
                    request, response, ApiException.of(405, "Method not allowed", "not here"));
        }
        boolean free = FREE.contains(path) || !api && !path.equals("/metrics");
        if (user.isEmpty() && !free) {
            response.setHeader("WWW-Authenticate", "Bearer realm=\"headwater\"");
            return refuse(
                    request,
                    response,
                    ApiException.of(
                            401,
                            "Unauthorized",
                            "a valid token is needed: send the header 'Authorization: Bearer TOKEN'"));
        }
        if (user.isPresent()
                && bearer(request) == null
                && !SAFE.contains(request.getMethod())
                && request.getHeader("X-Headwater") == null) {
            return refuse(
                    request,
                    response,
                    ApiException.of(
                            403,
                            "Forbidden",
                            "a request of a browser's session that changes something needs the header"
                                    + " X-Headwater"));
        }
        if (request.getContentLengthLong() > largest) {
            // what is announced need not be waited for
            return refuse(request, response, Requests.tooLarge());
        }
        user.ifPresent(u -> request.setAttribute(USER, u));
        return true;
    }

    private Optional<Access.User> user(HttpServletRequest request) {
        String token = bearer(request);
        if (token != null) {
            return access.user(token);
        }
        return session(request).flatMap(access::session);
    }

    /** The token of the Authorization header, or null. */
    static String bearer(HttpServletRequest request) {
        String header = request.getHeader("Authorization");
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? header.substring(7).strip()
                : null;
    }

    /** The session's id. */
    static Optional<String> session(HttpServletRequest request) {
        if (request.getCookies() != null) {
            for (Cookie cookie : request.getCookies()) {
                if (cookie.getName().equals(COOKIE)) {
                    return Optional.of(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }

    private void headers(HttpServletResponse response) {
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "SAMEORIGIN");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline';"
                        + " frame-ancestors 'self'; base-uri 'none'; form-action 'self'");
        if (tls) {
            response.setHeader("Strict-Transport-Security", "max-age=31536000");
        }
    }

    private static boolean refuse(
            HttpServletRequest request, HttpServletResponse response, ApiException e)
            throws IOException {
        problem(request, response, e);
        return false;
    }

    /**
     * Answers with problem details. A body that has not been read, because it did not matter or had
     * not arrived yet, makes Jetty close the connection; the client must know, or its next request
     * goes into the void.
     */
    static void problem(HttpServletRequest request, HttpServletResponse response, ApiException e)
            throws IOException {
        if (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null) {
            response.setHeader("Connection", "close");
        }
        Map<String, Object> body = new LinkedHashMap<>(e.details());
        response.setStatus(e.status());
        response.setContentType("application/problem+json");
        byte[] bytes = (Json.line(body) + "\n").getBytes(StandardCharsets.UTF_8);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
