package org.headwater.runtime.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.headwater.runtime.Json;

/**
 * A group of a Zarr store, version 2, in a folder: little-endian arrays in C order without
 * compression, with the names of their dimensions as xarray reads them. Every file is there
 * completely or not at all, and depends on nothing but its content; it is on the disk once {@link
 * #force} was called.
 *
 * <p>Source: https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html; dimensions and coordinates:
 * https://docs.xarray.dev/en/stable/internals/zarr-encoding-spec.html
 */
final class ZarrGroup {
    private static final String DOUBLE = "<f8";
    private static final String LONG = "<i8";
    private static final String META = ".zmetadata";
    private static final String ARRAY = ".zarray";
    private static final String GROUP = ".zgroup";
    private static final String ATTRIBUTES = ".zattrs";

    private final Path folder;

    /** What this group and those in it have written and not forced to the disk. */
    private final Set<Path> written;

    private ZarrGroup(Path folder, Set<Path> written) {
        this.folder = folder;
        this.written = written;
    }

    /** Makes a group; what is in the folder stays. */
    static ZarrGroup create(Path folder, Map<String, ?> attributes) throws IOException {
        return new ZarrGroup(folder, new LinkedHashSet<>()).begun(attributes);
    }

    private ZarrGroup begun(Map<String, ?> attributes) throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve(GROUP), Json.pretty(Map.of("zarr_format", 2)));
        write(folder.resolve(ATTRIBUTES), Json.pretty(new TreeMap<>(attributes)));
        return this;
    }

    private void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(Path file, byte[] bytes) throws IOException {
        SafeFiles.writeSoon(file, out -> out.write(bytes));
        written.add(file);
    }

    /** Returns when what this group and those in it have written is on the disk. */
    void force() throws IOException {
        SafeFiles.force(written);
        written.clear();
    }

    /** Makes a group in this one. */
    ZarrGroup group(String name, Map<String, ?> attributes) throws IOException {
        return new ZarrGroup(folder.resolve(name), written).begun(attributes);
    }

    /** Writes float64 numbers in one chunk; a dimension's coordinates have its name. */
    void put(
            String name,
            double[] values,
            List<String> dimensions,
            Map<String, ?> attributes,
            int... shape)
            throws IOException {
        ByteBuffer bytes = littleEndian(8 * values.length);
        bytes.asDoubleBuffer().put(values);
        describe(name, DOUBLE, Double.NaN, shape, shape, dimensions, attributes);
        chunk(name, bytes, shape.length, 0, 0);
    }

    /** Writes int64 numbers in one chunk. */
    void put(String name, long[] values, List<String> dimensions, int... shape) throws IOException {
        ByteBuffer bytes = littleEndian(8 * values.length);
        bytes.asLongBuffer().put(values);
        describe(name, LONG, null, shape, shape, dimensions, Map.of());
        chunk(name, bytes, shape.length, 0, 0);
    }

    /** Writes text in one chunk, UTF-32 of the longest text's length as NumPy has it. */
    void put(String name, List<String> values, List<String> dimensions, int... shape)
            throws IOException {
        int[][] points = values.stream().map(s -> s.codePoints().toArray()).toArray(int[][]::new);
        int width = Math.max(1, Arrays.stream(points).mapToInt(p -> p.length).max().orElse(1));
        ByteBuffer bytes = littleEndian(4 * width * points.length);
        for (int i = 0; i < points.length; i++) {
            bytes.asIntBuffer().put(i * width, points[i]);
        }
        describe(name, "<U" + width, null, shape, shape, dimensions, Map.of());
        chunk(name, bytes, shape.length, 0, 0);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Describes a float64 array that is written chunk by chunk along one dimension. */
    void describe(
            String name,
            int[] shape,
            int[] chunks,
            List<String> dimensions,
            Map<String, ?> attributes)
            throws IOException {
        describe(name, DOUBLE, Double.NaN, shape, chunks, dimensions, attributes);
    }

    private void describe(
            String name,
            String type,
            Object fill,
            int[] shape,
            int[] chunks,
            List<String> dimensions,
            Map<String, ?> attributes)
            throws IOException {
        Map<String, Object> array = new TreeMap<>();
        array.put("chunks", Arrays.stream(chunks).map(n -> Math.max(1, n)).boxed().toList());
        array.put("compressor", null);
        array.put("dtype", type);
        array.put("fill_value", fill instanceof Double x && x.isNaN() ? "NaN" : fill);
        array.put("filters", null);
        array.put("order", "C");
        array.put("shape", Arrays.stream(shape).boxed().toList());
        array.put("zarr_format", 2);
        Map<String, Object> all = new TreeMap<>(attributes);
        all.put("_ARRAY_DIMENSIONS", dimensions);
        Files.createDirectories(folder.resolve(name));
        write(folder.resolve(name).resolve(ATTRIBUTES), Json.pretty(all));
        write(folder.resolve(name).resolve(ARRAY), Json.pretty(array));
    }

    /** Writes chunk k along one dimension, the only one along all others. */
    void chunk(String name, ByteBuffer bytes, int rank, int along, int k) throws IOException {
        if (bytes.capacity() == 0) {
            return;
        }
        Files.createDirectories(folder.resolve(name));
        write(chunkFile(folder.resolve(name), rank, along, k), bytes.array());
    }

    /** The file of a chunk. */
    static Path chunkFile(Path array, int rank, int along, int k) {
        String key =
                Stream.iterate(0, i -> i + 1)
                        .limit(Math.max(1, rank))
                        .map(i -> i == along ? Integer.toString(k) : "0")
                        .collect(Collectors.joining("."));
        return array.resolve(key);
    }

    /** What describes an array. */
    static Map<String, Object> description(Path array) throws IOException {
        return Json.object(Files.readString(array.resolve(ARRAY), StandardCharsets.UTF_8));
    }

    /** Copies an array, chunked along its second dimension at most, as an NPY file. */
    static void copyAsNpy(Path array, OutputStream out) throws IOException {
        Map<String, Object> about = description(array);
        int[] shape = sizes(about.get("shape"));
        int[] chunks = sizes(about.get("chunks"));
        String type = String.valueOf(about.get("dtype"));
        NpyFile.header(out, type, shape);
        int along = shape.length > 1 ? 1 : 0;
        long row = Long.parseLong(type.substring(2)) * (type.charAt(1) == 'U' ? 4 : 1);
        long before = 1;
        for (int i = 0; i < shape.length; i++) {
            before *= i < along ? shape[i] : 1;
            row *= i > along ? shape[i] : 1;
        }
        for (long i = 0; i < before; i++) {
            for (int k = 0; k * chunks[along] < shape[along]; k++) {
                int rows = Math.min(chunks[along], shape[along] - k * chunks[along]);
                try (InputStream in =
                        Files.newInputStream(chunkFile(array, shape.length, along, k))) {
                    in.skipNBytes(i * chunks[along] * row);
                    copy(in, out, rows * row);
                }
            }
        }
    }

    private static void copy(InputStream in, OutputStream out, long count) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (long left = count; left > 0; ) {
            int n = in.readNBytes(buffer, 0, (int) Math.min(left, buffer.length));
            if (n == 0) {
                throw new EOFException("a chunk ends too early");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static int[] sizes(Object list) {
        return ((List<?>) list).stream().mapToInt(n -> ((Number) n).intValue()).toArray();
    }

    /** Gathers the descriptions of all groups and arrays in one file, for quick opening. */
    void consolidate() throws IOException {
        Map<String, Object> all = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(ZarrGroup::describes).toList();
        }
        for (Path file : files) {
            String key = folder.relativize(file).toString().replace('\\', '/');
            all.put(key, Json.object(Files.readString(file, StandardCharsets.UTF_8)));
        }
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("metadata", all);
        content.put("zarr_consolidated_format", 1);
        write(folder.resolve(META), Json.pretty(content));
    }

    private static boolean describes(Path file) {
        return List.of(ARRAY, GROUP, ATTRIBUTES).contains(file.getFileName().toString());
    }
}
