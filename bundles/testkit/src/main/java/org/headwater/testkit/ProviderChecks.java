package org.headwater.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.headwater.api.PluginInfo;
import org.headwater.api.Provider;
import org.headwater.api.Setting;
import org.headwater.api.SettingsSchema;

/** What providers of all kinds must keep. */
final class ProviderChecks {
    private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final Pattern VERSION = Pattern.compile("\\d+(\\.\\d+){0,2}([.-][\\w.-]+)?");

    private ProviderChecks() {}

    /** Creates an instance from raw settings, which it validates first. */
    @FunctionalInterface
    interface Factory {
        Object create(Map<String, ?> settings);
    }

    /**
     * The checks of the self-description and of wrong settings.
     *
     * @param settings good ones, which the checks spoil
     * @param size how many numbers a list in the settings must hold, one per unknown or datum; 0
     *     where lists may have any length
     */
    static List<Check> of(Provider provider, Map<String, ?> settings, int size, Factory factory) {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.of("self-description", () -> info(provider.info())));
        checks.add(
                Check.of(
                        "wrong-settings",
                        () -> wrongSettings(provider.info().settings(), settings, size, factory)));
        return checks;
    }

    private static String info(PluginInfo info) {
        Limits.require(
                TYPE.matcher(info.type()).matches(),
                "the type '" + info.type() + "' is no lower-case word",
                "use letters, digits and hyphens, as in 'group-lasso'");
        Limits.require(
                VERSION.matcher(info.version()).matches(),
                "the version '" + info.version() + "' is no version",
                "give the bundle's, as in '1.2.0'");
        Limits.require(
                !info.summary().isBlank() && info.summary().indexOf('\n') < 0,
                "the summary is not one line",
                "say in one sentence what the plug-in is for");
        for (Setting s : info.settings().settings()) {
            Limits.require(
                    !s.help().isBlank(),
                    "the setting " + s.key() + " has no help",
                    "say what it means, with its unit");
        }
        return "type, version, summary and the help of every setting are there";
    }

    /** Each setting in turn is missing, out of range, NaN, misspelt, of a wrong length. */
    private static String wrongSettings(
            SettingsSchema schema, Map<String, ?> good, int size, Factory factory)
            throws Exception {
        int count = 0;
        Map<String, Object> wrong = new LinkedHashMap<>(good);
        wrong.put("no-such-setting", 1);
        refuse(wrong, "an unknown key", factory);
        count++;
        for (Setting s : schema.settings()) {
            if (s.isRequired()) {
                wrong = new LinkedHashMap<>(good);
                wrong.remove(s.key());
                refuse(wrong, "settings without " + s.key(), factory);
                count++;
            }
            boolean number = s.accepts(Setting.Kind.NUMBER) || s.accepts(Setting.Kind.INTEGER);
            if (number) {
                refuse(with(good, s, Double.NaN), s.key() + " = NaN", factory);
                count++;
            }
            if (number && s.minimum() != Double.NEGATIVE_INFINITY) {
                double below = s.minimum() - 1;
                refuse(with(good, s, below), s.key() + " = " + below, factory);
                count++;
            }
            if (size > 0 && s.accepts(Setting.Kind.NUMBERS) && good.containsKey(s.key())) {
                double value = s.minimumOpen() || s.minimum() > 0 ? s.minimum() + 1 : 1;
                List<Double> tooMany = Collections.nCopies(size + 1, value);
                refuse(
                        with(good, s, tooMany),
                        "a list of " + (size + 1) + " numbers for " + s.key(),
                        factory);
                count++;
            }
        }
        return count + " wrong settings were refused";
    }

    private static Map<String, Object> with(Map<String, ?> good, Setting s, Object value) {
        Map<String, Object> wrong = new LinkedHashMap<>(good);
        wrong.put(s.key(), value);
        return wrong;
    }

    private static void refuse(Map<String, ?> wrong, String what, Factory factory)
            throws Exception {
        Limits.refused(what, () -> factory.create(wrong));
    }
}
