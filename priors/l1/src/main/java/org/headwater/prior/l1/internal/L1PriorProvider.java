package org.headwater.prior.l1.internal;

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

/** Creates L1 priors; settings: {@code weight}, a number or one number per parameter. */
@Component
public final class L1PriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "l1",
                    "0.1.0",
                    "Laplace prior: potential weight·Σ|θ_i|, for sparse fields.",
                    SettingsSchema.of(
                            Setting.number(
                                            WEIGHT,
                                            "weight of |θ_i| in the potential, in 1/field unit: a"
                                                    + " number, or one per parameter (0: flat)"
                                                    + " as a list or file; auto: chosen from the"
                                                    + " data")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE)
                                    .or(Scaling.AUTO)
                                    .atLeast(0)
                                    .atMost(Scaling.LARGEST)
                                    .required()),
                    "F. Han, S. Osher, W. Li, Sparse transformer architectures via regularized"
                            + " Wasserstein proximal operator with L1 prior, arXiv:2510.16356");

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
                        "make it positive, or 0 to leave the parameter flat");
            }
        }
        return new L1Prior(weight, settings.isAuto(WEIGHT));
    }
}
