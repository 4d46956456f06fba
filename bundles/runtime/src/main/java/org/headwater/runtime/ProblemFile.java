package org.headwater.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.internal.ProblemParser;

/**
 * A problem file as it was read: nested maps, lists and scalars, not yet checked against the
 * plug-ins' settings.
 *
 * @param name the file's name without its suffix
 * @param file the file, for messages
 * @param directory where relative file names start
 * @param content sections by key, in the file's order
 */
public record ProblemFile(String name, Path file, Path directory, Map<String, Object> content) {
    /**
     * Reads a YAML file.
     *
     * @param file the file
     * @param overrides {@code a.b=value} settings that replace or add values
     * @throws org.headwater.api.InvalidInputException if it is missing, not YAML, or not a mapping
     */
    public static ProblemFile read(Path file, List<String> overrides) {
        return ProblemParser.read(file, overrides);
    }

    /**
     * Settings of a section, as nested maps.
     *
     * @param overrides {@code key=value}, the value a YAML scalar or collection
     * @throws org.headwater.api.InvalidInputException if one has another form
     */
    public static Map<String, Object> settings(List<String> overrides) {
        return ProblemParser.settings(overrides);
    }

    /** The keys of a problem file that belong to no plug-in: {@code seed}, {@code backend} … */
    public static SettingsSchema settings() {
        return ProblemParser.settings();
    }
}
