package org.headwater.prior.nonneg.internal;

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

/**
 * Creates non-negativity priors; settings: {@code weight} of θ_i, 0 or a number or one per
 * parameter.
 */
@Component
public final class NonNegativePriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "nonneg",
                    "0.1.0",
                    "Non-negative fields: potential weight·Σθ_i on θ_i ≥ 0, flat for weight 0.",
                    SettingsSchema.of(
                            Setting.number(
                                            WEIGHT,
                                            "weight of θ_i in the potential, in 1/field unit: a"
                                                    + " number, or one per parameter (0: flat on"
                                                    + " θ_i ≥ 0) as a list or file; auto: chosen"
                                                    + " from the data")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE)
                                    .or(Scaling.AUTO)
                                    .atLeast(0)
                                    .atMost(Scaling.LARGEST)
                                    .byDefault(0)),
                    "");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        double[] weight = settings.vector(WEIGHT, shape.dimension());
        for (int i = 0; i < weight.length; i++) {
            if (!(weight[i] >= 0)) {
                throw InvalidInputException.of(
                        settings.key(WEIGHT),
                        "must be ≥ 0 for every parameter",
                        weight[i] + " for parameter " + (i + 1),
                        "make it positive, or 0 to leave the parameter flat on θ ≥ 0");
            }
        }
        return new NonNegativePrior(weight, settings.isAuto(WEIGHT));
    }
}
