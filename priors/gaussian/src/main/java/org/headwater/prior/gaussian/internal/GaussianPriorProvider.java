package org.headwater.prior.gaussian.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.headwater.api.DenseMatrix;
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
 * Creates Gaussian priors of mean 0; settings: one of {@code sd}, {@code covariance}, {@code
 * matern}.
 */
@Component
public final class GaussianPriorProvider implements PriorProvider {
    private static final String SD = "sd";
    private static final String COVARIANCE = "covariance";
    private static final String MATERN = "matern";
    private static final String LENGTH = "length";
    private static final String SMOOTHNESS = "smoothness";
    private static final String SHAPE = "shape";

    /** Largest relative difference of C_ij and C_ji that counts as rounding. */
    private static final double SYMMETRY = 1e-8;

    private static final PluginInfo INFO =
            new PluginInfo(
                    "gaussian",
                    "0.1.0",
                    "Gaussian prior of mean 0: independent, with a covariance matrix, or a Matérn"
                            + " field.",
                    SettingsSchema.of(
                            Setting.number(
                                            SD,
                                            "standard deviation of independent parameters, a"
                                                    + " number, or one per parameter as a list or"
                                                    + " file")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE)
                                    .above(0),
                            Setting.file(COVARIANCE, "file with the d × d covariance matrix"),
                            Setting.group(
                                    MATERN,
                                    "Matérn covariance on the grid of the field",
                                    SettingsSchema.of(
                                            Setting.number(
                                                            LENGTH,
                                                            "correlation length; at this distance"
                                                                    + " the correlation is about a half")
                                                    .above(0)
                                                    .unit("grid spacings")
                                                    .required(),
                                            Setting.number(SD, "standard deviation of the field")
                                                    .above(0)
                                                    .required(),
                                            Setting.number(
                                                            SMOOTHNESS,
                                                            "0.5: continuous; 1.5: one derivative;"
                                                                    + " 2.5: two derivatives")
                                                    .above(0)
                                                    .byDefault(1.5),
                                            Setting.numbers(
                                                            SHAPE,
                                                            "extents of the grid, e.g. [H, W] for"
                                                                    + " an image, row by row; by"
                                                                    + " default the field's own")
                                                    .atLeast(1)))),
                    "Rasmussen, Williams, Gaussian Processes for Machine Learning, 2006");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Prior create(Settings settings, FieldShape shape) {
        List<String> given =
                List.of(SD, COVARIANCE, MATERN).stream().filter(settings::has).toList();
        if (given.size() != 1) {
            throw InvalidInputException.of(
                    settings.path(),
                    "must have exactly one of sd, covariance and matern",
                    given.isEmpty() ? "none" : String.join(" and ", given),
                    given.isEmpty() ? "e.g. sd: 1" : "keep one of them");
        }
        return switch (given.get(0)) {
            case SD -> independent(settings, shape.dimension());
            case COVARIANCE -> correlated(settings, shape.dimension());
            default -> matern(settings.group(MATERN), shape);
        };
    }

    private static Prior independent(Settings settings, int d) {
        double[] sd = settings.vector(SD, d);
        for (int i = 0; i < d; i++) {
            if (!(sd[i] > 0)) {
                throw InvalidInputException.of(
                        settings.key(SD),
                        "must be > 0 for every parameter",
                        sd[i] + " for parameter " + (i + 1),
                        "make it positive");
            }
        }
        return new IndependentGaussian(sd);
    }

    private static Prior correlated(Settings settings, int d) {
        DenseMatrix file = settings.matrix(COVARIANCE);
        if (file.rows() != d || file.columns() != d) {
            throw InvalidInputException.of(
                    settings.key(COVARIANCE),
                    "must be " + d + " × " + d + ", a row and a column for each parameter",
                    file.rows() + " × " + file.columns() + " in " + settings.file(COVARIANCE),
                    "give the covariance of the " + d + " parameters of the field");
        }
        double[] c = file.data().clone();
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                double a = c[i * d + j];
                double b = c[j * d + i];
                double scale = Math.max(Math.abs(a), Math.abs(b));
                if (Math.abs(a - b) > SYMMETRY * scale) {
                    throw InvalidInputException.of(
                            settings.key(COVARIANCE),
                            "must be symmetric",
                            a
                                    + " in row "
                                    + (i + 1)
                                    + ", column "
                                    + (j + 1)
                                    + " but "
                                    + b
                                    + " across the diagonal",
                            "correct one of the two");
                }
                c[i * d + j] = 0.5 * (a + b);
                c[j * d + i] = 0.5 * (a + b);
            }
        }
        return CorrelatedGaussian.of(c, d)
                .orElseThrow(
                        () ->
                                InvalidInputException.of(
                                        settings.key(COVARIANCE),
                                        "must be positive definite",
                                        "a "
                                                + d
                                                + " × "
                                                + d
                                                + " matrix with an eigenvalue that is not positive,"
                                                + " in "
                                                + settings.file(COVARIANCE),
                                        "check its entries, or add a small variance to its"
                                                + " diagonal"));
    }

    private static Prior matern(Settings settings, FieldShape shape) {
        double nu = settings.number(SMOOTHNESS);
        Matern matern =
                Arrays.stream(Matern.values())
                        .filter(m -> m.smoothness() == nu)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        settings.invalid(
                                                SMOOTHNESS,
                                                "must be 0.5, 1.5 or 2.5",
                                                "take the nearest of them"));
        int[] sizes = settings.has(SHAPE) ? sizes(settings, shape) : shape.sizes();
        double length = settings.number(LENGTH);
        double[] c = matern.covariance(sizes, length, settings.number(SD));
        return CorrelatedGaussian.of(c, shape.dimension())
                .orElseThrow(
                        () ->
                                settings.invalid(
                                        LENGTH,
                                        "must leave the covariance of a grid of "
                                                + new FieldShape(sizes)
                                                + " positive definite to working precision",
                                        "choose a smaller length or a smaller smoothness"));
    }

    private static int[] sizes(Settings settings, FieldShape shape) {
        double[] numbers = settings.numbers(SHAPE);
        double product = 1;
        boolean whole = true;
        for (double n : numbers) {
            product *= n;
            whole &= n == Math.rint(n);
        }
        if (!whole || product != shape.dimension()) {
            throw InvalidInputException.of(
                    settings.key(SHAPE),
                    "must be whole numbers whose product is the field's " + shape.dimension(),
                    Arrays.stream(numbers)
                            .mapToObj(n -> n == Math.rint(n) ? "" + (long) n : "" + n)
                            .collect(Collectors.joining(" × ")),
                    "the field has the shape " + shape);
        }
        return Arrays.stream(numbers).mapToInt(n -> (int) n).toArray();
    }
}
