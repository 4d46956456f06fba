package org.headwater.model.ellipticpde.internal;

import java.util.Arrays;
import org.headwater.kernels.sparse.BatchCholesky;
import org.headwater.kernels.sparse.Lanes;
import org.headwater.kernels.sparse.SymbolicCholesky;

/**
 * −∇·(e^m ∇u) = f + Σ q_w δ_w on the unit square, by vertex-centred five-point finite volumes on
 * (n+1) × (n+1) nodes, h = 1/n.
 *
 * <p>The box around a node balances the flow through its faces: Σ_f a_f (u_c − u_nb) = |box| f_c +
 * its share of the wells and of what flows in through the sides, a_f = e^{m(midpoint of f)}; boxes
 * and faces at a side without given pressure are halved. Wells and observations act on the four
 * nodes around them with bilinear weights. Errors are O(h²), near a well O(h² log) away from it.
 *
 * <p>Faces: those across x, at ((i+½)h, jh), have index i·(n+1) + j; behind them those across y, at
 * (ih, (j+½)h), index i·n + j. Immutable; the work is done in {@link Workspace}s, one for a thread,
 * on as many media at a time as there are {@link Lanes}. Cost of a solution: one sparse Cholesky
 * factorisation, O(n³).
 */
final class FlowGrid {
    private final int n;
    private final int observations;

    /** Unknown of a node, or −1 where the pressure is given. */
    private final int[] unknown;

    private final double[] given;
    private final double[] load;

    /** The two nodes of each face, and its length over h. */
    private final int[] first;

    private final int[] second;
    private final double[] length;
    private final int[] diagonalOfFirst;
    private final int[] diagonalOfSecond;
    private final int[] offDiagonal;

    /** Four nodes and weights of each observation. */
    private final int[] observedNode;

    private final double[] observedWeight;
    private final SymbolicCholesky symbolic;

    FlowGrid(int n, Flow flow) {
        this.n = n;
        observations = flow.observations();
        unknown = new int[(n + 1) * (n + 1)];
        given = new double[unknown.length];
        int unknowns = 0;
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                int node = i * (n + 1) + j;
                given[node] = flow.boundary().pressure(i, j, n);
                unknown[node] = Double.isNaN(given[node]) ? unknowns++ : -1;
            }
        }
        int faces = faces();
        first = new int[faces];
        second = new int[faces];
        length = new double[faces];
        connect();
        symbolic = analyse(unknowns);
        diagonalOfFirst = new int[faces];
        diagonalOfSecond = new int[faces];
        offDiagonal = new int[faces];
        for (int f = 0; f < faces; f++) {
            int p = unknown[first[f]];
            int q = unknown[second[f]];
            diagonalOfFirst[f] = p < 0 ? -1 : symbolic.position(p, p);
            diagonalOfSecond[f] = q < 0 ? -1 : symbolic.position(q, q);
            offDiagonal[f] = p < 0 || q < 0 ? -1 : symbolic.position(p, q);
        }
        load = load(flow);
        observedNode = new int[4 * observations];
        observedWeight = new double[4 * observations];
        for (int k = 0; k < observations; k++) {
            corners(
                    flow.points()[2 * k],
                    flow.points()[2 * k + 1],
                    4 * k,
                    observedNode,
                    observedWeight);
        }
    }

    private void connect() {
        int face = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= n; j++) {
                join(face++, i * (n + 1) + j, (i + 1) * (n + 1) + j, j);
            }
        }
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j < n; j++) {
                join(face++, i * (n + 1) + j, i * (n + 1) + j + 1, i);
            }
        }
    }

    /** A face between two nodes; its length is halved where it ends on a side. */
    private void join(int face, int p, int q, int across) {
        first[face] = p;
        second[face] = q;
        length[face] = across == 0 || across == n ? 0.5 : 1;
    }

    private SymbolicCholesky analyse(int unknowns) {
        int[] i = new int[first.length];
        int[] j = new int[first.length];
        int count = 0;
        for (int f = 0; f < first.length; f++) {
            if (unknown[first[f]] >= 0 && unknown[second[f]] >= 0) {
                i[count] = unknown[first[f]];
                j[count++] = unknown[second[f]];
            }
        }
        return SymbolicCholesky.of(
                unknowns, Arrays.copyOf(i, count), Arrays.copyOf(j, count), new int[0]);
    }

    private double[] load(Flow flow) {
        double[] out = new double[unknown.length];
        double h = 1.0 / n;
        for (int i = 0; i <= n; i++) {
            for (int j = 0; j <= n; j++) {
                double box = h * h * (i == 0 || i == n ? 0.5 : 1) * (j == 0 || j == n ? 0.5 : 1);
                out[i * (n + 1) + j] =
                        box * flow.source().at(i * h, j * h) + flow.boundary().inflow(i, j, n);
            }
        }
        int[] node = new int[4];
        double[] weight = new double[4];
        double[] wells = flow.wells();
        for (int w = 0; w < wells.length; w += 3) {
            corners(wells[w], wells[w + 1], 0, node, weight);
            for (int c = 0; c < 4; c++) {
                out[node[c]] += wells[w + 2] * weight[c];
            }
        }
        return out;
    }

    /** The four nodes around a point with their bilinear weights. */
    private void corners(double x, double y, int at, int[] node, double[] weight) {
        int i = (int) Math.min(n - 1, x * n);
        int j = (int) Math.min(n - 1, y * n);
        double u = x * n - i;
        double v = y * n - j;
        for (int c = 0; c < 4; c++) {
            int right = c / 2;
            int up = c % 2;
            node[at + c] = (i + right) * (n + 1) + j + up;
            weight[at + c] = (right == 0 ? 1 - u : u) * (up == 0 ? 1 - v : v);
        }
    }

    /** Number of faces, 2n(n+1). */
    int faces() {
        return 2 * n * (n + 1);
    }

    /** Number of faces across x, which come first. */
    int facesAcrossX() {
        return n * (n + 1);
    }

    /** Coordinates of the nodes along an axis. */
    double[] nodes() {
        double[] x = new double[n + 1];
        for (int i = 0; i <= n; i++) {
            x[i] = (double) i / n;
        }
        return x;
    }

    /** Coordinates of the midpoints between nodes along an axis. */
    double[] midpoints() {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = (i + 0.5) / n;
        }
        return x;
    }

    /** A workspace for one thread. */
    Workspace workspace(Lanes lanes) {
        return new Workspace(lanes);
    }

    /** Number of entries of the Cholesky factor. */
    int factorNonzeros() {
        return symbolic.nonzeros();
    }

    /**
     * W media at a time, one to a lane: number i of lane w stands at i·W + w. First {@link #solve},
     * then {@link #observe} and, for derivatives, {@link #pullBack}. A medium's results depend
     * neither on its neighbours nor on W. Used by one thread; no call allocates.
     */
    final class Workspace {
        private final Lanes lanes;
        private final int width;
        private final BatchCholesky cholesky;
        private final boolean[] good;
        private final double[] ones;
        private final double[] coefficient;

        /** In elimination order. */
        private final double[] right;

        private final double[] pressure;
        private final double[] adjoint;

        private Workspace(Lanes lanes) {
            this.lanes = lanes;
            width = lanes.width();
            cholesky = symbolic.batch(lanes);
            good = new boolean[width];
            ones = new double[width];
            Arrays.fill(ones, 1);
            coefficient = new double[faces() * width];
            right = new double[symbolic.size() * width];
            pressure = new double[unknown.length * width];
            adjoint = new double[unknown.length * width];
        }

        /**
         * Solves for the media.
         *
         * @param m log-permeability at the faces, faces × W, not modified
         * @return for each lane whether its equations could be solved; false for a medium that is
         *     too extreme. The array itself, overwritten by the next call.
         */
        boolean[] solve(double[] m) {
            lanes.exp(m, ones, faces(), coefficient);
            assemble();
            cholesky.factor(good);
            solve();
            for (int node = 0; node < unknown.length; node++) {
                if (unknown[node] < 0) {
                    Arrays.fill(pressure, node * width, (node + 1) * width, given[node]);
                }
            }
            spread(pressure);
            return good;
        }

        private void assemble() {
            cholesky.clear();
            for (int node = 0; node < unknown.length; node++) {
                if (unknown[node] >= 0) {
                    int row = symbolic.rank(unknown[node]) * width;
                    Arrays.fill(right, row, row + width, load[node]);
                }
            }
            for (int f = 0; f < first.length; f++) {
                for (int w = 0; w < width; w++) {
                    coefficient[f * width + w] *= length[f];
                }
                add(diagonalOfFirst[f], f, 1);
                add(diagonalOfSecond[f], f, 1);
                add(offDiagonal[f], f, -1);
                addGiven(first[f], second[f], f);
                addGiven(second[f], first[f], f);
            }
        }

        /** Adds a face's coefficients to an entry of the matrices; none where {@code at} is −1. */
        private void add(int at, int face, double sign) {
            double[] values = cholesky.values();
            for (int w = 0; at >= 0 && w < width; w++) {
                values[at * width + w] += sign * coefficient[face * width + w];
            }
        }

        /** Adds what the given pressure at a node drives through a face into its neighbour. */
        private void addGiven(int node, int neighbour, int face) {
            if (unknown[node] < 0 && unknown[neighbour] >= 0) {
                int row = symbolic.rank(unknown[neighbour]) * width;
                for (int w = 0; w < width; w++) {
                    right[row + w] += coefficient[face * width + w] * given[node];
                }
            }
        }

        /** Replaces the right-hand sides by the solutions. */
        private void solve() {
            cholesky.forward(right, 1);
            cholesky.backward(right, 1, symbolic.size());
        }

        /** Copies the solutions to their nodes and leaves the other nodes. */
        private void spread(double[] out) {
            for (int node = 0; node < unknown.length; node++) {
                if (unknown[node] >= 0) {
                    int row = symbolic.rank(unknown[node]);
                    System.arraycopy(right, row * width, out, node * width, width);
                }
            }
        }

        /** The pressure of a lane at the observations, m values into {@code out} from offset on. */
        void observe(int lane, double[] out, int offset) {
            for (int k = 0; k < observations; k++) {
                double sum = 0;
                for (int c = 4 * k; c < 4 * k + 4; c++) {
                    sum += observedWeight[c] * pressure[observedNode[c] * width + lane];
                }
                out[offset + k] = sum;
            }
        }

        /** The pressure of a lane at node (i, j). */
        double pressure(int lane, int i, int j) {
            return pressure[(i * (n + 1) + j) * width + lane];
        }

        /**
         * ∂/∂m_f of Σ_k g_k·(observation k): −a_f (δ_f u)(δ_f w) with Aw = Rᵀg.
         *
         * @param g observations × W, not modified
         * @param out faces × W, overwritten; of no use in lanes that could not be solved
         */
        void pullBack(double[] g, double[] out) {
            Arrays.fill(right, 0);
            for (int c = 0; c < observedNode.length; c++) {
                int node = unknown[observedNode[c]];
                int row = node < 0 ? -1 : symbolic.rank(node);
                for (int w = 0; row >= 0 && w < width; w++) {
                    right[row * width + w] += observedWeight[c] * g[c / 4 * width + w];
                }
            }
            solve();
            spread(adjoint);
            for (int f = 0; f < first.length; f++) {
                int p = first[f] * width;
                int q = second[f] * width;
                for (int w = 0; w < width; w++) {
                    out[f * width + w] =
                            -coefficient[f * width + w]
                                    * (pressure[p + w] - pressure[q + w])
                                    * (adjoint[p + w] - adjoint[q + w]);
                }
            }
        }
    }
}
