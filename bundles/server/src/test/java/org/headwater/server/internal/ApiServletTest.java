package org.headwater.server.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.headwater.runtime.Json;
import org.headwater.runtime.Plugins;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client hears of a request that fails by no fault of its own. */
class ApiServletTest {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final Map<String, Object> answered = new HashMap<>();

    private static <T> T played(Class<T> type, BiFunction<String, Object[], Object> by) {
        return type.cast(
                Proxy.newProxyInstance(
                        ApiServletTest.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> by.apply(method.getName(), arguments)));
    }

    private final ServletOutputStream out =
            new ServletOutputStream() {
                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setWriteListener(WriteListener listener) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void write(int b) {
                    body.write(b);
                }
            };

    private HttpServletRequest get(String uri) {
        return played(
                HttpServletRequest.class,
                (method, arguments) ->
                        switch (method) {
                            case "getMethod" -> "GET";
                            case "getRequestURI" -> uri;
                            case "getContentLengthLong" -> -1L;
                            default -> null;
                        });
    }

    private HttpServletResponse response() {
        return played(
                HttpServletResponse.class,
                (method, arguments) -> {
                    if (method.startsWith("set")) {
                        answered.put(method, arguments[0]);
                    }
                    return switch (method) {
                        case "isCommitted" -> false;
                        case "getStatus" -> answered.get("setStatus");
                        case "getOutputStream" -> out;
                        default -> null;
                    };
                });
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                OutOfMemoryError.class,
                StackOverflowError.class,
                NoClassDefFoundError.class,
                IllegalStateException.class
            })
    void everyFailureIsProblemDetails(Class<? extends Throwable> failure) throws Exception {
        Throwable thrown = failure.getConstructor(String.class).newInstance("org/acme/Secret");
        Plugins plugins =
                played(
                        Plugins.class,
                        (method, arguments) -> {
                            if (thrown instanceof Error error) {
                                throw error;
                            }
                            throw (RuntimeException) thrown;
                        });
        ApiServlet servlet =
                new ApiServlet(null, null, null, null, plugins, new Metrics(null, null), null);
        servlet.service(get("/api/v1/schema"), response());
        assertEquals(500, answered.get("setStatus"));
        assertEquals("application/problem+json", answered.get("setContentType"));
        String text = body.toString(StandardCharsets.UTF_8);
        assertEquals(500L, Json.object(text).get("status"));
        assertTrue(text.contains("log has more under fault "), text);
        assertFalse(
                text.contains("Error\"") || text.contains("java") || text.contains("acme"), text);
        assertEquals(failure == OutOfMemoryError.class, text.contains("-Xmx"), text);
    }
}
