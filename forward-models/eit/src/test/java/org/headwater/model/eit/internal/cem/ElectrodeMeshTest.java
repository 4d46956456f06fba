package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.headwater.api.InvalidInputException;
import org.junit.jupiter.api.Test;

class ElectrodeMeshTest {
    private static final double[] SQUARE = {0, 0, 3, 0, 3, 3, 0, 3};
    private static final int[] TWO = {0, 1, 2, 0, 3, 2};
    private static final int[][] BOTH_SIDES = {{0, 1}, {2, 3}};

    @Test
    void geometryOfASquareOfTwoTriangles() {
        ElectrodeMesh mesh = ElectrodeMesh.of(SQUARE, TWO, BOTH_SIDES);
        assertEquals(4, mesh.nodes());
        assertEquals(2, mesh.triangles());
        assertEquals(2, mesh.electrodes());
        assertArrayEquals(new int[] {0, 1, 2, 0, 2, 3}, mesh.triangleNodes());
        assertArrayEquals(new double[] {4.5, 4.5}, mesh.areas());
        assertArrayEquals(new double[] {2, 1, 1, 2}, mesh.centroids(), 1e-15);
        assertArrayEquals(new double[] {1.5, 1.5}, mesh.centre());
        assertEquals(Math.sqrt(4.5), mesh.radius(), 1e-15);
        assertEquals(3, mesh.electrodeLength(0));
        assertEquals(Math.PI / 4, mesh.smallestAngle(), 1e-15);
    }

    @Test
    void whatComesOutIsACopyAndWhatWentInIsNotShared() {
        double[] nodes = SQUARE.clone();
        ElectrodeMesh mesh = ElectrodeMesh.of(nodes, TWO, BOTH_SIDES);
        nodes[0] = 7;
        mesh.nodeCoordinates()[1] = 7;
        mesh.triangleNodes()[0] = 7;
        mesh.electrodeEdges(0)[0] = 7;
        assertArrayEquals(SQUARE, mesh.nodeCoordinates());
        assertEquals(0, mesh.triangleNodes()[0]);
        assertEquals(0, mesh.electrodeEdges(0)[0]);
    }

    @Test
    void brokenMeshesAreRefused() {
        double[] loose = {0, 0, 3, 0, 3, 3, 0, 3, 9, 9};
        double[] apart = {0, 0, 3, 0, 3, 3, 0, 3, 8, 8, 9, 8, 9, 9};
        assertRefused("two coordinates", new double[] {0, 0, 1}, TWO, BOTH_SIDES);
        assertRefused("finite", new double[] {0, 0, 3, 0, Double.NaN, 3, 0, 3}, TWO, BOTH_SIDES);
        assertRefused("three nodes", SQUARE, new int[] {0, 1}, BOTH_SIDES);
        assertRefused("nodes in [0, 4)", SQUARE, new int[] {0, 1, 4}, BOTH_SIDES);
        assertRefused("area", new double[] {0, 0, 1, 1, 2, 2, 3, 3}, TWO, BOTH_SIDES);
        assertRefused("every node", loose, TWO, BOTH_SIDES);
        assertRefused("connected", apart, new int[] {0, 1, 2, 0, 2, 3, 4, 5, 6}, BOTH_SIDES);
        assertRefused("more than two", SQUARE, new int[] {0, 1, 2, 0, 1, 3, 1, 0, 2}, BOTH_SIDES);
        assertRefused("at least two electrodes", SQUARE, TWO, new int[][] {{0, 1}});
        assertRefused("node pairs", SQUARE, TWO, new int[][] {{0, 1}, {}});
        assertRefused("boundary", SQUARE, TWO, new int[][] {{0, 1}, {0, 2}});
        assertRefused("boundary", SQUARE, TWO, new int[][] {{0, 1}, {2, -1}});
        assertRefused("one electrode", SQUARE, TWO, new int[][] {{0, 1}, {1, 0}});
    }

    private static void assertRefused(
            String rule, double[] nodes, int[] triangles, int[][] electrodes) {
        InvalidInputException e =
                assertThrows(
                        InvalidInputException.class,
                        () -> ElectrodeMesh.of(nodes, triangles, electrodes));
        assertEquals("forward-model.mesh", e.key());
        assertTrue(e.rule().contains(rule), e.getMessage());
    }
}
