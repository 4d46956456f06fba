package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.assertInvalid;
import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruthTest {
    private static final String TANK = "background: 0.2\ncontact-impedance: 0.003\n";

    @TempDir Path directory;

    private Truth read(String text) throws IOException {
        return Truth.read(Problems.write(directory, "truth.yaml", text), 1000);
    }

    @Test
    void shapesAreWhereTheySay() throws IOException {
        Truth truth =
                read(
                        TANK
                                + "inclusions:\n"
                                + "- {shape: disc, center: [0.05, 0], radius: 0.02,"
                                + " conductivity: 1}\n"
                                + "- {shape: ellipse, center: [0, 0], semi-axes: [0.03, 0.01],"
                                + " rotation: 90deg, conductivity: 2}\n"
                                + "- {shape: rectangle, center: [-0.05, 0], size: [0.04, 0.02],"
                                + " conductivity: 3}\n"
                                + "mesh: {nodes: 4000}\n");
        assertEquals(4000, truth.nodes());
        assertArrayEquals(new double[] {0.003, 0.003}, truth.contactImpedances(2));
        assertEquals(1, truth.conductivity(0.05, 0.019));
        assertEquals(0.2, truth.conductivity(0.05, 0.021));
        assertEquals(2, truth.conductivity(0, 0.029));
        assertEquals(0.2, truth.conductivity(0.011, 0));
        assertEquals(3, truth.conductivity(-0.069, 0.009));
        assertEquals(0.2, truth.conductivity(-0.05, 0.011));
    }

    @Test
    void laterInclusionsCoverEarlierOnes() throws IOException {
        Truth truth =
                read(
                        TANK
                                + "inclusions:\n"
                                + "- {shape: disc, center: [0, 0], radius: 0.05, conductivity: 1}\n"
                                + "- {shape: disc, center: [0, 0], radius: 0.02, conductivity: 2}\n");
        assertEquals(2, truth.conductivity(0, 0));
        assertEquals(1, truth.conductivity(0.03, 0));
        assertEquals(1000, truth.nodes());
    }

    @Test
    void errorsNameKeyAndFile() {
        assertInvalid("background", () -> read("contact-impedance: 1\n"), "truth.yaml", "missing");
        assertInvalid("backgroud", () -> read("backgroud: 1\n"), "'background'", "truth.yaml");
        assertInvalid("inclusion", () -> read(TANK + "inclusion: []\n"), "'inclusions'");
        assertInvalid("inclusions", () -> read(TANK + "inclusions: 3\n"), "list");
        assertInvalid("inclusions[0]", () -> read(TANK + "inclusions: [3]\n"), "mapping");
        assertInvalid(
                "inclusions[0].radius",
                () ->
                        read(
                                TANK
                                        + "inclusions: [{shape: disc, center: [0, 0],"
                                        + " conductivity: 1}]\n"),
                "missing");
        assertInvalid(
                "inclusions[0].size",
                () ->
                        read(
                                TANK
                                        + "inclusions: [{shape: disc, center: [0, 0], radius: 1,"
                                        + " size: [1, 1], conductivity: 1}]\n"),
                "disc");
        assertInvalid(
                "inclusions[0].center",
                () ->
                        read(
                                TANK
                                        + "inclusions: [{shape: disc, center: [0], radius: 1,"
                                        + " conductivity: 1}]\n"),
                "2 numbers");
        assertInvalid(
                "inclusions[0].shape",
                () -> read(TANK + "inclusions: [{shape: star, center: [0, 0]}]\n"),
                "star",
                "ellipse");
        assertInvalid("truth", () -> read("background: [1\n"), "YAML", "truth.yaml");
        assertInvalid("truth", () -> read("42\n"), "mapping");
        assertInvalid("truth", () -> Truth.read(directory.resolve("no.yaml"), 1), "no.yaml");
    }

    @Test
    void inclusionsMustLieInTheTank() throws IOException {
        Path file =
                Problems.write(
                        directory,
                        "truth.yaml",
                        TANK
                                + "inclusions: [{shape: disc, center: [14, 0], radius: 2,"
                                + " conductivity: 1}]\n");
        assertInvalid(
                "inclusions[0].center",
                () ->
                        Problems.PROVIDER.simulate(
                                Problems.model(smallTank(), directory),
                                Problems.data(map("currents", "adjacent"), directory),
                                file),
                "14.0",
                "truth.yaml");
    }
}
