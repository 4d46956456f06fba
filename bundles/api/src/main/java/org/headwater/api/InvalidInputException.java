package org.headwater.api;

import java.util.Objects;
import java.util.Optional;

/**
 * Input that a user can mend: one line that says which key, which rule, which value, and a remedy.
 * The runtime adds the file's name; the command line ends with exit code 2.
 */
public final class InvalidInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String key;
    private final String rule;
    private final String value;
    private final String remedy;
    private final String plugin;

    private InvalidInputException(
            String file, String key, String rule, String value, String remedy, String plugin) {
        super(message(file, key, rule, value, remedy));
        this.plugin = plugin;
        this.file = file;
        this.key = key;
        this.rule = rule;
        this.value = value;
        this.remedy = remedy;
    }

    /**
     * An error of a key of a problem file.
     *
     * @param key dotted path of the key, e.g. {@code noise.sd}
     * @param rule what must hold, e.g. {@code must be > 0}
     * @param value what was found, or null if nothing was
     * @param remedy what to do about it
     */
    public static InvalidInputException of(String key, String rule, Object value, String remedy) {
        return new InvalidInputException(
                null, key, rule, value == null ? null : String.valueOf(value), remedy, null);
    }

    /**
     * The error that a plug-in is named which is not there: what comes later can mend it, too.
     *
     * @param key dotted path of the key that names it
     * @param kind what it is, e.g. {@code prior}
     * @param type its type
     * @param remedy what to do about it
     */
    public static InvalidInputException notInstalled(
            String key, String kind, String type, String remedy) {
        return new InvalidInputException(
                null,
                key,
                "names no installed " + kind,
                "'" + type + "'",
                remedy,
                kind + " '" + type + "'");
    }

    /** The plug-in that is named and not there, e.g. {@code prior 'tv'}; empty for other errors. */
    public Optional<String> missingPlugin() {
        return Optional.ofNullable(plugin);
    }

    /** The same error with the file that it was found in; a file named before is kept. */
    public InvalidInputException inFile(String name) {
        if (file != null) {
            return this;
        }
        return new InvalidInputException(
                Objects.requireNonNull(name), key, rule, value, remedy, plugin);
    }

    /** The same error of a key with another path, e.g. where its mapping lies in a list. */
    public InvalidInputException atKey(String path) {
        return new InvalidInputException(file, path, rule, value, remedy, plugin);
    }

    /** The file, or null when none was named yet. */
    public String file() {
        return file;
    }

    /** Dotted path of the key. */
    public String key() {
        return key;
    }

    /** What must hold. */
    public String rule() {
        return rule;
    }

    /** What was found, or null. */
    public String value() {
        return value;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    private static String message(
            String file, String key, String rule, String value, String remedy) {
        StringBuilder s = new StringBuilder();
        if (file != null) {
            s.append(file).append(": ");
        }
        if (key != null && !key.isEmpty()) {
            s.append(key).append(' ');
        }
        s.append(rule);
        if (value != null) {
            s.append(", got ").append(value);
        }
        if (remedy != null && !remedy.isEmpty()) {
            s.append("; ").append(remedy);
        }
        return s.toString().replace('\n', ' ');
    }
}
