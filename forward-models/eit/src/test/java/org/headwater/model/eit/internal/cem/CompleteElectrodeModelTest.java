package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;

class CompleteElectrodeModelTest {
    private static final int L = 16;

    @Test
    void voltagesEqualTheReference() throws IOException {
        Reference.Mesh reference = Reference.mesh();
        CompleteElectrodeModel.Workspace work =
                new CompleteElectrodeModel(reference.electrodeMesh()).workspace();
        List<Reference.Case> cases = Reference.cases();
        assertEquals(8, cases.size());
        double[] g = new double[L * L];
        for (Reference.Case c : cases) {
            double[] z = new double[L];
            Arrays.fill(z, c.z);
            assertTrue(work.factor(reference.conductivity.get(c.conductivity), z));
            work.transfer(g);
            double[][] u = multiply(g, reference.currentPatterns.get(c.currentPattern));
            assertTrue(relative(u, c.U) < 1e-10, c + ": U off by " + relative(u, c.U));
            double[][] v = new double[L][];
            for (int m = 0; m < L; m++) {
                v[m] = new double[u[m].length];
                for (int p = 0; p < u[m].length; p++) {
                    v[m][p] = u[m][p] - u[(m + 1) % L][p];
                }
            }
            assertTrue(relative(v, c.V) < 1e-10, c + ": V off by " + relative(v, c.V));
        }
    }

    /**
     * The whole matrix assembled densely from the formulas on a small mesh, all electrodes kept,
     * another electrode grounded, solved by LU: no permutation, no Schur complement, no symmetry
     * used.
     */
    @Test
    void transferMatrixAndPotentialsEqualADenseSolve() {
        for (int electrodes = 2; electrodes < 6; electrodes++) {
            TankShape tank = TankShape.equal(0.1, electrodes, 0.04, 0.3, true);
            ElectrodeMesh mesh = RingMesher.mesh(tank, 120);
            int n = mesh.nodes();
            double[] sigma = positive(mesh.triangles(), 1);
            double[] z = positive(electrodes, 2);
            double[][] inverse = denseInverse(mesh, sigma, z);

            CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
            assertTrue(work.factor(sigma, z));
            double[] g = new double[electrodes * electrodes];
            work.transfer(g);
            double[] currents = new double[electrodes];
            double[] nodal = new double[n];
            for (int a = 0; a < electrodes; a++) {
                Arrays.fill(currents, -1.0 / electrodes);
                currents[a] += 1;
                double[] x = new double[n + electrodes];
                for (int i = 0; i < x.length; i++) {
                    for (int b = 0; b < electrodes; b++) {
                        x[i] += inverse[i][n + b] * currents[b];
                    }
                }
                double mean = 0;
                for (int b = 0; b < electrodes; b++) {
                    mean += x[n + b] / electrodes;
                }
                double scale = g[a * electrodes + a];
                work.potentials(currents, nodal);
                for (int i = 0; i < n; i++) {
                    assertEquals(x[i] - mean, nodal[i], 1e-11 * scale);
                }
                for (int b = 0; b < electrodes; b++) {
                    assertEquals(x[n + b] - mean, g[b * electrodes + a], 1e-11 * scale);
                }
            }
        }
    }

    @Test
    void transferMatrixIsSymmetricItsRowsSumToZeroAndItIsPositive() {
        CompleteElectrodeModel model = new CompleteElectrodeModel(ring());
        CompleteElectrodeModel.Workspace work = model.workspace();
        assertTrue(work.factor(positive(model.mesh().triangles(), 3), positive(L, 4)));
        double[] g = new double[L * L];
        work.transfer(g);
        for (int i = 0; i < L; i++) {
            double sum = 0;
            for (int j = 0; j < L; j++) {
                assertEquals(g[i * L + j], g[j * L + i]);
                sum += g[i * L + j];
            }
            assertEquals(0, sum, 1e-13 * g[i * L + i]);
            assertTrue(g[i * L + i] > 0);
        }
    }

    /**
     * With contacts that are nearly all of the resistance, the voltage between two electrodes is
     * that over the two contacts, I·z_l/width each.
     */
    @Test
    void contactsOfDifferentWidths() {
        double[] widths = {0.01, 0.03, 0.02, 0.05};
        List<TankShape.Electrode> list = new ArrayList<>();
        for (int l = 0; l < 4; l++) {
            list.add(new TankShape.Electrode(new double[] {2, 0.3, 4, 5.5}[l], widths[l]));
        }
        ElectrodeMesh mesh = RingMesher.mesh(new TankShape(0.1, list), 600);
        CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
        double[] sigma = new double[mesh.triangles()];
        Arrays.fill(sigma, 1);
        double[] z = {1e4, 2e4, 3e4, 4e4};
        assertTrue(work.factor(sigma, z));
        double[] g = new double[16];
        work.transfer(g);
        for (int a = 0; a < 4; a++) {
            for (int b = 0; b < a; b++) {
                double resistance = g[5 * a] + g[5 * b] - 2 * g[4 * a + b];
                double contacts = z[a] / widths[a] + z[b] / widths[b];
                // chords are shorter than arcs by 1e-3, the medium's own resistance is of order 1
                assertEquals(contacts, resistance, 2e-3 * contacts);
            }
        }
    }

    /** Reciprocity from the fields: the power of field 1 in currents 2 and the reverse. */
    @Test
    void drivingOnePairAndMeasuringAnotherEqualsTheReverse() {
        ElectrodeMesh mesh = ring();
        CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
        double[] sigma = positive(mesh.triangles(), 5);
        double[] z = positive(L, 6);
        assertTrue(work.factor(sigma, z));
        double[][] nodal = new double[L][mesh.nodes()];
        for (int k = 0; k < L; k++) {
            double[] currents = new double[L];
            currents[k] = 1;
            currents[(k + 3) % L] = -1;
            work.potentials(currents, nodal[k]);
        }
        for (int a = 0; a < L; a++) {
            for (int b = 0; b < a; b++) {
                double forth =
                        voltage(mesh, z, nodal[a], b, a) - voltage(mesh, z, nodal[a], b + 3, a);
                double back =
                        voltage(mesh, z, nodal[b], a, b) - voltage(mesh, z, nodal[b], a + 3, b);
                double scale =
                        Math.abs(voltage(mesh, z, nodal[a], a, a))
                                + Math.abs(voltage(mesh, z, nodal[b], b, b));
                assertEquals(forth, back, 1e-12 * scale);
            }
        }
    }

    /** U_l from the electrode's own equation: (1/z) Σ h (U − mean of u on the edge) = I_l. */
    private static double voltage(
            ElectrodeMesh mesh, double[] z, double[] nodal, int electrode, int drive) {
        int l = electrode % L;
        double current = l == drive ? 1 : l == (drive + 3) % L ? -1 : 0;
        int[] edges = mesh.electrodeEdges(l);
        double[] xy = mesh.nodeCoordinates();
        double sum = z[l] * current;
        double length = 0;
        for (int k = 0; k < edges.length; k += 2) {
            int a = edges[k];
            int b = edges[k + 1];
            double h = Math.hypot(xy[2 * a] - xy[2 * b], xy[2 * a + 1] - xy[2 * b + 1]);
            sum += h * (nodal[a] + nodal[b]) / 2;
            length += h;
        }
        return sum / length;
    }

    @Test
    void gradientEqualsCentralDifferencesWithAnErrorThatFallsAsTheSquareOfTheStep() {
        ElectrodeMesh mesh = ring();
        CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
        int e = mesh.triangles();
        SplittableRandom random = new SplittableRandom(7);
        double[] weights = random.doubles(L * L, -1, 1).toArray();
        double[] sigma = positive(e, 8);
        double[] z = positive(L, 9);
        double[] direction = random.doubles(e + L, -1, 1).toArray();

        assertTrue(work.factor(sigma, z));
        double[] g = new double[L * L];
        work.transfer(g);
        double[] gBar = new double[L * L];
        for (int k = 0; k < g.length; k++) {
            gBar[k] = weights[k] * 2 * g[k];
        }
        double[] dSigma = new double[e];
        double[] dLogZ = new double[L];
        work.gradient(gBar, dSigma, dLogZ);

        double[] onlySigma = direction.clone();
        Arrays.fill(onlySigma, e, e + L, 0);
        double[] onlyZ = direction.clone();
        Arrays.fill(onlyZ, 0, e, 0);
        for (double[] d : List.of(onlySigma, onlyZ)) {
            double expected = 0;
            double scale = 0;
            for (int t = 0; t < e; t++) {
                expected += dSigma[t] * sigma[t] * d[t];
                scale += Math.abs(dSigma[t] * sigma[t] * d[t]);
            }
            for (int l = 0; l < L; l++) {
                expected += dLogZ[l] * d[e + l];
                scale += Math.abs(dLogZ[l] * d[e + l]);
            }
            double coarse = difference(work, weights, sigma, z, d, 0.04) - expected;
            double fine = difference(work, weights, sigma, z, d, 0.01) - expected;
            assertEquals(16, coarse / fine, 0.1);
            assertEquals(0, fine, 1e-3 * scale);
        }
    }

    /** Central difference of Σ w_k G_k² along a direction in log σ and log z. */
    private static double difference(
            CompleteElectrodeModel.Workspace work,
            double[] weights,
            double[] sigma,
            double[] z,
            double[] direction,
            double step) {
        return (objective(work, weights, sigma, z, direction, step)
                        - objective(work, weights, sigma, z, direction, -step))
                / (2 * step);
    }

    private static double objective(
            CompleteElectrodeModel.Workspace work,
            double[] weights,
            double[] sigma,
            double[] z,
            double[] direction,
            double step) {
        double[] s = sigma.clone();
        double[] contact = z.clone();
        for (int t = 0; t < s.length; t++) {
            s[t] *= Math.exp(step * direction[t]);
        }
        for (int l = 0; l < L; l++) {
            contact[l] *= Math.exp(step * direction[s.length + l]);
        }
        assertTrue(work.factor(s, contact));
        double[] g = new double[L * L];
        work.transfer(g);
        double sum = 0;
        for (int k = 0; k < g.length; k++) {
            sum += weights[k] * g[k] * g[k];
        }
        return sum;
    }

    @Test
    void jacobianRowsFromTheSensitivitiesEqualGradientsOfSingleData() {
        ElectrodeMesh mesh = ring();
        CompleteElectrodeModel model = new CompleteElectrodeModel(mesh);
        CompleteElectrodeModel.Workspace work = model.workspace();
        int e = mesh.triangles();
        int pairs = model.pairs();
        assertEquals(120, pairs);
        assertTrue(work.factor(positive(e, 10), positive(L, 11)));
        double[] sensitivity = new double[pairs * e];
        double[] contact = new double[pairs * L];
        work.sensitivities(sensitivity, contact);

        SplittableRandom random = new SplittableRandom(12);
        double[] patterns = random.doubles(2 * L, -1, 1).toArray();
        double[] weights = new double[pairs];
        model.pairWeights(patterns, 1, 2, patterns, 0, 2, weights);
        double[] gBar = new double[L * L];
        for (int i = 0; i < L; i++) {
            for (int j = 0; j < L; j++) {
                gBar[i * L + j] = patterns[2 * i + 1] * patterns[2 * j];
            }
        }
        double[] dSigma = new double[e];
        double[] dLogZ = new double[L];
        work.gradient(gBar, dSigma, dLogZ);
        assertRowEquals(dSigma, weights, sensitivity);
        assertRowEquals(dLogZ, weights, contact);
    }

    private static void assertRowEquals(double[] expected, double[] weights, double[] matrix) {
        int width = expected.length;
        double[] row = new double[width];
        double scale = 0;
        for (int t = 0; t < width; t++) {
            for (int p = 0; p < weights.length; p++) {
                row[t] += weights[p] * matrix[p * width + t];
            }
            scale = Math.max(scale, Math.abs(expected[t]));
        }
        assertArrayEquals(expected, row, 1e-12 * scale);
    }

    /** A strip with electrodes on both short ends: resistance l/(wσ) + 2z/w. */
    @Test
    void aStripBetweenTwoElectrodesObeysOhmsLaw() {
        double length = 0.3;
        double width = 0.1;
        int cells = 6;
        double[] xy = new double[4 * (cells + 1)];
        int[] triangles = new int[6 * cells];
        for (int i = 0; i <= cells; i++) {
            for (int side = 0; side < 2; side++) {
                xy[2 * (2 * i + side)] = i * length / cells;
                xy[2 * (2 * i + side) + 1] = side * width;
            }
        }
        for (int i = 0; i < cells; i++) {
            int a = 2 * i;
            int[] two = {a, a + 2, a + 3, a, a + 1, a + 3};
            System.arraycopy(two, 0, triangles, 6 * i, 6);
        }
        ElectrodeMesh mesh =
                ElectrodeMesh.of(xy, triangles, new int[][] {{0, 1}, {2 * cells, 2 * cells + 1}});
        CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
        double[] sigma = new double[mesh.triangles()];
        Arrays.fill(sigma, 0.4);
        assertTrue(work.factor(sigma, new double[] {0.02, 0.05}));
        double[] g = new double[4];
        work.transfer(g);
        double resistance = length / (width * 0.4) + (0.02 + 0.05) / width;
        assertEquals(resistance, g[0] - g[1] - g[2] + g[3], 1e-12 * resistance);
    }

    @Test
    void badInputIsRefusedAndTheWorkspaceRecovers() {
        ElectrodeMesh mesh = ring();
        CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
        double[] g = new double[L * L];
        assertThrows(IllegalStateException.class, () -> work.transfer(g));
        double[] sigma = positive(mesh.triangles(), 13);
        double[] z = positive(L, 14);
        for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            double[] broken = sigma.clone();
            broken[17] = bad;
            assertFalse(work.factor(broken, z));
            assertThrows(IllegalStateException.class, () -> work.transfer(g));
            broken = z.clone();
            broken[L - 1] = bad;
            assertFalse(work.factor(sigma, broken));
        }
        assertTrue(work.factor(sigma, z));
        work.transfer(g);
        double[] again = new double[L * L];
        CompleteElectrodeModel.Workspace fresh = work.model().workspace();
        assertTrue(fresh.factor(sigma, z));
        fresh.transfer(again);
        assertArrayEquals(again, g);
    }

    /** 25.7 thousand entries on a graded disc of 1811 nodes with SuiteSparse's ordering. */
    @Test
    void theFactorOfAGradedDiscIsAsSparseAsInTheLiterature() {
        ElectrodeMesh mesh = RingMesher.mesh(TankShape.equal(0.14, 16, 0.025, 0, true), 1811);
        int nonzeros = new CompleteElectrodeModel(mesh).factorNonzeros();
        assertTrue(nonzeros < 1.3 * 25_700, "entries of L: " + nonzeros);
    }

    private static ElectrodeMesh ring() {
        return RingMesher.mesh(Reference.tank(), 400);
    }

    private static double[] positive(int count, long seed) {
        return new SplittableRandom(seed).doubles(count, 0.2, 2).toArray();
    }

    private static double[][] denseInverse(ElectrodeMesh mesh, double[] sigma, double[] z) {
        int n = mesh.nodes();
        int size = n + mesh.electrodes();
        RealMatrix a = new Array2DRowRealMatrix(size, size);
        double[] xy = mesh.nodeCoordinates();
        int[] triangles = mesh.triangleNodes();
        double[] areas = mesh.areas();
        for (int t = 0; t < mesh.triangles(); t++) {
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    double[] p = opposite(xy, triangles, t, i);
                    double[] q = opposite(xy, triangles, t, j);
                    a.addToEntry(
                            triangles[3 * t + i],
                            triangles[3 * t + j],
                            sigma[t] * (p[0] * q[0] + p[1] * q[1]) / (4 * areas[t]));
                }
            }
        }
        for (int l = 0; l < mesh.electrodes(); l++) {
            int[] edges = mesh.electrodeEdges(l);
            for (int k = 0; k < edges.length; k += 2) {
                int i = edges[k];
                int j = edges[k + 1];
                double h = Math.hypot(xy[2 * i] - xy[2 * j], xy[2 * i + 1] - xy[2 * j + 1]) / z[l];
                a.addToEntry(i, i, h / 3);
                a.addToEntry(j, j, h / 3);
                a.addToEntry(i, j, h / 6);
                a.addToEntry(j, i, h / 6);
                for (int node : new int[] {i, j}) {
                    a.addToEntry(node, n + l, -h / 2);
                    a.addToEntry(n + l, node, -h / 2);
                }
                a.addToEntry(n + l, n + l, h);
            }
        }
        // ground the first electrode: its equation becomes U_0 = 0
        for (int i = 0; i < size; i++) {
            a.setEntry(n, i, i == n ? 1 : 0);
        }
        double[][] inverse = new LUDecomposition(a).getSolver().getInverse().getData();
        for (double[] row : inverse) {
            row[n] = 0;
        }
        return inverse;
    }

    /** (b_i, c_i) of corner i. */
    private static double[] opposite(double[] xy, int[] triangles, int t, int i) {
        int j = triangles[3 * t + (i + 1) % 3];
        int k = triangles[3 * t + (i + 2) % 3];
        return new double[] {xy[2 * j + 1] - xy[2 * k + 1], xy[2 * k] - xy[2 * j]};
    }

    static double[][] multiply(double[] g, double[][] currents) {
        double[][] u = new double[currents.length][currents[0].length];
        for (int i = 0; i < u.length; i++) {
            for (int p = 0; p < u[i].length; p++) {
                for (int j = 0; j < u.length; j++) {
                    u[i][p] += g[i * u.length + j] * currents[j][p];
                }
            }
        }
        return u;
    }

    /** Frobenius norm of the difference over that of the expected matrix. */
    static double relative(double[][] actual, double[][] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                difference += Math.pow(actual[i][j] - expected[i][j], 2);
                norm += Math.pow(expected[i][j], 2);
            }
        }
        return Math.sqrt(difference / norm);
    }
}
