package org.headwater.model.umbridge.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A model of an UM-Bridge server, protocol version 1.0. Its vectors of inputs, and those of
 * outputs, are taken as one, one after the other. Thread-safe.
 *
 * <p>Source: L. Seelinger et al., UM-Bridge: Uncertainty quantification and modeling bridge, J.
 * Open Source Software 8 (2023) 4748, doi:10.21105/joss.04748, and its protocol's documentation.
 */
final class ServerModel {
    private final Connection connection;
    private final String model;
    private final JsonObject config;
    private final int[] inputSizes;
    private final int[] outputSizes;
    private final boolean gradient;
    private final boolean applyJacobian;

    /**
     * Asks for sizes and features.
     *
     * @param config for the model, or null
     * @throws ServerException if the server does not know the model or answers nonsense
     */
    ServerModel(Connection connection, String model, JsonObject config) {
        this.connection = connection;
        this.model = model;
        this.config = config;
        JsonElement support = connection.ask("ModelInfo", named()).get("support");
        if (support == null || !support.isJsonObject()) {
            throw nonsense("ModelInfo", "its answer has no mapping 'support'");
        }
        if (!flag(support.getAsJsonObject(), "Evaluate")) {
            throw nonsense("ModelInfo", "the model does not support Evaluate");
        }
        gradient = flag(support.getAsJsonObject(), "Gradient");
        applyJacobian = flag(support.getAsJsonObject(), "ApplyJacobian");
        inputSizes = sizes("InputSizes", "inputSizes");
        outputSizes = sizes("OutputSizes", "outputSizes");
    }

    /** The models of a server. */
    static List<String> models(Connection connection) {
        JsonObject info = connection.ask("Info", null);
        JsonElement models = info.get("models");
        JsonElement version = info.get("protocolVersion");
        boolean known =
                version != null && version.isJsonPrimitive() && version.getAsString().equals("1.0");
        if (!known || models == null || !models.isJsonArray()) {
            throw new ServerException(
                    connection.name("Info"),
                    "the server does not speak version 1.0 of the UM-Bridge protocol: " + info);
        }
        List<String> names = new ArrayList<>();
        models.getAsJsonArray().forEach(m -> names.add(m.getAsString()));
        return names;
    }

    private static boolean flag(JsonObject o, String key) {
        return o.has(key) && o.get(key).isJsonPrimitive() && o.get(key).getAsBoolean();
    }

    private ServerException nonsense(String path, String what) {
        return new ServerException(connection.name(path) + " (model " + model + ")", what);
    }

    private JsonObject named() {
        JsonObject body = new JsonObject();
        body.addProperty("name", model);
        if (config != null) {
            body.add("config", config);
        }
        return body;
    }

    private int[] sizes(String path, String key) {
        JsonElement sizes = connection.ask(path, named()).get(key);
        if (sizes == null || !sizes.isJsonArray() || sizes.getAsJsonArray().isEmpty()) {
            throw nonsense(path, "its answer has no list '" + key + "'");
        }
        int[] out = new int[sizes.getAsJsonArray().size()];
        for (int i = 0; i < out.length; i++) {
            double size = number(sizes.getAsJsonArray().get(i));
            if (!(size >= 1 && size <= 1e7 && size == Math.rint(size))) {
                throw nonsense(path, key + "[" + i + "] must be a whole number ≥ 1: " + sizes);
            }
            out[i] = (int) size;
        }
        return out;
    }

    /** NaN for what is no number. */
    private static double number(JsonElement e) {
        try {
            return e.isJsonPrimitive() ? e.getAsDouble() : Double.NaN;
        } catch (NumberFormatException notOne) {
            return Double.NaN;
        }
    }

    /** d. */
    int inputs() {
        return Arrays.stream(inputSizes).sum();
    }

    /** m. */
    int outputs() {
        return Arrays.stream(outputSizes).sum();
    }

    /** Names of the inputs: x1, x2, … or, with several vectors, x1-1, x1-2, … x2-1, …. */
    List<String> inputNames() {
        List<String> names = new ArrayList<>();
        for (int k = 0; k < inputSizes.length; k++) {
            for (int i = 1; i <= inputSizes[k]; i++) {
                names.add("x" + (inputSizes.length == 1 ? "" : (k + 1) + "-") + i);
            }
        }
        return names;
    }

    /** Whether it has products with the transposed Jacobian. */
    boolean hasGradient() {
        return gradient;
    }

    /** Whether it has products with the Jacobian. */
    boolean hasApplyJacobian() {
        return applyJacobian;
    }

    private static JsonArray array(double[] x, int offset, int count) {
        JsonArray a = new JsonArray(count);
        for (int i = 0; i < count; i++) {
            a.add(x[offset + i]);
        }
        return a;
    }

    private JsonObject at(double[] theta, int offset) {
        JsonArray input = new JsonArray();
        int start = offset;
        for (int size : inputSizes) {
            input.add(array(theta, start, size));
            start += size;
        }
        JsonObject body = named();
        body.add("input", input);
        return body;
    }

    /**
     * Evaluates at several points.
     *
     * @param theta points, d values each from {@code offset} on, not modified
     * @param count how many
     * @param out count × m values from {@code outOffset} on; rows of failed points are NaN
     * @return what went wrong at each point, null where nothing did
     */
    ServerException[] evaluate(double[] theta, int offset, int count, double[] out, int outOffset) {
        List<JsonObject> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(at(theta, offset + i * inputs()));
        }
        List<Connection.Outcome> outcomes = connection.askAll("Evaluate", bodies);
        ServerException[] failures = new ServerException[count];
        int m = outputs();
        for (int i = 0; i < count; i++) {
            try {
                outputs(outcomes.get(i).get(), out, outOffset + i * m);
            } catch (ServerException e) {
                failures[i] = e;
                Arrays.fill(out, outOffset + i * m, outOffset + (i + 1) * m, Double.NaN);
            }
        }
        return failures;
    }

    private void outputs(JsonObject answer, double[] out, int offset) {
        JsonElement output = answer.get("output");
        if (output == null
                || !output.isJsonArray()
                || output.getAsJsonArray().size() != outputSizes.length) {
            throw nonsense(
                    "Evaluate", "its answer has no 'output' with " + outputSizes.length + " lists");
        }
        int start = offset;
        for (int k = 0; k < outputSizes.length; k++) {
            vector(
                    "Evaluate",
                    "output[" + k + "]",
                    output.getAsJsonArray().get(k),
                    outputSizes[k],
                    out,
                    start,
                    false);
            start += outputSizes[k];
        }
    }

    /** Copies, or adds, a list of finite numbers. */
    private void vector(
            String path,
            String name,
            JsonElement list,
            int size,
            double[] out,
            int offset,
            boolean add) {
        if (list == null || !list.isJsonArray() || list.getAsJsonArray().size() != size) {
            throw nonsense(path, name + " must be a list of " + size + " numbers");
        }
        for (int i = 0; i < size; i++) {
            JsonElement e = list.getAsJsonArray().get(i);
            double v = number(e);
            if (!Double.isFinite(v)) {
                throw nonsense(path, name + "[" + i + "] must be a finite number, got " + e);
            }
            out[offset + i] = (add ? out[offset + i] : 0) + v;
        }
    }

    /** A request, and where its answer is added. */
    private record Request(JsonObject body, int start, int size) {}

    /**
     * Products with the transposed Jacobian, gᵀJ; needs {@link #hasGradient}.
     *
     * @param theta a point, d values from {@code offset} on, not modified
     * @param rows g, count × m, not modified
     * @param count how many
     * @param out count × d values from {@code outOffset} on, modified
     */
    void gradients(
            double[] theta, int offset, double[] rows, int count, double[] out, int outOffset) {
        List<Request> requests = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            int output = r * outputs();
            for (int o = 0; o < outputSizes.length; o++) {
                int input = outOffset + r * inputs();
                for (int i = 0; i < inputSizes.length; i++) {
                    if (!isZero(rows, output, outputSizes[o])) {
                        JsonObject body = at(theta, offset);
                        body.addProperty("outWrt", o);
                        body.addProperty("inWrt", i);
                        body.add("sens", array(rows, output, outputSizes[o]));
                        requests.add(new Request(body, input, inputSizes[i]));
                    }
                    input += inputSizes[i];
                }
                output += outputSizes[o];
            }
        }
        Arrays.fill(out, outOffset, outOffset + count * inputs(), 0);
        collect("Gradient", requests, out);
    }

    private static boolean isZero(double[] x, int offset, int count) {
        for (int i = offset; i < offset + count; i++) {
            if (x[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The Jacobian's columns, one after the other; needs {@link #hasApplyJacobian}.
     *
     * @param theta a point, d values from {@code offset} on, not modified
     * @param out d × m, the transposed Jacobian, modified
     */
    void columns(double[] theta, int offset, double[] out) {
        List<Request> requests = new ArrayList<>();
        int column = 0;
        for (int i = 0; i < inputSizes.length; i++) {
            for (int j = 0; j < inputSizes[i]; j++) {
                double[] unit = new double[inputSizes[i]];
                unit[j] = 1;
                int output = column * outputs();
                for (int o = 0; o < outputSizes.length; o++) {
                    JsonObject body = at(theta, offset);
                    body.addProperty("outWrt", o);
                    body.addProperty("inWrt", i);
                    body.add("vec", array(unit, 0, unit.length));
                    requests.add(new Request(body, output, outputSizes[o]));
                    output += outputSizes[o];
                }
                column++;
            }
        }
        Arrays.fill(out, 0);
        collect("ApplyJacobian", requests, out);
    }

    private void collect(String path, List<Request> requests, double[] out) {
        List<Connection.Outcome> outcomes =
                connection.askAll(path, requests.stream().map(Request::body).toList());
        for (int k = 0; k < requests.size(); k++) {
            Request r = requests.get(k);
            JsonElement output = outcomes.get(k).get().get("output");
            vector(path, "output", output, r.size(), out, r.start(), true);
        }
    }
}
