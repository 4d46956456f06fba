package org.headwater.prior.tv.internal;

/**
 * The prox of the total variation of a field on the triangles of a mesh: D takes the jump across
 * each interior edge, |w_e| ≤ λ·|e|. A triangle has at most three edges, hence ‖D‖² ≤ 6.
 */
final class MeshProx extends DualProx {
    private final MeshEdges edges;

    MeshProx(MeshEdges edges) {
        super(edges.triangles(), edges.count(), 6);
        this.edges = edges;
    }

    @Override
    void primal(double[] v) {
        System.arraycopy(centred, 0, z, 0, d);
        for (int e = 0; e < v.length; e++) {
            z[edges.left()[e]] += v[e];
            z[edges.right()[e]] -= v[e];
        }
    }

    @Override
    void differences() {
        for (int e = 0; e < slope.length; e++) {
            slope[e] = z[edges.right()[e]] - z[edges.left()[e]];
        }
    }

    @Override
    double gap(double lambda) {
        double gap = 0;
        for (int e = 0; e < slope.length; e++) {
            gap += lambda * edges.length()[e] * Math.abs(slope[e]) - slope[e] * w[e];
        }
        return gap;
    }

    @Override
    void project(double lambda) {
        for (int e = 0; e < w.length; e++) {
            double bound = lambda * edges.length()[e];
            w[e] = Math.max(-bound, Math.min(bound, w[e]));
        }
    }
}
