package org.headwater.solver.langevin.internal;

import org.headwater.kernels.dense.DenseProducts;

/**
 * The scale of the chains' moves: they are of order 1 in the coordinates w, x = centre + Lw.
 *
 * @param centre the MAP, d values
 * @param l lower L, d × d, 0 above the diagonal
 */
record Scale(double[] centre, double[] l) {
    int dimension() {
        return centre.length;
    }

    /** out += s·Lw; O(d²/2). */
    void add(double s, double[] w, int wOffset, double[] out, int offset) {
        int d = centre.length;
        for (int j = 0; j < d; j++) {
            out[offset + j] += s * DenseProducts.dot(l, j * d, w, wOffset, j + 1);
        }
    }

    /** out = s·Lᵀv; O(d²/2). */
    void whiten(double s, double[] v, int vOffset, double[] out, int offset) {
        int d = centre.length;
        java.util.Arrays.fill(out, offset, offset + d, 0);
        for (int j = 0; j < d; j++) {
            DenseProducts.addScaled(s * v[vOffset + j], l, j * d, out, offset, j + 1);
        }
    }
}
