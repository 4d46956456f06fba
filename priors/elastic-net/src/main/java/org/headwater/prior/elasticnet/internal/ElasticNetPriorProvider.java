package org.headwater.prior.elasticnet.internal;

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
 * Creates elastic-net priors; settings: {@code weight} of |θ_i| and {@code ridge} of ½θ_i², a
 * number each or one number per parameter.
 */
@Component
public final class ElasticNetPriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";
    private static final String RIDGE = "ridge";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "elastic-net",
                    "0.1.0",
                    "Elastic net: potential Σ weight·|θ_i| + ridge·θ_i²/2, for sparse fields whose"
                            + " parameters are correlated.",
                    SettingsSchema.of(
                            perParameter(
                                    WEIGHT,
                                    "weight of |θ_i| in the potential, a number, or one per"
                                            + " parameter as a list or file"),
                            perParameter(
                                    RIDGE,
                                    "weight of θ_i²/2 in the potential, a number, or one per"
                                            + " parameter as a list or file")),
                    "Zou, Hastie, J. R. Statist. Soc. B 67, 2005,"
                            + " doi:10.1111/j.1467-9868.2005.00503.x");

    private static Setting perParameter(String key, String help) {
        return Setting.number(key, help)
                .or(Setting.Kind.NUMBERS)
                .or(Setting.Kind.FILE)
                .atLeast(0)
                .atMost(Scaling.LARGEST)
                .required();
    }

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        return new ElasticNetPrior(
                nonNegative(settings, WEIGHT, shape), nonNegative(settings, RIDGE, shape));
    }

    private static double[] nonNegative(Settings settings, String key, FieldShape shape) {
        double[] v = settings.vector(key, shape.dimension());
        for (int i = 0; i < v.length; i++) {
            if (!(v[i] >= 0)) {
                throw InvalidInputException.of(
                        settings.key(key),
                        "must be ≥ 0 for every parameter",
                        v[i] + " for parameter " + (i + 1),
                        "make it positive, or 0 to leave this term out");
            }
        }
        return v;
    }
}
