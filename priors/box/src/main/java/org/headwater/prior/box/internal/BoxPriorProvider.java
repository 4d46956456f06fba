package org.headwater.prior.box.internal;

import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/**
 * Creates box priors; settings: {@code lower} and {@code upper}, a number each or one number per
 * parameter.
 */
@Component
public final class BoxPriorProvider implements PriorProvider {
    private static final String LOWER = "lower";
    private static final String UPPER = "upper";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "box",
                    "0.1.0",
                    "Uniform prior between bounds.",
                    SettingsSchema.of(
                            bound(LOWER, "least value, a number, or one per parameter"),
                            bound(UPPER, "largest value, a number, or one per parameter")),
                    "");

    private static Setting bound(String key, String help) {
        return Setting.number(key, help + " as a list or file")
                .or(Setting.Kind.NUMBERS)
                .or(Setting.Kind.FILE)
                .required();
    }

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        double[] lower = settings.vector(LOWER, shape.dimension());
        double[] upper = settings.vector(UPPER, shape.dimension());
        for (int i = 0; i < lower.length; i++) {
            if (!(upper[i] > lower[i])) {
                throw InvalidInputException.of(
                        settings.key(UPPER),
                        "must be > lower for every parameter",
                        upper[i] + " with lower " + lower[i] + " for parameter " + (i + 1),
                        "raise upper or lower the lower bound");
            }
        }
        return new BoxPrior(lower, upper);
    }
}
