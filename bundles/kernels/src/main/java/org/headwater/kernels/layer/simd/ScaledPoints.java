package org.headwater.kernels.layer.simd;

/**
 * Particles in the order of the blocks, centred and scaled: y = (x − centre)·√(κ·log₂e), so that
 * e^{−κ|x_i−x_l|²} = 2^{−|y_i−y_l|²}.
 *
 * @param x N × d
 * @param d number of coordinates
 * @param order number in x of the i-th particle
 * @param centre d coordinates
 * @param scale √(κ·log₂e)
 * @param logNormaliser logZ
 * @param middle of the range of logZ, so that products of weights are far from the smallest numbers
 */
record ScaledPoints(
        double[] x,
        int d,
        int[] order,
        double[] centre,
        double scale,
        double[] logNormaliser,
        double middle) {
    int size() {
        return order.length;
    }

    /** y_ik. */
    double coordinate(int i, int k) {
        return (x[order[i] * d + k] - centre[k]) * scale;
    }

    /** g_i = exp(middle − logZ_i). */
    double weight(int i) {
        return Math.exp(middle - logNormaliser[order[i]]);
    }
}
