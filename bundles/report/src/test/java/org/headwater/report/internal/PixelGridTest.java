package org.headwater.report.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.headwater.api.Geometry;
import org.junit.jupiter.api.Test;

class PixelGridTest {
    private static final double R = 0.14;
    private static final int N = 64;
    private static final int RINGS = 12;
    private final Geometry disc = Meshes.disc(R, RINGS, 0);
    private final PixelGrid grid = PixelGrid.of(disc, N);

    /** The pixel centres that users of the CSV files rely on. */
    private static double x(int column) {
        return ((column + 0.5) / N * 2 - 1) * R;
    }

    private static double y(int row) {
        return -((row + 0.5) / N * 2 - 1) * R;
    }

    /** The ring mesh reaches R at 0° and 180°, and R·cos(π/(6·rings)) everywhere. */
    private static final double INNER = R * Math.cos(Math.PI / (6 * RINGS));

    @Test
    void aLinearFieldOnNodesIsExactInsideAndNanOutside() {
        double[] nodal = new double[disc.nodeCount()];
        for (int i = 0; i < nodal.length; i++) {
            nodal[i] = 3 - 2 * disc.nodes()[2 * i] + 5 * disc.nodes()[2 * i + 1];
        }
        double[] image = grid.fromNodes(nodal);
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                double r = Math.hypot(x(j), y(i));
                if (r < 0.999 * INNER) {
                    assertEquals(3 - 2 * x(j) + 5 * y(i), image[i * N + j], 1e-12);
                } else if (r > R) {
                    assertTrue(Double.isNaN(image[i * N + j]), "pixel " + i + ", " + j);
                }
            }
        }
    }

    @Test
    void aConstantOnTrianglesIsExact() {
        double[] values = new double[disc.triangleCount()];
        java.util.Arrays.fill(values, 0.3);
        double[] image = grid.fromTriangles(values);
        assertEquals(0.3, image[N / 2 * N + N / 2], 1e-15);
        long inside = java.util.Arrays.stream(image).filter(v -> !Double.isNaN(v)).count();
        assertEquals(Math.PI / 4 * N * N, inside, 0.02 * N * N);
    }

    /**
     * Centroid values of a linear field, averaged over a node's fan: exact where the fan is even,
     * else off by less than half the distance of rings, here (1, 2)/12·R.
     */
    @Test
    void aLinearFieldOnTrianglesIsRightToHalfATriangle() {
        double[] values = new double[disc.triangleCount()];
        for (int t = 0; t < values.length; t++) {
            double[] c = Meshes.centroid(disc, t);
            values[t] = (c[0] - 2 * c[1]) / R;
        }
        double[] image = grid.fromTriangles(values);
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                if (Math.hypot(x(j), y(i)) < 0.85 * R) {
                    assertEquals((x(j) - 2 * y(i)) / R, image[i * N + j], Math.sqrt(5) / RINGS / 2);
                }
            }
        }
    }

    @Test
    void nodesTakeTheMeanOfTheirTrianglesWeightedByArea() {
        // two triangles of areas 1/2 and 1 that share the edge (0, 0)–(0, 1)
        Geometry two =
                new Geometry(
                        new double[] {0, 0, 1, 0, 0, 1, -2, 0},
                        new int[] {0, 1, 2, 0, 2, 3},
                        "m",
                        List.of());
        double[] nodal = PixelGrid.of(two, 4).toNodes(new double[] {6, 3});
        assertEquals(4, nodal[0], 1e-15);
        assertEquals(6, nodal[1], 1e-15);
        assertEquals(4, nodal[2], 1e-15);
        assertEquals(3, nodal[3], 1e-15);
    }

    @Test
    void aBumpAtTheTopLeftIsAtTheTopLeft() {
        double[] values = new double[disc.triangleCount()];
        for (int t = 0; t < values.length; t++) {
            double[] c = Meshes.centroid(disc, t);
            values[t] = Math.exp(-50 * (sq(c[0] / R + 0.5) + sq(c[1] / R - 0.6)));
        }
        double[] image = grid.fromTriangles(values);
        int best = 0;
        for (int p = 0; p < image.length; p++) {
            if (image[p] > image[best] || Double.isNaN(image[best])) {
                best = p;
            }
        }
        assertEquals(0.2 * N, best / N, 3);
        assertEquals(0.25 * N, best % N, 3);
    }

    @Test
    void aRectangleIsCentredInItsBoundingSquare() {
        Geometry rectangle =
                new Geometry(
                        new double[] {1, 1, 5, 1, 5, 3, 1, 3},
                        new int[] {0, 1, 2, 0, 2, 3},
                        "m",
                        List.of());
        double[] image = PixelGrid.of(rectangle, 8).fromNodes(new double[] {1, 5, 5, 1});
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 8; j++) {
                double expected = i < 2 || i > 5 ? Double.NaN : 1.25 + 0.5 * j;
                assertEquals(expected, image[i * 8 + j], 1e-12);
            }
        }
    }

    private static double sq(double v) {
        return v * v;
    }
}
