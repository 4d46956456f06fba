package org.headwater.server.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.headwater.api.InvalidInputException;

/**
 * Who may do what: {@code conf/tokens} has a line {@code NAME ROLE SHA-256} for each bearer token.
 * Tokens are 256 random bits, so a plain hash keeps them secret. The file may be edited while the
 * server runs. Sessions of browsers are kept in memory. Thread-safe.
 */
final class Access {
    /** What a token allows. */
    enum Role {
        /** Looks. */
        READ_ONLY("read-only"),
        /** Submits jobs and handles its own. */
        USER("user"),
        /** Handles all jobs, tokens and plug-ins. */
        ADMIN("admin");

        private final String word;

        Role(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        static Optional<Role> of(String word) {
            for (Role role : values()) {
                if (role.word.equals(word.toLowerCase(Locale.ROOT))) {
                    return Optional.of(role);
                }
            }
            return Optional.empty();
        }
    }

    /** The holder of a token. */
    record User(String name, Role role) {}

    private record Session(String tokenHash, long endsAt) {}

    /** Requests that may be made at once; filled up again with time. */
    private static final class Bucket {
        private double left;
        private long at = System.nanoTime();

        Bucket(double full) {
            left = full;
        }

        synchronized boolean take(int perSecond) {
            long now = System.nanoTime();
            left = Math.min(2.0 * perSecond, left + (now - at) * 1e-9 * perSecond);
            at = now;
            if (left < 1) {
                return false;
            }
            left -= 1;
            return true;
        }
    }

    private static final int MOST_SESSIONS = 10_000;
    private static final int MOST_BUCKETS = 10_000;
    private static final Duration SESSION = Duration.ofHours(12);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final int perSecond;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();
    private Map<String, User> users = Map.of();
    private FileTime read = FileTime.fromMillis(0);
    private long lookedAt;

    /**
     * Opens the list of tokens.
     *
     * @param conf the configuration's directory
     * @param perSecond requests of a user in a second
     */
    Access(Path conf, int perSecond) {
        this.file = conf.resolve("tokens");
        this.perSecond = perSecond;
    }

    /**
     * Makes the first token where there is none.
     *
     * @return the file {@code admin.token} that holds it, if one was made
     */
    synchronized Optional<Path> begin() {
        try {
            if (Files.exists(file)) {
                return Optional.empty();
            }
            Files.createDirectories(file.getParent());
            String token = newToken();
            Path secret = file.resolveSibling("admin.token");
            writePrivately(secret, token + "\n");
            users = new LinkedHashMap<>();
            users.put(hash(token), new User("admin", Role.ADMIN));
            write();
            return Optional.of(secret);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "conf",
                    "must be a directory that can be written at the first start, for the tokens",
                    file.getParent() + " (" + e.getMessage() + ")",
                    "check its permissions, or name another with --conf");
        }
    }

    private static String newToken() {
        byte[] bits = new byte[32];
        RANDOM.nextBytes(bits);
        return "hw_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    private static void writePrivately(Path path, String text) throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        if (Files.getFileStore(path.getParent()).supportsFileAttributeView("posix")) {
            Files.createFile(
                    temporary,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(temporary, text);
        Files.move(
                temporary,
                path,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void write() throws IOException {
        StringBuilder lines = new StringBuilder("# NAME ROLE SHA-256 of the token\n");
        users.forEach(
                (hash, user) ->
                        lines.append(user.name())
                                .append(' ')
                                .append(user.role().word())
                                .append(' ')
                                .append(hash)
                                .append('\n'));
        writePrivately(file, lines.toString());
        read = Files.getLastModifiedTime(file);
    }

    static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized Map<String, User> users() {
        long now = System.nanoTime();
        if (lookedAt != 0 && now - lookedAt < 1_000_000_000L) {
            return users;
        }
        lookedAt = now;
        try {
            FileTime time = Files.getLastModifiedTime(file);
            if (!time.equals(read) || users.isEmpty()) {
                Map<String, User> all = new LinkedHashMap<>();
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.strip().split("\\s+");
                    if (words.length == 3 && !line.startsWith("#")) {
                        Role.of(words[1]).ifPresent(r -> all.put(words[2], new User(words[0], r)));
                    }
                }
                users = all;
                read = time;
            }
        } catch (IOException e) {
            // without the list nobody gets in
            users = Map.of();
        }
        return users;
    }

    /** The holder of a token. */
    Optional<User> user(String token) {
        return Optional.ofNullable(users().get(hash(token)));
    }

    /** The holder of the token that a session began with. */
    Optional<User> session(String id) {
        Session session = sessions.get(hash(id));
        if (session == null || session.endsAt() < System.currentTimeMillis()) {
            return Optional.empty();
        }
        return Optional.ofNullable(users().get(session.tokenHash()));
    }

    /** Begins a session; its id is a secret like a token. */
    String beginSession(String token) {
        long now = System.currentTimeMillis();
        sessions.values().removeIf(s -> s.endsAt() < now);
        if (sessions.size() >= MOST_SESSIONS) {
            throw ApiException.of(503, "Too many sessions", "try again later");
        }
        String id = newToken();
        sessions.put(hash(id), new Session(hash(token), now + SESSION.toMillis()));
        return id;
    }

    /** Ends a session. */
    void endSession(String id) {
        sessions.remove(hash(id));
    }

    /** Whether a user, or an address without token, may make another request now. */
    boolean mayGoOn(String who) {
        if (buckets.size() > MOST_BUCKETS) {
            buckets.clear();
        }
        return buckets.computeIfAbsent(who, w -> new Bucket(2.0 * perSecond)).take(perSecond);
    }

    /** All users, sorted as in the file. */
    List<User> list() {
        return new ArrayList<>(users().values());
    }

    /** Makes a token. */
    synchronized String add(String name, Role role) throws IOException {
        Map<String, User> all = new LinkedHashMap<>(users());
        if (all.values().stream().anyMatch(u -> u.name().equals(name))) {
            throw ApiException.conflict("there is a token of the name " + name);
        }
        String token = newToken();
        all.put(hash(token), new User(name, role));
        users = all;
        write();
        return token;
    }

    /** Takes a token back; its sessions end with it. */
    synchronized void remove(String name) throws IOException {
        Map<String, User> all = new LinkedHashMap<>(users());
        if (!all.values().removeIf(u -> u.name().equals(name))) {
            throw ApiException.notFound("there is no token of the name " + name);
        }
        if (all.values().stream().noneMatch(u -> u.role() == Role.ADMIN)) {
            throw ApiException.conflict("the last admin's token cannot be taken back");
        }
        users = all;
        write();
    }
}
