package org.headwater.model.linear.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.NumberFiles;
import org.headwater.api.Settings;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearModelTest {
    @TempDir private Path directory;

    private final LinearProvider provider = new LinearProvider();
    private Settings model;
    private Settings data;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("A.csv"), "1,2,3\n4,5,6\n");
        Files.writeString(directory.resolve("y.csv"), "0.5\n-1\n");
        model =
                provider.info()
                        .settings()
                        .validate(Map.of("matrix", "A.csv"), "forward-model", directory);
        data = provider.dataSettings().validate(Map.of("values", "y.csv"), "data", directory);
    }

    @Test
    void readsMatrixAndData() {
        ForwardModel created = provider.create(model, data);
        assertEquals(2, created.dataSize());
        assertEquals(3, created.dimension());
        assertTrue(created.isLinear());
        assertTrue(created.fields().isEmpty());
        assertEquals(List.of("x1", "x2", "x3"), created.blocks().get(0).parameters());
        assertEquals(new FieldShape(3), created.blocks().get(0).shape());
        assertTrue(created.blocks().get(0).isField());
        assertArrayEquals(new double[] {.5, -1}, provider.observe(model, data, created), 0);
    }

    @Test
    void predictsWithDerivatives() {
        ForwardModel.Evaluator e = provider.create(model, data).evaluator();
        Ensemble theta = Ensemble.of(3, 3, new double[] {9, 9, 9, 1, 0, -1, 2, 1, 0});
        double[] predicted = new double[6];
        double[] gradient = new double[9];
        e.gradient(
                theta,
                1,
                3,
                (particle, p, offset, out) -> {
                    out[0] = particle;
                    out[1] = p[offset + 1];
                },
                predicted,
                gradient);
        assertArrayEquals(new double[] {0, 0, -2, -2, 4, 13}, predicted, 1e-14);
        assertArrayEquals(new double[] {0, 0, 0, -7, -8, -9, 54, 69, 84}, gradient, 1e-13);
        double[] jacobian = new double[6];
        double[] one = new double[2];
        e.jacobian(new double[] {1, 0, -1}, one, jacobian);
        assertArrayEquals(new double[] {-2, -2}, one, 1e-15);
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, jacobian, 0);
    }

    @Test
    void dataThatDoNotFitTheMatrixAreNamed() throws IOException {
        ForwardModel created = provider.create(model, data);
        Files.writeString(directory.resolve("y.csv"), "1\n2\n3\n");
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class, () -> provider.observe(model, data, created));
        assertTrue(
                e.getMessage()
                        .startsWith(
                                "data.values must hold 2 numbers, one for each row of"
                                        + " forward-model.matrix (2 × 3), got 3 in "),
                e.getMessage());
        Files.writeString(directory.resolve("y.csv"), "1,2\n2,3\n");
        e = assertThrows(InvalidInputException.class, () -> provider.observe(model, data, created));
        assertTrue(e.getMessage().contains("got 2 × 2 in "), e.getMessage());
    }

    @Test
    void syntheticDataReadBack() throws IOException {
        Files.writeString(directory.resolve("truth.csv"), "1\n0\n-1\n");
        ForwardModelProvider.Simulation simulation =
                provider.simulate(model, data, directory.resolve("truth.csv"));
        assertArrayEquals(new double[] {-2, -2}, simulation.clean(), 1e-15);
        Map<String, Object> section =
                simulation.write(
                        directory, new double[] {-2.1, -1.9}, KeyedRandom.of(1), (c, r) -> c);
        Settings again = provider.dataSettings().validate(section, "data", directory);
        assertArrayEquals(
                new double[] {-2.1, -1.9},
                provider.observe(model, again, provider.create(model, again)),
                0);
        assertEquals(2, NumberFiles.read(directory.resolve("values.csv"), "values").rows());
    }
}
