package org.headwater.model.eit.internal.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatFile.Entry;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;

/** A MATLAB file of version 5 to 7, read whole; its real matrices can be asked for by name. */
final class MatFile {
    private final Path file;
    private final String key;
    private final List<Entry> entries;

    private MatFile(Path file, String key, List<Entry> entries) {
        this.file = file;
        this.key = key;
        this.entries = entries;
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
        List<Entry> entries = new ArrayList<>();
        try (var source = Sources.wrap(ByteBuffer.wrap(bytes))) {
            Mat5.newReader(source).readMat().getEntries().forEach(entries::add);
        } catch (IOException | RuntimeException e) {
            throw InvalidInputException.of(
                    key,
                    "must be a MATLAB file of version 5 to 7",
                    file + " (" + e.getMessage() + ")",
                    "save it in MATLAB with -v7, or as comma separated text");
        }
        return new MatFile(file, key, entries);
    }

    /**
     * The matrix of the first of the names that is there.
     *
     * @throws InvalidInputException if none is, or the field is no real matrix of finite numbers
     */
    DenseMatrix matrix(String... names) {
        for (String name : names) {
            for (Entry entry : entries) {
                if (entry.getName().equals(name)) {
                    return convert(entry);
                }
            }
        }
        throw InvalidInputException.of(
                key,
                "must have a field " + String.join(" or ", names),
                file + " with " + entries.stream().map(Entry::getName).toList(),
                "rename the field or give comma separated text instead");
    }

    private DenseMatrix convert(Entry entry) {
        String name = entry.getName();
        if (!(entry.getValue() instanceof Matrix m)
                || m.isComplex()
                || m.getNumDimensions() != 2
                || m.getNumElements() == 0) {
            throw InvalidInputException.of(
                    key,
                    "must have a real matrix in its field " + name,
                    entry.getValue().getType()
                            + " of "
                            + Arrays.toString(entry.getValue().getDimensions())
                            + " in "
                            + file,
                    "save a matrix of real numbers there");
        }
        int rows = m.getNumRows();
        int columns = m.getNumCols();
        double[] data = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double x = m.getDouble(i, j);
                if (!Double.isFinite(x)) {
                    throw InvalidInputException.of(
                            key,
                            "must hold finite numbers",
                            x
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
                data[i * columns + j] = x;
            }
        }
        return new DenseMatrix(rows, columns, data);
    }
}
