package org.headwater.prior.lowrank.internal;

import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Scaling;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates nuclear norm priors; settings: {@code weight}, {@code rows}, {@code columns}. */
@Component
public final class LowRankPriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";
    private static final String ROWS = "rows";
    private static final String COLUMNS = "columns";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "low-rank",
                    "0.1.0",
                    "Nuclear norm prior: potential weight·Σ singular values, for matrices of low"
                            + " rank.",
                    SettingsSchema.of(
                            Setting.number(
                                            WEIGHT,
                                            "weight of the nuclear norm in the potential, in"
                                                    + " 1/field unit; auto: chosen from the data")
                                    .or(Scaling.AUTO)
                                    .atLeast(0)
                                    .atMost(Scaling.LARGEST)
                                    .required(),
                            Setting.integer(
                                            ROWS,
                                            "rows of the matrix, whose entries are the parameters"
                                                    + " row by row; by default the field's own")
                                    .atLeast(1),
                            Setting.integer(
                                            COLUMNS,
                                            "columns of the matrix; by default the field's own")
                                    .atLeast(1)),
                    "Cai, Candès, Shen, SIAM J. Optim. 20, 2010");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        int d = shape.dimension();
        int[] sizes = shape.sizes();
        if (!settings.has(ROWS) && !settings.has(COLUMNS)) {
            if (sizes.length != 2) {
                throw InvalidInputException.of(
                        settings.key(ROWS),
                        "and "
                                + settings.key(COLUMNS)
                                + " must be given for a field that is not an image",
                        "neither, for a field of shape " + shape,
                        "choose them with rows · columns = " + d);
            }
            return prior(settings, sizes[0], sizes[1]);
        }
        long rows = settings.has(ROWS) ? settings.integer(ROWS) : d / settings.integer(COLUMNS);
        long columns =
                settings.has(COLUMNS) ? settings.integer(COLUMNS) : d / settings.integer(ROWS);
        if (rows * columns != d) {
            throw InvalidInputException.of(
                    settings.key(settings.has(ROWS) ? ROWS : COLUMNS),
                    "times " + (settings.has(ROWS) ? COLUMNS : ROWS) + " must be the field's " + d,
                    rows + " × " + columns,
                    "the field has the shape " + shape);
        }
        return prior(settings, (int) rows, (int) columns);
    }

    private static Prior prior(Settings settings, int rows, int columns) {
        return new LowRankPrior(settings.weight(WEIGHT), rows, columns, settings.isAuto(WEIGHT));
    }
}
