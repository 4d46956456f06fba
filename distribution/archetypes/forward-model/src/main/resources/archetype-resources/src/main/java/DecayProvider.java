package ${package};

import org.headwater.api.DenseMatrix;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates decay models; problem files name them {@code ${artifactId}}. */
@Component
public final class DecayProvider implements ForwardModelProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "${artifactId}",
                    "${version}",
                    "Exponential decay: amplitude·exp(−rate·t), log-amplitude and log-rate unknown.",
                    SettingsSchema.of(
                            Setting.numbers("times", "when each datum was taken")
                                    .or(Setting.Kind.FILE)
                                    .atLeast(0)
                                    .unit("s")
                                    .required()),
                    "");

    private static final SettingsSchema DATA =
            SettingsSchema.of(
                    Setting.numbers("values", "the measured data, one for each time")
                            .or(Setting.Kind.FILE)
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
        double[] times = numbers(model, "times");
        for (double t : times) {
            if (t < 0) {
                throw InvalidInputException.of(
                        model.key("times"), "must be ≥ 0", t, "count from the start of the decay");
            }
        }
        return new DecayModel(times);
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        double[] values = numbers(data, "values");
        if (values.length != created.dataSize()) {
            throw InvalidInputException.of(
                    data.key("values"),
                    "must hold "
                            + created.dataSize()
                            + " numbers, one for each of "
                            + model.key("times"),
                    values.length + " numbers",
                    "give as many values as times");
        }
        return values;
    }

    /** A list, or a file with a number on each line. */
    private static double[] numbers(Settings settings, String key) {
        if (settings.isNumbers(key)) {
            return settings.numbers(key);
        }
        DenseMatrix column = settings.matrix(key);
        return settings.vector(key, column.data().length);
    }
}
