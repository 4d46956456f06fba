package org.headwater.model.eit.internal.data;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile.Entry;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;

/**
 * A MATLAB file of version 5 to 7.3, read whole; its real matrices can be asked for by name. A file
 * of version 7.3 is an HDF5 file, in which a matrix lies transposed and says by an attribute what
 * it was in MATLAB.
 */
final class MatFile {
    private static final byte[] HDF5 = "MATLAB 7.3".getBytes(StandardCharsets.US_ASCII);
    private static final String CLASS = "MATLAB_class";
    private static final Set<String> NUMBERS =
            Set.of(
                    "double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint32",
                    "int64", "uint64");

    private final Path file;
    private final String key;

    /** A DenseMatrix, or a text that says what else a field is. */
    private final Map<String, Object> fields;

    private MatFile(Path file, String key, Map<String, Object> fields) {
        this.file = file;
        this.key = key;
        this.fields = fields;
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param key the key of the problem file that named it, for messages
     * @throws InvalidInputException if it is missing or no such file
     */
    static MatFile read(Path file, String key) {
        if (!Files.isRegularFile(file)) {
            throw InvalidInputException.of(
                    key, "must name a file that exists", file, "check the name and the folder");
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    key,
                    "must be readable",
                    file,
                    "check its permissions (" + e.getMessage() + ")");
        }
        try {
            boolean hdf5 =
                    bytes.length > HDF5.length
                            && Arrays.equals(bytes, 0, HDF5.length, HDF5, 0, HDF5.length);
            return new MatFile(file, key, hdf5 ? hdf5(bytes) : version5(bytes));
        } catch (IOException | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw InvalidInputException.of(
                    key,
                    "must be a MATLAB file of version 5 to 7.3",
                    file + " (" + cause.getMessage() + ")",
                    "save it in MATLAB with -v7 or -v7.3, or as comma separated text");
        }
    }

    private static Map<String, Object> version5(byte[] bytes) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (var source = Sources.wrap(ByteBuffer.wrap(bytes))) {
            for (Entry entry : Mat5.newReader(source).readMat().getEntries()) {
                fields.put(entry.getName(), matrix(entry));
            }
        }
        return fields;
    }

    private static Object matrix(Entry entry) {
        if (!(entry.getValue() instanceof Matrix m)
                || m.isComplex()
                || m.getNumDimensions() != 2
                || m.getNumElements() == 0) {
            return entry.getValue().getType()
                    + " of "
                    + Arrays.toString(entry.getValue().getDimensions());
        }
        int rows = m.getNumRows();
        int columns = m.getNumCols();
        double[] data = new double[rows * columns];
        for (int i = 0; i < data.length; i++) {
            data[i] = m.getDouble(i / columns, i % columns);
        }
        return new DenseMatrix(rows, columns, data);
    }

    private static Map<String, Object> hdf5(byte[] bytes) {
        Map<String, Object> fields = new LinkedHashMap<>();
        try (HdfFile hdf = HdfFile.fromBytes(bytes)) {
            for (Node node : hdf) {
                if (!node.getName().startsWith("#")) {
                    fields.put(node.getName(), matrix(node));
                }
            }
        }
        return fields;
    }

    private static Object matrix(Node node) {
        Attribute type = node.getAttribute(CLASS);
        String name = type == null ? "unknown" : String.valueOf(type.getData());
        if (!(node instanceof Dataset set)) {
            return name;
        }
        int[] size = set.getDimensions();
        boolean empty = node.getAttribute("MATLAB_empty") != null;
        if (!NUMBERS.contains(name) || set.isCompound() || size.length != 2 || empty) {
            return name + " of " + Arrays.toString(size) + " (transposed)";
        }
        int rows = size[1];
        int columns = size[0];
        Object flat = set.getDataFlat();
        double[] data = new double[rows * columns];
        for (int i = 0; i < data.length; i++) {
            data[i] = ((Number) Array.get(flat, i % columns * rows + i / columns)).doubleValue();
        }
        return new DenseMatrix(rows, columns, data);
    }

    /**
     * The matrix of the first of the names that is there.
     *
     * @throws InvalidInputException if none is, or the field is no real matrix of finite numbers
     */
    DenseMatrix matrix(String... names) {
        for (String name : names) {
            if (fields.containsKey(name)) {
                return finite(name, fields.get(name));
            }
        }
        List<String> known = new ArrayList<>(fields.keySet());
        throw InvalidInputException.of(
                key,
                "must have a field " + String.join(" or ", names),
                file + " with " + known,
                "rename the field or give comma separated text instead");
    }

    private DenseMatrix finite(String name, Object field) {
        if (!(field instanceof DenseMatrix m)) {
            throw InvalidInputException.of(
                    key,
                    "must have a real matrix in its field " + name,
                    field + " in " + file,
                    "save a matrix of real numbers there");
        }
        for (int i = 0; i < m.rows(); i++) {
            for (int j = 0; j < m.columns(); j++) {
                if (!Double.isFinite(m.get(i, j))) {
                    throw InvalidInputException.of(
                            key,
                            "must hold finite numbers",
                            m.get(i, j)
                                    + " in row "
                                    + (i + 1)
                                    + ", column "
                                    + (j + 1)
                                    + " of field "
                                    + name
                                    + " of "
                                    + file,
                            "remove the datum or mend the measurement");
                }
            }
        }
        return m;
    }
}
