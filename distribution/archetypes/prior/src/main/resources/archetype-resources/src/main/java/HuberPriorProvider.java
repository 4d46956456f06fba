package ${package};

import org.headwater.api.FieldShape;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/** Creates Huber priors; problem files name them {@code ${artifactId}}. */
@Component
public final class HuberPriorProvider implements PriorProvider {
    private static final PluginInfo INFO =
            new PluginInfo(
                    "${artifactId}",
                    "${version}",
                    "Huber prior: |θ| with a rounded tip, for fields with few large values.",
                    SettingsSchema.of(
                            Setting.number("weight", "slope of the potential far from 0")
                                    .above(0)
                                    .required(),
                            Setting.number("width", "half-width of the rounded tip, in θ's unit")
                                    .above(0)
                                    .byDefault(0.1)),
                    "Huber, Ann. Math. Statist. 35, 1964, doi:10.1214/aoms/1177703732");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        return new HuberPrior(
                shape.dimension(), settings.number("weight"), settings.number("width"));
    }
}
