package org.headwater.model.eit.internal.cem;

/**
 * The complete electrode model on a fixed mesh: P1 triangles, one conductivity per triangle, one
 * contact impedance per electrode. Immutable and shared by all threads: ordering and symbolic
 * factorisation happen once in the constructor; each thread takes its own {@link Workspace}.
 */
public final class CompleteElectrodeModel {
    private final ElectrodeMesh mesh;

    /** Orders the unknowns and analyses the factor of the mesh's system. */
    public CompleteElectrodeModel(ElectrodeMesh mesh) {
        this.mesh = mesh;
    }

    /** The mesh. */
    public ElectrodeMesh mesh() {
        return mesh;
    }

    /** Number of pairs (a, b), a ≤ b, of the L−1 grounded electrodes: L(L−1)/2. */
    public int pairs() {
        int electrodes = mesh.electrodes();
        return electrodes * (electrodes - 1) / 2;
    }

    /**
     * The weights of one datum mᵀGc on the pairs of {@link Workspace#sensitivities}: dV/dp =
     * Σ_pairs w_ab · d(S⁻¹)_ab/dp. Pairs are in packed order (0,0), (0,1), (1,1), (0,2), …: index
     * of (a ≤ b) is b(b+1)/2 + a.
     *
     * @param m measurement pattern, length L (offset {@code mOffset}, stride {@code mStride}). Not
     *     modified.
     * @param c current pattern, length L (offset {@code cOffset}, stride {@code cStride}). Not
     *     modified.
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
        throw new UnsupportedOperationException();
    }

    /** A new workspace for one thread. */
    public Workspace workspace() {
        return new Workspace(this);
    }

    /**
     * The numeric side of the model for one thread. Its calls do not allocate. {@link #factor}
     * comes first; the others refer to the last successful factorisation.
     */
    public static final class Workspace {
        private final CompleteElectrodeModel model;

        private Workspace(CompleteElectrodeModel model) {
            this.model = model;
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
            throw new UnsupportedOperationException();
        }

        /**
         * The transfer matrix G (Ω): electrode potentials U = G·I for currents with ΣI = 0, U of
         * zero mean. Symmetric to the last bit, rows sum to zero.
         *
         * @param g L×L, row-major. Overwritten.
         */
        public void transfer(double[] g) {
            throw new UnsupportedOperationException();
        }

        /**
         * Gradient of a scalar Φ(G) in conductivities and log contact impedances.
         *
         * @param gBar ∂Φ/∂G_ij of {@link #transfer}'s matrix with its entries taken as independent
         *     (L×L, row-major; need not be symmetric). Not modified.
         * @param dSigma ∂Φ/∂σ_e (length e). Overwritten.
         * @param dLogZ ∂Φ/∂log z_l (length L). Overwritten.
         */
        public void gradient(double[] gBar, double[] dSigma, double[] dLogZ) {
            throw new UnsupportedOperationException();
        }

        /**
         * Derivatives of the grounded transfer matrix S⁻¹ for each pair of electrodes a ≤ b &lt;
         * L−1: −x_aᵀK_e x_b, and −[x_a;X_a]ᵀ(∂A/∂log z_l)[x_b;X_b]. The Jacobian of data V = mᵀGc
         * in coefficients θ of a basis, dσ = B dθ, is W·(D·B) with the rows of W from {@link
         * #pairWeights}.
         *
         * @param dSigma pairs × e, row-major, pairs ordered as in {@link #pairWeights}.
         *     Overwritten.
         * @param dLogZ pairs × L, row-major. Overwritten.
         */
        public void sensitivities(double[] dSigma, double[] dLogZ) {
            throw new UnsupportedOperationException();
        }

        /**
         * Potentials at the nodes for given currents, in the same gauge as {@link #transfer}: the
         * electrode potentials have zero mean.
         *
         * @param currents currents into the electrodes (length L, A), sum zero. Not modified.
         * @param nodal potentials at the nodes (length n, V). Overwritten.
         */
        public void potentials(double[] currents, double[] nodal) {
            throw new UnsupportedOperationException();
        }
    }
}
