package org.headwater.model.eit.internal.cem;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.headwater.kernels.sparse.Lanes;
import org.headwater.kernels.sparse.SparseRows;
import org.headwater.kernels.sparse.SymbolicCholesky;

/**
 * The complete electrode model on a fixed mesh: P1 triangles, one sheet conductance per triangle,
 * one contact impedance per electrode. Immutable and shared by all threads: ordering and symbolic
 * factorisation happen once in the constructor; each thread takes its own {@link Workspace} for one
 * tank, or its own {@link ElectrodeBatch} for several.
 *
 * <p>System: A = [K + Σ_l M_l, −N; −Nᵀ, D] on nodal potentials u and electrode potentials U, the
 * last electrode grounded. K_ij = Σ_e σ_e (b_i b_j + c_i c_j)/(4A_e) with b_i = y_j − y_k, c_i =
 * x_k − x_j. An edge of length h under electrode l adds (h/6z_l)[[2,1],[1,2]] on its nodes,
 * −h/(2z_l) between node and electrode, h/z_l to (l, l).
 *
 * <p>The electrodes are eliminated last, so the trailing block of the Cholesky factor is the factor
 * of the Schur complement S and the potentials of the grounded electrodes are S⁻¹I without a solve
 * through the mesh. For derivatives one back-substitution with L−1 right-hand sides gives all
 * potentials that are needed, without an adjoint solve, because A is symmetric.
 *
 * <p>Cost, for n nodes, |L| entries of the factor: factor Σ_j |L_j|² flops, transfer O(L³),
 * gradient 2·L·|L| + 9·n·L flops.
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
    private final int nodeCount;
    private final SymbolicCholesky symbolic;

    /** Per node its place in the elimination order. */
    private final int[] rank;

    /** Per triangle its corners as places in the elimination order. */
    private final int[] corners;

    /** Per triangle b_0, b_1, b_2, c_0, c_1, c_2, each over 2√A: K_e = b bᵀ + c cᵀ. */
    private final double[] slopes;

    /** First edge of each electrode, and the number of edges. */
    private final int[] edgeStart;

    private final double[] edgeLength;

    /** Per edge its two nodes as places in the elimination order. */
    private final int[] edgeNodes;

    /** The entries of A from the coefficients (σ, 1/z), to their places in the factor. */
    private final SparseRows assembly;

    /** Pairs of rows of the potentials: edges of the mesh, electrodes with their nodes. */
    private final int[] pairRows;

    /** Derivatives in the coefficients from squared differences along those pairs. */
    private final SparseRows derivatives;

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
        nodeCount = mesh.nodes();
        int[] triangles = mesh.triangleNodes();
        symbolic = analyse(triangles);
        rank = new int[nodeCount];
        for (int i = 0; i < nodeCount; i++) {
            rank[i] = symbolic.rank(i);
        }

        int count = mesh.triangles();
        double[] xy = mesh.nodeCoordinates();
        Couplings system = new Couplings(6 * (triangles.length + nodeCount));
        corners = new int[3 * count];
        slopes = new double[6 * count];
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
            for (int c = 0; c < 3; c++) {
                int next = (c + 1) % 3;
                int i = triangles[3 * t + c];
                int j = triangles[3 * t + next];
                double weight =
                        slopes[6 * t + c] * slopes[6 * t + next]
                                + slopes[6 * t + 3 + c] * slopes[6 * t + 3 + next];
                system.couple(i, j, t, -weight);
            }
        }

        edgeStart = new int[electrodes + 1];
        for (int l = 0; l < electrodes; l++) {
            edgeStart[l + 1] = edgeStart[l] + mesh.electrodeEdges(l).length / 2;
        }
        int edges = edgeStart[electrodes];
        edgeLength = new double[edges];
        edgeNodes = new int[2 * edges];
        for (int l = 0; l < electrodes; l++) {
            int[] pairs = mesh.electrodeEdges(l);
            for (int k = 0; k < pairs.length / 2; k++) {
                int s = edgeStart[l] + k;
                int a = pairs[2 * k];
                int b = pairs[2 * k + 1];
                edgeLength[s] = Math.hypot(xy[2 * a] - xy[2 * b], xy[2 * a + 1] - xy[2 * b + 1]);
                edgeNodes[2 * s] = rank[a];
                edgeNodes[2 * s + 1] = rank[b];
                system.couple(a, nodeCount + l, count + l, edgeLength[s] / 2);
                system.couple(b, nodeCount + l, count + l, edgeLength[s] / 2);
                system.couple(a, b, count + l, -edgeLength[s] / 6);
            }
        }
        assembly = system.assembly();
        pairRows = system.pairRows();
        derivatives = system.derivatives(count + electrodes);

        trailingPosition = new int[pairs()];
        for (int a = 0; a < grounded; a++) {
            for (int b = 0; b <= a; b++) {
                trailingPosition[a * (a + 1) / 2 + b] =
                        symbolic.position(nodeCount + a, nodeCount + b);
            }
        }
    }

    /**
     * The system as couplings between pairs of unknowns, A = Σ w (e_i − e_j)(e_i − e_j)ᵀ: every
     * matrix whose rows sum to zero is one. A coupling with the grounded electrode, unknown number
     * nodes + L − 1, is left with its diagonal entry.
     */
    private final class Couplings {
        private final Map<Long, Integer> numbers = new HashMap<>();
        private final int[] place;
        private final int[] column;
        private final double[] value;
        private int entries;
        private final int[] pair;
        private final int[] coefficient;
        private final double[] weight;
        private int couplings;

        Couplings(int capacity) {
            place = new int[3 * capacity];
            column = new int[3 * capacity];
            value = new double[3 * capacity];
            pair = new int[capacity];
            coefficient = new int[capacity];
            weight = new double[capacity];
        }

        /** Adds w = weight · coefficient between two unknowns. */
        void couple(int i, int j, int coefficient, double w) {
            enter(i, i, coefficient, w);
            enter(j, j, coefficient, w);
            enter(i, j, coefficient, -w);
            int p = row(i);
            int q = row(j);
            long key = ((long) Math.min(p, q) << 32) | Math.max(p, q);
            Integer known = numbers.putIfAbsent(key, numbers.size());
            pair[couplings] = known == null ? numbers.size() - 1 : known;
            this.coefficient[couplings] = coefficient;
            weight[couplings++] = -w;
        }

        private void enter(int i, int j, int coefficient, double w) {
            if (i < nodeCount + grounded && j < nodeCount + grounded) {
                place[entries] = symbolic.position(i, j);
                column[entries] = coefficient;
                value[entries++] = w;
            }
        }

        /** Row of the potentials: electrodes come after the nodes, the grounded one last. */
        private int row(int unknown) {
            return unknown < nodeCount ? rank[unknown] : unknown;
        }

        SparseRows assembly() {
            return SparseRows.of(
                    symbolic.nonzeros(),
                    Arrays.copyOf(place, entries),
                    Arrays.copyOf(column, entries),
                    Arrays.copyOf(value, entries),
                    false);
        }

        int[] pairRows() {
            int[] rows = new int[2 * numbers.size()];
            numbers.forEach(
                    (key, k) -> {
                        rows[2 * k] = (int) (key >> 32);
                        rows[2 * k + 1] = key.intValue();
                    });
            return rows;
        }

        SparseRows derivatives(int coefficients) {
            return SparseRows.of(
                    coefficients,
                    Arrays.copyOf(coefficient, couplings),
                    Arrays.copyOf(pair, couplings),
                    Arrays.copyOf(weight, couplings),
                    true);
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

    /** A new workspace for one tank and one thread. */
    public Workspace workspace() {
        return new Workspace(this);
    }

    /** A new workspace for several tanks at a time and one thread. */
    public ElectrodeBatch batch(Lanes lanes) {
        return new ElectrodeBatch(this, lanes);
    }

    int grounded() {
        return grounded;
    }

    SymbolicCholesky symbolic() {
        return symbolic;
    }

    SparseRows assembly() {
        return assembly;
    }

    int[] pairRows() {
        return pairRows;
    }

    SparseRows derivatives() {
        return derivatives;
    }

    int[] trailingPosition() {
        return trailingPosition;
    }

    /**
     * The model for one tank and one thread. Its calls do not allocate. {@link #factor} comes
     * first; the others refer to the last factorisation and throw {@link IllegalStateException} if
     * it failed or never was.
     */
    public static final class Workspace {
        /** Triangles per block in the contractions; the blocks of 16 electrodes stay in L2. */
        private static final int BLOCK = 256;

        private final CompleteElectrodeModel model;
        private final ElectrodeBatch batch;
        private final double[] coefficients;
        private final double[] derivatives;
        private boolean factored;
        private boolean solved;

        /** Potentials x_a of unit currents: rows by place in the elimination order, electrodes. */
        private final double[] potentials;

        /** Per electrode the two slopes of x_a in each triangle of a block, times √A. */
        private final double[][] slopeX;

        private final double[][] slopeY;

        private Workspace(CompleteElectrodeModel model) {
            this.model = model;
            batch = model.batch(Lanes.scalar());
            coefficients = new double[batch.coefficients()];
            derivatives = new double[batch.coefficients()];
            int g = model.grounded;
            potentials = new double[(model.nodeCount + g + 1) * g];
            slopeX = new double[g][BLOCK];
            slopeY = new double[g][BLOCK];
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
            int triangles = model.mesh.triangles();
            System.arraycopy(sigma, 0, coefficients, 0, triangles);
            for (int l = 0; l < model.electrodes; l++) {
                coefficients[triangles + l] = 1 / z[l];
            }
            solved = false;
            factored = batch.factor(coefficients)[0];
            return factored;
        }

        /** {@link ElectrodeBatch#transfer}. */
        public void transfer(double[] g) {
            requireFactor();
            batch.transfer(0, g);
        }

        /**
         * Gradient of a scalar Φ(G) in conductivities and log contact impedances.
         *
         * @param gBar as in {@link ElectrodeBatch#misfit}. Not modified.
         * @param dSigma ∂Φ/∂σ_e (length e). Overwritten.
         * @param dLogZ ∂Φ/∂log z_l (length L). Overwritten.
         */
        public void gradient(double[] gBar, double[] dSigma, double[] dLogZ) {
            requireFactor();
            batch.misfit(0, gBar);
            batch.gradient(derivatives);
            int triangles = model.mesh.triangles();
            System.arraycopy(derivatives, 0, dSigma, 0, triangles);
            for (int l = 0; l < model.electrodes; l++) {
                dLogZ[l] = -coefficients[triangles + l] * derivatives[triangles + l];
            }
        }

        /** The slopes of all x_a in the triangles first … first+length−1. */
        private void slopes(int first, int length) {
            int m = model.grounded;
            double[] x = potentials;
            for (int t = 0; t < length; t++) {
                int k = 3 * (first + t);
                int p0 = model.corners[k] * m;
                int p1 = model.corners[k + 1] * m;
                int p2 = model.corners[k + 2] * m;
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
            int m = model.grounded;
            int electrode = (model.nodeCount + l) * m;
            double s = 0;
            for (int k = model.edgeStart[l]; k < model.edgeStart[l + 1]; k++) {
                int p = model.edgeNodes[2 * k] * m;
                int q = model.edgeNodes[2 * k + 1] * m;
                double pa = potentials[p + a] - potentials[electrode + a];
                double pb = potentials[p + b] - potentials[electrode + b];
                double qa = potentials[q + a] - potentials[electrode + a];
                double qb = potentials[q + b] - potentials[electrode + b];
                s += model.edgeLength[k] * (pa * (2 * pb + qb) + qa * (pb + 2 * qb));
            }
            return s * coefficients[model.mesh.triangles() + l] / 6;
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
                int row = (model.nodeCount + a) * m;
                for (int b = 0; b < m; b++) {
                    level += potentials[row + b] * (currents[b] - excess);
                }
            }
            level /= model.electrodes;
            for (int i = 0; i < model.nodeCount; i++) {
                int at = model.rank[i] * m;
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
            batch.unitPotentials(potentials);
            solved = true;
        }

        private void requireFactor() {
            if (!factored) {
                throw new IllegalStateException("no successful factorisation to work with");
            }
        }
    }
}
