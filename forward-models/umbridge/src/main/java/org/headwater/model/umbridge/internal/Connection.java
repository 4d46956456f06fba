package org.headwater.model.umbridge.internal;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Requests to a server. At most so many are under way at once, whatever the number of threads. A
 * request whose connection is lost or refused, or that a gateway turns away (502, 503, 504), is
 * repeated after 0.1 s, 0.2 s, 0.4 s, …; evaluations have no side effects, so this is safe. Once
 * repetitions were in vain, further requests are not repeated until one succeeds. Thread-safe.
 */
final class Connection {
    private static final long FIRST_PAUSE = 100;
    private static final int SHOWN = 200;

    private final URI base;
    private final Duration timeout;
    private final int retries;
    private final Semaphore places;
    private final HttpClient client;
    private volatile boolean down;

    /**
     * @param base address of the server, with a slash at its end
     * @param timeout for one request
     * @param retries how often a request is repeated
     * @param parallel how many requests may be under way
     */
    Connection(URI base, Duration timeout, int retries, int parallel) {
        this.base = base;
        this.timeout = timeout;
        this.retries = retries;
        this.places = new Semaphore(parallel);
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(timeout)
                        .build();
    }

    /** What came of a request: an answer, or else the reason why there is none. */
    record Outcome(JsonObject answer, ServerException failure) {
        /** The answer, or the exception. */
        JsonObject get() {
            if (failure != null) {
                throw failure;
            }
            return answer;
        }
    }

    /** What a request is called in messages. */
    String name(String path) {
        return (path.equals("Info") ? "GET " : "POST ") + base.resolve(path);
    }

    /** Asks one question; a null body makes it a GET. */
    JsonObject ask(String path, JsonObject body) {
        List<JsonObject> one = new ArrayList<>();
        one.add(body);
        return askAll(path, one).get(0).get();
    }

    /** Asks several questions at once and waits for all answers. */
    List<Outcome> askAll(String path, List<JsonObject> bodies) {
        List<Outcome> outcomes = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            outcomes.add(null);
            open.add(i);
        }
        try {
            for (int attempt = 0; !open.isEmpty(); attempt++) {
                if (attempt > 0) {
                    Thread.sleep(FIRST_PAUSE << Math.min(attempt - 1, 10));
                }
                boolean last = attempt >= retries || down;
                open = round(path, bodies, open, outcomes, last);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException(name(path), "the request was interrupted");
        }
        return outcomes;
    }

    /** Sends the open requests; returns those to be sent again. */
    private List<Integer> round(
            String path,
            List<JsonObject> bodies,
            List<Integer> open,
            List<Outcome> outcomes,
            boolean last)
            throws InterruptedException {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i : open) {
            places.acquire();
            answers.add(
                    client.sendAsync(
                                    request(path, bodies.get(i)),
                                    HttpResponse.BodyHandlers.ofString())
                            .whenComplete((response, error) -> places.release()));
        }
        List<Integer> again = new ArrayList<>();
        for (int k = 0; k < answers.size(); k++) {
            String trouble;
            try {
                HttpResponse<String> response = answers.get(k).get();
                if (response.statusCode() < 502 || response.statusCode() > 504) {
                    down = false;
                    outcomes.set(open.get(k), outcome(path, response));
                    continue;
                }
                trouble = "HTTP " + response.statusCode();
            } catch (ExecutionException e) {
                boolean lost =
                        e.getCause() instanceof IOException
                                && !(e.getCause() instanceof HttpTimeoutException);
                if (!lost) {
                    outcomes.set(open.get(k), failure(path, describe(e.getCause())));
                    continue;
                }
                trouble = "the connection failed (" + describe(e.getCause()) + ")";
            }
            if (last) {
                down = true;
                outcomes.set(open.get(k), failure(path, trouble));
            } else {
                again.add(open.get(k));
            }
        }
        return again;
    }

    private HttpRequest request(String path, JsonObject body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(base.resolve(path)).timeout(timeout);
        return body == null
                ? builder.GET().build()
                : builder.header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build();
    }

    private String describe(Throwable e) {
        if (e instanceof HttpTimeoutException) {
            return "no answer within " + timeout.toMillis() / 1000.0 + " s";
        }
        String name = e.getClass().getSimpleName();
        return e.getMessage() == null ? name : name + ": " + e.getMessage();
    }

    private Outcome failure(String path, String what) {
        return new Outcome(null, new ServerException(name(path), what));
    }

    /** Reads an answer, whatever content type it claims. */
    private Outcome outcome(String path, HttpResponse<String> response) {
        boolean good = response.statusCode() == 200;
        JsonElement json;
        try {
            json = JsonParser.parseString(response.body());
        } catch (JsonParseException e) {
            json = null;
        }
        if (json == null || !json.isJsonObject()) {
            return failure(
                    path,
                    (good ? "answered with something that is no JSON object: " : "HTTP ")
                            + (good ? "" : response.statusCode() + " ")
                            + shortened(response.body()));
        }
        JsonObject object = json.getAsJsonObject();
        if (good && !object.has("error")) {
            return new Outcome(object, null);
        }
        String error =
                object.has("error") ? error(object.get("error")) : shortened(json.toString());
        return failure(path, "HTTP " + response.statusCode() + " " + error);
    }

    private static String error(JsonElement error) {
        if (!error.isJsonObject()) {
            return shortened(error.toString());
        }
        JsonObject o = error.getAsJsonObject();
        return text(o, "type") + ": " + text(o, "message");
    }

    private static String text(JsonObject o, String key) {
        JsonElement e = o.get(key);
        return e != null && e.isJsonPrimitive() ? shortened(e.getAsString()) : "no " + key;
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.isEmpty()
                ? "(an empty body)"
                : line.length() <= SHOWN ? line : line.substring(0, SHOWN) + " …";
    }
}
