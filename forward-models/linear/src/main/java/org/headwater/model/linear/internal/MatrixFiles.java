package org.headwater.model.linear.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import org.headwater.api.NumberFiles;

/** Matrices in files: text, NumPy ({@code .npy}) or Matrix Market ({@code .mtx}), by the name. */
final class MatrixFiles {
    private MatrixFiles() {}

    /**
     * A linear map; Matrix Market coordinate files stay sparse.
     *
     * @param key the key of the problem file that names it, for messages
     * @throws InvalidInputException if the file is missing or breaks a rule of its format
     */
    static LinearMap map(Path file, String key) {
        return ends(file, ".mtx")
                ? MatrixMarket.read(file, bytes(file, key), key)
                : new DenseMap(dense(file, key));
    }

    /** A dense matrix; a NumPy vector is a column. */
    static DenseMatrix dense(Path file, String key) {
        return ends(file, ".npy")
                ? NumpyArray.read(file, bytes(file, key), key)
                : NumberFiles.read(file, key);
    }

    private static boolean ends(Path file, String suffix) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(suffix);
    }

    private static byte[] bytes(Path file, String key) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    key,
                    "must name a file that exists and can be read",
                    file,
                    "check the name, the folder and the permissions");
        }
    }
}
