package org.headwater.model.linear.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;

/**
 * Reads NumPy's array files: versions 1 to 3, one or two axes, C or Fortran order, floats of 4 or 8
 * bytes and integers of 1 to 8 bytes, either byte order.
 *
 * <p>Source: NumPy Enhancement Proposal 1, A simple file format for NumPy arrays.
 */
final class NumpyArray {
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=])([fiub])(\\d)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");

    private NumpyArray() {}

    static DenseMatrix read(Path file, byte[] content, String key) {
        ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        boolean magic =
                content.length > 10
                        && in.get(0) == (byte) 0x93
                        && new String(content, 1, 5, StandardCharsets.US_ASCII).equals("NUMPY");
        if (!magic) {
            throw InvalidInputException.of(
                    key, "must be a NumPy array", file, "write it with numpy.save");
        }
        int begin = content[6] == 1 ? 10 : 12;
        long length = content[6] == 1 ? in.getShort(8) & 0xffff : in.getInt(8) & 0xffffffffL;
        if (begin + length > content.length) {
            throw truncated(file, key);
        }
        String header = new String(content, begin, (int) length, StandardCharsets.UTF_8);
        Matcher type = TYPE.matcher(header);
        Matcher order = ORDER.matcher(header);
        Matcher shape = SHAPE.matcher(header);
        if (!type.find() || !order.find() || !shape.find()) {
            throw InvalidInputException.of(
                    key,
                    "must hold real numbers",
                    header.strip() + " in " + file,
                    "convert it with numpy.asarray(a, float)");
        }
        String[] axes = shape.group(1).replace(" ", "").split(",");
        if (shape.group(1).isBlank() || axes.length > 2) {
            throw InvalidInputException.of(
                    key,
                    "must have one or two axes",
                    "shape (" + shape.group(1) + ") in " + file,
                    "reshape the array");
        }
        int rows = Integer.parseInt(axes[0]);
        int columns = axes.length == 2 ? Integer.parseInt(axes[1]) : 1;
        int size = Integer.parseInt(type.group(3));
        long start = begin + length;
        if (content.length - start < (long) rows * columns * size || rows * columns == 0) {
            throw truncated(file, key);
        }
        in.order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        in.position((int) start);
        boolean fortran = order.group(1).equals("True");
        double[] data = new double[rows * columns];
        for (int k = 0; k < data.length; k++) {
            int i = fortran ? k % rows : k / columns;
            int j = fortran ? k / rows : k % columns;
            double v = number(in, type.group(2), size, file, key);
            if (!Double.isFinite(v)) {
                throw InvalidInputException.of(
                        key,
                        "must hold finite numbers",
                        v + " in row " + (i + 1) + ", column " + (j + 1) + " of " + file,
                        "remove the datum or mend the measurement");
            }
            data[i * columns + j] = v;
        }
        return new DenseMatrix(rows, columns, data);
    }

    private static double number(ByteBuffer in, String kind, int size, Path file, String key) {
        if (kind.equals("f") && size == 8) {
            return in.getDouble();
        }
        if (kind.equals("f") && size == 4) {
            return in.getFloat();
        }
        boolean signed = kind.equals("i");
        return switch (kind.equals("f") ? 0 : size) {
            case 1 -> signed ? in.get() : in.get() & 0xff;
            case 2 -> signed ? in.getShort() : in.getShort() & 0xffff;
            case 4 -> signed ? in.getInt() : in.getInt() & 0xffffffffL;
            case 8 -> in.getLong();
            default ->
                    throw InvalidInputException.of(
                            key,
                            "must hold floats of 4 or 8 bytes or integers",
                            kind + size + " in " + file,
                            "convert it with numpy.asarray(a, float)");
        };
    }

    private static InvalidInputException truncated(Path file, String key) {
        return InvalidInputException.of(
                key,
                "must hold as many numbers as its header says, and one at least",
                file,
                "write it again; it may have been cut off");
    }
}
