package org.headwater.server.internal;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.headwater.api.InvalidInputException;
import org.headwater.runtime.Jobs;
import org.headwater.runtime.Json;
import org.headwater.runtime.ProblemFile;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Checks of problems that strangers send: a text that is small once read, and that names no file
 * outside its folder and no host that is not allowed.
 */
final class UploadedProblem {
    private static final int MOST_EVENTS = 500_000;
    private static final int DEEPEST = 30;
    private static final int LONGEST_SCALAR = 10_000;
    private static final int LONGEST_NUMBER = 40;
    private static final int LONGEST_PATH = 200;

    private UploadedProblem() {}

    /**
     * Text of bytes.
     *
     * @throws InvalidInputException if they are not UTF-8
     */
    static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw InvalidInputException.of(
                    "", "the problem must be text in UTF-8", null, "save the file as UTF-8");
        }
    }

    /** A problem that came as JSON, as one line of YAML. */
    static String ofJson(String json) {
        return Json.line(JsonBody.object(json)) + "\n";
    }

    /**
     * Goes through a YAML text without building anything from it.
     *
     * @throws InvalidInputException if it is nested too deeply, has too many or too long parts, or
     *     anchors that are used again, which can make a small text large
     */
    static void checkSize(String yaml) {
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(Math.max(1, yaml.length())).build();
        int events = 0;
        int depth = 0;
        try {
            for (Event event : new Parse(settings).parseString(yaml)) {
                events++;
                switch (event.getEventId()) {
                    case Alias ->
                            throw tooMuch(
                                    "must not use YAML aliases" + at(event),
                                    "write the value out again");
                    case MappingStart, SequenceStart -> depth++;
                    case MappingEnd, SequenceEnd -> depth--;
                    case Scalar -> checkScalar((ScalarEvent) event);
                    default -> {
                        // nothing that grows
                    }
                }
                if (depth > DEEPEST) {
                    throw tooMuch(
                            "must not be nested deeper than " + DEEPEST + " levels" + at(event),
                            "flatten the lists");
                }
                if (events > MOST_EVENTS) {
                    throw tooMuch(
                            "must not have more than " + MOST_EVENTS + " parts",
                            "put numbers into a CSV file and send it along");
                }
            }
        } catch (YamlEngineException e) {
            String message = e.getMessage().strip().replaceAll("\\s*\\R\\s*", " ");
            throw InvalidInputException.of(
                    "",
                    "is not valid YAML: "
                            + (message.length() > 300 ? message.substring(0, 300) : message),
                    null,
                    "check indentation, brackets and quotes there");
        }
    }

    private static void checkScalar(ScalarEvent scalar) {
        String value = scalar.getValue();
        if (value.length() > LONGEST_SCALAR) {
            throw tooMuch(
                    "must not hold a text longer than " + LONGEST_SCALAR + " characters",
                    "put it into a file and send it along");
        }
        if (value.length() > LONGEST_NUMBER
                && scalar.isPlain()
                && value.matches("[-+.0-9eE_xoa-fA-F]+")) {
            throw tooMuch(
                    "must not hold a number of more than " + LONGEST_NUMBER + " digits",
                    "doubles have 17 digits");
        }
    }

    private static String at(Event event) {
        return event.getStartMark()
                .map(m -> ": line " + (m.getLine() + 1) + ", column " + (m.getColumn() + 1))
                .orElse("");
    }

    private static InvalidInputException tooMuch(String rule, String remedy) {
        return InvalidInputException.of("problem", rule, null, remedy);
    }

    /**
     * Checks a problem that lies in its folder.
     *
     * @param file the problem file, its uploads beside it
     * @param name the run's name where the problem gives none, or null for the file's
     * @param allowedHosts hosts that it may name, each with or without a port
     * @param runtime knows the plug-ins
     * @return the problem
     * @throws InvalidInputException if a key is wrong, or a file or a host is not its to name
     */
    static ProblemFile check(Path file, String name, List<String> allowedHosts, Jobs runtime) {
        ProblemFile read = ProblemFile.read(file, List.of());
        ProblemFile problem =
                new ProblemFile(
                        name == null ? read.name() : name,
                        read.file(),
                        read.directory(),
                        read.content());
        confine(problem.content(), "", allowedHosts);
        Path folder = problem.directory();
        for (Path input : runtime.check(problem)) {
            if (!input.startsWith(folder)) {
                throw outside("problem", input.getFileName());
            }
            Path inside = folder.relativize(input);
            if (!Files.isRegularFile(input, LinkOption.NOFOLLOW_LINKS)) {
                throw InvalidInputException.of(
                        keyOf(input, folder, problem.content(), "").orElse("problem"),
                        "names a file that was not sent",
                        inside,
                        "send it along as a part 'files' of multipart/form-data");
            }
        }
        return problem;
    }

    /** The setting that names a file of a folder. */
    private static Optional<String> keyOf(Path file, Path folder, Object value, String path) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(e -> keyOf(file, folder, e.getValue(), below(path, e.getKey())))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        if (value instanceof List<?> list) {
            return IntStream.range(0, list.size())
                    .mapToObj(i -> keyOf(file, folder, list.get(i), path + "[" + i + "]"))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
        try {
            return value instanceof String text && folder.resolve(text).normalize().equals(file)
                    ? Optional.of(path)
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String below(String path, Object key) {
        return path.isEmpty() ? "" + key : path + "." + key;
    }

    /**
     * Looks at all texts of a problem or of settings.
     *
     * @throws InvalidInputException if one could be a path out of the folder, or names a host that
     *     is not allowed
     */
    static void confine(Object value, String path, List<String> allowedHosts) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> confine(v, below(path, k), allowedHosts));
        } else if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                confine(list.get(i), path + "[" + i + "]", allowedHosts);
            }
        } else if (value instanceof String text) {
            if (text.matches("(?is)\\s*[a-z][a-z0-9+.-]*:/.*|\\s*(file|jar|data|https?):.*")) {
                checkHost(text, path, allowedHosts);
            } else if (leadsOut(text)) {
                throw outside(path, text);
            }
        }
    }

    private static boolean leadsOut(String text) {
        String slashes = text.strip().replace('\\', '/');
        return slashes.startsWith("/")
                || slashes.startsWith("~")
                || slashes.matches("(?s)[A-Za-z]:.*")
                || text.indexOf('\0') >= 0
                || ("/" + slashes + "/").contains("/../");
    }

    private static InvalidInputException outside(String path, Object value) {
        return InvalidInputException.of(
                path,
                "must stay within the files that were sent",
                "'" + value + "'",
                "send the file along and name it as it was sent");
    }

    private static void checkHost(String text, String path, List<String> allowed) {
        try {
            URI uri = new URI(text.strip());
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            String host = uri.getHost();
            if (host != null && scheme.matches("https?|wss?")) {
                int port = uri.getPort() >= 0 ? uri.getPort() : scheme.endsWith("s") ? 443 : 80;
                if (allowed.contains(host) || allowed.contains(host + ":" + port)) {
                    return;
                }
            }
        } catch (URISyntaxException e) {
            // the same answer as for a host that is not allowed
        }
        throw InvalidInputException.of(
                path,
                "must name a host that this server may talk to",
                "'" + text + "'",
                allowed.isEmpty()
                        ? "none is allowed; its administrator can add it to allowed-hosts in"
                                + " conf/server.yaml"
                        : "allowed are " + String.join(", ", allowed));
    }

    /**
     * Where an uploaded file goes.
     *
     * @param folder the job's input folder
     * @param name the name that it was sent with: a path with slashes within the folder
     */
    static Path place(Path folder, String name) {
        try {
            String problem = null;
            if (name == null || name.isBlank()) {
                problem = "must have a file name";
            } else if (name.length() > LONGEST_PATH
                    || leadsOut(name)
                    || name.indexOf('\\') >= 0
                    || name.endsWith("/")
                    || name.chars().anyMatch(c -> c < ' ')) {
                problem = "must have a plain relative file name";
            } else {
                Path place = folder.resolve(name).normalize();
                if (!place.startsWith(folder) || place.equals(folder)) {
                    problem = "must have a plain relative file name";
                } else if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                    problem = "must have a name of its own; problem.yaml is the problem's";
                } else {
                    return place;
                }
            }
            throw InvalidInputException.of(
                    "files", problem, name == null ? null : "'" + name + "'", "rename the file");
        } catch (InvalidPathException e) {
            throw InvalidInputException.of(
                    "files", "must have a plain relative file name", null, "rename the file");
        }
    }

    /** Settings without the key {@code type}. */
    static Map<String, Object> without(Map<String, Object> section, String key) {
        Map<String, Object> rest = new LinkedHashMap<>(section);
        rest.remove(key);
        return rest;
    }
}
