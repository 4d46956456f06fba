package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.assertInvalid;
import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.headwater.model.eit.internal.basis.Basis;
import org.headwater.model.eit.internal.cem.ElectrodeMesh;
import org.headwater.model.eit.internal.cem.TankShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSectionTest {
    private static ModelSection section(String format, Map<String, Object> model) {
        return new ModelSection(Problems.model(model, Path.of("")), format);
    }

    private static Map<String, Object> basis(Object... keysAndValues) {
        return with(smallTank(), "basis", map(keysAndValues));
    }

    @Test
    void formatsPresetTheTankAndKeysOverrideThem() {
        TankShape kit = section("kit4", map()).tank();
        assertEquals(TankShape.equal(0.14, 16, 0.025, Math.PI / 2, true), kit);
        assertEquals(0.07, section("kit4", map()).height());
        ModelSection own =
                section(
                        "kit4",
                        map(
                                "tank",
                                map("radius", 0.2, "height", 0.1, "first-electrode", "-45deg")));
        assertEquals(TankShape.equal(0.2, 16, 0.025, -Math.PI / 4, true), own.tank());
        assertEquals(0.1, own.height());
        assertEquals(32, section("ktc2023", map()).tank().electrodes().size());
        assertEquals(2 * Math.PI / 32, section("rpi", map()).tank().electrodes().get(0).angle());
    }

    @Test
    void tanksWithoutPresetMustBeDescribed() {
        assertInvalid(
                "forward-model.tank.radius", () -> section("csv", map()).tank(), "missing", "kit4");
        ModelSection s = section("csv", smallTank());
        assertEquals(TankShape.equal(0.1, 8, 0.03, 0, false), s.tank());
        assertEquals(0.05, s.height());
    }

    @Test
    void electrodesMustNotOverlap() {
        assertInvalid(
                "forward-model.tank.electrode-width",
                () -> section("kit4", map("tank", map("electrode-width", 0.06))).tank(),
                "0.06",
                "overlap");
    }

    @Test
    void levelSetsAreChecked() {
        String key = "forward-model.basis.contrasts";
        assertInvalid(key, () -> meshed(basis("type", "level-set")), "missing", "[0.1]");
        for (List<?> wrong : List.of(List.of(0.1, 0.2), List.of(1), List.of(2, 3, 0.1))) {
            assertInvalid(
                    key,
                    () -> meshed(basis("type", "level-set", "contrasts", wrong)),
                    "one number below 1");
        }
        assertInvalid(
                "forward-model.basis.modes",
                () -> meshed(basis("type", "level-set", "contrasts", List.of(2), "modes", 3)),
                "blobs");
        assertInvalid(
                "forward-model.transform",
                () ->
                        meshed(
                                with(
                                        basis("type", "level-set", "contrasts", List.of(2)),
                                        "transform",
                                        "identity")),
                "level-set");
    }

    private static Basis meshed(Map<String, Object> model) {
        ModelSection section = section("csv", model);
        return section.basis(section.mesh());
    }

    @Test
    void electrodesMayDiffer(@TempDir Path directory) throws IOException {
        Path file = Problems.write(directory, "angles.csv", "0\n100\n200\n");
        for (Object angles : new Object[] {List.of(0, 100, 200), file.toString()}) {
            Map<String, Object> tank =
                    map(
                            "radius",
                            0.1,
                            "electrode-width",
                            List.of(0.01, 0.02, 0.03),
                            "electrode-angles",
                            angles);
            TankShape shape = section("csv", map("tank", tank)).tank();
            assertEquals(
                    List.of(
                            new TankShape.Electrode(0, 0.01),
                            new TankShape.Electrode(Math.toRadians(100), 0.02),
                            new TankShape.Electrode(Math.toRadians(200), 0.03)),
                    shape.electrodes());
        }
        assertEquals(
                0.02,
                section("kit4", map("tank", map("electrode-width", Collections.nCopies(16, 0.02))))
                        .tank()
                        .electrodes()
                        .get(3)
                        .width());
        assertInvalid(
                "forward-model.tank.electrode-angles",
                () ->
                        section(
                                        "kit4",
                                        map(
                                                "tank",
                                                map(
                                                        "electrodes",
                                                        16,
                                                        "electrode-angles",
                                                        List.of(1, 2))))
                                .tank(),
                "16 angles");
        assertInvalid(
                "forward-model.tank.electrode-width",
                () -> section("kit4", map("tank", map("electrode-width", List.of(1, 2)))).tank(),
                "16 numbers");
        Map<String, Object> both =
                map("electrode-angles", List.of(0, 90), "direction", "clockwise");
        assertInvalid(
                "forward-model.tank.direction",
                () -> section("kit4", map("tank", both)).tank(),
                "electrode-angles");
        Map<String, Object> close =
                map(
                        "radius",
                        0.1,
                        "electrode-width",
                        0.02,
                        "electrode-angles",
                        List.of(0, 200, 11, 90));
        assertInvalid(
                "forward-model.tank.electrode-angles",
                () -> section("csv", map("tank", close)).tank(),
                "electrodes 1 and 3",
                "0.02 m");
    }

    @Test
    void anglesHaveUnits() {
        for (Object right : new Object[] {Math.PI / 2, "90deg", "90 °", "1.5707963267948966rad"}) {
            double angle =
                    section("kit4", map("tank", map("first-electrode", right)))
                            .tank()
                            .electrodes()
                            .get(0)
                            .angle();
            assertEquals(Math.PI / 2, angle, 1e-15);
        }
        assertInvalid(
                "forward-model.tank.first-electrode",
                () -> section("kit4", map("tank", map("first-electrode", "north"))).tank(),
                "north",
                "90deg");
    }

    @Test
    void basisKeysBelongToTheirType() {
        ModelSection s = section("csv", basis("type", "cosine", "width", 0.2));
        assertInvalid("forward-model.basis.width", () -> s.basis(s.mesh()), "cosine", "modes");
        ModelSection haar = section("csv", basis("type", "haar", "size", 20));
        assertInvalid("forward-model.basis.size", () -> haar.basis(haar.mesh()), "power of 2");
        assertInvalid(
                "forward-model.basis.type",
                () -> section("csv", basis("type", "wavelets")),
                "wavelets",
                "level-set");
    }

    @Test
    void everyBasisFitsTheMesh() {
        for (String type : List.of("blobs", "cosine", "haar", "pixels", "image", "elements")) {
            ModelSection s = section("csv", basis("type", type));
            var mesh = s.mesh();
            var basis = s.basis(mesh);
            assertEquals(mesh.triangles(), basis.matrix().rows());
            assertTrue(basis.size() > 0);
            assertEquals(basis.size(), basis.names().stream().distinct().count());
        }
        ModelSection preset = section("kit4", map());
        assertEquals(276, preset.basis(preset.mesh()).size());
    }

    @Test
    void contactImpedancesAreNumbersOrEstimated(@TempDir Path directory) throws IOException {
        assertNull(section("csv", map()).contactImpedances(3));
        ModelSection each = section("csv", map("contact-impedance", "estimate-each"));
        assertNull(each.contactImpedances(3));
        assertTrue(each.estimatesEachImpedance());
        assertArrayEquals(
                new double[] {2, 2, 2},
                section("csv", map("contact-impedance", 2)).contactImpedances(3));
        assertArrayEquals(
                new double[] {1, 2, 3},
                section("csv", map("contact-impedance", List.of(1, 2, 3))).contactImpedances(3));
        Path file = directory.resolve("z.csv");
        Files.writeString(file, "1\n2\n0\n");
        ModelSection read = section("csv", map("contact-impedance", file.toString()));
        assertInvalid(
                "forward-model.contact-impedance",
                () -> read.contactImpedances(3),
                "> 0",
                "electrode 3");
        assertInvalid(
                "forward-model.contact-impedance", () -> read.contactImpedances(4), "4 numbers");
    }

    @Test
    void meshFilesMustBeThereAndFitTheTank() {
        ModelSection s = section("csv", map("mesh", map("file", "no-such-mesh.msh")));
        assertInvalid("forward-model.mesh.file", s::mesh, "no-such-mesh.msh");
        assertInvalid(
                "forward-model.mesh.nodes",
                () -> section("csv", map("mesh", map("nodes", 100_000_000))),
                "≤ 200000");
    }

    @Test
    void gmshFilesReplaceTheTank(@TempDir Path directory) throws IOException {
        ElectrodeMesh ring = section("csv", smallTank()).mesh();
        Path file = directory.resolve("tank.msh");
        Files.writeString(file, gmsh(ring));
        ModelSection s = section("csv", map("mesh", map("file", file.toString())));
        ElectrodeMesh read = s.mesh();
        assertEquals(ring.triangles(), read.triangles());
        assertEquals(8, read.electrodes());
        assertEquals(0.1, read.radius(), 1e-3);
        assertEquals(3 * ring.nodes(), s.simulationNodes());
        ModelSection other =
                section(
                        "csv",
                        map("mesh", map("file", file.toString()), "tank", map("electrodes", 16)));
        assertInvalid("forward-model.tank.electrodes", other::mesh, "8", "16");
    }

    private static String gmsh(ElectrodeMesh mesh) {
        StringBuilder text = new StringBuilder("$MeshFormat\n2.2 0 8\n$EndMeshFormat\n");
        text.append("$PhysicalNames\n").append(mesh.electrodes() + 1).append('\n');
        for (int l = 1; l <= mesh.electrodes(); l++) {
            text.append("1 ").append(l).append(" \"electrode").append(l).append("\"\n");
        }
        text.append("2 99 \"water\"\n$EndPhysicalNames\n$Nodes\n");
        text.append(mesh.nodes()).append('\n');
        double[] nodes = mesh.nodeCoordinates();
        for (int i = 0; i < mesh.nodes(); i++) {
            text.append(i + 1).append(' ').append(nodes[2 * i]).append(' ');
            text.append(nodes[2 * i + 1]).append(" 0\n");
        }
        text.append("$EndNodes\n$Elements\n");
        StringBuilder elements = new StringBuilder();
        int count = 0;
        for (int l = 0; l < mesh.electrodes(); l++) {
            int[] edges = mesh.electrodeEdges(l);
            for (int e = 0; e < edges.length; e += 2) {
                elements.append(++count).append(" 1 2 ").append(l + 1).append(" 1 ");
                elements.append(edges[e] + 1).append(' ').append(edges[e + 1] + 1).append('\n');
            }
        }
        int[] triangles = mesh.triangleNodes();
        for (int t = 0; t < triangles.length; t += 3) {
            elements.append(++count).append(" 2 2 99 1 ").append(triangles[t] + 1).append(' ');
            elements.append(triangles[t + 1] + 1).append(' ').append(triangles[t + 2] + 1);
            elements.append('\n');
        }
        return text.append(count).append('\n').append(elements) + "$EndElements\n";
    }
}
