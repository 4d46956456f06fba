package org.headwater.prior.gaussian.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.headwater.api.DenseMatrix;
import org.headwater.api.FieldShape;
import org.headwater.api.Geometry;
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
    private static final String MESH = "mesh";
    private static final double DEFAULT_SMOOTHNESS = 1.5;

    /** Largest relative difference of C_ij and C_ji that counts as rounding. */
    private static final double SYMMETRY = 1e-8;

    private static final PluginInfo INFO =
            new PluginInfo(
                    "gaussian",
                    "0.1.0",
                    "Gaussian prior of mean 0: independent, with a covariance matrix, or a Matérn"
                            + " field on a grid or a mesh.",
                    SettingsSchema.of(
                            Setting.number(
                                            SD,
                                            "standard deviation of independent parameters, in the"
                                                    + " field's unit: a number, or one per"
                                                    + " parameter as a list or file; auto: chosen"
                                                    + " from the data")
                                    .or(Setting.Kind.NUMBERS)
                                    .or(Setting.Kind.FILE)
                                    .or(Scaling.AUTO)
                                    .above(0),
                            Setting.file(
                                    COVARIANCE,
                                    "file with the d × d covariance matrix, in the field's unit"
                                            + " squared"),
                            Setting.group(
                                    MATERN,
                                    "Matérn covariance on the grid or the mesh of the field",
                                    SettingsSchema.of(
                                            Setting.number(
                                                            LENGTH,
                                                            "correlation length, in grid spacings"
                                                                    + " or a mesh's length unit; at"
                                                                    + " this distance the"
                                                                    + " correlation is about a"
                                                                    + " half")
                                                    .above(0)
                                                    .required(),
                                            Setting.number(
                                                            SD,
                                                            "standard deviation of the field, in"
                                                                    + " its unit; auto: chosen from"
                                                                    + " the data")
                                                    .or(Scaling.AUTO)
                                                    .above(0)
                                                    .required(),
                                            Setting.number(
                                                            SMOOTHNESS,
                                                            "on a grid 0.5: continuous, 1.5"
                                                                    + " (default): one derivative,"
                                                                    + " 2.5: two derivatives; on a"
                                                                    + " mesh 1")
                                                    .above(0),
                                            Setting.numbers(
                                                            SHAPE,
                                                            "extents of the grid, e.g. [H, W] for"
                                                                    + " an image, row by row, or"
                                                                    + " mesh; by default the"
                                                                    + " field's own")
                                                    .or(MESH)
                                                    .atLeast(1)))),
                    "Rasmussen, Williams, Gaussian Processes for Machine Learning, 2006; Lindgren,"
                            + " Rue, Lindström, J. R. Statist. Soc. B 73, 2011");

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
        if (settings.isAuto(SD)) {
            return IndependentGaussian.automatic(d);
        }
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
        if (settings.isText(SHAPE) && shape.mesh().isEmpty()) {
            throw settings.invalid(
                    SHAPE,
                    "needs a field with one value per triangle, this one has the shape " + shape,
                    "give the extents of a grid; with the forward model eit set"
                            + " forward-model.basis: {type: elements}");
        }
        boolean onMesh = shape.mesh().isPresent() && !settings.isNumbers(SHAPE);
        double length = settings.number(LENGTH);
        int[] sizes = settings.isNumbers(SHAPE) ? sizes(settings, shape) : shape.sizes();
        double[] correlation =
                onMesh
                        ? onMesh(settings, shape.mesh().get(), length)
                        : smoothness(settings).covariance(sizes, length, 1);
        double sd = settings.weight(SD);
        return CorrelatedGaussian.of(
                        correlation, shape.dimension(), 1 / (sd * sd), settings.isAuto(SD))
                .orElseThrow(
                        () ->
                                settings.invalid(
                                        LENGTH,
                                        "must leave the covariance of "
                                                + (onMesh
                                                        ? shape
                                                        : "a grid of " + new FieldShape(sizes))
                                                + " positive definite to working precision",
                                        "choose a smaller length or a smaller smoothness"));
    }

    private static double[] onMesh(Settings settings, Geometry mesh, double length) {
        if (settings.has(SMOOTHNESS) && settings.number(SMOOTHNESS) != MeshMatern.SMOOTHNESS) {
            throw settings.invalid(SMOOTHNESS, "must be 1 on a mesh", "leave it out");
        }
        return MeshMatern.correlation(mesh, length);
    }

    private static Matern smoothness(Settings settings) {
        double nu = settings.has(SMOOTHNESS) ? settings.number(SMOOTHNESS) : DEFAULT_SMOOTHNESS;
        return Arrays.stream(Matern.values())
                .filter(m -> m.smoothness() == nu)
                .findFirst()
                .orElseThrow(
                        () ->
                                settings.invalid(
                                        SMOOTHNESS,
                                        "must be 0.5, 1.5 or 2.5",
                                        "take the nearest of them"));
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
