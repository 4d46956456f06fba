package org.headwater.prior.gaussian.internal;

import java.util.Arrays;
import java.util.List;
import org.headwater.api.Geometry;
import org.headwater.kernels.sparse.NumericCholesky;
import org.headwater.kernels.sparse.SymbolicCholesky;

/**
 * The covariance of a Matérn field of smoothness 1 (Whittle's) on the triangles of a mesh: the
 * solution of (κ² − Δ)u = white noise with no flux through the boundary, κ = √2/ℓ (Lindgren, Rue,
 * Lindström, J. R. Statist. Soc. B 73, 2011, α = 2), in finite elements, averaged over each
 * triangle.
 *
 * <p>The unknowns are one value per edge, those of the Crouzeix–Raviart element: linear on each
 * triangle, continuous in the middle of each edge. Its mass matrix M is diagonal exactly, a third
 * of the area of each triangle at the edge; its stiffness matrix is G_ij = e_i·e_j/A per triangle,
 * e the vectors along its edges. With K = κ²M + G, u ~ N(0, K⁻¹MK⁻¹); the mean over a triangle is
 * that of its three edges, θ = Bu, so that C = BK⁻¹MK⁻¹Bᵀ. There are more edges than triangles and
 * B has full rank: C is positive definite, which values at the nodes, of which there are half as
 * many as triangles, would not give.
 *
 * <p>C is then scaled to the wanted standard deviation in every triangle, which undoes what the
 * boundary adds to the variance within about a length of it; there the correlations stay somewhat
 * higher than those of the plane.
 *
 * <p>Cost: two solves per triangle with the sparse Cholesky factor of K, d × d numbers.
 */
final class MeshMatern {
    /** The smoothness ν = α − 1. */
    static final double SMOOTHNESS = 1;

    private final Geometry mesh;
    private final int[] edgeOf;
    private final double[] mass;
    private final NumericCholesky factor;

    private MeshMatern(Geometry mesh, double length) {
        this.mesh = mesh;
        List<Geometry.Edge> edges = mesh.edges();
        this.edgeOf = edgesOfTriangles(mesh, edges);
        this.mass = new double[edges.size()];
        int d = mesh.triangleCount();
        int[] first = new int[3 * d];
        int[] second = new int[3 * d];
        for (int c = 0; c < 3 * d; c++) {
            first[c] = edgeOf[c];
            second[c] = edgeOf[c / 3 * 3 + (c + 1) % 3];
        }
        SymbolicCholesky pattern = SymbolicCholesky.of(mass.length, first, second, new int[0]);
        this.factor = pattern.numeric();
        for (int t = 0; t < d; t++) {
            double area = mesh.area(t);
            for (int i = 0; i < 3; i++) {
                mass[edgeOf[3 * t + i]] += area / 3;
                for (int j = 0; j <= i; j++) {
                    factor.add(
                            pattern.position(edgeOf[3 * t + i], edgeOf[3 * t + j]),
                            product(t, i, j) / area);
                }
            }
        }
        double kappa2 = 2 * SMOOTHNESS / (length * length);
        for (int e = 0; e < mass.length; e++) {
            factor.add(pattern.position(e, e), kappa2 * mass[e]);
        }
        if (!factor.factor()) {
            throw new IllegalArgumentException(
                    "the mesh must have triangles of positive area, numbered counter-clockwise");
        }
    }

    /**
     * C with the variance 1 in every triangle.
     *
     * @param mesh the mesh
     * @param length ℓ &gt; 0 in the mesh's unit
     * @return d × d row-major, d the number of triangles
     */
    static double[] correlation(Geometry mesh, double length) {
        return new MeshMatern(mesh, length).correlation();
    }

    private double[] correlation() {
        int d = mesh.triangleCount();
        double[] c = new double[Math.multiplyExact(d, d)];
        double[] x = new double[mass.length];
        for (int t = 0; t < d; t++) {
            Arrays.fill(x, 0);
            for (int i = 0; i < 3; i++) {
                x[edgeOf[3 * t + i]] = 1.0 / 3;
            }
            factor.solve(x);
            for (int e = 0; e < x.length; e++) {
                x[e] *= mass[e];
            }
            factor.solve(x);
            for (int s = 0; s <= t; s++) {
                double mean = (x[edgeOf[3 * s]] + x[edgeOf[3 * s + 1]] + x[edgeOf[3 * s + 2]]) / 3;
                c[t * d + s] = mean;
            }
        }
        for (int t = 0; t < d; t++) {
            for (int s = 0; s < t; s++) {
                double r = c[t * d + s] / Math.sqrt(c[t * d + t] * c[s * d + s]);
                c[t * d + s] = r;
                c[s * d + t] = r;
            }
        }
        for (int t = 0; t < d; t++) {
            c[t * d + t] = 1;
        }
        return c;
    }

    /** The scalar product of the edges of a triangle opposite to its nodes i and j. */
    private double product(int t, int i, int j) {
        return along(t, i, 0) * along(t, j, 0) + along(t, i, 1) * along(t, j, 1);
    }

    private double along(int t, int i, int axis) {
        int start = mesh.triangles()[3 * t + (i + 1) % 3];
        int end = mesh.triangles()[3 * t + (i + 2) % 3];
        return mesh.nodes()[2 * end + axis] - mesh.nodes()[2 * start + axis];
    }

    /** Entry 3t + i: the edge of triangle t that is opposite to its node i. */
    private static int[] edgesOfTriangles(Geometry mesh, List<Geometry.Edge> edges) {
        int[] numbers = new int[mesh.triangles().length];
        for (int e = 0; e < edges.size(); e++) {
            Geometry.Edge edge = edges.get(e);
            numbers[corner(mesh, edge.left(), edge)] = e;
            if (edge.isInterior()) {
                numbers[corner(mesh, edge.right(), edge)] = e;
            }
        }
        return numbers;
    }

    private static int corner(Geometry mesh, int t, Geometry.Edge edge) {
        int c = 3 * t;
        while (mesh.triangles()[c] == edge.start() || mesh.triangles()[c] == edge.end()) {
            c++;
        }
        return c;
    }
}
