package org.headwater.model.eit.internal.basis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.headwater.kernels.sparse.Lanes;
import org.junit.jupiter.api.Test;

class BasesTest {
    /** The square [−1, 1]² cut into 2n² triangles. */
    private static final class Square {
        final double[] nodes;
        final int[] triangles;
        final double[] centroids;

        Square(int n) {
            nodes = new double[2 * (n + 1) * (n + 1)];
            for (int i = 0; i <= n; i++) {
                for (int j = 0; j <= n; j++) {
                    nodes[2 * (i * (n + 1) + j)] = 2.0 * j / n - 1;
                    nodes[2 * (i * (n + 1) + j) + 1] = 2.0 * i / n - 1;
                }
            }
            triangles = new int[6 * n * n];
            int k = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    int a = i * (n + 1) + j;
                    for (int v : new int[] {a, a + 1, a + n + 2, a, a + n + 2, a + n + 1}) {
                        triangles[k++] = v;
                    }
                }
            }
            centroids = new double[2 * triangles.length / 3];
            for (int t = 0; t < triangles.length / 3; t++) {
                for (int c = 0; c < 3; c++) {
                    centroids[2 * t] += nodes[2 * triangles[3 * t + c]] / 3;
                    centroids[2 * t + 1] += nodes[2 * triangles[3 * t + c] + 1] / 3;
                }
            }
        }

        Bases bases(double radius) {
            return new Bases(
                    centroids, new TrianglePoints(nodes, triangles), new double[2], radius);
        }
    }

    private static double[][] dense(Basis basis) {
        int rows = basis.matrix().rows();
        int d = basis.size();
        double[][] columns = new double[d][rows];
        for (int j = 0; j < d; j++) {
            double[] unit = new double[d];
            unit[j] = 1;
            basis.matrix().expand(Lanes.scalar(), unit, columns[j]);
        }
        return columns;
    }

    @Test
    void defaultBlobsAreTheGridPointsInTheDisc() {
        Basis basis = new Square(4).bases(1).blobs(20, 0.1, 0.95);
        assertEquals(276, basis.size());
        // An even grid has no point on the axes, so its outermost rows miss the circle.
        assertEquals("blob-2-7", basis.names().get(0));
    }

    @Test
    void aBlobIsAGaussianAroundItsGridPoint() {
        Square square = new Square(6);
        Basis basis = square.bases(2).blobs(3, 0.4, 0.5);
        assertEquals(
                List.of("blob-1-2", "blob-2-1", "blob-2-2", "blob-2-3", "blob-3-2"), basis.names());
        double[][] columns = dense(basis);
        double[][] centres = {{0, 1}, {-1, 0}, {0, 0}, {1, 0}, {0, -1}};
        for (int j = 0; j < 5; j++) {
            for (int t = 0; t < columns[j].length; t++) {
                double dx = square.centroids[2 * t] - centres[j][0];
                double dy = square.centroids[2 * t + 1] - centres[j][1];
                double expected = Math.exp(-(dx * dx + dy * dy) / (2 * 0.8 * 0.8));
                assertEquals(expected, columns[j][t], 1e-14);
            }
        }
    }

    @Test
    void cosinesComeInOrderOfFrequency() {
        Square square = new Square(5);
        Basis basis = square.bases(1).cosine(7, 3, 1.25);
        assertEquals(
                List.of(
                        "mode-0-0",
                        "mode-0-1",
                        "mode-1-0",
                        "mode-1-1",
                        "mode-0-2",
                        "mode-2-0",
                        "mode-1-2"),
                basis.names());
        double[] last = dense(basis)[6];
        double s = Math.pow(1 + 5 / 9.0, -1.25);
        for (int t = 0; t < last.length; t++) {
            double x = square.centroids[2 * t];
            double y = square.centroids[2 * t + 1];
            double expected =
                    s * Math.cos(Math.PI * (x + 1) / 2) * Math.cos(2 * Math.PI * (y + 1) / 2);
            assertEquals(expected, last[t], 1e-14);
        }
    }

    @Test
    void haarWaveletsAreOrthonormalOnTheUnitSquare() {
        int levels = 3;
        Basis basis = new Square(8).bases(1).haar(levels, 1);
        assertEquals(64, basis.size());
        double[][] columns = dense(basis);
        double area = 1 / 128.0;
        for (int i = 0; i < 64; i++) {
            for (int j = 0; j < 64; j++) {
                double sum = 0;
                for (int t = 0; t < 128; t++) {
                    sum += area * columns[i][t] * columns[j][t];
                }
                assertEquals(i == j ? 1 : 0, sum, 1e-13, basis.names().get(i));
            }
        }
    }

    @Test
    void haarSmoothnessScalesLevels() {
        double[][] plain = dense(new Square(8).bases(1).haar(3, 1));
        Basis basis = new Square(8).bases(1).haar(3, 1.5);
        double[][] smooth = dense(basis);
        for (int k = 0; k < 64; k++) {
            String name = basis.names().get(k);
            int level = k == 0 ? 0 : Integer.parseInt(name.split("-")[1]);
            for (int t = 0; t < 128; t++) {
                assertEquals(plain[k][t] * Math.pow(2, -0.5 * level), smooth[k][t], 1e-13, name);
            }
        }
    }

    @Test
    void waveletsOutsideTheMeshAreLeftOut() {
        // The mesh fills the middle quarter of a square twice as wide.
        Basis basis = new Square(8).bases(2).haar(3, 1);
        assertTrue(basis.size() < 64);
        for (double[] column : dense(basis)) {
            double largest = 0;
            for (double x : column) {
                largest = Math.max(largest, Math.abs(x));
            }
            assertTrue(largest > 0);
        }
    }

    @Test
    void pixelsCoverEachTriangleOnce() {
        Basis basis = new Square(7).bases(1).pixels(3);
        assertEquals(9, basis.size());
        assertEquals("pixel-1-1", basis.names().get(0));
        double[] ones = new double[9];
        java.util.Arrays.fill(ones, 1);
        double[] sum = new double[98];
        basis.matrix().expand(Lanes.scalar(), ones, sum);
        for (double x : sum) {
            assertEquals(1, x, 1e-14);
        }
    }

    @Test
    void theFirstPixelIsAtTheTopLeft() {
        Square square = new Square(2);
        double[] first = dense(square.bases(1).pixels(2))[0];
        for (int t = 0; t < first.length; t++) {
            boolean topLeft = square.centroids[2 * t] < 0 && square.centroids[2 * t + 1] > 0;
            assertEquals(topLeft ? 1 : 0, first[t], 1e-14);
        }
    }

    @Test
    void productsWithSparseAndDenseMatricesAgreeWithPlainOnes() {
        Bases bases = new Square(9).bases(1);
        Random random = new Random(1);
        for (Basis basis :
                List.of(
                        bases.blobs(7, 0.3, 0.95),
                        bases.cosine(13, 3, 1),
                        bases.haar(3, 1),
                        bases.pixels(5),
                        bases.elements())) {
            int rows = basis.matrix().rows();
            int d = basis.size();
            double[][] columns = dense(basis);
            Lanes lanes = Lanes.best();
            int count = lanes.width();
            double[] theta = random.doubles((long) count * d).toArray();
            double[] m = new double[count * rows];
            basis.matrix().expand(lanes, theta, m);
            double[] a = random.doubles((long) count * rows).toArray();
            double[] product = new double[count * d];
            basis.matrix().pullBack(lanes, a, product);
            for (int i = 0; i < count; i++) {
                for (int t = 0; t < rows; t++) {
                    double sum = 0;
                    for (int j = 0; j < d; j++) {
                        sum += columns[j][t] * theta[j * count + i];
                    }
                    assertEquals(sum, m[t * count + i], 1e-11);
                }
                for (int j = 0; j < d; j++) {
                    double sum = 0;
                    for (int t = 0; t < rows; t++) {
                        sum += a[t * count + i] * columns[j][t];
                    }
                    assertEquals(sum, product[j * count + i], 1e-11);
                }
            }
        }
    }
}
