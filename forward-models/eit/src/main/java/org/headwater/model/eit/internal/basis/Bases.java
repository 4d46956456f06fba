package org.headwater.model.eit.internal.basis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.headwater.api.DenseMatrix;

/**
 * Makes bases on a mesh. R is the radius of the domain, the origin its centre; rows of grids count
 * from the top, columns from the left, both from 1. Smooth functions are taken at the triangles'
 * centroids, piecewise constant ones averaged over {@link TrianglePoints}.
 */
public final class Bases {
    /** Blobs end where they have fallen to this part of their height, 5.3 ℓ from their centre. */
    private static final double BLOB_CUT = 1e-6;

    private final double[] centroids;
    private final TrianglePoints points;
    private final double[] centre;
    private final double radius;

    /**
     * @param centroids x and y of the triangles' centroids
     * @param points points in the triangles
     * @param centre x and y of the domain's centre
     * @param radius R
     */
    public Bases(double[] centroids, TrianglePoints points, double[] centre, double radius) {
        this.centroids = centroids;
        this.points = points;
        this.centre = centre.clone();
        this.radius = radius;
    }

    private int triangles() {
        return points.triangles();
    }

    /**
     * Gaussian blobs exp(−r²/2ℓ²) on those centres of an n × n grid over [−e, e]² whose distance
     * from the origin is at most e; 0 beyond 5.3 ℓ.
     *
     * @param n centres along an axis, at least 2
     * @param width ℓ/R
     * @param extent e/R
     */
    public Basis blobs(int n, double width, double extent) {
        List<String> names = new ArrayList<>();
        List<double[]> centres = new ArrayList<>();
        for (int row = 0; row < n; row++) {
            for (int column = 0; column < n; column++) {
                double x = 2.0 * column / (n - 1) - 1;
                double y = 1 - 2.0 * row / (n - 1);
                if (x * x + y * y <= 1 + 1e-12) {
                    names.add("blob-" + (row + 1) + "-" + (column + 1));
                    centres.add(new double[] {x * extent * radius, y * extent * radius});
                }
            }
        }
        int d = names.size();
        double scale = 1 / (2 * width * width * radius * radius);
        double[] b = new double[triangles() * d];
        for (int t = 0; t < triangles(); t++) {
            double x = centroids[2 * t] - centre[0];
            double y = centroids[2 * t + 1] - centre[1];
            for (int j = 0; j < d; j++) {
                double dx = x - centres.get(j)[0];
                double dy = y - centres.get(j)[1];
                double value = Math.exp(-(dx * dx + dy * dy) * scale);
                b[t * d + j] = value < BLOB_CUT ? 0 : value;
            }
        }
        return new Basis(patched(d, b), names);
    }

    /**
     * Cosines s_ij cos(iπ(x+R)/2R) cos(jπ(y+R)/2R), s_ij = (1 + (i²+j²)/τ²)^(−α), the first by i² +
     * j² (then by i) from the constant i = j = 0 on: a Karhunen–Loève basis of a Matérn-like field
     * when θ is standard normal.
     *
     * @param modes number of functions
     * @param tau τ, frequency from which on coefficients decay
     * @param alpha α, rate of decay
     */
    public Basis cosine(int modes, double tau, double alpha) {
        List<int[]> all = new ArrayList<>();
        int highest = (int) Math.ceil(2 * Math.sqrt(modes));
        for (int i = 0; i <= highest; i++) {
            for (int j = 0; j <= highest; j++) {
                all.add(new int[] {i, j});
            }
        }
        all.sort(
                Comparator.<int[]>comparingInt(k -> k[0] * k[0] + k[1] * k[1])
                        .thenComparingInt(k -> k[0]));
        List<String> names = new ArrayList<>();
        double[] b = new double[triangles() * modes];
        for (int k = 0; k < modes; k++) {
            int i = all.get(k)[0];
            int j = all.get(k)[1];
            names.add("mode-" + i + "-" + j);
            double s = Math.pow(1 + (i * i + j * j) / (tau * tau), -alpha);
            for (int t = 0; t < triangles(); t++) {
                double u = (centroids[2 * t] - centre[0] + radius) / (2 * radius);
                double v = (centroids[2 * t + 1] - centre[1] + radius) / (2 * radius);
                b[t * modes + k] = s * Math.cos(i * Math.PI * u) * Math.cos(j * Math.PI * v);
            }
        }
        return new Basis(patched(modes, b), names);
    }

    /**
     * Haar wavelets on the 2^J × 2^J grid over the square around the domain, orthonormal on it as
     * the unit square, those of level j times 2^(−j(s−1)): |θ|₁ is then the Besov B^s₁₁ norm of the
     * field in two dimensions. The scaling function comes first; wavelets that vanish on the mesh
     * are left out.
     *
     * @param levels J
     * @param smoothness s
     */
    public Basis haar(int levels, double smoothness) {
        List<SortedMap<Integer, Double>> rows = new ArrayList<>();
        TreeSet<Integer> seen = new TreeSet<>();
        for (int t = 0; t < triangles(); t++) {
            SortedMap<Integer, Double> row = new TreeMap<>();
            for (int p = 0; p < TrianglePoints.COUNT; p++) {
                haarAt(unit(t, p, 0), 1 - unit(t, p, 1), levels, smoothness, row);
            }
            row.values().removeIf(v -> v == 0);
            seen.addAll(row.keySet());
            rows.add(row);
        }
        List<String> names = new ArrayList<>();
        for (int k : seen) {
            names.add(haarName(k));
        }
        return new Basis(renumbered(rows, seen), names);
    }

    /**
     * Adds the wavelets' values at a point, an n-th of them. Wavelet numbers: 0 the scaling
     * function, then level by level 4^j + 3·(row·2^j + column) … − 1 of three orientations.
     */
    private static void haarAt(
            double u, double v, int levels, double smoothness, SortedMap<Integer, Double> row) {
        double share = 1.0 / TrianglePoints.COUNT;
        row.merge(0, share, Double::sum);
        for (int level = 0; level < levels; level++) {
            int n = 1 << level;
            int column = Math.min(n - 1, (int) (u * n));
            int line = Math.min(n - 1, (int) (v * n));
            int signU = u * n - column < 0.5 ? 1 : -1;
            int signV = v * n - line < 0.5 ? 1 : -1;
            double size = share * n * Math.pow(2, -level * (smoothness - 1));
            int first = n * n + 3 * (line * n + column);
            row.merge(first, size * signU, Double::sum);
            row.merge(first + 1, size * signV, Double::sum);
            row.merge(first + 2, size * signU * signV, Double::sum);
        }
    }

    private static String haarName(int k) {
        if (k == 0) {
            return "haar-scaling";
        }
        int level = 0;
        while (k >= 1 << 2 * (level + 1)) {
            level++;
        }
        int n = 1 << level;
        int rest = k - n * n;
        int cell = rest / 3;
        String orientation = List.of("x", "y", "xy").get(rest % 3);
        return "haar-" + level + "-" + (cell / n + 1) + "-" + (cell % n + 1) + "-" + orientation;
    }

    /**
     * The cells of an n × n grid over the square around the domain, those only that the mesh
     * reaches: a vector, not an image, so that no coefficient is without effect.
     *
     * @param n cells along an axis
     */
    public Basis pixels(int n) {
        List<SortedMap<Integer, Double>> rows = new ArrayList<>();
        TreeSet<Integer> seen = new TreeSet<>();
        for (int t = 0; t < triangles(); t++) {
            SortedMap<Integer, Double> row = new TreeMap<>();
            for (int p = 0; p < TrianglePoints.COUNT; p++) {
                int column = Math.min(n - 1, (int) (unit(t, p, 0) * n));
                int line = Math.min(n - 1, (int) ((1 - unit(t, p, 1)) * n));
                row.merge(line * n + column, 1.0 / TrianglePoints.COUNT, Double::sum);
            }
            seen.addAll(row.keySet());
            rows.add(row);
        }
        List<String> names = new ArrayList<>();
        for (int k : seen) {
            names.add("pixel-" + (k / n + 1) + "-" + (k % n + 1));
        }
        return new Basis(renumbered(rows, seen), names);
    }

    /** A coefficient per triangle. */
    public Basis elements() {
        List<String> names = new ArrayList<>();
        for (int t = 0; t < triangles(); t++) {
            names.add("element-" + (t + 1));
        }
        return new Basis(SparseBasisMatrix.identity(triangles()), names, true);
    }

    private BasisMatrix patched(int columns, double[] b) {
        return new PatchedBasisMatrix(new DenseMatrix(triangles(), columns, b), centroids);
    }

    /** A point's coordinate in the unit square around the domain. */
    private double unit(int triangle, int point, int axis) {
        double x = points.coordinate(triangle, point, axis) - centre[axis];
        return Math.max(0, Math.min(1, (x + radius) / (2 * radius)));
    }

    private static BasisMatrix renumbered(
            List<SortedMap<Integer, Double>> rows, TreeSet<Integer> seen) {
        Map<Integer, Integer> number = new HashMap<>();
        for (int k : seen) {
            number.put(k, number.size());
        }
        List<SortedMap<Integer, Double>> packed = new ArrayList<>();
        for (SortedMap<Integer, Double> row : rows) {
            SortedMap<Integer, Double> p = new TreeMap<>();
            row.forEach((k, v) -> p.put(number.get(k), v));
            packed.add(p);
        }
        return SparseBasisMatrix.ofRows(seen.size(), packed);
    }
}
