package org.headwater.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GeometryTest {
    /** A rectangle 2 × 1 cut along a diagonal. */
    private static Geometry rectangle() {
        return new Geometry(
                new double[] {0, 0, 2, 0, 2, 1, 0, 1},
                new int[] {0, 1, 2, 0, 2, 3},
                "m",
                List.of(new Geometry.Marker("1", new double[] {0, 0, 2, 0})));
    }

    @Test
    void edgesAreFoundOnce() {
        Geometry g = rectangle();
        List<Geometry.Edge> edges = g.edges();
        assertEquals(5, edges.size());
        assertEquals(new Geometry.Edge(1, 2, 0, Geometry.NONE, 1), edges.get(0));
        assertEquals(new Geometry.Edge(2, 0, 0, 1, Math.sqrt(5)), edges.get(1));
        assertEquals(1, edges.stream().filter(Geometry.Edge::isInterior).count());
        assertEquals(6 + Math.sqrt(5), edges.stream().mapToDouble(Geometry.Edge::length).sum());
        assertEquals(1, g.area(0));
        assertEquals(1, g.area(1));
    }

    @Test
    void meshesAreComparedByContent() {
        FieldShape a = FieldShape.mesh(rectangle());
        assertEquals(FieldShape.mesh(rectangle()), a);
        assertEquals(FieldShape.mesh(rectangle()).hashCode(), a.hashCode());
        assertEquals(2, a.dimension());
        assertEquals("a mesh of 2 triangles", a.toString());
        assertNotEquals(new FieldShape(2), a);
        assertFalse(new FieldShape(2).mesh().isPresent());
        assertTrue(a.mesh().isPresent());
        assertThrows(
                IllegalArgumentException.class, () -> new FieldShape(Optional.of(rectangle()), 3));
    }
}
