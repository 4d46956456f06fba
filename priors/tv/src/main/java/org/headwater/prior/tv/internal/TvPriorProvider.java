package org.headwater.prior.tv.internal;

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
 * Creates total variation priors; settings: {@code weight}, {@code shape} (of an image; without it
 * the field's own), {@code isotropic}. An image of one row or one column is a vector.
 */
@Component
public final class TvPriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";
    private static final String SHAPE = "shape";
    private static final String ISOTROPIC = "isotropic";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "tv",
                    "0.1.0",
                    "Total variation prior: potential weight·Σ|θ_{i+1} − θ_i|, for piecewise"
                            + " constant fields.",
                    SettingsSchema.of(
                            Setting.number(
                                            WEIGHT,
                                            "weight of the total variation in the potential, a"
                                                    + " positive number")
                                    .above(0)
                                    .required(),
                            Setting.numbers(
                                            SHAPE,
                                            "[height, width] of the image that the field is, row"
                                                    + " by row; without it a field without a shape"
                                                    + " of its own is a vector")
                                    .atLeast(1),
                            Setting.flag(
                                            ISOTROPIC,
                                            "for images: true takes √(dx² + dy²), false |dx| +"
                                                    + " |dy|")
                                    .byDefault(true)),
                    "Rudin, Osher, Fatemi, Physica D 60, 1992");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        double weight = settings.number(WEIGHT);
        int[] sizes = settings.has(SHAPE) ? imageShape(settings, shape) : shape.sizes();
        if (sizes.length > 2) {
            throw InvalidInputException.of(
                    settings.key(SHAPE),
                    "must be given for a field of more than two extents",
                    "a field of " + shape,
                    "give [height, width] of the image");
        }
        boolean image = sizes.length == 2 && sizes[0] > 1 && sizes[1] > 1;
        return image
                ? new ImageTvPrior(weight, sizes[0], sizes[1], settings.flag(ISOTROPIC))
                : new ChainTvPrior(weight, shape.dimension());
    }

    private static int[] imageShape(Settings settings, FieldShape shape) {
        double[] s = settings.numbers(SHAPE);
        boolean whole = s.length == 2 && s[0] == Math.rint(s[0]) && s[1] == Math.rint(s[1]);
        if (!whole || s[0] * s[1] != shape.dimension()) {
            throw InvalidInputException.of(
                    settings.key(SHAPE),
                    "must be two whole numbers whose product is the number of unknowns, "
                            + shape.dimension(),
                    java.util.Arrays.toString(s),
                    "give [height, width] of the image, or leave it out for a vector");
        }
        return new int[] {(int) s[0], (int) s[1]};
    }
}
