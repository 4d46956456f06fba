package org.headwater.backend.cuda.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels, specialised.
 *
 * @param definitions what their text is specialised by
 * @param files the text, names of resources
 */
record Source(Map<String, Object> definitions, List<String> files) {
    /** Threads of a block of kernel {@code rows}. */
    static final int ROW_THREADS = 128;

    /** Keys that kernel {@code rows} has in shared memory. */
    static final int ROW_TILE = 128;

    /** Coordinates up to which {@code rows} holds a point in registers. */
    static final int MOST_ROW_DIMENSION = 16;

    /** Coordinates up to which {@code pairs} does. */
    static final int MOST_PAIR_DIMENSION = 8;

    /** Largest region of kernel {@code pairs}, in tiles. */
    static final int MOST_TILES = 8;

    /**
     * A thread per query.
     *
     * @param dimension coordinates, at most {@link #MOST_ROW_DIMENSION}
     * @param rows queries per thread
     */
    static Source rows(boolean single, boolean online, int dimension, int rows) {
        Map<String, Object> definitions = common(single, online);
        definitions.put("DIM", dimension);
        definitions.put("ROWS", rows);
        definitions.put("THREADS", ROW_THREADS);
        definitions.put("TILE", ROW_TILE);
        definitions.put("STRIDE", stride(dimension + 1, single ? 4 : 2));
        return of(definitions, "ends", "rows");
    }

    /** Each pair once, in double precision. */
    static Source pairs(int dimension) {
        Map<String, Object> definitions = common(false, false);
        definitions.put("DIM", dimension);
        definitions.put("MICRO", pairSide(dimension) / 16);
        definitions.put("MOST_TILES", MOST_TILES);
        return of(definitions, "ends", "pairs");
    }

    /** Points of a tile of kernel {@code pairs}: as many as its registers hold. */
    static int pairSide(int dimension) {
        return dimension <= 3 ? 64 : 32;
    }

    /**
     * Two small matrix products.
     *
     * @param width coordinates whose sums a block has: 16, 32, 64 or 128
     */
    static Source panel(boolean single, boolean online, int width) {
        Map<String, Object> definitions = common(single, online);
        definitions.put("WIDTH", width);
        definitions.put("DEPTH", single ? 16 : 8);
        definitions.put("DOT", single ? 1 : 0);
        return of(definitions, "ends", "panel");
    }

    /** Mean and covariance. */
    static Source moments() {
        return of(common(false, false), "moments");
    }

    private static Map<String, Object> common(boolean single, boolean online) {
        Map<String, Object> definitions = new LinkedHashMap<>();
        definitions.put("REAL", single ? "float" : "double");
        definitions.put("SINGLE", single ? 1 : 0);
        definitions.put("ONLINE", online ? 1 : 0);
        return definitions;
    }

    /** Numbers of a key in shared memory, such that keys begin where wide loads may. */
    private static int stride(int numbers, int wide) {
        return numbers <= 2 ? numbers : (numbers + wide - 1) / wide * wide;
    }

    private static Source of(Map<String, Object> definitions, String... files) {
        return new Source(definitions, List.of(files));
    }

    /** All of it, as the compiler gets it. */
    String text() {
        StringBuilder text = new StringBuilder();
        definitions.forEach(
                (name, value) ->
                        text.append("#define ")
                                .append(name)
                                .append(' ')
                                .append(value)
                                .append('\n'));
        text.append(read("device")).append(read("common"));
        files.forEach(file -> text.append(read(file)));
        return text.toString();
    }

    private static String read(String name) {
        try (InputStream in = Source.class.getResourceAsStream(name + ".cu")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
