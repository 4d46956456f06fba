package org.headwater.model.linear.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.headwater.api.DerivedField;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorSettingsTest {
    @TempDir private Path directory;

    private final LinearProvider provider = new LinearProvider();

    private Settings model(Object... pairs) {
        Map<String, Object> raw = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            raw.put((String) pairs[i], pairs[i + 1]);
        }
        return provider.info().settings().validate(raw, "forward-model", directory);
    }

    private ForwardModel create(Object... pairs) {
        return provider.create(model(pairs), data());
    }

    private Settings data() {
        return provider.dataSettings().validate(Map.of("values", "y.csv"), "data", directory);
    }

    @Test
    void shapesOfFieldAndData() {
        ForwardModel blur = create("operator", "blur", "shape", List.of(3, 4), "width", 1);
        assertEquals(new FieldShape(3, 4), blur.blocks().get(0).shape());
        assertEquals("pixel-2-1", blur.blocks().get(0).parameters().get(4));
        assertEquals(12, blur.dataSize());
        assertEquals(
                new FieldShape(5),
                create("operator", "identity", "shape", 5).blocks().get(0).shape());
        ForwardModel scan = create("operator", "tomography", "shape", List.of(8, 8), "angles", 5);
        assertEquals(5 * 12, scan.dataSize());
        assertEquals("36.0°", scan.dataLayout().groups().get(1));
        assertEquals(1, scan.dataLayout().group()[12]);
        assertEquals(
                6,
                create("operator", "fourier", "shape", List.of(4, 4), "coefficients", 3)
                        .dataSize());
        assertEquals(16, create("operator", "dct", "shape", List.of(4, 4)).dataSize());
    }

    @Test
    void randomCoefficientsDependOnTheSeedOnly() {
        double[] first = dct(1);
        assertArrayEquals(first, dct(1), 0);
        assertNotEquals(Arrays.toString(first), Arrays.toString(dct(2)));
    }

    private double[] dct(int seed) {
        double[] x = new double[64];
        Arrays.setAll(x, i -> i * i % 7);
        ForwardModel m =
                create(
                        "operator",
                        "dct",
                        "shape",
                        List.of(8, 8),
                        "coefficients",
                        10,
                        "sampling-seed",
                        seed);
        double[] y = new double[10];
        m.evaluator().predict(Ensemble.of(1, 64, x), 0, 1, y);
        return y;
    }

    @Test
    void anglesFromListsAndFiles() throws IOException {
        Files.writeString(directory.resolve("angles.csv"), "0\n90\n");
        double[] x = {1, 2, 3, 4};
        double[] list = new double[4];
        double[] file = new double[4];
        create(
                        "operator",
                        "tomography",
                        "shape",
                        List.of(2, 2),
                        "angles",
                        List.of(0, 90),
                        "detectors",
                        2)
                .evaluator()
                .predict(Ensemble.of(1, 4, x), 0, 1, list);
        create(
                        "operator",
                        "tomography",
                        "shape",
                        List.of(2, 2),
                        "angles",
                        "angles.csv",
                        "detectors",
                        2)
                .evaluator()
                .predict(Ensemble.of(1, 4, x), 0, 1, file);
        assertArrayEquals(new double[] {4, 6, 7, 3}, list, 1e-14);
        assertArrayEquals(list, file, 0);
    }

    /** Pixel (row 1, column 0) of 2 × 3 lies at x from 0 to 1, y from 0 to 1. */
    @Test
    void picturesOfImages() {
        DerivedField field = create("operator", "identity", "shape", List.of(2, 3)).fields().get(0);
        double[] out = new double[12];
        field.evaluate(new double[] {9, 0, 1, 2, 3, 4, 5}, 1, out);
        for (int t = 0; t < 12; t++) {
            double x = 0;
            double y = 0;
            for (int c = 3 * t; c < 3 * t + 3; c++) {
                x += field.geometry().nodes()[2 * field.geometry().triangles()[c]] / 3;
                y += field.geometry().nodes()[2 * field.geometry().triangles()[c] + 1] / 3;
            }
            assertEquals((y < 1 ? 3 : 0) + Math.floor(x), out[t]);
        }
    }

    /** A matrix may act on an image; data may come as one. */
    @Test
    void matricesAndDataWithShapes() throws IOException {
        Files.writeString(directory.resolve("A.csv"), "1,0,0,1\n0,1,1,0\n");
        assertEquals(1, create("matrix", "A.csv", "shape", List.of(2, 2)).fields().size());
        Files.writeString(directory.resolve("y.csv"), "1,2\n3,4\n");
        Settings identity = model("operator", "identity", "shape", List.of(2, 2));
        ForwardModel created = provider.create(identity, data());
        assertArrayEquals(
                new double[] {1, 2, 3, 4}, provider.observe(identity, data(), created), 0);
        Files.writeString(directory.resolve("y.csv"), "1,2\n3,4\n5,6\n");
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> provider.observe(identity, data(), created));
        assertTrue(
                e.getMessage()
                        .startsWith(
                                "data.values must hold 4 numbers, 2 × 2, row by row, got 3 × 2"),
                e.getMessage());
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        fails("forward-model must hold either matrix or operator, got neither");
        fails("forward-model.shape is missing; it must be [n] or [H, W]", "operator", "identity");
        fails(
                "forward-model.width is missing; the operator blur needs it",
                "operator",
                "blur",
                "shape",
                8);
        fails(
                "forward-model.angles does not belong to the operator blur, got 3",
                "operator",
                "blur",
                "shape",
                8,
                "angles",
                3);
        fails(
                "forward-model.shape must be [H, W] for tomography",
                "operator",
                "tomography",
                "shape",
                8,
                "angles",
                3);
        fails(
                "forward-model.shape must be one or two whole numbers",
                "operator",
                "identity",
                "shape",
                List.of(2, 2, 2));
        fails(
                "forward-model.angles must be from 1 to 4194304, got 1.0E9",
                "operator",
                "tomography",
                "shape",
                List.of(4, 4),
                "angles",
                1_000_000_000);
        fails(
                "forward-model.angles must give at most 4194304 data, angles times detectors, got"
                        + " 4000000 × 6",
                "operator",
                "tomography",
                "shape",
                List.of(4, 4),
                "angles",
                4_000_000);
        fails(
                "forward-model.coefficients must be from 1 to 8, got 9",
                "operator",
                "dct",
                "shape",
                8,
                "coefficients",
                9);
        fails(
                "forward-model.coefficients must be different whole numbers from 0 to 7, got 3.0 at"
                        + " place 2",
                "operator",
                "dct",
                "shape",
                8,
                "coefficients",
                List.of(3, 3));
        Files.writeString(directory.resolve("A.csv"), "1,2,3\n");
        fails(
                "forward-model.shape must have as many values as the matrix has columns, 3",
                "matrix",
                "A.csv",
                "shape",
                List.of(2, 2));
        fails(
                "forward-model.edge does not belong to a model with a matrix",
                "matrix",
                "A.csv",
                "edge",
                "zero");
    }

    private void fails(String start, Object... pairs) {
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> create(pairs));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
}
