package org.headwater.prior.tv.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.headwater.api.Ensemble;
import org.headwater.api.Geometry;
import org.headwater.api.Prior;
import org.headwater.kernels.random.KeyedRandom;
import org.junit.jupiter.api.Test;

class MeshTvPriorLawTest {
    private static final double WEIGHT = 1.3;
    private static final double TOLERANCE = 1e-5;

    private final KeyedRandom random = KeyedRandom.of(8);
    private final Geometry mesh = square(4, 1);
    private final Prior prior = prior(mesh);

    private static Prior prior(Geometry mesh) {
        return new MeshTvPrior(Weight.of(WEIGHT), MeshEdges.of(mesh));
    }

    /** A square of the given side, n × n cells cut in two; inner nodes moved off the grid. */
    static Geometry square(int n, double side) {
        KeyedRandom random = KeyedRandom.of(3);
        double[] nodes = new double[2 * (n + 1) * (n + 1)];
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                boolean inner = i > 0 && i < n && j > 0 && j < n && 2 * j != n;
                int k = 2 * (i * (n + 1) + j);
                nodes[k] = side * (j + (inner ? .2 * random.gaussian() : 0)) / n;
                nodes[k + 1] = side * (i + (inner ? .2 * random.gaussian() : 0)) / n;
            }
        }
        int[] triangles = new int[6 * n * n];
        for (int c = 0; c < n * n; c++) {
            int a = c / n * (n + 1) + c % n;
            int[] corners = {a, a + 1, a + n + 2, a, a + n + 2, a + n + 1};
            System.arraycopy(corners, 0, triangles, 6 * c, 6);
        }
        return new Geometry(nodes, triangles, "m", List.of());
    }

    private double[] point(int d) {
        double[] y = new double[d];
        for (int i = 0; i < d; i++) {
            y[i] = 3 * random.gaussian();
        }
        return y;
    }

    private static double[] prox(Prior prior, double t, double[] y) {
        Ensemble out = Ensemble.zeros(1, y.length);
        prior.prox(Ensemble.of(1, y.length, y), t, out);
        return out.data();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] combine(double s, double[] a, double t, double[] b) {
        double[] c = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            c[i] = s * a[i] + t * b[i];
        }
        return c;
    }

    /** ψ of an indicator is the length of the line around the set inside the domain (coarea). */
    @Test
    void potentialOfAnIndicatorIsItsPerimeter() {
        double[] left = new double[32];
        double[] one = new double[32];
        for (int t = 0; t < 32; t++) {
            left[t] = t / 2 % 4 < 2 ? 1 : 0;
        }
        one[9] = 1;
        assertEquals(WEIGHT, prior.potential(left, 0), 1e-14);
        double perimeter =
                mesh.edges().stream()
                        .filter(e -> e.isInterior() && (e.left() == 9 || e.right() == 9))
                        .mapToDouble(Geometry.Edge::length)
                        .sum();
        assertEquals(WEIGHT * perimeter, prior.potential(one, 0), 1e-14);
        assertEquals(3 * WEIGHT, prior(square(4, 3)).potential(left, 0), 1e-14);
    }

    /** A strip of triangles whose inner edges have length 1 is a chain. */
    @Test
    void stripIsAChain() {
        int d = 9;
        double[] nodes = new double[2 * (d + 2)];
        int[] triangles = new int[3 * d];
        for (int k = 0; k < d + 2; k++) {
            nodes[2 * k] = k / 2.0;
            nodes[2 * k + 1] = k % 2 * Math.sqrt(3) / 2;
        }
        for (int t = 0; t < d; t++) {
            int[] corners = t % 2 == 0 ? new int[] {t, t + 2, t + 1} : new int[] {t, t + 1, t + 2};
            System.arraycopy(corners, 0, triangles, 3 * t, 3);
        }
        Prior strip = prior(new Geometry(nodes, triangles, "m", List.of()));
        Prior chain = new ChainTvPrior(Weight.of(WEIGHT), d);
        for (int k = 0; k < 50; k++) {
            double[] y = point(d);
            double t = Math.exp(random.gaussian() - 1);
            assertEquals(chain.potential(y, 0), strip.potential(y, 0), 1e-12);
            assertArrayEquals(prox(chain, t, y), prox(strip, t, y), TOLERANCE);
        }
    }

    /** p is the prox exactly if ⟨g, p⟩ = ψ(p) and ⟨g, z⟩ ≤ ψ(z) for all z, g = (y − p)/t. */
    @Test
    void proxIsOptimal() {
        for (int k = 0; k < 50; k++) {
            double t = Math.exp(2 * random.gaussian() - 1);
            double[] y = point(32);
            double[] p = prox(prior, t, y);
            double[] g = combine(1 / t, y, -1 / t, p);
            double size = Math.sqrt(dot(y, y));
            double psi = prior.potential(p, 0);
            assertEquals(psi, dot(g, p), TOLERANCE * size * (size + WEIGHT * t) / t);
            for (int i = 0; i < 20; i++) {
                double[] z = point(32);
                double slack = TOLERANCE * size * Math.sqrt(dot(z, z)) / t;
                assertTrue(dot(g, z) <= prior.potential(z, 0) + slack);
            }
        }
    }

    @Test
    void proxIsFirmlyNonExpansive() {
        for (int k = 0; k < 100; k++) {
            double t = Math.exp(2 * random.gaussian() - 1);
            double[] y = point(32);
            double[] z = point(32);
            double[] delta = combine(1, prox(prior, t, y), -1, prox(prior, t, z));
            double[] apart = combine(1, y, -1, z);
            double product = dot(delta, apart);
            assertTrue(dot(delta, delta) <= product + TOLERANCE * dot(apart, apart));
        }
    }

    /** y = prox_{tψ}(y) + t·P_C(y/t), the projection on C = {Dᵀw} by plain projected gradients. */
    @Test
    void moreauIdentity() {
        MeshEdges edges = MeshEdges.of(mesh);
        double[] y = point(32);
        double t = .4;
        double[] w = new double[edges.count()];
        double[] g = new double[32];
        for (int k = 0; k < 40_000; k++) {
            java.util.Arrays.fill(g, 0);
            for (int e = 0; e < w.length; e++) {
                g[edges.right()[e]] += w[e];
                g[edges.left()[e]] -= w[e];
            }
            for (int e = 0; e < w.length; e++) {
                double rise =
                        (y[edges.right()[e]] - y[edges.left()[e]]) / t
                                - g[edges.right()[e]]
                                + g[edges.left()[e]];
                double bound = WEIGHT * edges.length()[e];
                w[e] = Math.max(-bound, Math.min(bound, w[e] + rise / 6));
            }
        }
        assertArrayEquals(y, combine(1, prox(prior, t, y), t, g), 3e-5);
    }

    @Test
    void proxFollowsShiftsSignsAndRenumbering() {
        double[] y = point(32);
        double[] p = prox(prior, .5, y);
        double[] minus = prox(prior, .5, combine(-1, y, 0, y));
        assertArrayEquals(combine(-1, p, 0, p), minus, TOLERANCE);
        double[] ones = new double[32];
        java.util.Arrays.fill(ones, 1);
        assertArrayEquals(
                combine(1, p, 70, ones), prox(prior, .5, combine(1, y, 70, ones)), TOLERANCE);
        assertEquals(dot(ones, y), dot(ones, p), 1e-12);
        int[] triangles = mesh.triangles().clone();
        double[] reversed = new double[32];
        for (int t = 0; t < 32; t++) {
            System.arraycopy(mesh.triangles(), 3 * (31 - t), triangles, 3 * t, 3);
            reversed[t] = y[31 - t];
        }
        Prior other = prior(new Geometry(mesh.nodes(), triangles, "m", List.of()));
        double[] q = prox(other, .5, reversed);
        for (int t = 0; t < 32; t++) {
            assertEquals(p[31 - t], q[t], TOLERANCE);
        }
    }

    /** Each connected part has a level of its own. */
    @Test
    void freeDirectionsAreTheConstantsOfTheParts() {
        assertEquals(31, prior.scaling().orElseThrow().dimension());
        Geometry two =
                new Geometry(
                        new double[] {0, 0, 1, 0, 1, 1, 0, 1, 5, 0, 6, 0, 5, 1},
                        new int[] {0, 1, 2, 0, 2, 3, 4, 5, 6},
                        "m",
                        List.of());
        assertEquals(1, prior(two).scaling().orElseThrow().dimension());
    }
}
