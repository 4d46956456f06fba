package org.headwater.server.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.runtime.ProblemFile;

/**
 * How the server is configured: {@code conf/server.yaml}, with the command line's settings over it.
 *
 * @param conf the configuration's directory
 * @param data the data directory
 * @param values everything else
 */
record ServerSettings(Path conf, Path data, Settings values) {
    /** Where the server listens. */
    static final String HOST = "host";

    /** The port. */
    static final String PORT = "port";

    /** Hosts that forward models may talk to. */
    static final String HOSTS = "allowed-hosts";

    /** Whether administrators may install plug-ins over the network. */
    static final String INSTALL = "install-plugins";

    /** What an option of the command line begins with. */
    private static final String OPTION = "--";

    private static final String MEMORY = "memory";
    private static final double SHARE_OF_HEAP = 0.7;
    private static final String DATA = "data";
    private static final String TLS = "tls";
    private static final String DATABASE = "database";

    private static final SettingsSchema SCHEMA =
            SettingsSchema.of(
                    Setting.text(HOST, "the address to listen on; 0.0.0.0 for all of the machine's")
                            .byDefault("127.0.0.1"),
                    Setting.integer(PORT, "the port to listen on; 0 for any that is free")
                            .atLeast(0)
                            .atMost(65535)
                            .byDefault(8080),
                    Setting.text(DATA, "the data directory, relative to the installation")
                            .byDefault(DATA),
                    Setting.integer(
                                    "jobs",
                                    "jobs that run side by side; by default half the processors")
                            .atLeast(1)
                            .atMost(1024),
                    Setting.integer(
                                    MEMORY,
                                    "memory that running jobs may take together, by what the server"
                                            + " estimates; by default 70 % of the Java heap")
                            .unit("MB")
                            .atLeast(1),
                    Setting.integer(
                                    "tries",
                                    "how often a job is tried that fails by no fault of its input")
                            .atLeast(1)
                            .byDefault(3),
                    Setting.integer("max-waiting", "jobs that may wait; more are refused")
                            .atLeast(1)
                            .byDefault(10_000),
                    Setting.integer("problem-limit", "largest problem file (bytes)")
                            .atLeast(1000)
                            .atMost(100_000_000)
                            .byDefault(1_000_000),
                    Setting.integer("upload-limit", "largest request with files (bytes)")
                            .atLeast(1000)
                            .byDefault(512_000_000),
                    Setting.integer(
                                    "requests-per-second",
                                    "per token; short bursts may be twice as fast")
                            .atLeast(1)
                            .byDefault(500),
                    Setting.integer("request-timeout", "how long a request may take to arrive")
                            .unit("s")
                            .atLeast(1)
                            .byDefault(60),
                    Setting.text(
                                    HOSTS,
                                    "hosts that forward models may talk to, as host or host:port with"
                                            + " blanks between them")
                            .byDefault(""),
                    Setting.flag(
                                    INSTALL,
                                    "whether administrators may install plug-ins over the network")
                            .byDefault(true),
                    Setting.group(
                            TLS,
                            "TLS, when a key store is given",
                            SettingsSchema.of(
                                    Setting.file("keystore", "a PKCS#12 or JKS file").required(),
                                    Setting.file("password-file", "holds the key store's password")
                                            .required())),
                    Setting.group(
                            DATABASE,
                            "a PostgreSQL database in the place of the embedded one",
                            SettingsSchema.of(
                                    Setting.text(
                                                    "url",
                                                    "e.g. jdbc:postgresql://localhost/headwater")
                                            .required(),
                                    Setting.text("user", "who connects").byDefault("headwater"),
                                    Setting.file("password-file", "holds the password"))));

    /**
     * Reads the configuration.
     *
     * @param home the installation
     * @param overrides {@code key=value} from {@code --set}, {@code --key=value} from an option of
     *     its own; {@code --conf=DIR} names the configuration's directory
     * @throws InvalidInputException if a key is unknown or wrong; it names the file or the option
     */
    static ServerSettings read(Path home, List<String> overrides) {
        Map<String, String> options = new HashMap<>();
        List<String> settings = new ArrayList<>();
        for (String override : overrides) {
            boolean own = override.startsWith(OPTION);
            String setting = own ? override.substring(OPTION.length()) : override;
            String key = firstKey(setting);
            options.put(key, own ? OPTION + key : "--set " + key);
            settings.add(setting);
        }
        Map<String, Object> given = new LinkedHashMap<>(ProblemFile.settings(settings));
        Path conf = home.resolve("conf");
        if (given.remove("conf") instanceof String other) {
            conf = Path.of(other).toAbsolutePath();
        }
        Path file = conf.resolve("server.yaml");
        Map<String, Object> content = new LinkedHashMap<>();
        try {
            if (Files.exists(file) && hasContent(file)) {
                content.putAll(ProblemFile.read(file, List.of()).content());
            }
            content.putAll(given);
            Settings values = SCHEMA.validate(content, "", conf);
            // what comes from the command line is relative to where the user stands
            Path data =
                    given.containsKey(DATA)
                            ? Path.of(values.text(DATA)).toAbsolutePath()
                            : home.resolve(values.text(DATA)).toAbsolutePath();
            return new ServerSettings(conf, data.normalize(), values);
        } catch (InvalidInputException e) {
            String section = e.key() == null ? "" : e.key().split("\\.")[0];
            String option = options.get(section);
            throw option == null
                    ? e.inFile(file.toString())
                    : InvalidInputException.of(
                            option + e.key().substring(section.length()),
                            e.rule(),
                            e.value(),
                            e.remedy());
        } catch (IOException e) {
            throw InvalidInputException.of(
                    file.toString(), "cannot be read", e.getMessage(), "check its permissions");
        }
    }

    private static String firstKey(String setting) {
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            throw InvalidInputException.of(
                    "--set",
                    "must have the form key=value",
                    "'" + setting + "'",
                    "write for instance --set jobs=4");
        }
        return setting.substring(0, equals).strip().split("\\.")[0];
    }

    /** Whether a file has more than comments. */
    private static boolean hasContent(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .anyMatch(line -> !line.isBlank() && !line.strip().startsWith("#"));
    }

    /** Jobs at once. */
    int jobs() {
        return values.has("jobs")
                ? values.integer("jobs")
                : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    /** Bytes that running jobs may take together. */
    long memory() {
        return values.has(MEMORY)
                ? 1_000_000L * values.integer(MEMORY)
                : (long) (SHARE_OF_HEAP * Runtime.getRuntime().maxMemory());
    }

    /** Hosts that forward models may talk to. */
    List<String> allowedHosts() {
        return values.text(HOSTS).isBlank()
                ? List.of()
                : List.of(values.text(HOSTS).strip().split("[\\s,]+"));
    }

    /** The key store and its password, when the server is to speak TLS. */
    Optional<Settings> tls() {
        return values.has(TLS) ? Optional.of(values.group(TLS)) : Optional.empty();
    }

    /** The database, when it is not the embedded one. */
    Optional<Settings> database() {
        return values.has(DATABASE) ? Optional.of(values.group(DATABASE)) : Optional.empty();
    }

    /** The first line of a file that holds a password. */
    static String password(Settings settings) {
        if (!settings.has("password-file")) {
            return "";
        }
        Path file = settings.file("password-file");
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty() ? "" : lines.get(0).strip();
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "password-file",
                    "must be a file that can be read",
                    file,
                    "check its permissions");
        }
    }
}
