package org.headwater.model.eit.internal.cem;

import java.util.Arrays;
import org.headwater.kernels.sparse.BatchCholesky;
import org.headwater.kernels.sparse.Lanes;

/**
 * {@link CompleteElectrodeModel} for W tanks on one mesh at a time, one to a lane of {@link Lanes},
 * for one thread. No call allocates. A tank's results depend neither on its neighbours nor on W.
 *
 * <p>Arrays of coefficients hold, for each lane, the sheet conductances of the triangles and then
 * the contact conductances 1/z of the electrodes: number i of lane w at i·W + w. The system is
 * linear in them: A = Σ_i c_i ∂A/∂c_i.
 *
 * <p>Order of calls: {@link #factor}; for each lane that succeeded {@link #transfer} and, for
 * derivatives, {@link #misfit}; then {@link #gradient}.
 */
public final class ElectrodeBatch {
    private final CompleteElectrodeModel model;
    private final Lanes lanes;
    private final BatchCholesky cholesky;
    private final int grounded;
    private final int columns;
    private final boolean[] good;
    private final boolean[] positive;

    /** S⁻¹ on the grounded electrodes, (L−1)² values a lane, lane after lane. */
    private final double[] inverse;

    /** Rows by place in the elimination order, then one of zeros for the grounded electrode. */
    private final double[] potentials;

    /** Squared potential differences, weighted, along the pairs of the model. */
    private final double[] forms;

    private final double[] weights;
    private final double[] half;
    private final double[] form;
    private final double[] squares;
    private final double[] squareWeights;
    private final double[] rowMeans;

    ElectrodeBatch(CompleteElectrodeModel model, Lanes lanes) {
        this.model = model;
        this.lanes = lanes;
        cholesky = model.symbolic().batch(lanes);
        grounded = model.grounded();
        columns = (grounded + 3) / 4 * 4;
        int width = lanes.width();
        good = new boolean[width];
        positive = new boolean[width];
        inverse = new double[width * grounded * grounded];
        int rows = model.mesh().nodes() + grounded + 1;
        potentials = new double[Math.multiplyExact(rows * columns, width)];
        forms = new double[model.pairRows().length / 2 * width];
        weights = new double[columns * width];
        half = new double[grounded * grounded];
        form = new double[grounded * grounded];
        squares = new double[grounded * grounded];
        squareWeights = new double[grounded];
        rowMeans = new double[grounded + 1];
    }

    /** The lanes. */
    public Lanes lanes() {
        return lanes;
    }

    /** Numbers in an array of coefficients: (e + L)·W. */
    public int coefficients() {
        return (model.mesh().triangles() + grounded + 1) * lanes.width();
    }

    /**
     * Assembles and factors the systems.
     *
     * @param coefficients conductances of triangles and contacts (S). Not modified.
     * @return whether each lane's coefficients are positive and finite and its matrix is
     *     numerically positive definite; the other lanes' results are of no use. The array itself,
     *     overwritten by the next call.
     */
    public boolean[] factor(double[] coefficients) {
        int width = lanes.width();
        lanes.positive(coefficients, coefficients.length / width, good);
        cholesky.clear();
        lanes.multiply(model.assembly(), coefficients, cholesky.values());
        cholesky.factor(positive);
        for (int w = 0; w < width; w++) {
            good[w] &= positive[w];
            if (good[w]) {
                invert(w);
            }
        }
        return good;
    }

    /** S⁻¹ = TᵀT with T = L_S⁻¹, L_S the trailing block of the factor. */
    private void invert(int lane) {
        int g = grounded;
        int width = lanes.width();
        int[] position = model.trailingPosition();
        double[] l = cholesky.values();
        for (int j = 0; j < g; j++) {
            for (int i = j; i < g; i++) {
                double s = i == j ? 1 : 0;
                int row = i * (i + 1) / 2;
                for (int k = j; k < i; k++) {
                    s -= l[position[row + k] * width + lane] * half[k * g + j];
                }
                half[i * g + j] = s / l[position[row + i] * width + lane];
            }
        }
        int at = lane * g * g;
        for (int i = 0; i < g; i++) {
            for (int j = 0; j <= i; j++) {
                double s = 0;
                for (int k = i; k < g; k++) {
                    s += half[k * g + i] * half[k * g + j];
                }
                inverse[at + i * g + j] = s;
                inverse[at + j * g + i] = s;
            }
        }
    }

    /**
     * The transfer matrix G (Ω) of a lane: electrode potentials U = G·I for currents with ΣI = 0, U
     * of zero mean. G = P S⁻¹ P with S⁻¹ padded by zeros for the grounded electrode and P = I −
     * 11ᵀ/L; symmetric to the last bit, rows sum to zero.
     *
     * @param g L×L, row-major. Overwritten.
     */
    public void transfer(int lane, double[] g) {
        int n = grounded + 1;
        int m = grounded;
        int at = lane * m * m;
        double mean = 0;
        for (int i = 0; i < m; i++) {
            double s = 0;
            for (int j = 0; j < m; j++) {
                s += inverse[at + i * m + j];
            }
            rowMeans[i] = s / n;
            mean += s;
        }
        rowMeans[m] = 0;
        mean /= (double) n * n;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double s = i < m ? inverse[at + i * m + j] : 0;
                double v = s - (rowMeans[i] + rowMeans[j]) + mean;
                g[i * n + j] = v;
                g[j * n + i] = v;
            }
        }
    }

    /**
     * Sets the scalar Φ(G) whose gradient is wanted in a lane: with H the symmetric part of PḠP
     * without the grounded electrode, dΦ = Σ_ab H_ab d(S⁻¹)_ab. H = V diag(d) Vᵀ, so that the
     * back-substitution starts with S⁻¹V and gives the potentials of the currents V.
     *
     * @param gBar ∂Φ/∂G_ij of {@link #transfer}'s matrix with its entries taken as independent
     *     (L×L, row-major; need not be symmetric). Not modified.
     */
    public void misfit(int lane, double[] gBar) {
        int n = grounded + 1;
        int m = grounded;
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
        for (int a = 0; a < m; a++) {
            for (int b = 0; b < m; b++) {
                form[a * m + b] =
                        0.5 * (gBar[a * n + b] + gBar[b * n + a])
                                + (mean - (rowMeans[a] + rowMeans[b]));
            }
        }
        SumOfSquares.of(form, m, squares, squareWeights);
        lanes.put(squareWeights, 0, m, weights, lane);
        int at = lane * m * m;
        int width = lanes.width();
        for (int a = 0; a < m; a++) {
            int row = (model.mesh().nodes() + a) * columns;
            for (int k = 0; k < m; k++) {
                double s = 0;
                for (int b = 0; b < m; b++) {
                    s += inverse[at + a * m + b] * squares[b * m + k];
                }
                potentials[(row + k) * width + lane] = s;
            }
        }
    }

    /**
     * Gradients of the scalars of {@link #misfit}, lane by lane: ∂Φ/∂c_i = −Σ_k d_k y_kᵀ(∂A/∂c_i)
     * y_k, y_k the potentials of the currents V_k. Rows of ∂A/∂c_i sum to zero, so it is a sum of
     * squared differences along the edges of the mesh and between electrodes and their nodes. Cost:
     * 2·L·|L| + 9·n·L flops a lane, |L| the entries of the factor.
     *
     * @param gradient ∂Φ/∂c in the order of the coefficients. Overwritten.
     */
    public void gradient(double[] gradient) {
        int nodes = model.mesh().nodes();
        Arrays.fill(potentials, 0, nodes * columns * lanes.width(), 0);
        cholesky.backward(potentials, columns, nodes);
        lanes.squaredDifferences(model.pairRows(), potentials, columns, weights, forms);
        lanes.multiply(model.derivatives(), forms, gradient);
    }

    /**
     * Potentials of unit currents into the grounded electrodes of lane 0.
     *
     * @param unit (nodes + L) × (L−1) row-major: rows by place in the elimination order, the
     *     grounded electrode last. Overwritten.
     */
    void unitPotentials(double[] unit) {
        int nodes = model.mesh().nodes();
        int width = lanes.width();
        Arrays.fill(potentials, 0, nodes * columns * width, 0);
        for (int a = 0; a < grounded; a++) {
            for (int b = 0; b < grounded; b++) {
                potentials[((nodes + a) * columns + b) * width] = inverse[a * grounded + b];
            }
        }
        cholesky.backward(potentials, columns, nodes);
        for (int row = 0; row < nodes + grounded + 1; row++) {
            for (int b = 0; b < grounded; b++) {
                unit[row * grounded + b] = potentials[(row * columns + b) * width];
            }
        }
    }
}
