package org.headwater.noise.internal;

import org.headwater.api.InvalidInputException;
import org.headwater.api.Setting;
import org.headwater.api.Settings;

/** The key {@code sd}: a positive number for all data, or one per datum. */
final class StandardDeviations {
    static final String SD = "sd";

    private StandardDeviations() {}

    static Setting setting(String help) {
        return Setting.number(SD, help).or(Setting.Kind.NUMBERS).or(Setting.Kind.FILE).above(0);
    }

    /**
     * The values, one per datum.
     *
     * @throws InvalidInputException if their number is wrong or one is not positive
     */
    static double[] of(Settings settings, int size) {
        double[] sd = settings.vector(SD, size);
        for (int i = 0; i < size; i++) {
            if (!(sd[i] > 0)) {
                throw InvalidInputException.of(
                        settings.key(SD),
                        "must be > 0 for every datum",
                        sd[i] + " for datum " + (i + 1),
                        "give the standard deviation of the measurement's noise");
            }
        }
        return sd;
    }
}
