package org.headwater.prior.lowrank.internal;

import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.headwater.api.Ensemble;
import org.headwater.api.Prior;
import org.headwater.api.Scaling;

/**
 * The nuclear norm potential ψ(X) = λ‖X‖_* = λΣ_k σ_k(X) of an m × n matrix X, its entries
 * row-major in θ. Its prox lowers every singular value by λt and drops those that fall below 0.
 * Cost of a potential or a prox: a singular value decomposition, O(mn·min(m, n)). Immutable.
 * Source: Cai, Candès, Shen, A singular value thresholding algorithm for matrix completion, SIAM J.
 * Optim. 20, 2010, theorem 2.1.
 */
final class LowRankPrior implements Prior {
    private final double weight;
    private final int rows;
    private final int columns;
    private final boolean automatic;

    /** λ ≥ 0, m and n. */
    LowRankPrior(double weight, int rows, int columns) {
        this(weight, rows, columns, false);
    }

    /** One whose weight is only a first guess if it is {@code automatic}. */
    LowRankPrior(double weight, int rows, int columns, boolean automatic) {
        this.weight = weight;
        this.automatic = automatic;
        this.rows = rows;
        this.columns = columns;
    }

    @Override
    public int dimension() {
        return rows * columns;
    }

    @Override
    public Structure structure() {
        return Structure.GENERAL;
    }

    @Override
    public double potential(double[] x, int offset) {
        return weight * Arrays.stream(decomposition(x, offset).getSingularValues()).sum();
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = dimension();
        if (y.dimension() != d || out.dimension() != d || out.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the low-rank prior acts on "
                            + rows
                            + " × "
                            + columns
                            + " matrices; points and result must match");
        }
        for (int i = 0; i < y.size(); i++) {
            prox(y.data(), y.offset(i), weight * t, out.data());
        }
    }

    /**
     * λ²/max(m, n), about one over the prior's variance: ψ has mean d under the prior (a Gamma
     * distribution), and min(m, n) singular values of the same size then give an entry the variance
     * max(m, n)/λ².
     */
    @Override
    public double curvature(int coordinate) {
        return weight * weight / Math.max(rows, columns);
    }

    /** Degree 1 on all entries. */
    @Override
    public Optional<Scaling> scaling() {
        return weight > 0
                ? Optional.of(
                        new Scaling(
                                weight,
                                1,
                                dimension(),
                                automatic,
                                w -> new LowRankPrior(w, rows, columns, automatic)))
                : Optional.empty();
    }

    private void prox(double[] y, int offset, double threshold, double[] out) {
        SingularValueDecomposition svd = decomposition(y, offset);
        double[] s = svd.getSingularValues();
        double[][] u = svd.getU().getData();
        double[][] vt = svd.getVT().getData();
        Arrays.fill(out, offset, offset + rows * columns, 0);
        for (int k = 0; k < s.length && s[k] > threshold; k++) {
            for (int i = 0; i < rows; i++) {
                double scaled = (s[k] - threshold) * u[i][k];
                for (int j = 0; j < columns; j++) {
                    out[offset + i * columns + j] += scaled * vt[k][j];
                }
            }
        }
    }

    private SingularValueDecomposition decomposition(double[] x, int offset) {
        RealMatrix m = new Array2DRowRealMatrix(rows, columns);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double v = x[offset + i * columns + j];
                if (!Double.isFinite(v)) {
                    throw new IllegalArgumentException(
                            "the low-rank prior needs finite entries, got " + v);
                }
                m.setEntry(i, j, v);
            }
        }
        return new SingularValueDecomposition(m);
    }
}
