package org.headwater.cli.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.headwater.runtime.ProblemFunctions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** UM-Bridge's protocol 1.0, request by request, as a client written from the specification. */
class ModelServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private ModelServer server;
    private ModelServer kinked;

    /**
     * F(θ) = (θ₁², θ₁θ₂, θ₂), log density −|θ|²/2; fails at negative θ₁, out of memory at 1e300.
     */
    private record Squares(boolean smooth) implements ProblemFunctions {
        @Override
        public String name() {
            return "squares";
        }

        @Override
        public int parameters() {
            return 2;
        }

        @Override
        public int data() {
            return 3;
        }

        @Override
        public double[] predict(double[] t) {
            if (t[0] == 1e300) {
                throw new OutOfMemoryError("played");
            }
            return new double[] {t[0] < 0 ? Double.NaN : t[0] * t[0], t[0] * t[1], t[1]};
        }

        @Override
        public double[] pullback(double[] t, double[] s) {
            return new double[] {2 * t[0] * s[0] + t[1] * s[1], t[0] * s[1] + s[2]};
        }

        @Override
        public double[] pushforward(double[] t, double[] v) {
            return new double[] {2 * t[0] * v[0], t[1] * v[0] + t[0] * v[1], v[1]};
        }

        @Override
        public double logDensity(double[] t) {
            return -(t[0] * t[0] + t[1] * t[1]) / 2;
        }

        @Override
        public Optional<double[]> logDensityGradient(double[] t) {
            return smooth ? Optional.of(new double[] {-t[0], -t[1]}) : Optional.empty();
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = new ModelServer(new Squares(true), "127.0.0.1", 0, 2);
        kinked = new ModelServer(new Squares(false), "127.0.0.1", 0, 2);
    }

    @AfterEach
    void stop() {
        server.close();
        kinked.close();
    }

    private record Answer(int status, JsonObject body) {}

    private static Answer ask(ModelServer at, String method, String path, String body)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + at.address().getPort() + path))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.body().isEmpty()
                        ? null
                        : JsonParser.parseString(response.body()).getAsJsonObject());
    }

    private Answer post(String path, String body) throws Exception {
        return ask(server, "POST", path, body.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/ModelInfo;{'name':'forward'};{'support':{'ApplyHessian':false,'ApplyJacobian':true,"
                        + "'Evaluate':true,'Gradient':true}}",
                "/InputSizes;{'name':'forward'};{'inputSizes':[2]}",
                "/OutputSizes;{'name':'forward','config':{'a':1}};{'outputSizes':[3]}",
                "/OutputSizes;{'name':'posterior'};{'outputSizes':[1]}",
                "/Evaluate;{'name':'forward','input':[[3,2]]};{'output':[[9.0,6.0,2.0]]}",
                "/Evaluate;{'name':'posterior','input':[[3,2]]};{'output':[[-6.5]]}",
                "/Gradient;{'name':'forward','input':[[3,2]],'inWrt':0,'outWrt':0,'sens':[1,10,100]};"
                        + "{'output':[26.0,130.0]}",
                "/Gradient;{'name':'posterior','input':[[3,2]],'inWrt':0,'outWrt':0,'sens':[2]};"
                        + "{'output':[-6.0,-4.0]}",
                "/ApplyJacobian;{'name':'forward','input':[[3,2]],'inWrt':0,'outWrt':0,'vec':[1,10]};"
                        + "{'output':[6.0,32.0,10.0]}",
                "/ApplyJacobian;{'name':'posterior','input':[[3,2]],'inWrt':0,'outWrt':0,'vec':[1,1]};"
                        + "{'output':[-5.0]}"
            })
    void rightRequestsAreAnswered(String path, String request, String expected) throws Exception {
        Answer answer = post(path, request);
        assertEquals(200, answer.status(), () -> "" + answer.body());
        assertEquals(
                JsonParser.parseString(expected.replace('\'', '"')).getAsJsonObject(),
                answer.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/Evaluate;{'name':'backward'};400;ModelNotFound;no model 'backward'",
                "/Evaluate;{};400;ModelNotFound;forward and posterior",
                "/ModelInfo;{'name':7};400;ModelNotFound;no model '7'",
                "/Evaluate;not JSON at all;400;InvalidInput;JSON",
                "/Evaluate;{'name':;400;InvalidInput;cannot be read at line 1, column 9",
                "/Evaluate;{'name': 'forward', ?};400;InvalidInput;line 1, column",
                "/Foo;not JSON at all;404;NotFound;/Foo",
                "/Evaluate;[1,2];400;InvalidInput;JSON object",
                "/Evaluate;{'name':'forward'};400;InvalidInput;input must be a list",
                "/Evaluate;{'name':'forward','input':[[1,2,3]]};400;InvalidInput;2 numbers, got 3",
                "/Evaluate;{'name':'forward','input':[[1,2],[3]]};400;InvalidInput;one list",
                "/Evaluate;{'name':'forward','input':[[1,'x']]};400;InvalidInput;input[0][1]",
                "/Evaluate;{'name':'forward','input':[[1,1e999]]};400;InvalidInput;input[0][1]",
                "/Evaluate;{'name':'forward','input':[[-1,2]]};500;InvalidOutput;failed",
                "/Gradient;{'name':'forward','input':[[1,2]],'inWrt':1,'outWrt':0,'sens':[1,1,1]};400;"
                        + "InvalidInput;inWrt must be 0",
                "/Gradient;{'name':'forward','input':[[1,2]],'inWrt':0,'sens':[1,1,1]};400;"
                        + "InvalidInput;outWrt must be 0",
                "/Gradient;{'name':'forward','input':[[1,2]],'inWrt':0,'outWrt':0,'sens':[1]};400;"
                        + "InvalidInput;sens must be a list of 3",
                "/ApplyHessian;{'name':'forward'};400;UnsupportedFeature;Hessian",
                "/Abacus;{'name':'forward'};404;NotFound;/Abacus"
            })
    void wrongRequestsAreExplained(
            String path, String request, int status, String type, String message) throws Exception {
        Answer answer = post(path, request);
        assertEquals(status, answer.status(), () -> "" + answer.body());
        JsonObject error = answer.body().getAsJsonObject("error");
        assertEquals(type, error.get("type").getAsString());
        assertTrue(error.get("message").getAsString().contains(message), () -> "" + error);
        assertEquals(2, error.size());
        assertFalse(error.toString().contains("java"), () -> "" + error);
        assertFalse(error.toString().contains("Exception"), () -> "" + error);
    }

    /** A body larger than any right request gets its answer, though it is not looked at. */
    @Test
    void hugeRequestsAreRefused() throws Exception {
        String body = "{\"name\": \"forward\", \"input\": [[" + "1,".repeat(30_000_000) + "1]]}";
        Answer answer = ask(server, "POST", "/Evaluate", body);
        assertEquals(413, answer.status(), () -> "" + answer.body());
        assertEquals(200, ask(server, "GET", "/Info", null).status());
    }

    /** A model that runs out of memory, or of anything else, is no reason not to answer. */
    @Test
    void errorOfTheModelIsAnswered() throws Exception {
        Answer answer = post("/Evaluate", "{'name':'forward','input':[[1e300,2]]}");
        assertEquals(500, answer.status(), () -> "" + answer.body());
        assertFalse(answer.body().toString().contains("OutOfMemory"), () -> "" + answer.body());
    }

    @Test
    void theServerTellsWhatItIs() throws Exception {
        Answer info = ask(server, "GET", "/Info", null);
        assertEquals(
                "{\"protocolVersion\":1.0,\"models\":[\"forward\",\"posterior\"]}",
                sorted(info.body()));
        assertEquals(200, ask(server, "HEAD", "/", null).status());
    }

    private static String sorted(JsonObject info) {
        JsonObject out = new JsonObject();
        out.add("protocolVersion", info.get("protocolVersion"));
        out.add("models", info.get("models"));
        return out.toString();
    }

    @Test
    void aDensityWithKinksHasNoGradient() throws Exception {
        JsonObject support =
                ask(kinked, "POST", "/ModelInfo", "{\"name\":\"posterior\"}")
                        .body()
                        .getAsJsonObject("support");
        assertEquals(false, support.get("Gradient").getAsBoolean());
        Answer refused = ask(kinked, "POST", "/Gradient", "{\"name\":\"posterior\"}");
        assertEquals(400, refused.status());
        assertEquals(
                "UnsupportedFeature",
                refused.body().getAsJsonObject("error").get("type").getAsString());
    }
}
