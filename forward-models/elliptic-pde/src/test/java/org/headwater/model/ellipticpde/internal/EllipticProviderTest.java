package org.headwater.model.ellipticpde.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.ForwardModel;
import org.headwater.api.ForwardModelProvider;
import org.headwater.api.InvalidInputException;
import org.headwater.api.NumberFiles;
import org.headwater.api.Settings;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EllipticProviderTest {
    @TempDir private Path directory;

    private final EllipticProvider provider = new EllipticProvider();

    private Settings model(Map<String, ?> raw) {
        return provider.info().settings().validate(raw, "forward-model", directory);
    }

    private Settings data(Object points) {
        return provider.dataSettings()
                .validate(Map.of("points", points, "values", "u.csv"), "data", directory);
    }

    private double[] predict(Map<String, ?> raw, Object points, double... theta) {
        ForwardModel created = provider.create(model(raw), data(points));
        double[] u = new double[created.dataSize()];
        double[] all = theta.length > 0 ? theta : new double[created.dimension()];
        created.evaluator().predict(Ensemble.of(1, all.length, all), 0, 1, u);
        return u;
    }

    @Test
    void defaults() {
        ForwardModel created = provider.create(model(Map.of()), data(8));
        assertEquals(64, created.dataSize());
        assertEquals(128, created.dimension());
        assertEquals(
                new FieldShape(16, 16),
                provider.create(model(Map.of("basis", Map.of("type", "pixels"))), data(8))
                        .blocks()
                        .get(0)
                        .shape());
    }

    /** Uniform medium, pressure 0 on the left, 3 flows in on the right: u = 3x. */
    @Test
    void inflowThroughASide() {
        Map<String, ?> raw =
                Map.of(
                        "grid",
                        16,
                        "boundary",
                        Map.of("bottom", "no-flow", "top", "no-flow"),
                        "inflow",
                        Map.of("right", 3));
        double[] u = predict(raw, 2);
        assertArrayEquals(new double[] {1, 1, 2, 2}, u, 1e-12);
    }

    @Test
    void filesSayTheSameAsNumbers() throws IOException {
        Files.writeString(directory.resolve("f.csv"), "3,3\n3,3\n");
        Files.writeString(directory.resolve("wells.csv"), "0.25,0.5,2\n0.75,0.5,-2\n");
        Files.writeString(directory.resolve("left.csv"), "1\n1\n1\n");
        Files.writeString(directory.resolve("right.csv"), "2\n2\n");
        Files.writeString(
                directory.resolve("points.csv"),
                "0.3333333333333333,0.3333333333333333\n0.9,0.1\n");
        Map<String, ?> numbers =
                Map.of(
                        "grid",
                        16,
                        "source",
                        3,
                        "wells",
                        List.of(
                                Map.of("x", .25, "y", .5, "rate", 2),
                                Map.of("x", .75, "y", .5, "rate", -2)),
                        "boundary",
                        Map.of("left", 1, "top", "no-flow"),
                        "inflow",
                        Map.of("right", 2));
        Map<String, ?> files =
                Map.of(
                        "grid",
                        16,
                        "source",
                        "f.csv",
                        "wells",
                        "wells.csv",
                        "boundary",
                        Map.of("left", "left.csv", "top", "no-flow"),
                        "inflow",
                        Map.of("right", "right.csv"));
        double[] first = predict(numbers, "points.csv");
        assertArrayEquals(first, predict(files, "points.csv"), 1e-13);
        assertEquals(predict(numbers, 2)[0], first[0], 1e-13);
    }

    @Test
    void listsSayWhatFilesSay() throws IOException {
        Files.writeString(directory.resolve("left.csv"), "1\n2\n0.5\n");
        Files.writeString(directory.resolve("f.csv"), "0,1\n2,3\n");
        Files.writeString(directory.resolve("points.csv"), "0.25,0.5\n0.75,0.25\n");
        Map<String, ?> files = Map.of("boundary", Map.of("left", "left.csv"), "source", "f.csv");
        Map<String, ?> lists =
                Map.of(
                        "boundary",
                        Map.of("left", List.of(1, 2, 0.5)),
                        "source",
                        List.of(List.of(0, 1), List.of(2, 3)));
        List<List<Double>> points = List.of(List.of(.25, .5), List.of(.75, .25));
        assertArrayEquals(predict(files, "points.csv"), predict(lists, points));
        fails("data.points must hold x, y on each line, got 1", Map.of(), List.of(List.of(.5)));
        Settings data =
                provider.dataSettings()
                        .validate(
                                Map.of("points", points, "values", List.of(3, 4)),
                                "data",
                                directory);
        assertArrayEquals(
                new double[] {3, 4},
                provider.observe(model(lists), data, provider.create(model(lists), data)));
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        String[] sides = {"left", "right", "bottom", "top"};
        Map<String, String> shut =
                Arrays.stream(sides).collect(Collectors.toMap(s -> s, s -> "no-flow"));
        fails("forward-model.boundary must give the pressure", Map.of("boundary", shut), 8);
        fails(
                "forward-model.boundary must give the pressure",
                Map.of(
                        "boundary",
                        Map.of("left", "no-flow", "right", "no-flow", "top", "no-flow"),
                        "inflow",
                        Map.of("bottom", 1)),
                8);
        fails(
                "forward-model.inflow.left cannot be given together with"
                        + " forward-model.boundary.left",
                Map.of("boundary", Map.of("left", 1), "inflow", Map.of("left", 1)),
                8);
        fails(
                "forward-model.basis.size does not belong to a basis of type sine, got 4",
                Map.of("basis", Map.of("size", 4)),
                8);
        fails(
                "forward-model.wells[0].x must be a number ≥ 0 and ≤ 1, got 2",
                Map.of("wells", List.of(Map.of("x", 2, "y", 0, "rate", 1))),
                8);
        Files.writeString(directory.resolve("points.csv"), "0.5,0.5\n0.5,1.5\n");
        fails("data.points must hold places in the unit square", Map.of(), "points.csv");
        Files.writeString(directory.resolve("points.csv"), "0.5\n0.5\n");
        fails("data.points must hold x, y on each line, got 1", Map.of(), "points.csv");
        Files.writeString(directory.resolve("u.csv"), "1\n2\n3\n");
        Settings model = model(Map.of("grid", 8));
        ForwardModel created = provider.create(model, data(2));
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> provider.observe(model, data(2), created));
        assertTrue(
                e.getMessage()
                        .startsWith("data.values must hold 4 numbers, one for each of data.points"),
                e.getMessage());
    }

    private void fails(String start, Map<String, ?> raw, Object points) {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> provider.create(model(raw), data(points)));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }

    /** The data of n = 8 are made on 128 boxes a side. */
    @Test
    void simulatesOnAFinerGrid() throws IOException {
        Files.writeString(directory.resolve("theta.csv"), "1\n-1\n0.5\n0\n");
        Map<String, ?> coarse =
                Map.of("grid", 8, "source", 10, "basis", Map.of("type", "sine", "modes", 4));
        Map<String, ?> fine =
                Map.of("grid", 128, "source", 10, "basis", Map.of("type", "sine", "modes", 4));
        ForwardModelProvider.Simulation simulation =
                provider.simulate(model(coarse), data(3), directory.resolve("theta.csv"));
        assertArrayEquals(predict(fine, 3, 1, -1, .5, 0), simulation.clean(), 1e-12);
        Map<String, Object> section =
                simulation.write(directory, simulation.clean(), KeyedRandom.of(1), (c, r) -> c);
        Settings again = provider.dataSettings().validate(section, "data", directory);
        assertArrayEquals(
                simulation.clean(),
                provider.observe(model(coarse), again, provider.create(model(coarse), again)),
                0);
        // the image of the truth is a truth itself, up to its resolution
        Path image = directory.resolve("truth.csv");
        assertEquals(128, NumberFiles.read(image, "truth").rows());
        double[] second = provider.simulate(model(coarse), data(3), image).clean();
        assertArrayEquals(simulation.clean(), second, 1e-3);
        Files.writeString(directory.resolve("theta.csv"), "1\n-1\n0.5\n");
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () ->
                                provider.simulate(
                                        model(coarse), data(3), directory.resolve("theta.csv")));
        assertTrue(e.getMessage().startsWith("truth must hold 4 parameters"), e.getMessage());
    }
}
