package org.headwater.cli.internal;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.headwater.runtime.ProblemFunctions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a problem by UM-Bridge's protocol 1.0 (umbridge-benchmarks.readthedocs.io): the model
 * {@code forward} takes θ to predicted data, the model {@code posterior} takes θ to the log of the
 * posterior's density up to a constant. Each has one input and one output vector; {@code config} is
 * ignored, and so is the content type of requests.
 */
final class ModelServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelServer.class);
    private static final int BYTES_PER_NUMBER = 64;
    private static final int BYTES_BESIDE = 1 << 20;
    private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+)");
    private static final Set<String> PATHS =
            Set.of(
                    "/ModelInfo",
                    "/InputSizes",
                    "/OutputSizes",
                    "/Evaluate",
                    "/Gradient",
                    "/ApplyJacobian",
                    "/ApplyHessian");
    private static final String FORWARD = "forward";
    private static final String POSTERIOR = "posterior";
    private static final String EVALUATE = "Evaluate";
    private static final String GRADIENT = "Gradient";
    private static final String APPLY_JACOBIAN = "ApplyJacobian";
    private static final String APPLY_HESSIAN = "ApplyHessian";
    private static final String OUTPUT = "output";

    private final Gson json = new Gson();
    private final ProblemFunctions problem;
    private final HttpServer server;
    private final ExecutorService threads;
    private final boolean smooth;

    /** An answer that is an error of the protocol. */
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int status;
        private final String type;

        Refusal(int status, String type, String message) {
            super(message);
            this.status = status;
            this.type = type;
        }

        static Refusal invalid(String message) {
            return new Refusal(400, "InvalidInput", message);
        }
    }

    /**
     * Starts a server.
     *
     * @param host where to listen, e.g. {@code 127.0.0.1}
     * @param port 0 for any that is free
     * @param parallel requests worked on at once
     */
    ModelServer(ProblemFunctions problem, String host, int port, int parallel) throws IOException {
        this.problem = problem;
        this.smooth = problem.logDensityGradient(new double[problem.parameters()]).isPresent();
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
        this.threads =
                Executors.newFixedThreadPool(
                        parallel,
                        task -> {
                            Thread t = new Thread(task, "headwater-model-server");
                            t.setDaemon(true);
                            return t;
                        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status = 200;
            Object answer;
            try {
                answer = answer(exchange);
            } catch (Refusal e) {
                status = e.status;
                answer = Map.of("error", Map.of("type", e.type, "message", e.getMessage()));
            } catch (RuntimeException | Error e) {
                // an Error too: memory that one request uses up is there again for the next
                LOG.error("a request failed", e);
                status = 500;
                String message = "the model failed at this input; headwater's log says why";
                answer = Map.of("error", Map.of("type", "InvalidOutput", "message", message));
            }
            // a client that is still sending would not see the answer
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            byte[] bytes = json.toJson(answer).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : bytes.length);
            if (!head) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    private Object answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("HEAD")) {
            return Map.of();
        }
        if (path.equals("/Info") || path.equals("/")) {
            return Map.of("protocolVersion", 1.0, "models", List.of(FORWARD, POSTERIOR));
        }
        if (!PATHS.contains(path)) {
            throw new Refusal(404, "NotFound", path + " is not a path of UM-Bridge's protocol 1.0");
        }
        JsonObject request = request(exchange.getRequestBody());
        return switch (path) {
            case "/ModelInfo" -> Map.of("support", support(name(request)));
            case "/InputSizes" -> {
                name(request);
                yield Map.of("inputSizes", List.of(problem.parameters()));
            }
            case "/OutputSizes" -> Map.of("outputSizes", List.of(outputs(name(request))));
            case "/Evaluate" -> {
                String name = supported(request, EVALUATE);
                double[] theta = theta(request);
                double[] out =
                        name.equals(FORWARD)
                                ? problem.predict(theta)
                                : new double[] {problem.logDensity(theta)};
                yield Map.of(OUTPUT, List.of(numbers(out)));
            }
            case "/Gradient" -> {
                String name = supported(request, GRADIENT);
                requireZero(request, "inWrt", "outWrt");
                double[] theta = theta(request);
                double[] sens = vector(request, "sens", outputs(name));
                yield Map.of(OUTPUT, numbers(gradient(name, theta, sens)));
            }
            case "/ApplyJacobian" -> {
                String name = supported(request, APPLY_JACOBIAN);
                requireZero(request, "inWrt", "outWrt");
                double[] theta = theta(request);
                double[] vec = vector(request, "vec", problem.parameters());
                yield Map.of(OUTPUT, numbers(jacobian(name, theta, vec)));
            }
            default -> supported(request, APPLY_HESSIAN);
        };
    }

    private double[] gradient(String name, double[] theta, double[] sens) {
        return name.equals(FORWARD)
                ? problem.pullback(theta, sens)
                : Arrays.stream(density(theta)).map(g -> g * sens[0]).toArray();
    }

    private double[] jacobian(String name, double[] theta, double[] vec) {
        if (name.equals(FORWARD)) {
            return problem.pushforward(theta, vec);
        }
        double[] g = density(theta);
        double sum = 0;
        for (int j = 0; j < g.length; j++) {
            sum += g[j] * vec[j];
        }
        return new double[] {sum};
    }

    private double[] density(double[] theta) {
        return problem.logDensityGradient(theta).orElseThrow();
    }

    private JsonObject request(InputStream body) throws IOException {
        // the longest: the parameters, and a vector of their or of the data's number
        int most =
                (int)
                        Math.min(
                                1 << 30,
                                BYTES_BESIDE
                                        + (long) BYTES_PER_NUMBER
                                                * (2L * problem.parameters() + problem.data()));
        byte[] bytes = body.readNBytes(most + 1);
        if (bytes.length > most) {
            throw new Refusal(
                    413,
                    "InvalidInput",
                    "a request to this model may have at most " + most + " bytes");
        }
        try {
            JsonElement e =
                    json.fromJson(new String(bytes, StandardCharsets.UTF_8), JsonElement.class);
            if (e != null && e.isJsonObject()) {
                return e.getAsJsonObject();
            }
        } catch (JsonParseException e) {
            Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
            throw Refusal.invalid(
                    "the request must be JSON"
                            + (place.find()
                                    ? "; it cannot be read at line "
                                            + place.group(1)
                                            + ", column "
                                            + place.group(2)
                                    : ""));
        }
        throw Refusal.invalid("the request must be a JSON object with a model's name");
    }

    private String name(JsonObject request) {
        JsonElement name = request.get("name");
        String text = name != null && name.isJsonPrimitive() ? name.getAsString() : "";
        if (!text.equals(FORWARD) && !text.equals(POSTERIOR)) {
            throw new Refusal(
                    400,
                    "ModelNotFound",
                    "there is no model '" + text + "' here; there are forward and posterior");
        }
        return text;
    }

    private Map<String, Boolean> support(String name) {
        boolean gradient = name.equals(FORWARD) || smooth;
        return Map.of(
                EVALUATE, true, GRADIENT, gradient, APPLY_JACOBIAN, gradient, APPLY_HESSIAN, false);
    }

    private String supported(JsonObject request, String feature) {
        String name = name(request);
        if (!support(name).get(feature)) {
            String why =
                    feature.equals(APPLY_HESSIAN)
                            ? "Headwater's models have no Hessian products"
                            : "the prior has kinks or bounds, so that the density has no gradient";
            throw new Refusal(
                    400, "UnsupportedFeature", feature + " of " + name + " is not there: " + why);
        }
        return name;
    }

    private int outputs(String name) {
        return name.equals(FORWARD) ? problem.data() : 1;
    }

    private double[] theta(JsonObject request) {
        JsonElement input = request.get("input");
        if (input == null || !input.isJsonArray() || input.getAsJsonArray().size() != 1) {
            throw Refusal.invalid("input must be a list of one list of numbers");
        }
        return vector(input.getAsJsonArray().get(0), "input[0]", problem.parameters());
    }

    private static double[] vector(JsonObject request, String key, int length) {
        return vector(request.get(key), key, length);
    }

    private static double[] vector(JsonElement e, String key, int length) {
        if (e == null || !e.isJsonArray() || e.getAsJsonArray().size() != length) {
            String found =
                    e != null && e.isJsonArray() ? e.getAsJsonArray().size() + " values" : "none";
            throw Refusal.invalid(key + " must be a list of " + length + " numbers, got " + found);
        }
        JsonArray array = e.getAsJsonArray();
        double[] out = new double[length];
        for (int i = 0; i < length; i++) {
            try {
                out[i] = array.get(i).getAsDouble();
            } catch (RuntimeException notANumber) {
                out[i] = Double.NaN;
            }
            if (!Double.isFinite(out[i])) {
                throw Refusal.invalid(
                        key + "[" + i + "] must be a finite number, got " + array.get(i));
            }
        }
        return out;
    }

    private static void requireZero(JsonObject request, String... keys) {
        for (String key : keys) {
            JsonElement e = request.get(key);
            boolean zero =
                    e != null
                            && e.isJsonPrimitive()
                            && e.getAsJsonPrimitive().isNumber()
                            && e.getAsDouble() == 0;
            if (!zero) {
                throw Refusal.invalid(
                        key + " must be 0, as there is one input and one output, got " + e);
            }
        }
    }

    private static List<Double> numbers(double[] values) {
        for (double v : values) {
            if (!Double.isFinite(v)) {
                throw new Refusal(
                        500,
                        "InvalidOutput",
                        Double.isNaN(v)
                                ? "the model failed at this input; headwater's log says why"
                                : "the density is zero at this input: it lies outside the prior");
            }
        }
        return Arrays.stream(values).boxed().toList();
    }
}
