package org.headwater.runtime.internal;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.headwater.api.Draws;

/**
 * NumPy's NPY format, version 1.0, for little-endian float64 in C order.
 *
 * <p>Source: numpy.lib.format,
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
final class NpyFile {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 8192;
    private static final Pattern HEADER =
            Pattern.compile(
                    "\\{'descr': '<f8', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), \\}\\s*");

    /**
     * An array that was read.
     *
     * @param data the numbers in C order
     * @param isScalar whether it has no dimensions
     */
    record Content(double[] data, boolean isScalar) {}

    private NpyFile() {}

    /**
     * Writes an array.
     *
     * @param out left open
     * @param data the numbers, not modified
     * @param shape their shape; none for a scalar
     */
    static void write(OutputStream out, double[] data, int... shape) throws IOException {
        header(out, shape);
        numbers(out, data, data.length);
    }

    /** Writes draws as an array draws × parameters, a few at once. */
    static void write(OutputStream out, Draws draws) throws IOException {
        int d = draws.dimension();
        int atOnce = Math.max(1, CHUNK / Math.max(1, d));
        double[] rows = new double[atOnce * d];
        header(out, draws.size(), d);
        for (int from = 0; from < draws.size(); from += atOnce) {
            int count = Math.min(atOnce, draws.size() - from);
            draws.rows(from, count, rows);
            numbers(out, rows, count * d);
        }
    }

    private static void header(OutputStream out, int... shape) throws IOException {
        header(out, "<f8", shape);
    }

    /**
     * Writes what comes before the numbers.
     *
     * @param type NumPy's name of their type
     */
    static void header(OutputStream out, String type, int... shape) throws IOException {
        String sizes = IntStream.of(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" "));
        if (shape.length > 1) {
            sizes = sizes.substring(0, sizes.length() - 1);
        }
        String header =
                "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
        int used = MAGIC.length + 2 + header.length() + 1;
        int padding = (ALIGNMENT - used % ALIGNMENT) % ALIGNMENT;
        int length = header.length() + padding + 1;
        out.write(MAGIC);
        out.write(length & 0xff);
        out.write(length >> 8);
        out.write((header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static void numbers(OutputStream out, double[] data, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(8 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < length; start += CHUNK) {
            int count = Math.min(CHUNK, length - start);
            buffer.asDoubleBuffer().put(data, start, count);
            out.write(buffer.array(), 0, 8 * count);
        }
    }

    /** Reads what {@link #write} wrote, up to its end. */
    static Content read(InputStream in) throws IOException {
        int[] shape = readShape(in);
        int size = 1;
        for (int n : shape) {
            size = Math.multiplyExact(size, n);
        }
        double[] out = new double[size];
        readNumbers(in, out, size);
        return new Content(out, shape.length == 0);
    }

    /** Reads the shape; the numbers follow. */
    static int[] readShape(InputStream in) throws IOException {
        byte[] magic = in.readNBytes(MAGIC.length + 2);
        if (magic.length < MAGIC.length + 2
                || !Arrays.equals(MAGIC, Arrays.copyOf(magic, MAGIC.length))) {
            throw new IOException("not an NPY file of version 1.0");
        }
        int length = (magic[MAGIC.length] & 0xff) | (magic[MAGIC.length + 1] & 0xff) << 8;
        byte[] header = in.readNBytes(length);
        Matcher m = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
        if (!m.matches()) {
            throw new IOException("not an array of little-endian float64 in C order");
        }
        return Arrays.stream(m.group(1).split(","))
                .filter(n -> !n.isBlank())
                .mapToInt(n -> Integer.parseInt(n.strip()))
                .toArray();
    }

    /**
     * Makes sure that a file holds a matrix with as many numbers as its header says.
     *
     * @throws IOException if it does not
     */
    static void requireWhole(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            int[] shape = readShape(Channels.newInputStream(channel));
            if (shape.length != 2) {
                throw new IOException("not a matrix");
            }
            long numbers = 8L * shape[0] * shape[1];
            long bytes = channel.size() - channel.position();
            if (bytes != numbers) {
                throw new IOException(
                        "it has " + bytes + " bytes of numbers in the place of " + numbers);
            }
        }
    }

    /** Reads the next numbers. */
    static void readNumbers(InputStream in, double[] out, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(8 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < size; start += CHUNK) {
            int count = Math.min(CHUNK, size - start);
            if (in.readNBytes(buffer.array(), 0, 8 * count) < 8 * count) {
                throw new EOFException("the array ends too early");
            }
            buffer.asDoubleBuffer().get(out, start, count);
        }
    }
}
