package org.headwater.prior.tv.internal;

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
 * Creates total variation priors; settings: {@code weight}, {@code shape} (of an image; without it
 * the field's own, which may be a mesh), {@code isotropic}. An image of one row or one column is a
 * vector.
 */
@Component
public final class TvPriorProvider implements PriorProvider {
    private static final String WEIGHT = "weight";
    private static final String SHAPE = "shape";
    private static final String MESH = "mesh";
    private static final String ISOTROPIC = "isotropic";

    private static final PluginInfo INFO =
            new PluginInfo(
                    "tv",
                    "0.1.0",
                    "Total variation prior: potential weight·Σ|jumps|, for piecewise constant"
                            + " vectors, images and fields on meshes.",
                    SettingsSchema.of(
                            Setting.number(
                                            WEIGHT,
                                            "weight of the total variation in the potential, in"
                                                    + " 1/field unit (of a mesh: 1/(field unit ·"
                                                    + " length unit)); auto: chosen from the data")
                                    .or(Scaling.AUTO)
                                    .above(0)
                                    .atMost(Scaling.LARGEST)
                                    .required(),
                            Setting.numbers(
                                            SHAPE,
                                            "[height, width] of the image that the field is, row"
                                                    + " by row; or mesh, for a field with one value"
                                                    + " per triangle; by default the field's own:"
                                                    + " if it has none, a vector")
                                    .or(MESH)
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
        Weight weight = new Weight(settings.weight(WEIGHT), settings.isAuto(WEIGHT));
        if (settings.isText(SHAPE) && shape.mesh().isEmpty()) {
            throw settings.invalid(
                    SHAPE,
                    "needs a field with one value per triangle, this one has the shape " + shape,
                    "give [height, width] of an image, or leave it out; with the forward model eit"
                            + " set forward-model.basis: {type: elements}");
        }
        if (shape.mesh().isPresent() && !settings.isNumbers(SHAPE)) {
            return new MeshTvPrior(weight, MeshEdges.of(shape.mesh().get()));
        }
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
