package org.headwater.model.eit.internal.cem;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.headwater.kernels.sparse.NumericCholesky;
import org.headwater.kernels.sparse.SymbolicCholesky;

/**
 * The complete electrode model on a fixed mesh: P1 triangles, one sheet conductance per triangle,
 * one contact impedance per electrode. Immutable and shared by all threads: ordering and symbolic
 * factorisation happen once in the constructor; each thread takes its own {@link Workspace}.
 *
 * <p>System: A = [K + Σ_l M_l, −N; −Nᵀ, D] on nodal potentials u and electrode potentials U, the
 * last electrode grounded. K_ij = Σ_e σ_e (b_i b_j + c_i c_j)/(4A_e) with b_i = y_j − y_k, c_i =
 * x_k − x_j. An edge of length h under electrode l adds (h/6z_l)[[2,1],[1,2]] on its nodes,
 * −h/(2z_l) between node and electrode, h/z_l to (l, l).
 *
 * <p>The electrodes are eliminated last, so the trailing block of the Cholesky factor is the factor
 * of the Schur complement S and the potentials of the grounded electrodes are S⁻¹I without a solve
 * through the mesh. For derivatives one back-substitution with L−1 right-hand sides gives the
 * potentials x_a of unit currents; no adjoint solve is needed, because A is symmetric.
 *
 * <p>Cost, for n nodes, e triangles, |L| entries of the factor: factor Σ_j |L_j|² flops, transfer
 * O(L³), back-substitution 2·L·|L|, gradient 2·n·L² + 12·e·L flops. On 1800 nodes and 16 electrodes
 * each is a few tenths of a millisecond at most.
 *
 * <p>Source: E. Somersalo, M. Cheney, D. Isaacson, Existence and uniqueness for electrode models
 * for electric current computed tomography, SIAM J. Appl. Math. 52 (1992) 1023–1040,
 * doi:10.1137/0152060; discretisation as in P. J. Vauhkonen et al., IEEE Trans. Biomed. Eng. 46
 * (1999) 1150–1160, doi:10.1109/10.784147.
 */
public final class CompleteElectrodeModel {
    private final ElectrodeMesh mesh;
    private final int electrodes;
    private final int grounded;
    private final int columns;
    private final int nodeCount;
    private final SymbolicCholesky symbolic;

    /** Per node its place in the elimination order. */
    private final int[] rank;

    /** Per triangle its corners as places in the elimination order. */
    private final int[] corners;

    /** Per triangle six places in the factor, corner pairs 00, 11, 22, 01, 12, 20. */
    private final int[] stiffnessPosition;

    /** Per triangle the six entries of K_e, in the same order. */
    private final double[] stiffness;

    /** Per triangle b_0, b_1, b_2, c_0, c_1, c_2, each over 2√A: K_e = b bᵀ + c cᵀ. */
    private final double[] slopes;

    /** Per edge of the mesh its two nodes as places in the elimination order. */
    private final int[] meshEdges;

    /** Per triangle the edges between its corners 01, 12, 20. */
    private final int[] triangleEdges;

    /** First edge of each electrode, and the number of edges. */
    private final int[] edgeStart;

    private final double[] edgeLength;

    /** Per edge its two nodes as places in the elimination order. */
    private final int[] edgeNodes;

    /**
     * Per edge six places in the factor: node pairs 00, 11, 01, then node 0 and node 1 with the
     * electrode, then the electrode; −1 for the last three on the grounded electrode.
     */
    private final int[] edgePosition;

    /** Places of the lower triangle (a ≥ b) of S's factor, row by row. */
    private final int[] trailingPosition;

    /**
     * Orders the unknowns and analyses the factor of the mesh's system. Cost: about 10 ms per 1000
     * nodes.
     */
    public CompleteElectrodeModel(ElectrodeMesh mesh) {
        this.mesh = mesh;
        electrodes = mesh.electrodes();
        grounded = electrodes - 1;
        columns = (grounded + 7) / 8 * 8;
        nodeCount = mesh.nodes();
        int[] triangles = mesh.triangleNodes();
        symbolic = analyse(triangles);

        rank = new int[nodeCount];
        for (int i = 0; i < nodeCount; i++) {
            rank[i] = symbolic.rank(i);
        }
        int count = mesh.triangles();
        corners = new int[3 * count];
        stiffnessPosition = new int[6 * count];
        stiffness = new double[6 * count];
        slopes = new double[6 * count];
        double[] xy = mesh.nodeCoordinates();
        double[] areas = mesh.areas();
        for (int t = 0; t < count; t++) {
            double scale = 1 / (2 * Math.sqrt(areas[t]));
            for (int c = 0; c < 3; c++) {
                int j = triangles[3 * t + (c + 1) % 3];
                int k = triangles[3 * t + (c + 2) % 3];
                corners[3 * t + c] = rank[triangles[3 * t + c]];
                slopes[6 * t + c] = (xy[2 * j + 1] - xy[2 * k + 1]) * scale;
                slopes[6 * t + 3 + c] = (xy[2 * k] - xy[2 * j]) * scale;
            }
            for (int c = 0; c < 6; c++) {
                int i = c % 3;
                int j = c < 3 ? i : (c + 1) % 3;
                stiffnessPosition[6 * t + c] =
                        symbolic.position(triangles[3 * t + i], triangles[3 * t + j]);
                stiffness[6 * t + c] =
                        slopes[6 * t + i] * slopes[6 * t + j]
                                + slopes[6 * t + 3 + i] * slopes[6 * t + 3 + j];
            }
        }

        triangleEdges = new int[3 * count];
        meshEdges = edges();

        edgeStart = new int[electrodes + 1];
        for (int l = 0; l < electrodes; l++) {
            edgeStart[l + 1] = edgeStart[l] + mesh.electrodeEdges(l).length / 2;
        }
        int edges = edgeStart[electrodes];
        edgeLength = new double[edges];
        edgeNodes = new int[2 * edges];
        edgePosition = new int[6 * edges];
        for (int l = 0; l < electrodes; l++) {
            locateEdges(l, xy);
        }

        trailingPosition = new int[pairs()];
        for (int a = 0; a < grounded; a++) {
            for (int b = 0; b <= a; b++) {
                trailingPosition[a * (a + 1) / 2 + b] =
                        symbolic.position(nodeCount + a, nodeCount + b);
            }
        }
    }

    private SymbolicCholesky analyse(int[] triangles) {
        int entries = triangles.length;
        for (int l = 0; l < grounded; l++) {
            entries += mesh.electrodeEdges(l).length;
        }
        int[] first = new int[entries];
        int[] second = new int[entries];
        int filled = 0;
        for (int k = 0; k < triangles.length; k++) {
            first[filled] = triangles[k];
            second[filled++] = triangles[k % 3 == 2 ? k - 2 : k + 1];
        }
        int[] last = new int[grounded];
        for (int l = 0; l < grounded; l++) {
            last[l] = nodeCount + l;
            for (int node : mesh.electrodeEdges(l)) {
                first[filled] = node;
                second[filled++] = nodeCount + l;
            }
        }
        return SymbolicCholesky.of(nodeCount + grounded, first, second, last);
    }

    /** Numbers the edges of the mesh as the triangles come. */
    private int[] edges() {
        Map<Long, Integer> numbers = new HashMap<>();
        int[] ends = new int[2 * corners.length];
        for (int k = 0; k < corners.length; k++) {
            int i = corners[k];
            int j = corners[k % 3 == 2 ? k - 2 : k + 1];
            long key = ((long) Math.min(i, j) << 32) | Math.max(i, j);
            int next = numbers.size();
            Integer known = numbers.putIfAbsent(key, next);
            triangleEdges[k] = known == null ? next : known;
            if (known == null) {
                ends[2 * next] = i;
                ends[2 * next + 1] = j;
            }
        }
        return Arrays.copyOf(ends, 2 * numbers.size());
    }

    private void locateEdges(int l, double[] xy) {
        int[] pairs = mesh.electrodeEdges(l);
        int unknown = nodeCount + l;
        for (int k = 0; k < pairs.length / 2; k++) {
            int s = edgeStart[l] + k;
            int a = pairs[2 * k];
            int b = pairs[2 * k + 1];
            edgeLength[s] = Math.hypot(xy[2 * a] - xy[2 * b], xy[2 * a + 1] - xy[2 * b + 1]);
            edgeNodes[2 * s] = rank[a];
            edgeNodes[2 * s + 1] = rank[b];
            edgePosition[6 * s] = symbolic.position(a, a);
            edgePosition[6 * s + 1] = symbolic.position(b, b);
            edgePosition[6 * s + 2] = symbolic.position(a, b);
            boolean ground = l == grounded;
            edgePosition[6 * s + 3] = ground ? -1 : symbolic.position(a, unknown);
            edgePosition[6 * s + 4] = ground ? -1 : symbolic.position(b, unknown);
            edgePosition[6 * s + 5] = ground ? -1 : symbolic.position(unknown, unknown);
        }
    }

    /** The mesh. */
    public ElectrodeMesh mesh() {
        return mesh;
    }

    /** Number of pairs (a, b), a ≤ b, of the L−1 grounded electrodes: L(L−1)/2. */
    public int pairs() {
        return electrodes * (electrodes - 1) / 2;
    }

    /** Number of entries of the Cholesky factor. */
    public int factorNonzeros() {
        return symbolic.nonzeros();
    }

    /**
     * The weights of one datum mᵀGc on the pairs of {@link Workspace#sensitivities}: with m̃, c̃
     * the patterns less their means and without the last electrode, w_ab = m̃_a c̃_b + m̃_b c̃_a
     * for a &lt; b and m̃_a c̃_a for a = b, so that d(mᵀGc) = Σ w_ab d(S⁻¹)_ab. Pairs come in
     * packed order (0,0), (0,1), (1,1), (0,2), …: the index of a ≤ b is b(b+1)/2 + a.
     *
     * @param m holds the measurement pattern, entry l at {@code mOffset + l·mStride}. Not modified.
     * @param c holds the current pattern, entry l at {@code cOffset + l·cStride}. Not modified.
     * @param weights L(L−1)/2 weights. Overwritten.
     */
    public void pairWeights(
            double[] m,
            int mOffset,
            int mStride,
            double[] c,
            int cOffset,
            int cStride,
            double[] weights) {
        double mMean = mean(m, mOffset, mStride);
        double cMean = mean(c, cOffset, cStride);
        int w = 0;
        for (int b = 0; b < grounded; b++) {
            double mb = m[mOffset + b * mStride] - mMean;
            double cb = c[cOffset + b * cStride] - cMean;
            for (int a = 0; a < b; a++) {
                double ma = m[mOffset + a * mStride] - mMean;
                double ca = c[cOffset + a * cStride] - cMean;
                weights[w++] = ma * cb + mb * ca;
            }
            weights[w++] = mb * cb;
        }
    }

    private double mean(double[] v, int offset, int stride) {
        double sum = 0;
        for (int l = 0; l < electrodes; l++) {
            sum += v[offset + l * stride];
        }
        return sum / electrodes;
    }

    /** A new workspace for one thread. */
    public Workspace workspace() {
        return new Workspace(this);
    }

    /**
     * The numeric side of the model for one thread. Its calls do not allocate. {@link #factor}
     * comes first; the others refer to the last factorisation and throw {@link
     * IllegalStateException} if it failed or never was.
     */
    public static final class Workspace {
        /** Triangles per block in the contractions; the blocks of 16 electrodes stay in L2. */
        private static final int BLOCK = 256;

        private final CompleteElectrodeModel model;
        private final NumericCholesky cholesky;
        private boolean factored;
        private boolean solved;

        /** S⁻¹ on the grounded electrodes, (L−1)². */
        private final double[] inverse;

        private final double[] half;

        /**
         * Potentials x_a of unit currents: row = place in the elimination order, then zeros for the
         * grounded electrode; column = a, padded with zeros to whole groups of eight.
         */
        private final double[] potentials;

        /** Per electrode the two slopes of x_a in each triangle of a block, times √A. */
        private final double[][] slopeX;

        private final double[][] slopeY;

        /** H, rows and columns padded with zeros. */
        private final double[] weights;

        /** The potentials times H. */
        private final double[] weighted;

        /** Per edge of the mesh (x_i − x_j)ᵀH(x_i − x_j), x_i the potentials at node i. */
        private final double[] edgeForm;

        private final double[] rowMeans;
        private final double[] contactImpedance;

        private Workspace(CompleteElectrodeModel model) {
            this.model = model;
            cholesky = model.symbolic.numeric();
            int g = model.grounded;
            inverse = new double[g * g];
            half = new double[g * g];
            potentials = new double[(model.nodeCount + g + 1) * model.columns];
            slopeX = new double[g][BLOCK];
            slopeY = new double[g][BLOCK];
            weights = new double[model.columns * model.columns];
            weighted = new double[potentials.length];
            edgeForm = new double[model.meshEdges.length / 2];
            rowMeans = new double[model.electrodes];
            contactImpedance = new double[model.electrodes];
        }

        /** The model that this workspace belongs to. */
        public CompleteElectrodeModel model() {
            return model;
        }

        /**
         * Assembles and factors the system.
         *
         * @param sigma sheet conductance per triangle (length e, S). Not modified.
         * @param z contact impedance per electrode (length L, Ω·m). Not modified.
         * @return false if a value is not finite and positive or the matrix is not numerically
         *     positive definite; the other calls then throw {@link IllegalStateException} until a
         *     factorisation succeeds
         */
        public boolean factor(double[] sigma, double[] z) {
            factored = false;
            solved = false;
            if (!positive(sigma, model.mesh.triangles()) || !positive(z, model.electrodes)) {
                return false;
            }
            System.arraycopy(z, 0, contactImpedance, 0, model.electrodes);
            cholesky.clear();
            assembleTriangles(sigma);
            for (int l = 0; l < model.electrodes; l++) {
                assembleElectrode(l, z[l]);
            }
            if (!cholesky.factor()) {
                return false;
            }
            invert();
            factored = true;
            return true;
        }

        private static boolean positive(double[] values, int count) {
            for (int i = 0; i < count; i++) {
                if (!(values[i] > 0 && values[i] < Double.POSITIVE_INFINITY)) {
                    return false;
                }
            }
            return true;
        }

        private void assembleTriangles(double[] sigma) {
            int[] position = model.stiffnessPosition;
            double[] stiffness = model.stiffness;
            int at = 0;
            for (int t = 0; at < position.length; t++) {
                double s = sigma[t];
                for (int end = at + 6; at < end; at++) {
                    cholesky.add(position[at], s * stiffness[at]);
                }
            }
        }

        private void assembleElectrode(int l, double z) {
            int[] position = model.edgePosition;
            for (int s = model.edgeStart[l]; s < model.edgeStart[l + 1]; s++) {
                double q = model.edgeLength[s] / (6 * z);
                cholesky.add(position[6 * s], 2 * q);
                cholesky.add(position[6 * s + 1], 2 * q);
                cholesky.add(position[6 * s + 2], q);
                if (l < model.grounded) {
                    cholesky.add(position[6 * s + 3], -3 * q);
                    cholesky.add(position[6 * s + 4], -3 * q);
                    cholesky.add(position[6 * s + 5], 6 * q);
                }
            }
        }

        /** S⁻¹ = TᵀT with T = L_S⁻¹, L_S the trailing block of the factor. */
        private void invert() {
            int g = model.grounded;
            int[] position = model.trailingPosition;
            for (int j = 0; j < g; j++) {
                for (int i = j; i < g; i++) {
                    double s = i == j ? 1 : 0;
                    int row = i * (i + 1) / 2;
                    for (int k = j; k < i; k++) {
                        s -= cholesky.get(position[row + k]) * half[k * g + j];
                    }
                    half[i * g + j] = s / cholesky.get(position[row + i]);
                }
            }
            for (int i = 0; i < g; i++) {
                for (int j = 0; j <= i; j++) {
                    double s = 0;
                    for (int k = i; k < g; k++) {
                        s += half[k * g + i] * half[k * g + j];
                    }
                    inverse[i * g + j] = s;
                    inverse[j * g + i] = s;
                }
            }
        }

        /**
         * The transfer matrix G (Ω): electrode potentials U = G·I for currents with ΣI = 0, U of
         * zero mean. G = P S⁻¹ P with S⁻¹ padded by zeros for the grounded electrode and P = I −
         * 11ᵀ/L; symmetric to the last bit, rows sum to zero.
         *
         * @param g L×L, row-major. Overwritten.
         */
        public void transfer(double[] g) {
            requireFactor();
            int n = model.electrodes;
            int m = model.grounded;
            double mean = 0;
            for (int i = 0; i < m; i++) {
                double s = 0;
                for (int j = 0; j < m; j++) {
                    s += inverse[i * m + j];
                }
                rowMeans[i] = s / n;
                mean += s;
            }
            rowMeans[m] = 0;
            mean /= (double) n * n;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double s = i < m ? inverse[i * m + j] : 0;
                    double v = s - (rowMeans[i] + rowMeans[j]) + mean;
                    g[i * n + j] = v;
                    g[j * n + i] = v;
                }
            }
        }

        /**
         * Gradient of a scalar Φ(G) in conductivities and log contact impedances: with H the
         * symmetric part of PḠP without the grounded electrode, ∂Φ/∂σ_e = −Σ_ab H_ab x_aᵀK_e x_b
         * and ∂Φ/∂log z_l = Σ_ab H_ab [x_a; X_a]ᵀB_l[x_b; X_b] with B_l the block of electrode l in
         * A. Because the rows of K_e sum to zero, the first is Σ K_ij q_ij over the triangle's
         * three edges, q_ij the form of H in the potential differences along the edge, which costs
         * O(n·L² + e·L) instead of O(e·L²).
         *
         * @param gBar ∂Φ/∂G_ij of {@link #transfer}'s matrix with its entries taken as independent
         *     (L×L, row-major; need not be symmetric). Not modified.
         * @param dSigma ∂Φ/∂σ_e (length e). Overwritten.
         * @param dLogZ ∂Φ/∂log z_l (length L). Overwritten.
         */
        public void gradient(double[] gBar, double[] dSigma, double[] dLogZ) {
            solve();
            setWeights(gBar);
            weigh();
            int[] ends = model.meshEdges;
            int columns = model.columns;
            for (int k = 0; k < edgeForm.length; k++) {
                int i = ends[2 * k] * columns;
                int j = ends[2 * k + 1] * columns;
                edgeForm[k] = form(i, j, i, j);
            }
            double[] stiffness = model.stiffness;
            int[] edges = model.triangleEdges;
            for (int t = 0; t < edges.length / 3; t++) {
                dSigma[t] =
                        stiffness[6 * t + 3] * edgeForm[edges[3 * t]]
                                + stiffness[6 * t + 4] * edgeForm[edges[3 * t + 1]]
                                + stiffness[6 * t + 5] * edgeForm[edges[3 * t + 2]];
            }
            for (int l = 0; l < model.electrodes; l++) {
                int electrode = (model.nodeCount + l) * columns;
                double s = 0;
                for (int k = model.edgeStart[l]; k < model.edgeStart[l + 1]; k++) {
                    int p = model.edgeNodes[2 * k] * columns;
                    int q = model.edgeNodes[2 * k + 1] * columns;
                    s +=
                            model.edgeLength[k]
                                    * (form(p, electrode, p, electrode)
                                            + form(p, electrode, q, electrode)
                                            + form(q, electrode, q, electrode));
                }
                dLogZ[l] = s / (3 * contactImpedance[l]);
            }
        }

        /** (x_p − x_q)ᵀH(x_r − x_s) for rows that begin at the given places. */
        private double form(int p, int q, int r, int s) {
            double[] x = potentials;
            double[] y = weighted;
            double even = 0;
            double odd = 0;
            for (int c = 0; c < model.columns; c += 2) {
                even += (x[p + c] - x[q + c]) * (y[r + c] - y[s + c]);
                odd += (x[p + c + 1] - x[q + c + 1]) * (y[r + c + 1] - y[s + c + 1]);
            }
            return even + odd;
        }

        /** Multiplies the potentials by H. */
        private void weigh() {
            int columns = model.columns;
            double[] x = potentials;
            double[] h = weights;
            for (int row = 0; row < x.length; row += columns) {
                for (int c = 0; c < columns; c += 8) {
                    double s0 = 0;
                    double s1 = 0;
                    double s2 = 0;
                    double s3 = 0;
                    double s4 = 0;
                    double s5 = 0;
                    double s6 = 0;
                    double s7 = 0;
                    int at = c;
                    for (int a = 0; a < columns; a++) {
                        double v = x[row + a];
                        s0 += v * h[at];
                        s1 += v * h[at + 1];
                        s2 += v * h[at + 2];
                        s3 += v * h[at + 3];
                        s4 += v * h[at + 4];
                        s5 += v * h[at + 5];
                        s6 += v * h[at + 6];
                        s7 += v * h[at + 7];
                        at += columns;
                    }
                    weighted[row + c] = s0;
                    weighted[row + c + 1] = s1;
                    weighted[row + c + 2] = s2;
                    weighted[row + c + 3] = s3;
                    weighted[row + c + 4] = s4;
                    weighted[row + c + 5] = s5;
                    weighted[row + c + 6] = s6;
                    weighted[row + c + 7] = s7;
                }
            }
        }

        private void setWeights(double[] gBar) {
            int n = model.electrodes;
            double mean = 0;
            for (int i = 0; i < n; i++) {
                double s = 0;
                for (int j = 0; j < n; j++) {
                    s += gBar[i * n + j] + gBar[j * n + i];
                }
                rowMeans[i] = s / (2 * n);
                mean += rowMeans[i];
            }
            mean /= n;
            for (int a = 0; a < model.grounded; a++) {
                for (int b = 0; b < model.grounded; b++) {
                    weights[a * model.columns + b] =
                            0.5 * (gBar[a * n + b] + gBar[b * n + a])
                                    + (mean - (rowMeans[a] + rowMeans[b]));
                }
            }
        }

        /** The slopes of all x_a in the triangles first … first+length−1. */
        private void slopes(int first, int length) {
            int columns = model.columns;
            int m = model.grounded;
            double[] x = potentials;
            for (int t = 0; t < length; t++) {
                int k = 3 * (first + t);
                int p0 = model.corners[k] * columns;
                int p1 = model.corners[k + 1] * columns;
                int p2 = model.corners[k + 2] * columns;
                double b0 = model.slopes[2 * k];
                double b1 = model.slopes[2 * k + 1];
                double b2 = model.slopes[2 * k + 2];
                double c0 = model.slopes[2 * k + 3];
                double c1 = model.slopes[2 * k + 4];
                double c2 = model.slopes[2 * k + 5];
                for (int a = 0; a < m; a++) {
                    double x0 = x[p0 + a];
                    double x1 = x[p1 + a];
                    double x2 = x[p2 + a];
                    slopeX[a][t] = b0 * x0 + b1 * x1 + b2 * x2;
                    slopeY[a][t] = c0 * x0 + c1 * x1 + c2 * x2;
                }
            }
        }

        /** [x_a; X_a]ᵀ B_l [x_b; X_b]. */
        private double contact(int l, int a, int b) {
            int columns = model.columns;
            int m = model.grounded;
            double ua = l < m ? inverse[l * m + a] : 0;
            double ub = l < m ? inverse[l * m + b] : 0;
            double s = 0;
            for (int k = model.edgeStart[l]; k < model.edgeStart[l + 1]; k++) {
                int p = model.edgeNodes[2 * k] * columns;
                int q = model.edgeNodes[2 * k + 1] * columns;
                double pa = potentials[p + a] - ua;
                double pb = potentials[p + b] - ub;
                double qa = potentials[q + a] - ua;
                double qb = potentials[q + b] - ub;
                s += model.edgeLength[k] * (pa * (2 * pb + qb) + qa * (pb + 2 * qb));
            }
            return s / (6 * contactImpedance[l]);
        }

        /**
         * Derivatives of (S⁻¹)_ab for each pair of grounded electrodes a ≤ b: ∂/∂σ_e = −x_aᵀK_e
         * x_b, ∂/∂log z_l = [x_a; X_a]ᵀB_l[x_b; X_b].
         *
         * <p>The Jacobian of any data V = mᵀGc in the coefficients θ of a basis, dσ = B dθ (e×d),
         * is J = W·(D·B): D (pairs×e) from here, W (data×pairs) from {@link #pairWeights}, the same
         * for every σ. So the costly product has L(L−1)/2 rows whatever the number of data; for 16
         * electrodes, 3500 triangles and 280 coefficients it is 0.24 Gflop.
         *
         * @param dSigma pairs × e, row-major, pairs ordered as in {@link #pairWeights}.
         *     Overwritten.
         * @param dLogZ pairs × L, row-major. Overwritten.
         */
        public void sensitivities(double[] dSigma, double[] dLogZ) {
            solve();
            int m = model.grounded;
            int count = model.mesh.triangles();
            for (int first = 0; first < count; first += BLOCK) {
                int length = Math.min(BLOCK, count - first);
                slopes(first, length);
                for (int b = 0; b < m; b++) {
                    for (int a = 0; a <= b; a++) {
                        int row = b * (b + 1) / 2 + a;
                        multiply(a, b, dSigma, row * count + first, length);
                    }
                }
            }
            for (int b = 0; b < m; b++) {
                for (int a = 0; a <= b; a++) {
                    int row = b * (b + 1) / 2 + a;
                    for (int l = 0; l < model.electrodes; l++) {
                        dLogZ[row * model.electrodes + l] = contact(l, a, b);
                    }
                }
            }
        }

        private void multiply(int a, int b, double[] out, int offset, int length) {
            double[] xa = slopeX[a];
            double[] ya = slopeY[a];
            double[] xb = slopeX[b];
            double[] yb = slopeY[b];
            for (int t = 0; t < length; t++) {
                out[offset + t] = -(xa[t] * xb[t] + ya[t] * yb[t]);
            }
        }

        /**
         * Potentials at the nodes for given currents, in the gauge of {@link #transfer}: the
         * electrode potentials have zero mean.
         *
         * @param currents currents into the electrodes (length L, A), sum zero; a mean is taken
         *     off. Not modified.
         * @param nodal potentials at the nodes (length n, V). Overwritten.
         */
        public void potentials(double[] currents, double[] nodal) {
            solve();
            int m = model.grounded;
            double excess = model.mean(currents, 0, 1);
            double level = 0;
            for (int a = 0; a < m; a++) {
                for (int b = 0; b < m; b++) {
                    level += inverse[a * m + b] * (currents[b] - excess);
                }
            }
            level /= model.electrodes;
            for (int i = 0; i < model.nodeCount; i++) {
                int at = model.rank[i] * model.columns;
                double u = -level;
                for (int a = 0; a < m; a++) {
                    u += potentials[at + a] * (currents[a] - excess);
                }
                nodal[i] = u;
            }
        }

        /** The potentials of unit currents, once per factorisation. */
        private void solve() {
            requireFactor();
            if (solved) {
                return;
            }
            int m = model.grounded;
            int columns = model.columns;
            Arrays.fill(potentials, 0, model.nodeCount * columns, 0);
            for (int a = 0; a < m; a++) {
                System.arraycopy(inverse, a * m, potentials, (model.nodeCount + a) * columns, m);
            }
            cholesky.backward(potentials, columns, model.nodeCount);
            solved = true;
        }

        private void requireFactor() {
            if (!factored) {
                throw new IllegalStateException("no successful factorisation to work with");
            }
        }
    }
}
