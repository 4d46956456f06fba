package org.headwater.model.umbridge.internal;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import org.headwater.api.DenseMatrix;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates forward models that an UM-Bridge server evaluates. */
@Component
public final class UmBridgeProvider implements ForwardModelProvider {
    private static final String URL = "url";
    private static final String MODEL = "model";
    private static final String CONFIG = "config";
    private static final String DERIVATIVES = "derivatives";
    private static final String DIFFERENCES = "finite-differences";
    private static final String STEP = "step";
    private static final String INITIAL = "initial";
    private static final String PARALLEL = "parallel-requests";
    private static final String TIMEOUT = "timeout";
    private static final String RETRIES = "retries";
    private static final String VALUES = "values";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "umbridge",
                    "0.1.0",
                    "Any model behind an UM-Bridge server (HTTP and JSON).",
                    SettingsSchema.of(
                            Setting.text(URL, "address of the server, e.g. http://localhost:4242")
                                    .required(),
                            Setting.text(
                                    MODEL,
                                    "name of the model; may be left out if the server has only"
                                            + " one"),
                            Setting.mapping(CONFIG, "settings that the server's model takes"),
                            Setting.choice(
                                            DERIVATIVES,
                                            "from the server (its Gradient or ApplyJacobian), or by"
                                                    + " finite differences, two evaluations for"
                                                    + " each parameter",
                                            "server",
                                            DIFFERENCES)
                                    .byDefault("server"),
                            Setting.number(
                                            STEP,
                                            "of finite differences, over max(1, |parameter|);"
                                                    + " 1e-4 when absent")
                                    .above(0)
                                    .atMost(1),
                            Setting.number(
                                            INITIAL,
                                            "where the solver starts: one number for all"
                                                    + " parameters, or one each as a list or file")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE)
                                    .byDefault(0.0),
                            Setting.integer(PARALLEL, "how many requests the server gets at once")
                                    .atLeast(1)
                                    .atMost(1024)
                                    .byDefault(1.0),
                            Setting.number(TIMEOUT, "how long to wait for an answer")
                                    .above(0)
                                    .atMost(1e6)
                                    .unit("s")
                                    .byDefault(600.0),
                            Setting.integer(
                                            RETRIES,
                                            "how often a request is repeated when the connection"
                                                    + " is lost")
                                    .atLeast(0)
                                    .atMost(20)
                                    .byDefault(5.0)),
                    "doi:10.21105/joss.04748");

    private static final SettingsSchema DATA =
            SettingsSchema.of(
                    Setting.file(
                                    VALUES,
                                    "the measured data, one number on each line, in the order of"
                                            + " the model's outputs")
                            .or(Setting.Kind.NUMBERS)
                            .required());

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public SettingsSchema dataSettings() {
        return DATA;
    }

    @Override
    public ForwardModel create(Settings model, Settings data) {
        int parallel = model.integer(PARALLEL);
        Connection connection =
                new Connection(
                        address(model),
                        Duration.ofMillis((long) Math.ceil(1000 * model.number(TIMEOUT))),
                        model.integer(RETRIES),
                        parallel);
        ServerModel server;
        try {
            server = new ServerModel(connection, name(model, connection), config(model));
        } catch (ServerException e) {
            throw InvalidInputException.of(
                    model.key(URL),
                    "must be the address of a running UM-Bridge server: " + e.getMessage(),
                    null,
                    "start the server or mend the address, the model's name or its config");
        }
        boolean differences = model.text(DERIVATIVES).equals(DIFFERENCES);
        if (!differences && model.has(STEP)) {
            throw model.invalid(
                    STEP,
                    "belongs to derivatives: " + DIFFERENCES + " only",
                    "remove it or add derivatives: " + DIFFERENCES);
        }
        if (!differences && !server.hasGradient() && !server.hasApplyJacobian()) {
            throw InvalidInputException.of(
                    model.key(DERIVATIVES),
                    "must be "
                            + DIFFERENCES
                            + ": the server's model offers neither Gradient nor ApplyJacobian",
                    "server",
                    "set derivatives: "
                            + DIFFERENCES
                            + " (two evaluations for each of its "
                            + server.inputs()
                            + " parameters), or add Gradient to the server's model");
        }
        double step = !differences ? 0 : model.has(STEP) ? model.number(STEP) : 1e-4;
        return new UmBridgeModel(server, parallel, step, model.vector(INITIAL, server.inputs()));
    }

    private static URI address(Settings model) {
        String text = model.text(URL);
        try {
            URI uri = new URI(text.endsWith("/") ? text : text + "/");
            String scheme = uri.getScheme();
            if (uri.getHost() != null && ("http".equals(scheme) || "https".equals(scheme))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // named below, as every other wrong address
        }
        throw model.invalid(
                URL, "must be an http or https address", "write e.g. http://localhost:4242");
    }

    private static String name(Settings model, Connection connection) {
        List<String> models = ServerModel.models(connection);
        if (!model.has(MODEL) && models.size() == 1) {
            return models.get(0);
        }
        if (!model.has(MODEL) || !models.contains(model.text(MODEL))) {
            throw InvalidInputException.of(
                    model.key(MODEL),
                    "must be one of the server's models: " + String.join(", ", models),
                    model.has(MODEL) ? model.text(MODEL) : "nothing",
                    "choose one of them");
        }
        return model.text(MODEL);
    }

    private static JsonObject config(Settings model) {
        return model.has(CONFIG)
                ? new Gson().toJsonTree(model.mapping(CONFIG)).getAsJsonObject()
                : null;
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        DenseMatrix values = data.matrix(VALUES);
        int m = created.dataSize();
        if ((values.rows() != 1 && values.columns() != 1) || values.data().length != m) {
            throw InvalidInputException.of(
                    data.key(VALUES),
                    "must hold " + m + " numbers, one for each output of the model",
                    values.rows() + " × " + values.columns() + data.inFile(VALUES),
                    data.isFile(VALUES) ? "write one number on each line" : "complete the list");
        }
        return values.data();
    }
}
