package org.headwater.model.eit.internal.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * version-7.3.mat was written by h5py 3.16 as MATLAB's save -v7.3 lays files out: a user block with
 * MATLAB's header, matrices transposed, compressed with and without shuffled bytes, int8 and
 * double.
 */
class MatFileTest {
    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void copy() throws IOException {
        file = directory.resolve("version-7.3.mat");
        try (InputStream in = MatFileTest.class.getResourceAsStream("/version-7.3.mat")) {
            Files.copy(in, file);
        }
    }

    @Test
    void version73() {
        MatFile mat = MatFile.read(file, "data.mat");
        DenseMatrix currents = mat.matrix("CurrentPattern");
        assertEquals(4, currents.rows());
        assertEquals(3, currents.columns());
        double[] adjacent = {1, 0, 0, -1, 1, 0, 0, -1, 1, 0, 0, -1};
        assertArrayEquals(adjacent, currents.data());
        assertArrayEquals(adjacent, mat.matrix("Mpat", "MeasPattern").data());
        double[] voltages = {11.25, 12.25, 13.25, 21.25, 22.25, 23.25, 31.25, 32.25, 33.25};
        assertArrayEquals(voltages, mat.matrix("Uel").data());
    }

    @Test
    void whatIsNoMatrixIsNamed() {
        MatFile mat = MatFile.read(file, "data.mat");
        assertTrue(message(() -> mat.matrix("note")).contains("char of [4, 1]"));
        assertTrue(message(() -> mat.matrix("settings")).contains("struct in "));
        assertTrue(message(() -> mat.matrix("broken")).contains("NaN in row 1, column 2"));
        assertTrue(message(() -> mat.matrix("Inj")).contains("Uel"));
    }

    @Test
    void damagedFilesAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, 3000));
        String message = message(() -> MatFile.read(file, "data.mat"));
        assertTrue(
                message.startsWith("data.mat must be a MATLAB file of version 5 to 7.3"), message);
    }

    private static String message(Runnable read) {
        return assertThrows(InvalidInputException.class, read::run).getMessage();
    }
}
