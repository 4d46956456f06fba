package org.headwater.prior.composite.internal;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Creates priors of transformed fields; settings: {@code basis}, {@code prior} of the coefficients,
 * {@code shape} (of an image; without it the field's own), {@code free-mean}.
 */
@Component(service = PriorProvider.class)
public final class TransformedPriorProvider implements PriorProvider {
    private static final String BASIS = "basis";
    private static final String PRIOR = "prior";
    private static final String SHAPE = "shape";
    private static final String FREE_MEAN = "free-mean";
    private static final String HAAR = "haar";
    private static final String DCT = "dct";
    private static final String GRADIENT = "gradient";

    /** Beyond what any field reaches; its square is still finite. */
    private static final double FAR = 1e100;

    private final PluginInfo info;

    /** Called by the component runtime. */
    @Activate
    public TransformedPriorProvider(@Reference InstalledPriors installed) {
        this(installed::list);
    }

    /** With the priors that the coefficients may have. */
    TransformedPriorProvider(Supplier<List<PriorProvider>> installed) {
        this.info =
                new PluginInfo(
                        "transformed",
                        "0.1.0",
                        "A prior of the field's wavelet or cosine coefficients, or of its"
                                + " differences.",
                        SettingsSchema.of(
                                Setting.choice(
                                                BASIS,
                                                "haar: orthonormal wavelets; dct: orthonormal"
                                                        + " cosines; gradient: differences of"
                                                        + " neighbours",
                                                HAAR,
                                                DCT,
                                                GRADIENT)
                                        .required(),
                                Setting.prior(
                                                PRIOR,
                                                "the prior of the coefficients, a mapping with"
                                                        + " type and that type's settings",
                                                installed)
                                        .required(),
                                Setting.numbers(
                                                SHAPE,
                                                "[height, width] of the image that the field is,"
                                                        + " row by row; by default the field's"
                                                        + " own: if it has none, a vector")
                                        .atLeast(1),
                                Setting.flag(
                                                FREE_MEAN,
                                                "for haar and dct: true leaves the first"
                                                        + " coefficient, the field's mean, out of"
                                                        + " the prior")
                                        .byDefault(false)),
                        "Mallat, A Wavelet Tour of Signal Processing, 3rd ed., 2009");
    }

    @Override
    public PluginInfo info() {
        return info;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        int[] sizes = sizes(settings, shape);
        int height = sizes[0];
        int width = sizes[1];
        String basis = settings.text(BASIS);
        if (basis.equals(GRADIENT)) {
            return gradient(settings, new Differences(height, width));
        }
        Analysis w = basis.equals(HAAR) ? haar(settings, height, width) : dct(height, width);
        if (!settings.flag(FREE_MEAN)) {
            boolean image = height > 1 && width > 1;
            FieldShape laidOut =
                    image ? new FieldShape(height, width) : new FieldShape(height * width);
            return new OrthonormalPrior(w, settings.prior(PRIOR).create(laidOut));
        }
        if (w.dimension() < 2) {
            throw settings.invalid(FREE_MEAN, "needs at least two parameters", "leave it out");
        }
        Prior rest = settings.prior(PRIOR).create(new FieldShape(w.dimension() - 1));
        return new OrthonormalPrior(w, FirstFree.of(rest));
    }

    private static Analysis haar(Settings settings, int height, int width) {
        if (Integer.bitCount(height) != 1 || Integer.bitCount(width) != 1) {
            throw settings.invalid(
                    BASIS,
                    "needs extents that are powers of 2, the field has "
                            + (height == 1 ? "" + width : height + " × " + width),
                    "use dct, which takes any");
        }
        return new HaarBasis(height, width);
    }

    private static Analysis dct(int height, int width) {
        return new CosineBasis(height, width);
    }

    private static Prior gradient(Settings settings, Differences differences) {
        if (settings.flag(FREE_MEAN)) {
            throw settings.invalid(
                    FREE_MEAN,
                    "belongs to haar and dct",
                    "leave it out: differences leave the mean free anyway");
        }
        if (differences.coefficients() < 1) {
            throw settings.invalid(
                    BASIS, "needs a field of at least two parameters", "use haar or dct");
        }
        Prior inner = settings.prior(PRIOR).create(new FieldShape(differences.coefficients()));
        if (!differences.isVector() && isBounded(inner)) {
            throw InvalidInputException.of(
                    settings.key(PRIOR),
                    "must not bound the differences of an image",
                    settings.prior(PRIOR).provider().info().type(),
                    "bound those of a vector, or choose a prior that is finite everywhere");
        }
        return new GradientPrior(differences, inner);
    }

    /** Whether the potential is infinite far out on one side or the other. */
    private static boolean isBounded(Prior prior) {
        double[] far = new double[prior.dimension()];
        Arrays.fill(far, FAR);
        boolean above = prior.potential(far, 0) == Double.POSITIVE_INFINITY;
        Arrays.fill(far, -FAR);
        return above || prior.potential(far, 0) == Double.POSITIVE_INFINITY;
    }

    private static int[] sizes(Settings settings, FieldShape shape) {
        int d = shape.dimension();
        if (!settings.has(SHAPE)) {
            int[] own = shape.sizes();
            if (shape.mesh().isPresent() || own.length > 2) {
                throw InvalidInputException.of(
                        settings.key(SHAPE),
                        "must be given for a field that is neither a vector nor an image",
                        shape,
                        "give [height, width]; for jumps on a mesh use the prior tv");
            }
            return own.length == 2 ? own : new int[] {1, d};
        }
        double[] s = settings.numbers(SHAPE);
        boolean whole = s.length == 2 && s[0] == Math.rint(s[0]) && s[1] == Math.rint(s[1]);
        if (!whole || s[0] * s[1] != d) {
            throw InvalidInputException.of(
                    settings.key(SHAPE),
                    "must be two whole numbers whose product is the number of unknowns, " + d,
                    Arrays.toString(s),
                    "give [height, width] of the image, or leave it out for a vector");
        }
        return new int[] {(int) s[0], (int) s[1]};
    }
}
