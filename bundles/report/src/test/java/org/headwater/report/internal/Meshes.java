package org.headwater.report.internal;

import java.util.ArrayList;
import java.util.List;
import org.headwater.api.Geometry;

/** Meshes for tests. */
final class Meshes {
    private Meshes() {}

    /**
     * A disc of rings: ring k of {@code rings} has 6k nodes at radius k·R/rings, the first on the
     * positive x axis.
     */
    static Geometry disc(double radius, int rings, int electrodes) {
        List<Double> xy = new ArrayList<>(List.of(0.0, 0.0));
        for (int k = 1; k <= rings; k++) {
            for (int i = 0; i < 6 * k; i++) {
                double angle = 2 * Math.PI * i / (6 * k);
                xy.add(radius * k / rings * Math.cos(angle));
                xy.add(radius * k / rings * Math.sin(angle));
            }
        }
        List<Integer> triangles = new ArrayList<>();
        for (int k = 1; k <= rings; k++) {
            for (int sector = 0; sector < 6; sector++) {
                for (int j = 0; j < k; j++) {
                    int outer = node(k, sector * k + j);
                    int outerNext = node(k, sector * k + j + 1);
                    int inner = node(k - 1, sector * (k - 1) + j);
                    triangles.addAll(List.of(outer, outerNext, inner));
                    if (j < k - 1) {
                        int innerNext = node(k - 1, sector * (k - 1) + j + 1);
                        triangles.addAll(List.of(inner, outerNext, innerNext));
                    }
                }
            }
        }
        List<Geometry.Marker> markers = new ArrayList<>();
        for (int l = 0; l < electrodes; l++) {
            double centre = Math.PI / 2 - 2 * Math.PI * l / electrodes;
            double[] line = new double[10];
            for (int i = 0; i < 5; i++) {
                double angle = centre + (i - 2) * 0.4 * Math.PI / electrodes / 2;
                line[2 * i] = radius * Math.cos(angle);
                line[2 * i + 1] = radius * Math.sin(angle);
            }
            markers.add(new Geometry.Marker(Integer.toString(l + 1), line));
        }
        return new Geometry(
                xy.stream().mapToDouble(Double::doubleValue).toArray(),
                triangles.stream().mapToInt(Integer::intValue).toArray(),
                "m",
                markers);
    }

    private static int node(int ring, int index) {
        return ring == 0 ? 0 : 1 + 3 * ring * (ring - 1) + index % (6 * ring);
    }

    /** x and y of a triangle's centroid. */
    static double[] centroid(Geometry g, int t) {
        double[] c = new double[2];
        for (int k = 3 * t; k < 3 * t + 3; k++) {
            c[0] += g.nodes()[2 * g.triangles()[k]] / 3;
            c[1] += g.nodes()[2 * g.triangles()[k] + 1] / 3;
        }
        return c;
    }
}
