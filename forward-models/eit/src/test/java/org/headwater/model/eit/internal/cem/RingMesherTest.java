package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.Test;

class RingMesherTest {
    /**
     * The tanks of the KIT4, KTC2023 and RPI data, the reference's, one with few electrodes, and
     * one with electrodes of different widths in no order.
     */
    private static final List<TankShape> TANKS =
            List.of(
                    TankShape.equal(0.14, 16, 0.025, Math.PI / 2, true),
                    TankShape.equal(0.115, 32, 0.115 * Math.PI / 32, Math.PI / 2, false),
                    TankShape.equal(0.15, 32, 0.025, 0, false),
                    TankShape.equal(1, 16, Math.PI / 16, Math.PI / 32, false),
                    TankShape.equal(2, 3, 0.5, 1, true),
                    new TankShape(
                            0.12,
                            List.of(
                                    new TankShape.Electrode(1, 0.03),
                                    new TankShape.Electrode(-1, 0.05),
                                    new TankShape.Electrode(8, 0.02),
                                    new TankShape.Electrode(4, 0.06),
                                    new TankShape.Electrode(3, 0.025))));

    @Test
    void theNumberOfNodesIsWithinTenPercentOfTheTargetAndNoAngleIsSharp() {
        for (TankShape tank : TANKS) {
            for (int target : new int[] {500, 700, 1000, 1811, 2500, 6000}) {
                ElectrodeMesh mesh = RingMesher.mesh(tank, target);
                assertEquals(target, mesh.nodes(), 0.1 * target, tank.toString());
                double angle = Math.toDegrees(mesh.smallestAngle());
                assertTrue(angle > 25, tank + " with " + target + " nodes: " + angle + "°");
            }
        }
    }

    /** Euler's formula for a disc, and the area of the polygon through the boundary nodes. */
    @Test
    void theTrianglesFillTheDiscOnce() {
        for (TankShape tank : TANKS) {
            ElectrodeMesh mesh = RingMesher.mesh(tank, 1500);
            double[] xy = mesh.nodeCoordinates();
            int boundary = 0;
            while (Math.hypot(xy[2 * boundary], xy[2 * boundary + 1])
                    > tank.radius() * (1 - 1e-12)) {
                boundary++;
            }
            assertEquals(2 * mesh.nodes() - 2 - boundary, mesh.triangles());
            double polygon = 0;
            for (int i = 0; i < boundary; i++) {
                int j = (i + 1) % boundary;
                polygon += (xy[2 * i] * xy[2 * j + 1] - xy[2 * j] * xy[2 * i + 1]) / 2;
            }
            double sum = 0;
            for (double area : mesh.areas()) {
                assertTrue(area > 0);
                sum += area;
            }
            assertEquals(polygon, sum, 1e-12 * polygon);
            assertEquals(tank.radius(), mesh.radius(), 1e-3 * tank.radius());
        }
    }

    @Test
    void electrodesLieWhereTheTankHasThem() {
        for (TankShape tank : TANKS) {
            ElectrodeMesh mesh = RingMesher.mesh(tank, 1500);
            double[] xy = mesh.nodeCoordinates();
            assertEquals(tank.electrodes().size(), mesh.electrodes());
            for (int l = 0; l < mesh.electrodes(); l++) {
                int[] edges = mesh.electrodeEdges(l);
                double half = tank.electrodes().get(l).width() / tank.radius() / 2;
                assertAt(tank, xy, edges[0], tank.electrodes().get(l).angle() - half);
                assertAt(
                        tank, xy, edges[edges.length - 1], tank.electrodes().get(l).angle() + half);
                for (int k = 2; k < edges.length; k += 2) {
                    assertEquals(edges[k - 1], edges[k]);
                }
                double chord = 2 * half / (edges.length / 2);
                assertEquals(
                        edges.length * tank.radius() * Math.sin(chord / 2),
                        mesh.electrodeLength(l),
                        1e-12 * tank.electrodes().get(l).width());
            }
        }
    }

    private static void assertAt(TankShape tank, double[] xy, int node, double angle) {
        assertEquals(tank.radius() * Math.cos(angle), xy[2 * node], 1e-13 * tank.radius());
        assertEquals(tank.radius() * Math.sin(angle), xy[2 * node + 1], 1e-13 * tank.radius());
    }

    @Test
    void edgesGrowFromTheBoundaryInwards() {
        ElectrodeMesh mesh = RingMesher.mesh(TANKS.get(0), 1811);
        double[] areas = mesh.areas();
        double[] centroids = mesh.centroids();
        double atBoundary = 0;
        double atCentre = Double.POSITIVE_INFINITY;
        for (int t = 0; t < areas.length; t++) {
            double r = Math.hypot(centroids[2 * t], centroids[2 * t + 1]) / 0.14;
            if (r > 0.98) {
                atBoundary = Math.max(atBoundary, areas[t]);
            } else if (r < 0.5) {
                atCentre = Math.min(atCentre, areas[t]);
            }
        }
        assertTrue(atCentre > 6 * atBoundary);
    }

    @Test
    void theSameArgumentsGiveTheSameMesh() {
        ElectrodeMesh one = RingMesher.mesh(TANKS.get(1), 900);
        ElectrodeMesh two = RingMesher.mesh(TANKS.get(1), 900);
        assertArrayEquals(one.nodeCoordinates(), two.nodeCoordinates());
        assertArrayEquals(one.triangleNodes(), two.triangleNodes());
    }

    @Test
    void tooFewNodesAreRefusedWithTheNumberThatWouldDo() {
        for (int target : new int[] {-5, 0, 100}) {
            InvalidInputException e =
                    assertThrows(
                            InvalidInputException.class,
                            () -> RingMesher.mesh(TANKS.get(2), target));
            assertEquals("forward-model.mesh.nodes", e.key());
            assertTrue(e.rule().contains("at least about "), e.getMessage());
        }
    }

    @Test
    void impossibleTanksAreRefused() {
        assertKey("forward-model.tank.radius", () -> TankShape.equal(0, 16, 0.02, 0, true));
        assertKey(
                "forward-model.tank.radius", () -> TankShape.equal(Double.NaN, 16, 0.02, 0, true));
        assertKey("forward-model.tank.electrodes", () -> TankShape.equal(1, 1, 0.02, 0, true));
        assertKey("forward-model.tank.electrode-width", () -> TankShape.equal(1, 16, 0, 0, true));
        assertKey("forward-model.tank.electrode-width", () -> TankShape.equal(1, 16, 0.4, 0, true));
        assertKey(
                "forward-model.tank.first-electrode",
                () -> TankShape.equal(1, 16, 0.02, Double.NaN, true));
    }

    private static void assertKey(String key, Runnable make) {
        assertEquals(key, assertThrows(InvalidInputException.class, make::run).key());
    }
}
