package org.headwater.experiments.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The values of cells. Each is a file {@code NAME-HASH.json} of a folder, the hash that of its
 * settings and of the code: what is there is read, the rest computed and written, a file at a time
 * and each whole or not there, so that a run that was killed goes on where it was.
 */
final class Results {
    private static final int HASH = 12;
    private static final Gson GSON =
            new GsonBuilder().serializeSpecialFloatingPointValues().setPrettyPrinting().create();

    private final Map<String, Values> values = new LinkedHashMap<>();

    private Results() {}

    /**
     * Reads or computes all cells, in order.
     *
     * @param folder where they are kept
     * @param code says which code computes them
     * @param stop asked before and after each cell; what a cell came to when it turned true is
     *     thrown away
     * @param progress told what is being computed, a line at a time
     * @return empty if it was stopped
     */
    static Optional<Results> of(
            List<Cell> cells,
            Path folder,
            String code,
            BooleanSupplier stop,
            Consumer<String> progress)
            throws IOException {
        Files.createDirectories(folder);
        Results results = new Results();
        long begun = System.nanoTime();
        int kept = 0;
        for (int k = 0; k < cells.size(); k++) {
            Cell cell = cells.get(k);
            JsonObject settings = Values.json(new TreeMap<>(cell.settings()));
            Path file = folder.resolve(fileName(cell.name(), settings + "\n" + code));
            Optional<Values> known = read(file);
            if (known.isPresent()) {
                results.put(cell, known.get());
                kept++;
                continue;
            }
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            if (kept > 0) {
                progress.accept(kept + " of " + cells.size() + " cells are kept from before");
                kept = 0;
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
            progress.accept(
                    String.format(
                            Locale.ROOT,
                            "[%d/%d, %d:%02d] %s",
                            k + 1,
                            cells.size(),
                            seconds / 60,
                            seconds % 60,
                            cell.name()));
            Values computed = cell.task().run(results);
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            write(file, cell.name(), settings, computed);
            results.put(cell, computed);
        }
        if (kept > 0) {
            progress.accept(kept + " of " + cells.size() + " cells are kept from before");
        }
        return Optional.of(results);
    }

    private void put(Cell cell, Values computed) {
        if (values.put(cell.name(), computed) != null) {
            throw new IllegalStateException("two cells are named " + cell.name());
        }
    }

    /** The values of a cell. */
    Values get(String cell) {
        Values found = values.get(cell);
        if (found == null) {
            throw new IllegalArgumentException("no cell " + cell + " so far");
        }
        return found;
    }

    private static String fileName(String name, String identity) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(identity.getBytes(StandardCharsets.UTF_8));
            String slug = name.replaceAll("[^A-Za-z0-9.]+", "-");
            return slug + "-" + HexFormat.of().formatHex(hash).substring(0, HASH) + ".json";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing where there is no such file, or one that was not written by this class. */
    private static Optional<Values> read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            JsonObject all = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            Values found = new Values(all.getAsJsonObject("values"));
            return found.fileIsThere(file.getParent()) ? Optional.of(found) : Optional.empty();
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException e) {
            return Optional.empty();
        }
    }

    private static void write(Path file, String name, JsonObject settings, Values computed)
            throws IOException {
        JsonObject all = new JsonObject();
        all.addProperty("cell", name);
        all.add("settings", settings);
        all.add("values", computed.json());
        replace(file, GSON.toJson(all) + "\n");
    }

    /** Writes beside and moves, so that a file is whole or not there. */
    static void replace(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
