package org.headwater.noise.internal;

import java.util.List;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Noise;
import org.headwater.api.NoiseProvider;
import org.headwater.api.PluginInfo;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.osgi.service.component.annotations.Component;

/**
 * Creates Gaussian noise from one of three descriptions: {@code sd}, known or estimated; {@code
 * relative} a with {@code floor} b, sd_i² = (a|V_i|)² + (b·max|V|)²; {@code covariance}.
 */
@Component
public final class GaussianNoiseProvider implements NoiseProvider {
    private static final String SD = StandardDeviations.SD;
    private static final String ESTIMATE = "estimate";
    private static final String RELATIVE = "relative";
    private static final String FLOOR = "floor";
    private static final String COVARIANCE = "covariance";
    private static final double DEFAULT_FLOOR = 0.005;

    /** Entries (i, j) and (j, i) of a covariance may differ by so much of its scale. */
    private static final double SYMMETRY = 1e-8;

    private static final PluginInfo INFO =
            new PluginInfo(
                    "gaussian",
                    "0.1.0",
                    "Gaussian noise, independent or with a covariance.",
                    SettingsSchema.of(
                            StandardDeviations.setting(
                                            "standard deviation of the noise in the data's unit,"
                                                    + " one for all, or one per datum as a list or"
                                                    + " file; estimate integrates one unknown for"
                                                    + " all out")
                                    .or(ESTIMATE),
                            Setting.number(
                                            RELATIVE,
                                            "noise as a fraction of each datum: sd² ="
                                                    + " (relative·|V|)² + (floor·max|V|)²")
                                    .atLeast(0),
                            Setting.number(
                                            FLOOR,
                                            "noise as a fraction of the largest datum, added to"
                                                    + " relative noise; "
                                                    + DEFAULT_FLOOR
                                                    + " when absent")
                                    .atLeast(0),
                            Setting.file(
                                    COVARIANCE,
                                    "covariance matrix of the noise, a row and a column per"
                                            + " datum")),
                    "");

    @Override
    public PluginInfo info() {
        return INFO;
    }

    @Override
    public Noise create(Settings settings, double[] measured) {
        List<String> given =
                List.of(SD, RELATIVE, COVARIANCE).stream().filter(settings::has).toList();
        if (given.size() != 1) {
            throw InvalidInputException.of(
                    settings.path(),
                    "must hold exactly one of sd, relative, covariance",
                    given.isEmpty() ? "none" : String.join(" and ", given),
                    given.isEmpty()
                            ? "add the standard deviation of the measurements, e.g. sd: 0.1"
                            : "remove all but one");
        }
        if (settings.has(FLOOR) && !settings.has(RELATIVE)) {
            throw settings.invalid(
                    FLOOR, "must stand beside relative only", "remove it or give relative");
        }
        return switch (given.get(0)) {
            case SD -> absolute(settings, measured);
            case RELATIVE -> GaussianNoise.independent(measured, relative(settings, measured));
            default -> correlated(settings, measured);
        };
    }

    private static Noise absolute(Settings settings, double[] measured) {
        return settings.isText(SD)
                ? new UnknownLevelNoise(measured)
                : GaussianNoise.independent(measured, StandardDeviations.of(settings, measured));
    }

    private static double[] relative(Settings settings, double[] measured) {
        double a = settings.number(RELATIVE);
        double b = settings.has(FLOOR) ? settings.number(FLOOR) : DEFAULT_FLOOR;
        double max = 0;
        for (double v : measured) {
            max = Math.max(max, Math.abs(v));
        }
        double[] sd = new double[measured.length];
        for (int i = 0; i < sd.length; i++) {
            sd[i] = Math.hypot(a * measured[i], b * max);
            if (!(sd[i] > 0)) {
                throw InvalidInputException.of(
                        settings.key(RELATIVE),
                        "must give every datum noise > 0, with floor " + b,
                        "0 for datum " + (i + 1) + ", which is " + measured[i],
                        max == 0 ? "give sd instead" : "raise floor or give sd instead");
            }
        }
        StandardDeviations.requireSize(settings.key(RELATIVE), sd, measured);
        return sd;
    }

    private static Noise correlated(Settings settings, double[] measured) {
        int m = measured.length;
        DenseMatrix c = settings.matrix(COVARIANCE);
        String key = settings.key(COVARIANCE);
        if (c.rows() != m || c.columns() != m) {
            throw InvalidInputException.of(
                    key,
                    "must be " + m + " × " + m + ", a row and a column per datum",
                    c.rows() + " × " + c.columns() + " in " + settings.file(COVARIANCE),
                    "give the covariance of all data in their order");
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < i; j++) {
                double scale = Math.sqrt(Math.abs(c.get(i, i) * c.get(j, j)));
                if (Math.abs(c.get(i, j) - c.get(j, i)) > SYMMETRY * scale) {
                    throw InvalidInputException.of(
                            key,
                            "must be symmetric",
                            c.get(i, j)
                                    + " in row "
                                    + (i + 1)
                                    + ", column "
                                    + (j + 1)
                                    + " but "
                                    + c.get(j, i)
                                    + " across the diagonal",
                            "mend " + settings.file(COVARIANCE));
                }
            }
        }
        GaussianNoise noise = GaussianNoise.correlated(measured, c.data());
        if (noise == null) {
            throw InvalidInputException.of(
                    key,
                    "must be positive definite",
                    "a matrix that is not, " + settings.file(COVARIANCE),
                    "add a small variance to its diagonal or mend it");
        }
        return noise;
    }
}
