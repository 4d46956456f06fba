package org.headwater.model.linear.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.headwater.api.DenseMatrix;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatrixFilesTest {
    @TempDir private Path directory;

    /** Files that NumPy wrote. */
    private DenseMatrix numpy(String name) throws IOException {
        Path file = directory.resolve(name + ".npy");
        Files.write(file, getClass().getResourceAsStream("/" + name + ".npy").readAllBytes());
        return MatrixFiles.dense(file, "data.values");
    }

    @Test
    void readsNumpyArrays() throws IOException {
        DenseMatrix c = numpy("c-order");
        assertEquals(2, c.rows());
        assertArrayEquals(new double[] {1.5, -2, 3, 4, 5, 6e-3}, c.data(), 0);
        DenseMatrix fortran = numpy("fortran-order");
        assertEquals(3, fortran.columns());
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, -6}, fortran.data(), 0);
        DenseMatrix vector = numpy("big-endian");
        assertEquals(2, vector.rows());
        assertArrayEquals(new double[] {1, 2.5}, vector.data(), 0);
        assertArrayEquals(new double[] {1, 0}, numpy("flags").data(), 0);
    }

    @Test
    void whatIsWrongWithNumpyArraysIsNamed() throws IOException {
        fails("data.values must hold finite numbers, got NaN in row 2", () -> numpy("nan"));
        fails("data.values must have one or two axes, got shape (1, 1, 1)", () -> numpy("cube"));
        fails("data.values must hold real numbers", () -> numpy("complex"));
        Path file = directory.resolve("cut.npy");
        byte[] whole = getClass().getResourceAsStream("/c-order.npy").readAllBytes();
        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        fails("k must hold as many numbers as its header says", () -> MatrixFiles.dense(file, "k"));
        Files.write(file, Arrays.copyOf(whole, 40));
        fails("k must hold as many numbers as its header says", () -> MatrixFiles.dense(file, "k"));
        Files.writeString(file, "1,2,3");
        fails("k must be a NumPy array", () -> MatrixFiles.dense(file, "k"));
        fails(
                "k must name a file that exists",
                () -> MatrixFiles.dense(directory.resolve("none.npy"), "k"));
    }

    private LinearMap market(String... lines) throws IOException {
        Path file = directory.resolve("a.MTX");
        Files.writeString(file, String.join("\n", lines) + "\n");
        return MatrixFiles.map(file, "k");
    }

    private static double[] entries(LinearMap map) {
        double[] all = new double[map.rows() * map.columns()];
        new LinearModel(map)
                .evaluator()
                .jacobian(new double[map.columns()], new double[map.rows()], all);
        return all;
    }

    @Test
    void readsMatrixMarket() throws IOException {
        LinearMap sparse =
                market(
                        "%%MatrixMarket matrix coordinate real general",
                        "% a comment", "2 3 3", "2 1 4", "1 3 -1.5e0", "", "1 1 2");
        assertInstanceOf(SparseMap.class, sparse);
        assertArrayEquals(new double[] {2, 0, -1.5, 4, 0, 0}, entries(sparse), 0);
        LinearMap symmetric =
                market(
                        "%%matrixmarket MATRIX Coordinate Integer Symmetric",
                        "2 2 2", "1 1 3", "2 1 5");
        assertArrayEquals(new double[] {3, 5, 5, 0}, entries(symmetric), 0);
        LinearMap pattern =
                market("%%MatrixMarket matrix coordinate pattern general", "1 2 1", "1 2");
        assertArrayEquals(new double[] {0, 1}, entries(pattern), 0);
        LinearMap array =
                market("%%MatrixMarket matrix array real general", "2 2", "1", "2", "3", "4");
        assertArrayEquals(new double[] {1, 3, 2, 4}, entries(array), 0);
        LinearMap triangle =
                market("%%MatrixMarket matrix array real symmetric", "2 2", "1", "2", "3");
        assertArrayEquals(new double[] {1, 2, 2, 3}, entries(triangle), 0);
    }

    @Test
    void whatIsWrongWithMatrixMarketIsNamed() {
        String general = "%%MatrixMarket matrix coordinate real general";
        String symmetric = "%%MatrixMarket matrix coordinate real symmetric";
        fails(
                "k must hold each entry once, got (2, 1) twice in ",
                () -> market(general, "2 2 3", "2 1 1", "1 1 1", "2 1 1"));
        fails(
                "k must hold rows from 1 to 2 and columns from 1 to 2, got (3, 1) on line 3",
                () -> market(general, "2 2 1", "3 1 1"));
        fails(
                "k must hold rows from 1 to 2 and columns from 1 to 2, got (1, 0) on line 3",
                () -> market(general, "2 2 1", "1 0 1"));
        fails(
                "k must hold the lower triangle only, as it is symmetric, got (1, 2)",
                () -> market(symmetric, "2 2 1", "1 2 1"));
        fails("k must be square to be symmetric", () -> market(symmetric, "2 3 1", "1 1 1"));
        fails(
                "k must hold as many entries as its size line says, got the end of the file",
                () -> market(general, "2 2 2", "1 1 1"));
        fails(
                "k must hold as many entries as its size line says, not more",
                () -> market(general, "2 2 1", "1 1 1", "1 2 1"));
        fails("k must hold finite numbers, got NaN", () -> market(general, "2 2 1", "1 1 NaN"));
        fails("k must hold row, column and value", () -> market(general, "2 2 1", "1 1"));
        fails(
                "k must be a Matrix Market file of real numbers",
                () -> market("%%MatrixMarket matrix coordinate complex general", "1 1 0"));
        fails("k must be a Matrix Market file of real numbers", () -> market("1,2,3"));
    }

    private interface Action {
        void run() throws IOException;
    }

    private static void fails(String start, Action action) {
        InvalidInputException e = assertThrows(InvalidInputException.class, action::run);
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
