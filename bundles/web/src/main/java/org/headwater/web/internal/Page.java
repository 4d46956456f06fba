package org.headwater.web.internal;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Component;

/**
 * Serves the page's files, in the servlet context of the server, whose security headers and checks
 * hold here, too. The names of files in {@code assets} hold their hash, so browsers may keep those;
 * the others are asked for each time.
 */
@Component(
        service = Servlet.class,
        property = {
            "osgi.http.whiteboard.servlet.pattern=/*",
            "osgi.http.whiteboard.context.select=(osgi.http.whiteboard.context.name=headwater)"
        })
public final class Page extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private static final Pattern NAME = Pattern.compile("/(assets/)?[A-Za-z0-9_-]+(\\.[a-z]+)+");
    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml",
                    "txt", "text/plain; charset=utf-8");
    private static final String INDEX = "/index.html";

    /** Called by the component runtime. */
    public Page() {
        // nothing to prepare
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String path = request.getRequestURI();
        String name = path.equals("/") ? INDEX : path;
        try (InputStream file =
                NAME.matcher(name).matches()
                        ? Page.class.getResourceAsStream("page" + name)
                        : null) {
            if (file == null) {
                say(
                        response,
                        name.equals(INDEX)
                                ? "This build of Headwater has no web page: it was built without"
                                        + " Node.js. The API is at /api/v1/openapi.json.\n"
                                : "There is nothing here; the page is at /\n");
                return;
            }
            response.setContentType(TYPES.get(name.substring(name.lastIndexOf('.') + 1)));
            response.setHeader(
                    "Cache-Control",
                    name.startsWith("/assets/") ? "max-age=31536000, immutable" : "no-cache");
            byte[] bytes = file.readAllBytes();
            response.setContentLength(bytes.length);
            response.getOutputStream().write(bytes);
        }
    }

    private static void say(HttpServletResponse response, String text) throws IOException {
        response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        response.setContentType(TYPES.get("txt"));
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }
}
