package org.headwater.model.linear.internal;

import org.headwater.api.DenseMatrix;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates linear models from a matrix in a file: rows are data, columns parameters. */
@Component
public final class LinearProvider implements ForwardModelProvider {
    private static final String MATRIX = "matrix";
    private static final String VALUES = "values";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "linear",
                    "0.1.0",
                    "Linear model: data = matrix·parameters.",
                    SettingsSchema.of(
                            Setting.file(
                                            MATRIX,
                                            "the matrix, a row per datum and a column per"
                                                    + " parameter, comma separated")
                                    .required()),
                    "");

    private static final SettingsSchema DATA =
            SettingsSchema.of(
                    Setting.file(VALUES, "the measured data, one number on each line").required());

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
        return new LinearModel(model.matrix(MATRIX));
    }

    @Override
    public double[] observe(Settings model, Settings data, ForwardModel created) {
        DenseMatrix values = data.matrix(VALUES);
        int m = created.dataSize();
        boolean vector = values.rows() == 1 || values.columns() == 1;
        if (!vector || values.data().length != m) {
            throw InvalidInputException.of(
                    data.key(VALUES),
                    "must hold "
                            + m
                            + " numbers, one for each row of "
                            + model.key(MATRIX)
                            + " ("
                            + m
                            + " × "
                            + created.dimension()
                            + ")",
                    (vector
                                    ? String.valueOf(values.data().length)
                                    : values.rows() + " × " + values.columns())
                            + " in "
                            + data.file(VALUES),
                    "write one number on each line, or mend the matrix");
        }
        return values.data();
    }
}
