package org.headwater.prior.tv.internal;

/**
 * The prox of the total variation of an image: D takes the forward differences, ‖D‖² ≤ 8; |w_ij| ≤
 * λ (isotropic) or |wx_ij|, |wy_ij| ≤ λ. Dual variables: dx in [0, d), dy in [d, 2d).
 */
final class ImageProx extends DualProx {
    private final int height;
    private final int width;
    private final boolean isotropic;

    ImageProx(int height, int width, boolean isotropic) {
        super(height * width, 2 * height * width, 8);
        this.height = height;
        this.width = width;
        this.isotropic = isotropic;
    }

    @Override
    void primal(double[] v) {
        System.arraycopy(centred, 0, z, 0, d);
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

    @Override
    void differences() {
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                int at = i * width + j;
                slope[at] = j + 1 < width ? z[at + 1] - z[at] : 0;
                slope[d + at] = i + 1 < height ? z[at + width] - z[at] : 0;
            }
        }
    }

    @Override
    double gap(double lambda) {
        double gap = 0;
        for (int k = 0; k < d; k++) {
            double dx = slope[k];
            double dy = slope[d + k];
            double norm = isotropic ? Math.sqrt(dx * dx + dy * dy) : Math.abs(dx) + Math.abs(dy);
            gap += lambda * norm - dx * w[k] - dy * w[d + k];
        }
        return gap;
    }

    @Override
    void project(double lambda) {
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
