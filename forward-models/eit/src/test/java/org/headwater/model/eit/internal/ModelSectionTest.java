package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.assertInvalid;
import static org.headwater.model.eit.internal.Problems.map;
import static org.headwater.model.eit.internal.Problems.smallTank;
import static org.headwater.model.eit.internal.Problems.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.headwater.model.eit.internal.cem.TankShape;
import org.junit.jupiter.api.Test;

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
        assertEquals(new TankShape(0.14, 16, 0.025, Math.PI / 2, true), kit);
        assertEquals(0.07, section("kit4", map()).height());
        ModelSection own =
                section(
                        "kit4",
                        map(
                                "tank",
                                map("radius", 0.2, "height", 0.1, "first-electrode", "-45deg")));
        assertEquals(new TankShape(0.2, 16, 0.025, -Math.PI / 4, true), own.tank());
        assertEquals(0.1, own.height());
        assertEquals(32, section("ktc2023", map()).tank().electrodes());
        assertEquals(2 * Math.PI / 32, section("rpi", map()).tank().firstElectrodeAngle());
    }

    @Test
    void tanksWithoutPresetMustBeDescribed() {
        assertInvalid(
                "forward-model.tank.radius", () -> section("csv", map()).tank(), "missing", "kit4");
        ModelSection s = section("csv", smallTank());
        assertEquals(new TankShape(0.1, 8, 0.03, 0, false), s.tank());
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
    void anglesHaveUnits() {
        for (Object right : new Object[] {Math.PI / 2, "90deg", "90 °", "1.5707963267948966rad"}) {
            double angle =
                    section("kit4", map("tank", map("first-electrode", right)))
                            .tank()
                            .firstElectrodeAngle();
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
                () -> section("csv", basis("type", "level-set")),
                "level-set",
                "blobs");
    }

    @Test
    void everyBasisFitsTheMesh() {
        for (String type : new String[] {"blobs", "cosine", "haar", "pixels", "elements"}) {
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
    void meshFilesMustBeThereAndFitTheTank() {
        ModelSection s = section("csv", map("mesh", map("file", "no-such-mesh.msh")));
        assertInvalid("forward-model.mesh.file", s::mesh, "no-such-mesh.msh");
    }
}
