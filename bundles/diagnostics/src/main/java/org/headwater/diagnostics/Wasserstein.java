package org.headwater.diagnostics;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;

/** Distances by optimal transport between draws: W_p = (min over couplings of E|X − Y|^p)^{1/p}. */
public final class Wasserstein {
    private Wasserstein() {}

    /**
     * W_p of two samples on the line: the coupling is that of equal ranks. O(n log n).
     *
     * @param x n values, not modified
     * @param y m values, not modified
     */
    public static double line(double[] x, double[] y, double p) {
        double[] a = x.clone();
        double[] b = y.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        double sum = 0;
        double at = 0;
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            double nextA = (i + 1.0) / a.length;
            double nextB = (j + 1.0) / b.length;
            double next = Math.min(nextA, nextB);
            sum += (next - at) * Math.pow(Math.abs(a[i] - b[j]), p);
            at = next;
            // multiplied out, so that equal ranks meet exactly
            long left = (i + 1L) * b.length;
            long right = (j + 1L) * a.length;
            if (left <= right) {
                i++;
            }
            if (right <= left) {
                j++;
            }
        }
        return Math.pow(sum, 1 / p);
    }

    /**
     * The sliced distance SW_p = (E_u W_p(uᵀX, uᵀY)^p)^{1/p}, u uniform on the sphere, by so many
     * random directions (N. Bonneel et al., J. Math. Imaging Vis. 51, 2015,
     * doi:10.1007/s10851-014-0506-3). O(directions·n(d + log n)).
     */
    public static double sliced(
            Ensemble x, Ensemble y, double p, int directions, RandomStream random) {
        Samples.requireSameDimension(x, y);
        double sum = 0;
        double[] u = new double[x.dimension()];
        for (int k = 0; k < directions; k++) {
            RandomStream own = random.split(k);
            double norm = 0;
            for (int j = 0; j < u.length; j++) {
                u[j] = own.gaussian();
                norm += u[j] * u[j];
            }
            norm = Math.sqrt(norm);
            sum += Math.pow(line(projected(x, u, norm), projected(y, u, norm), p), p);
        }
        return Math.pow(sum / directions, 1 / p);
    }

    private static double[] projected(Ensemble x, double[] u, double norm) {
        double[] out = new double[x.size()];
        for (int i = 0; i < out.length; i++) {
            for (int j = 0; j < u.length; j++) {
                out[i] += u[j] * x.get(i, j) / norm;
            }
        }
        return out;
    }

    /**
     * W_p of two samples of equal size n, exactly: the cheapest one-to-one assignment, by shortest
     * augmenting paths (R. Jonker, A. Volgenant, Computing 38, 1987, doi:10.1007/BF02278710,
     * without its initial reduction). O(n³), O(n²) memory: for n up to a few thousand.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    public static double exact(Ensemble x, Ensemble y, double p) {
        Samples.requireSameDimension(x, y);
        int n = x.size();
        if (y.size() != n) {
            throw new IllegalArgumentException(
                    "exact transport needs as many draws of both, got " + n + " and " + y.size());
        }
        double[] cost = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                cost[i * n + j] = Math.pow(Samples.squaredDistance(x, i, y, j), p / 2);
            }
        }
        int[] row = assignment(cost, n);
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += cost[row[j] * n + j] / n;
        }
        return Math.pow(sum, 1 / p);
    }

    /** The row that each column is assigned to, at the least total cost. */
    private static int[] assignment(double[] cost, int n) {
        double[] u = new double[n];
        double[] v = new double[n + 1];
        int[] row = new int[n + 1];
        Arrays.fill(row, -1);
        int[] before = new int[n + 1];
        double[] distance = new double[n + 1];
        boolean[] done = new boolean[n + 1];
        for (int i = 0; i < n; i++) {
            // grow a tree of shortest paths from row i, entered by way of the extra column n
            row[n] = i;
            Arrays.fill(distance, Double.POSITIVE_INFINITY);
            Arrays.fill(done, false);
            int column = n;
            do {
                done[column] = true;
                int r = row[column];
                double step = Double.POSITIVE_INFINITY;
                int next = -1;
                for (int j = 0; j < n; j++) {
                    if (done[j]) {
                        continue;
                    }
                    double reduced = cost[r * n + j] - u[r] - v[j];
                    if (reduced < distance[j]) {
                        distance[j] = reduced;
                        before[j] = column;
                    }
                    if (distance[j] < step) {
                        step = distance[j];
                        next = j;
                    }
                }
                for (int j = 0; j <= n; j++) {
                    if (done[j]) {
                        u[row[j]] += step;
                        v[j] -= step;
                    } else {
                        distance[j] -= step;
                    }
                }
                column = next;
            } while (row[column] >= 0);
            while (column != n) {
                row[column] = row[before[column]];
                column = before[column];
            }
        }
        return row;
    }

    /**
     * The debiased entropic distance (Sinkhorn divergence) S_ε(P, Q) = OT_ε(P, Q) − ½OT_ε(P, P) −
     * ½OT_ε(Q, Q) with cost ½|x − y|², by iterations in the log-domain (J. Feydy et al., AISTATS
     * 2019, arXiv 1810.08278, eq. 3 and 8). It is ½W₂² for ε → 0 and half a squared distance of
     * kernels for ε → ∞. O(iterations·nmd).
     *
     * @param epsilon ε &gt; 0, in squared units of the parameters
     * @param iterations most updates of both dual potentials
     */
    public static double sinkhorn(Ensemble x, Ensemble y, double epsilon, int iterations) {
        Samples.requireSameDimension(x, y);
        return entropic(x, y, epsilon, iterations)
                - 0.5 * entropic(x, x, epsilon, iterations)
                - 0.5 * entropic(y, y, epsilon, iterations);
    }

    /**
     * The dual value mean f + mean g after alternating updates, averaged for the symmetric case.
     */
    private static double entropic(Ensemble x, Ensemble y, double epsilon, int iterations) {
        int n = x.size();
        int m = y.size();
        double[] cost = new double[n * m];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                cost[i * m + j] = 0.5 * Samples.squaredDistance(x, i, y, j);
            }
        }
        double[] f = new double[n];
        double[] g = new double[m];
        for (int k = 0; k < iterations; k++) {
            double change = 0;
            for (int i = 0; i < n; i++) {
                double value = softMinimum(cost, i * m, 1, g, epsilon);
                change = Math.max(change, Math.abs(value - f[i]));
                f[i] = value;
            }
            for (int j = 0; j < m; j++) {
                g[j] = softMinimum(cost, j, m, f, epsilon);
            }
            if (change < 1e-9 * epsilon) {
                break;
            }
        }
        return Arrays.stream(f).average().orElse(0) + Arrays.stream(g).average().orElse(0);
    }

    /** −ε·log mean_k exp((h_k − cost_k)/ε). */
    private static double softMinimum(
            double[] cost, int offset, int stride, double[] h, double epsilon) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < h.length; k++) {
            largest = Math.max(largest, h[k] - cost[offset + k * stride]);
        }
        double sum = 0;
        for (int k = 0; k < h.length; k++) {
            sum += Math.exp((h[k] - cost[offset + k * stride] - largest) / epsilon);
        }
        return -largest - epsilon * Math.log(sum / h.length);
    }
}
