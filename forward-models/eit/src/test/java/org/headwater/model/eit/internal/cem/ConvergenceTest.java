package org.headwater.model.eit.internal.cem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Against the Fourier–Galerkin solution of the complete electrode model on a disc, homogeneous and
 * with a concentric inclusion of conductivity 3 and radius 1/2.
 */
class ConvergenceTest {
    private static final int L = 16;
    private static final double INTERFACE = 0.5;

    /**
     * The order is below 2 because the current density has a singularity at each electrode's end:
     * 1.3 to 1.8, more for larger contact impedances, which smooth it.
     */
    @Test
    void voltagesConvergeToTheAnalyticSolutionAtTheOrderOfTheElectrodeSingularities()
            throws IOException {
        Reference.Mesh reference = Reference.mesh();
        ElectrodeMesh[] meshes = new ElectrodeMesh[3];
        meshes[0] = alignedMesh(600);
        for (int k = 1; k < meshes.length; k++) {
            meshes[k] = refined(meshes[k - 1]);
        }
        for (Reference.Case c : Reference.cases()) {
            double[][] currents = reference.currentPatterns.get(c.currentPattern);
            double[] errors = new double[meshes.length];
            for (int k = 0; k < meshes.length; k++) {
                errors[k] = error(meshes[k], c, currents);
            }
            double order = Math.log(errors[1] / errors[2]) / Math.log(2);
            assertEquals(1.55, order, 0.25, c + ": " + Arrays.toString(errors));
        }
    }

    private static double error(ElectrodeMesh mesh, Reference.Case c, double[][] currents) {
        CompleteElectrodeModel.Workspace work = new CompleteElectrodeModel(mesh).workspace();
        double[] z = new double[L];
        Arrays.fill(z, c.z);
        assertTrue(work.factor(conductivity(mesh, c.conductivity), z));
        double[] g = new double[L * L];
        work.transfer(g);
        return CompleteElectrodeModelTest.relative(
                CompleteElectrodeModelTest.multiply(g, currents), c.U_analytic);
    }

    private static double[] conductivity(ElectrodeMesh mesh, String name) {
        double[] sigma = new double[mesh.triangles()];
        double[] centroids = mesh.centroids();
        for (int t = 0; t < sigma.length; t++) {
            boolean inside = Math.hypot(centroids[2 * t], centroids[2 * t + 1]) < INTERFACE;
            sigma[t] = inside && name.equals("concentric") ? 3 : 1;
        }
        return sigma;
    }

    /** A ring mesh stretched along the radius so that one ring lies on the interface. */
    private static ElectrodeMesh alignedMesh(int nodes) {
        ElectrodeMesh mesh = RingMesher.mesh(Reference.tank(), nodes);
        double[] xy = mesh.nodeCoordinates();
        double ring = 0;
        for (int i = 0; i < xy.length; i += 2) {
            double r = Math.hypot(xy[i], xy[i + 1]);
            if (Math.abs(r - INTERFACE) < Math.abs(ring - INTERFACE)) {
                ring = r;
            }
        }
        for (int i = 0; i < xy.length; i += 2) {
            double r = Math.hypot(xy[i], xy[i + 1]);
            double moved =
                    r <= ring ? r * INTERFACE / ring : 1 - (1 - r) * (1 - INTERFACE) / (1 - ring);
            if (r > 0) {
                xy[i] *= moved / r;
                xy[i + 1] *= moved / r;
            }
        }
        int[][] edges = new int[L][];
        for (int l = 0; l < L; l++) {
            edges[l] = mesh.electrodeEdges(l);
        }
        return ElectrodeMesh.of(xy, mesh.triangleNodes(), edges);
    }

    /** Every triangle in four; new nodes of the boundary and the interface move onto the circle. */
    private static ElectrodeMesh refined(ElectrodeMesh mesh) {
        double[] old = mesh.nodeCoordinates();
        double[] xy = Arrays.copyOf(old, 2 * (mesh.nodes() + 3 * mesh.triangles()));
        Map<Long, Integer> middles = new HashMap<>();
        int[] coarse = mesh.triangleNodes();
        int[] fine = new int[4 * coarse.length];
        for (int t = 0; t < coarse.length; t += 3) {
            int a = coarse[t];
            int b = coarse[t + 1];
            int c = coarse[t + 2];
            int ab = middle(a, b, xy, mesh.nodes(), middles);
            int bc = middle(b, c, xy, mesh.nodes(), middles);
            int ca = middle(c, a, xy, mesh.nodes(), middles);
            int[] four = {a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca};
            System.arraycopy(four, 0, fine, 4 * t, four.length);
        }
        int[][] edges = new int[L][];
        for (int l = 0; l < L; l++) {
            int[] pairs = mesh.electrodeEdges(l);
            edges[l] = new int[2 * pairs.length];
            for (int k = 0; k < pairs.length; k += 2) {
                int m = middle(pairs[k], pairs[k + 1], xy, mesh.nodes(), middles);
                int[] two = {pairs[k], m, m, pairs[k + 1]};
                System.arraycopy(two, 0, edges[l], 2 * k, two.length);
            }
        }
        int nodes = mesh.nodes() + middles.size();
        return ElectrodeMesh.of(Arrays.copyOf(xy, 2 * nodes), fine, edges);
    }

    private static int middle(int a, int b, double[] xy, int first, Map<Long, Integer> middles) {
        long key = ((long) Math.min(a, b) << 32) | Math.max(a, b);
        Integer known = middles.get(key);
        if (known != null) {
            return known;
        }
        int m = first + middles.size();
        middles.put(key, m);
        xy[2 * m] = (xy[2 * a] + xy[2 * b]) / 2;
        xy[2 * m + 1] = (xy[2 * a + 1] + xy[2 * b + 1]) / 2;
        for (double circle : new double[] {1, INTERFACE}) {
            if (Math.abs(Math.hypot(xy[2 * a], xy[2 * a + 1]) - circle) < 1e-9
                    && Math.abs(Math.hypot(xy[2 * b], xy[2 * b + 1]) - circle) < 1e-9) {
                double r = Math.hypot(xy[2 * m], xy[2 * m + 1]);
                xy[2 * m] *= circle / r;
                xy[2 * m + 1] *= circle / r;
            }
        }
        return m;
    }
}
