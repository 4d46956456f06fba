package org.headwater.model.umbridge.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UmBridgeTest {
    private static final double[] POINTS = {1, 2, 3, -1, .5, 2, 0, 0, 1, 4, 4, -4};
    private static final int N = 4;

    @TempDir private Path directory;

    private final UmBridgeProvider provider = new UmBridgeProvider();

    private Settings settings(String url, Object... pairs) {
        Map<String, Object> raw = new HashMap<>();
        raw.put("url", url);
        raw.put("retries", 0);
        for (int i = 0; i < pairs.length; i += 2) {
            raw.put((String) pairs[i], pairs[i + 1]);
        }
        return provider.info().settings().validate(raw, "forward-model", directory);
    }

    private Settings data() {
        return provider.dataSettings().validate(Map.of("values", "y.csv"), "data", directory);
    }

    private ForwardModel create(String url, Object... pairs) {
        return provider.create(settings(url, pairs), data());
    }

    /** Compares predictions, gradients and Jacobians with the model itself. */
    private static void check(ForwardModel model, double c, double tolerance) {
        assertEquals(4, model.dataSize());
        assertEquals(List.of("x1-1", "x1-2", "x2-1"), model.blocks().get(0).parameters());
        double[] predicted = new double[N * 4];
        double[] gradient = new double[N * 3];
        double[] g = {1, -2, .5, 3};
        ForwardModel.Evaluator evaluator = model.evaluator();
        evaluator.gradient(
                Ensemble.of(N, 3, POINTS),
                0,
                N,
                (i, p, offset, out) -> System.arraycopy(g, 0, out, 0, 4),
                predicted,
                gradient);
        for (int i = 0; i < N; i++) {
            double[] x = Ensemble.of(N, 3, POINTS).point(i);
            double[][] exact = ExampleServer.jacobian(x, c);
            double[] y = ExampleServer.forward(x, c);
            double[] jacobian = new double[12];
            double[] again = new double[4];
            evaluator.jacobian(x, again, jacobian);
            assertArrayEquals(y, again, 0);
            for (int k = 0; k < 4; k++) {
                assertEquals(y[k], predicted[i * 4 + k]);
                for (int j = 0; j < 3; j++) {
                    assertEquals(exact[k][j], jacobian[k * 3 + j], tolerance);
                }
            }
            for (int j = 0; j < 3; j++) {
                double sum = 0;
                for (int k = 0; k < 4; k++) {
                    sum += g[k] * exact[k][j];
                }
                assertEquals(sum, gradient[i * 3 + j], 10 * tolerance);
            }
        }
    }

    @Test
    void derivativesOfAllKinds() throws IOException {
        Object[] differences = {"derivatives", "finite-differences", "step", 1e-3};
        Object[] config = {"config", Map.of("factor", 2.5), "model", "forward"};
        try (ExampleServer both = new ExampleServer(true, true);
                ExampleServer rows = new ExampleServer(true, false);
                ExampleServer columns = new ExampleServer(false, true);
                ExampleServer neither = new ExampleServer(false, false)) {
            check(create(both.url()), 1, 1e-14);
            check(create(both.url() + "/", config), 2.5, 1e-14);
            check(create(rows.url(), "parallel-requests", 3), 1, 1e-14);
            check(create(columns.url(), config), 2.5, 1e-14);
            // central differences are exact for a quadratic but for rounding
            check(create(neither.url(), differences), 1, 1e-10);
            InvalidInputException e =
                    assertThrows(InvalidInputException.class, () -> create(neither.url()));
            assertTrue(
                    e.getMessage()
                            .startsWith(
                                    "forward-model.derivatives must be finite-differences: the"
                                            + " server's model offers neither Gradient nor"
                                            + " ApplyJacobian"),
                    e.getMessage());
        }
    }

    @Test
    void noMoreRequestsAtOnceThanAllowed() throws IOException {
        try (ExampleServer server = new ExampleServer(true, true)) {
            ForwardModel model = create(server.url(), "parallel-requests", 2);
            server.pause = 20;
            server.mostUnderWay.set(0);
            model.evaluator().predict(Ensemble.of(N, 3, POINTS), 0, N, new double[N * 4]);
            assertEquals(2, server.mostUnderWay.get());
        }
    }

    @Test
    void lostConnectionsAreRepeated() throws IOException {
        try (ExampleServer server = new ExampleServer(true, true)) {
            ForwardModel model = create(server.url(), "retries", 3);
            server.losses.set(2);
            double[] y = new double[4];
            model.evaluator().predict(Ensemble.of(1, 3, new double[] {1, 2, 3}), 0, 1, y);
            assertArrayEquals(new double[] {2, 10, 9, 6}, y, 0);
            server.losses.set(Integer.MAX_VALUE);
            int before = server.requests.get();
            fails(model, "Evaluate: the connection failed (");
            assertTrue(server.requests.get() - before >= 4, "one request and three repetitions");
            server.losses.set(0);
            model.evaluator().predict(Ensemble.of(1, 3, new double[] {1, 2, 3}), 0, 1, y);
        }
    }

    /** Each wrong answer is named with its request. */
    @Test
    void wrongAnswersAreNamed() throws IOException {
        try (ExampleServer server = new ExampleServer(true, true)) {
            ForwardModel model = create(server.url());
            wrong(server, model, 200, "{", "something that is no JSON object: {");
            wrong(server, model, 200, "", "no JSON object: (an empty body)");
            wrong(server, model, 200, "[1]", "something that is no JSON object: [1]");
            wrong(server, model, 200, "{}", "has no 'output' with 2 lists");
            wrong(server, model, 200, "{\"output\":[[1,2,3]]}", "has no 'output' with 2 lists");
            wrong(
                    server,
                    model,
                    200,
                    "{\"output\":[[1,2],[3]]}",
                    "output[0] must be a list of 3 numbers");
            wrong(
                    server,
                    model,
                    200,
                    "{\"output\":[[1,NaN,3],[4]]}",
                    "output[0][1] must be a finite number, got");
            wrong(
                    server,
                    model,
                    200,
                    "{\"output\":[[1,2,3],[1e309]]}",
                    "output[1][0] must be a finite number, got 1e309");
            wrong(
                    server,
                    model,
                    200,
                    "{\"output\":[[1,2,\"x\"],[1]]}",
                    "output[0][2] must be a finite number, got");
            wrong(server, model, 500, "Traceback:\n  boom", "HTTP 500 Traceback: boom");
            wrong(
                    server,
                    model,
                    400,
                    "{\"error\":{\"type\":\"InvalidInput\",\"message\":\"too hot\"}}",
                    "HTTP 400 InvalidInput: too hot");
            wrong(server, model, 503, "busy", "HTTP 503");
            // finite, however large: the platform judges
            server.status = 200;
            server.answer = "{\"output\":[[1e308,2,3],[4]]}";
            double[] y = new double[4];
            model.evaluator().predict(Ensemble.of(1, 3, new double[3]), 0, 1, y);
            assertEquals(1e308, y[0]);
        }
    }

    private static void wrong(
            ExampleServer server, ForwardModel model, int status, String answer, String message) {
        server.status = status;
        server.answer = answer;
        fails(model, message);
        // among others a failed particle is marked, not thrown
        double[] two = {1, 1, 1, 1, 1, 1, 1, 1};
        model.evaluator().predict(Ensemble.of(2, 3, new double[6]), 0, 2, two);
        assertTrue(Double.isNaN(two[0]) && Double.isNaN(two[7]));
    }

    private static void fails(ForwardModel model, String message) {
        ServerException e =
                assertThrows(
                        ServerException.class,
                        () ->
                                model.evaluator()
                                        .predict(
                                                Ensemble.of(1, 3, new double[3]),
                                                0,
                                                1,
                                                new double[4]));
        assertTrue(e.getMessage().startsWith("POST http://localhost:"), e.getMessage());
        assertTrue(e.getMessage().contains("/Evaluate"), e.getMessage());
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    @Test
    void silenceEnds() throws IOException {
        try (ExampleServer server = new ExampleServer(true, true)) {
            ForwardModel model = create(server.url(), "timeout", 2);
            server.pause = 5000;
            fails(model, "no answer within 2.0 s");
        }
    }

    @Test
    void settingsThatDoNotFitTheServer() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        String nobody = "http://localhost:" + free;
        invalid("forward-model.url must be the address of a running UM-Bridge server: GET", nobody);
        invalid("forward-model.url must be an http or https address", "localhost:4242");
        invalid("forward-model.url must be an http or https address", "http://a b");
        try (ExampleServer server = new ExampleServer(true, true)) {
            invalid(
                    "forward-model.model must be one of the server's models: forward, got backward",
                    server.url(),
                    "model",
                    "backward");
            invalid(
                    "forward-model.step belongs to derivatives: finite-differences only",
                    server.url(),
                    "step",
                    .1);
            invalid(
                    "forward-model.initial must hold 3 numbers",
                    server.url(),
                    "initial",
                    List.of(1, 2));
            assertArrayEquals(
                    new double[] {1, 2, 3},
                    create(server.url(), "initial", List.of(1, 2, 3)).blocks().get(0).initial(),
                    0);
            Files.writeString(directory.resolve("y.csv"), "1\n2\n");
            Settings settings = settings(server.url());
            InvalidInputException e =
                    assertThrows(
                            InvalidInputException.class,
                            () ->
                                    provider.observe(
                                            settings, data(), provider.create(settings, data())));
            assertTrue(e.getMessage().startsWith("data.values must hold 4 numbers, one for each"));
            Settings list =
                    provider.dataSettings()
                            .validate(Map.of("values", List.of(1, 2, 3, 4)), "data", directory);
            assertArrayEquals(
                    new double[] {1, 2, 3, 4},
                    provider.observe(settings, list, provider.create(settings, list)));
        }
    }

    private void invalid(String start, String url, Object... pairs) {
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> create(url, pairs));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
