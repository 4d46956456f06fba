package org.headwater.noise.internal;

import org.headwater.api.InvalidInputException;
import org.headwater.api.Setting;
import org.headwater.api.Settings;

/** The key {@code sd}: a positive number for all data, or one per datum. */
final class StandardDeviations {
    static final String SD = "sd";

    /** Relative to the largest datum; far below the rounding of doubles. */
    private static final double LEAST = 1e-20;

    private StandardDeviations() {}

    static Setting setting(String help) {
        return Setting.number(SD, help).or(Setting.Kind.NUMBERS).or(Setting.Kind.FILE).above(0);
    }

    /**
     * The values, one per datum.
     *
     * @throws InvalidInputException if their number is wrong or one is not positive, or so small
     *     that squares of standardised residuals overflow
     */
    static double[] of(Settings settings, double[] measured) {
        double[] sd = settings.vector(SD, measured.length);
        for (int i = 0; i < sd.length; i++) {
            if (!(sd[i] > 0)) {
                throw InvalidInputException.of(
                        settings.key(SD),
                        "must be > 0 for every datum",
                        sd[i] + " for datum " + (i + 1),
                        "give the standard deviation of the measurement's noise");
            }
        }
        requireSize(settings.key(SD), sd, measured);
        return sd;
    }

    /** Refuses values so small, relative to the data, that nothing can be computed with them. */
    static void requireSize(String key, double[] sd, double[] measured) {
        double largest = 0;
        for (double v : measured) {
            largest = Math.max(largest, Math.abs(v));
        }
        for (int i = 0; i < sd.length; i++) {
            if (sd[i] < LEAST * largest) {
                throw InvalidInputException.of(
                        key,
                        "must be at least "
                                + LEAST
                                + " of the largest datum, "
                                + largest
                                + ", for every datum",
                        sd[i] + " for datum " + (i + 1),
                        "give the standard deviation of the measurement's noise");
            }
        }
    }
}
