package org.headwater.noise.internal;

import org.headwater.api.InvalidInputException;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates {@link PoissonNoise}. */
@Component
public final class PoissonNoiseProvider implements NoiseProvider {
    private static final String SCALE = "scale";
    private static final String BACKGROUND = "background";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "poisson",
                    "0.1.0",
                    "Counts: Poisson distributed around scale·prediction + background.",
                    SettingsSchema.of(
                            Setting.number(SCALE, "expected counts per unit of the prediction")
                                    .above(0)
                                    .byDefault(1.0),
                            Setting.number(
                                            BACKGROUND,
                                            "expected counts where the prediction is 0; give a"
                                                    + " small number such as 0.1 if there are none")
                                    .above(0)
                                    .required()),
                    "");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    /** Data to be simulated arrive as predictions, not as counts, so fractions are let through. */
    @Override
    public Noise create(Settings settings, double[] measured) {
        for (int i = 0; i < measured.length; i++) {
            if (!(measured[i] >= 0)) {
                throw InvalidInputException.of(
                        "data",
                        "must be counts ≥ 0 for noise of type poisson",
                        measured[i] + " for datum " + (i + 1),
                        "use gaussian noise for data from which a background was subtracted");
            }
        }
        return new PoissonNoise(measured, settings.number(SCALE), settings.number(BACKGROUND));
    }
}
