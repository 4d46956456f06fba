package org.headwater.prior.tv.internal;

import java.util.Arrays;

/**
 * argmin_z ½|z − y|² + λ·TV(z) of an image, by FISTA with adaptive restart on the dual,
 *
 * <pre>min_w ½|y − Dᵀw|²,  |w_ij| ≤ λ (isotropic) or |wx_ij|, |wy_ij| ≤ λ,  z = y − Dᵀw,</pre>
 *
 * D the forward differences, ‖D‖² ≤ 8 (Beck and Teboulle, IEEE Trans. Image Process. 18, 2009;
 * O'Donoghue and Candès, Found. Comput. Math. 15, 2015).
 *
 * <p>The duality gap is Σ(λ|(Dz)_ij| − ⟨(Dz)_ij, w_ij⟩), a sum of terms that are not negative, so
 * that it can be told however small. It stops at 1e-12·½|y − ȳ|², which bounds the distance to the
 * minimiser by 1e-6·|y − ȳ|, or after 20,000 iterations, where a gap g leaves the distance at
 * √(2g). Cost: O(HW) an iteration, tens to some hundreds of them while λ is small against the
 * image's variation, more as flat regions grow.
 *
 * <p>Holds workspace: one instance a thread.
 */
final class ImageProx {
    private static final double STEP = 1.0 / 8;
    private static final double GAP = 1e-12;
    private static final int MAX_ITERATIONS = 20_000;
    private static final int ITERATIONS_PER_CHECK = 5;

    private final int height;
    private final int width;
    private final boolean isotropic;
    private final int d;
    private final double[] image;
    private final double[] z;
    // Dual variables: dx in [0, d), dy in [d, 2d).
    private double[] w;
    private double[] previous;
    private final double[] extrapolated;
    private final double[] slope;

    ImageProx(int height, int width, boolean isotropic) {
        this.height = height;
        this.width = width;
        this.isotropic = isotropic;
        this.d = height * width;
        this.image = new double[d];
        this.z = new double[d];
        this.w = new double[2 * d];
        this.previous = new double[2 * d];
        this.extrapolated = new double[2 * d];
        this.slope = new double[2 * d];
    }

    /**
     * One image.
     *
     * @param y d values from {@code yOffset}, not modified, unless they are the result
     * @param lambda λ ≥ 0
     * @param out d values from {@code outOffset}, modified
     */
    void apply(double[] y, int yOffset, double lambda, double[] out, int outOffset) {
        double mean = 0;
        for (int k = 0; k < d; k++) {
            mean += y[yOffset + k] / d;
        }
        double square = 0;
        for (int k = 0; k < d; k++) {
            image[k] = y[yOffset + k] - mean;
            square += image[k] * image[k];
        }
        Arrays.fill(w, 0);
        Arrays.fill(extrapolated, 0);
        double momentum = 1;
        for (int k = 0; k < MAX_ITERATIONS; k++) {
            if (k % ITERATIONS_PER_CHECK == 0) {
                primal(w);
                differences();
                if (gap(lambda) <= GAP * square / 2) {
                    break;
                }
            }
            double[] swap = previous;
            previous = w;
            w = swap;
            primal(extrapolated);
            differences();
            double turn = 0;
            for (int c = 0; c < 2 * d; c++) {
                w[c] = extrapolated[c] + STEP * slope[c];
            }
            project(lambda);
            for (int c = 0; c < 2 * d; c++) {
                turn += (extrapolated[c] - w[c]) * (w[c] - previous[c]);
            }
            double grown = turn > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
            double weight = turn > 0 ? 0 : (momentum - 1) / grown;
            for (int c = 0; c < 2 * d; c++) {
                extrapolated[c] = w[c] + weight * (w[c] - previous[c]);
            }
            momentum = grown;
        }
        primal(w);
        for (int k = 0; k < d; k++) {
            out[outOffset + k] = z[k] + mean;
        }
    }

    /** z = y − Dᵀv. */
    private void primal(double[] v) {
        System.arraycopy(image, 0, z, 0, d);
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int at = i * width + j;
                if (j + 1 < width) {
                    z[at] += v[at];
                    z[at + 1] -= v[at];
                }
                if (i + 1 < height) {
                    z[at] += v[d + at];
                    z[at + width] -= v[d + at];
                }
            }
        }
    }

    /** slope = Dz. */
    private void differences() {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int at = i * width + j;
                slope[at] = j + 1 < width ? z[at + 1] - z[at] : 0;
                slope[d + at] = i + 1 < height ? z[at + width] - z[at] : 0;
            }
        }
    }

    /** The duality gap of w, whose z and slope are at hand. */
    private double gap(double lambda) {
        double gap = 0;
        for (int k = 0; k < d; k++) {
            double dx = slope[k];
            double dy = slope[d + k];
            double norm = isotropic ? Math.sqrt(dx * dx + dy * dy) : Math.abs(dx) + Math.abs(dy);
            gap += lambda * norm - dx * w[k] - dy * w[d + k];
        }
        return gap;
    }

    /** The nearest w that is feasible. */
    private void project(double lambda) {
        for (int k = 0; k < d; k++) {
            if (isotropic) {
                double norm = Math.sqrt(w[k] * w[k] + w[d + k] * w[d + k]);
                double factor = norm > lambda ? lambda / norm : 1;
                w[k] *= factor;
                w[d + k] *= factor;
            } else {
                w[k] = Math.max(-lambda, Math.min(lambda, w[k]));
                w[d + k] = Math.max(-lambda, Math.min(lambda, w[d + k]));
            }
        }
    }
}
