package org.headwater.backend.cuda.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machine code on disk, one file each: the SHA-256 of the code, then the code. A file that is not
 * what was written counts as missing; a folder that cannot be written to costs compilations only.
 */
final class CodeCache {
    private static final Logger LOG = LoggerFactory.getLogger(CodeCache.class);
    private static final int HASH_BYTES = 32;

    private final Path folder;

    CodeCache(Path folder) {
        this.folder = folder;
    }

    /** What code depends on: the source, the card, its driver and the compiler. */
    static String key(String source, Card card, String compiler) {
        String all =
                String.join(
                        "\n",
                        card.name(),
                        Integer.toString(card.capability()),
                        Integer.toString(card.driver()),
                        compiler,
                        source);
        return HexFormat.of().formatHex(hash(all.getBytes(StandardCharsets.UTF_8)));
    }

    /** The code, or null. */
    byte[] get(String key) {
        Path file = file(key);
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try {
            byte[] all = Files.readAllBytes(file);
            if (all.length > HASH_BYTES) {
                byte[] code = Arrays.copyOfRange(all, HASH_BYTES, all.length);
                if (Arrays.equals(hash(code), Arrays.copyOf(all, HASH_BYTES))) {
                    return code;
                }
            }
            LOG.warn("{} is damaged; the kernels are compiled again", file);
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
        }
        return null;
    }

    /** Keeps code. */
    void put(String key, byte[] code) {
        byte[] all = Arrays.copyOf(hash(code), HASH_BYTES + code.length);
        System.arraycopy(code, 0, all, HASH_BYTES, code.length);
        try {
            Files.createDirectories(folder);
            Path written = Files.createTempFile(folder, "new-", ".tmp");
            Files.write(written, all);
            Files.move(
                    written,
                    file(key),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("{} cannot be written to, kernels will be compiled again: {}", folder, e);
        }
    }

    /** Forgets code that the driver does not take. */
    void remove(String key) {
        try {
            Files.deleteIfExists(file(key));
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", file(key), e.toString());
        }
    }

    private Path file(String key) {
        return folder.resolve(key + ".cubin");
    }

    private static byte[] hash(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
