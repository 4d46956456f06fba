package org.headwater.model.umbridge.internal;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server written from the protocol's description. Its model {@code forward} takes a ∈ R² and b ∈
 * R to u = (a₁a₂, a₁ + b², 3b) and v = (c·a₂b), c being {@code factor} in the config, 1 if absent.
 * It answers text/plain, as the reference server does.
 */
final class ExampleServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();

    /** How many of the next evaluations lose their connection. */
    final AtomicInteger losses = new AtomicInteger();

    /** Replaces the answer to an evaluation, if not null. */
    volatile String answer;

    volatile int status = 200;
    volatile long pause;
    private final Map<String, Boolean> support;

    ExampleServer(boolean gradient, boolean applyJacobian) throws IOException {
        support =
                Map.of(
                        "Evaluate",
                        true,
                        "Gradient",
                        gradient,
                        "ApplyJacobian",
                        applyJacobian,
                        "ApplyHessian",
                        false);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        try (exchange) {
            String body =
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String path = exchange.getRequestURI().getPath();
            if (pause > 0) {
                Thread.sleep(pause);
            }
            if (path.equals("/Evaluate") && losses.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                // closed without a status line
                return;
            }
            boolean get = exchange.getRequestMethod().equals("GET");
            if (get != path.equals("/Info")) {
                send(exchange, 405, "method not allowed");
                return;
            }
            JsonObject question = get ? null : JsonParser.parseString(body).getAsJsonObject();
            if (!get && !question.get("name").getAsString().equals("forward")) {
                send(exchange, 400, error("ModelNotFound", "no such model"));
            } else if (path.equals("/Evaluate") && answer != null) {
                send(exchange, status, answer);
            } else {
                send(exchange, 200, new Gson().toJson(reply(path, question)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.decrementAndGet();
        }
    }

    private static String error(String type, String message) {
        return new Gson().toJson(Map.of("error", Map.of("type", type, "message", message)));
    }

    private Object reply(String path, JsonObject question) {
        return switch (path) {
            case "/Info" -> Map.of("protocolVersion", 1.0, "models", List.of("forward"));
            case "/ModelInfo" -> Map.of("support", support);
            case "/InputSizes" -> Map.of("inputSizes", List.of(2, 1));
            case "/OutputSizes" -> Map.of("outputSizes", List.of(3, 1));
            case "/Evaluate" -> Map.of("output", evaluate(question));
            case "/Gradient" -> Map.of("output", product(question, true));
            case "/ApplyJacobian" -> Map.of("output", product(question, false));
            default -> Map.of("error", Map.of("type", "UnsupportedFeature", "message", path));
        };
    }

    private static double factor(JsonObject question) {
        JsonObject config = question.getAsJsonObject("config");
        return config == null ? 1 : config.get("factor").getAsDouble();
    }

    private static double[] point(JsonObject question) {
        JsonArray input = question.getAsJsonArray("input");
        return new double[] {
            input.get(0).getAsJsonArray().get(0).getAsDouble(),
            input.get(0).getAsJsonArray().get(1).getAsDouble(),
            input.get(1).getAsJsonArray().get(0).getAsDouble()
        };
    }

    /** The model itself. */
    static double[] forward(double[] x, double c) {
        return new double[] {x[0] * x[1], x[0] + x[2] * x[2], 3 * x[2], c * x[1] * x[2]};
    }

    /** Its Jacobian, 4 × 3. */
    static double[][] jacobian(double[] x, double c) {
        return new double[][] {
            {x[1], x[0], 0}, {1, 0, 2 * x[2]}, {0, 0, 3}, {0, c * x[2], c * x[1]}
        };
    }

    private static List<List<Double>> evaluate(JsonObject question) {
        double[] y = forward(point(question), factor(question));
        return List.of(List.of(y[0], y[1], y[2]), List.of(y[3]));
    }

    private static List<Double> product(JsonObject question, boolean transposed) {
        double[][] jacobian = jacobian(point(question), factor(question));
        boolean firstOutput = question.get("outWrt").getAsInt() == 0;
        boolean firstInput = question.get("inWrt").getAsInt() == 0;
        JsonArray vector = question.getAsJsonArray(transposed ? "sens" : "vec");
        int rowBegin = firstOutput ? 0 : 3;
        int rowEnd = firstOutput ? 3 : 4;
        int columnBegin = firstInput ? 0 : 2;
        int columnEnd = firstInput ? 2 : 3;
        double[] out = new double[transposed ? columnEnd - columnBegin : rowEnd - rowBegin];
        for (int i = rowBegin; i < rowEnd; i++) {
            for (int j = columnBegin; j < columnEnd; j++) {
                int to = transposed ? j - columnBegin : i - rowBegin;
                int from = transposed ? i - rowBegin : j - columnBegin;
                out[to] += jacobian[i][j] * vector.get(from).getAsDouble();
            }
        }
        List<Double> list = new ArrayList<>();
        for (double v : out) {
            list.add(v);
        }
        return list;
    }

    private static void send(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
