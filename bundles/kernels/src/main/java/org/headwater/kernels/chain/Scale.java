package org.headwater.kernels.chain;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.laplace.Support;

/**
 * The scale of a chain's moves: they are of order 1 in the coordinates w, x = centre + Lw. Moves
 * stay within the bounds of the prior. Safe for use by several threads.
 */
public final class Scale {
    /** Reflections of a move for each coordinate, at most: in a corner they may take no end. */
    private static final int REFLECTIONS = 10;

    private final double[] centre;
    private final double[] l;
    private final Support support;

    /** Columns of LLᵀ, as they are needed. */
    private final AtomicReferenceArray<double[]> covariance;

    /**
     * @param centre the MAP, d values
     * @param l lower L, d × d, 0 above the diagonal
     * @param support at whose bounds moves are reflected
     */
    public Scale(double[] centre, double[] l, Support support) {
        this.centre = centre;
        this.l = l;
        this.support = support;
        this.covariance = new AtomicReferenceArray<>(centre.length);
    }

    /** Shared, not to be modified. */
    public double[] centre() {
        return centre;
    }

    /** L, shared, not to be modified. */
    public double[] l() {
        return l;
    }

    /** d. */
    public int dimension() {
        return centre.length;
    }

    /** out += s·Lw; O(d²/2). */
    public void add(double s, double[] w, int wOffset, double[] out, int offset) {
        int d = centre.length;
        for (int j = 0; j < d; j++) {
            out[offset + j] += s * DenseProducts.dot(l, j * d, w, wOffset, j + 1);
        }
    }

    /** out = s·Lᵀv; O(d²/2). */
    public void whiten(double s, double[] v, int vOffset, double[] out, int offset) {
        int d = centre.length;
        Arrays.fill(out, offset, offset + d, 0);
        for (int j = 0; j < d; j++) {
            DenseProducts.addScaled(s * v[vOffset + j], l, j * d, out, offset, j + 1);
        }
    }

    /**
     * Moves a point on the straight line x + t·Lr for the time s, reflected at the bounds: where
     * x_j meets one, r loses twice its part along n, the j-th row of L, which is normal to the
     * bound in the coordinates w. |r| and volume are kept, and the way back from the end with −r is
     * the same (H. M. Afshar, J. Domke, NeurIPS 2015). O(d²/2), and O(d) for each reflection.
     *
     * @param s may be negative
     * @param r momentum, d values, modified
     * @param x where the point lies, within the bounds; modified
     * @return false where the reflections took no end; r and x are then of no use
     */
    public boolean move(double s, double[] r, double[] x, int offset) {
        if (!support.isBounded()) {
            add(s, r, 0, x, offset);
            return true;
        }
        int d = centre.length;
        double sign = Math.signum(s);
        double[] v = new double[d];
        add(sign, r, 0, v, 0);
        double left = Math.abs(s);
        for (int k = 0; k <= REFLECTIONS * d; k++) {
            double first = left;
            int wall = -1;
            for (int j = 0; j < d; j++) {
                double bound = v[j] < 0 ? support.lower(j) : support.upper(j);
                double time = (bound - x[offset + j]) / v[j];
                if (time < first) {
                    first = time;
                    wall = j;
                }
            }
            for (int j = 0; j < d; j++) {
                double to = x[offset + j] + first * v[j];
                x[offset + j] = Math.max(support.lower(j), Math.min(support.upper(j), to));
            }
            if (wall < 0) {
                return true;
            }
            left -= first;
            double[] c = covariance(wall);
            double kick = -2 * v[wall] / c[wall];
            DenseProducts.addScaled(kick, c, 0, v, 0, d);
            DenseProducts.addScaled(sign * kick, l, wall * d, r, 0, wall + 1);
        }
        return false;
    }

    /** Column j of LLᵀ. O(d²/2) the first time. */
    private double[] covariance(int j) {
        double[] c = covariance.get(j);
        if (c == null) {
            int d = centre.length;
            c = new double[d];
            for (int i = 0; i < d; i++) {
                c[i] = DenseProducts.dot(l, i * d, l, j * d, Math.min(i, j) + 1);
            }
            covariance.set(j, c);
        }
        return c;
    }
}
