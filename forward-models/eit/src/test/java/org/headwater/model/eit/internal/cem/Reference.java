package org.headwater.model.eit.internal.cem;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Voltages of an independent implementation, which agree with EIDORS to 2e-14. */
final class Reference {
    /** A mesh of the unit disc with boundary nodes at multiples of 2π/96. */
    static final class Mesh {
        double[][] nodes;
        int[][] triangles;
        int[][] electrodesCEM;
        Map<String, double[]> conductivity;
        Map<String, double[][]> currentPatterns;

        ElectrodeMesh electrodeMesh() {
            int[][] edges = new int[electrodesCEM.length][];
            for (int l = 0; l < edges.length; l++) {
                int[] chain = electrodesCEM[l];
                edges[l] = new int[2 * (chain.length - 1)];
                for (int k = 0; k + 1 < chain.length; k++) {
                    edges[l][2 * k] = chain[k];
                    edges[l][2 * k + 1] = chain[k + 1];
                }
            }
            double[] xy = new double[2 * nodes.length];
            for (int i = 0; i < nodes.length; i++) {
                xy[2 * i] = nodes[i][0];
                xy[2 * i + 1] = nodes[i][1];
            }
            int[] corners = new int[3 * triangles.length];
            for (int t = 0; t < triangles.length; t++) {
                System.arraycopy(triangles[t], 0, corners, 3 * t, 3);
            }
            return ElectrodeMesh.of(xy, corners, edges);
        }
    }

    /** One conductivity, contact impedance and set of current patterns; U[l][p]. */
    static final class Case {
        String electrodeModel;
        double z;
        String conductivity;
        String currentPattern;
        double[][] U;
        double[][] V;
        double[][] U_analytic;

        @Override
        public String toString() {
            return conductivity + ", " + currentPattern + ", z = " + z;
        }
    }

    private static final class Cases {
        List<Case> cases;
    }

    private Reference() {}

    /** The tank of the reference mesh: three of six boundary edges under each electrode. */
    static TankShape tank() {
        return TankShape.equal(1, 16, Math.PI / 16, Math.PI / 32, false);
    }

    static Mesh mesh() throws IOException {
        return read("eit-mesh-ring96.json", Mesh.class);
    }

    /**
     * The cases of the complete electrode model; its limits z → 0 and point electrodes are left.
     */
    static List<Case> cases() throws IOException {
        return read("eit-voltages.json", Cases.class).cases.stream()
                .filter(c -> c.electrodeModel.equals("CEM"))
                .toList();
    }

    private static <T> T read(String name, Class<T> type) throws IOException {
        try (Reader in =
                new InputStreamReader(
                        Reference.class.getResourceAsStream(name), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(in, type);
        }
    }
}
