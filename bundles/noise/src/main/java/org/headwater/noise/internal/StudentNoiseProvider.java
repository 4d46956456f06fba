package org.headwater.noise.internal;

import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates {@link StudentNoise}. */
@Component
public final class StudentNoiseProvider implements NoiseProvider {
    private static final String FREEDOM = "degrees-of-freedom";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "student-t",
                    "0.1.0",
                    "Independent noise with heavy tails, for data with outliers.",
                    SettingsSchema.of(
                            StandardDeviations.setting(
                                            "scale of the noise in the data's unit: its standard"
                                                    + " deviation but for outliers; one for all, or"
                                                    + " one per datum as a list or file")
                                    .required(),
                            Setting.number(
                                            FREEDOM,
                                            "fewer mean heavier tails: 1 is Cauchy's distribution,"
                                                    + " beyond 30 it is nearly Gaussian")
                                    .atLeast(0.5)
                                    .byDefault(4.0)),
                    "doi:10.2307/2290063");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Noise create(Settings settings, double[] measured) {
        return new StudentNoise(
                measured, StandardDeviations.of(settings, measured), settings.number(FREEDOM));
    }
}
