package org.headwater.prior.composite.internal;

/**
 * The orthonormal cosines of a vector or an image, along each extent
 *
 * <pre>u_k = √((2 − δ_k0)/n)·Σ_i x_i·cos(π(i + ½)k/n)</pre>
 *
 * (the DCT-II; Strang, SIAM Rev. 41, 1999). Coefficient 0 is the mean times √d; coefficient (k, l)
 * of an image has k half waves down and l across. The matrices of both extents are kept: H² + W²
 * numbers, O(d(H + W)) for an image, O(d²) for a vector.
 */
final class CosineBasis implements Analysis {
    private final int height;
    private final int width;
    private final double[] down;
    private final double[] across;

    CosineBasis(int height, int width) {
        this.height = height;
        this.width = width;
        this.down = cosines(height);
        this.across = height == width ? down : cosines(width);
    }

    private static double[] cosines(int n) {
        double[] c = new double[Math.multiplyExact(n, n)];
        for (int k = 0; k < n; k++) {
            double norm = Math.sqrt((k == 0 ? 1.0 : 2.0) / n);
            for (int i = 0; i < n; i++) {
                c[k * n + i] = norm * Math.cos(Math.PI * (i + 0.5) * k / n);
            }
        }
        return c;
    }

    @Override
    public int dimension() {
        return height * width;
    }

    @Override
    public int coefficients() {
        return dimension();
    }

    @Override
    public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
        transform(x, xOffset, u, uOffset, false);
    }

    @Override
    public void adjoint(double[] u, int uOffset, double[] x, int xOffset) {
        transform(u, uOffset, x, xOffset, true);
    }

    /** Down · from · acrossᵀ, or with both transposed. */
    private void transform(double[] from, int offset, double[] to, int toOffset, boolean inverse) {
        double[] half = new double[dimension()];
        for (int i = 0; i < height; i++) {
            for (int l = 0; l < width; l++) {
                double sum = 0;
                for (int j = 0; j < width; j++) {
                    double c = inverse ? across[j * width + l] : across[l * width + j];
                    sum += c * from[offset + i * width + j];
                }
                half[i * width + l] = sum;
            }
        }
        for (int k = 0; k < height; k++) {
            for (int l = 0; l < width; l++) {
                double sum = 0;
                for (int i = 0; i < height; i++) {
                    double c = inverse ? down[i * height + k] : down[k * height + i];
                    sum += c * half[i * width + l];
                }
                to[toOffset + k * width + l] = sum;
            }
        }
    }
}
