package org.headwater.prior.composite.internal;

/**
 * The orthonormal Haar wavelets of a vector or an image whose extents are powers of two (Mallat, A
 * Wavelet Tour of Signal Processing, §7.3 and §7.7). A level replaces pairs by (a + b)/√2, in the
 * first half, and (a − b)/√2, in the second, along each extent that is longer than one, and goes on
 * with the first halves. Coefficient 0 is the mean times √d; the coarsest wavelets come next, the
 * finest last. O(d).
 */
record HaarBasis(int height, int width) implements Analysis {
    private static final double HALF_ROOT = Math.sqrt(0.5);

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
        System.arraycopy(x, xOffset, u, uOffset, dimension());
        double[] line = new double[Math.max(height, width)];
        int h = height;
        int w = width;
        while (h > 1 || w > 1) {
            for (int i = 0; i < h && w > 1; i++) {
                split(u, uOffset + i * width, 1, w, line);
            }
            for (int j = 0; j < w && h > 1; j++) {
                split(u, uOffset + j, width, h, line);
            }
            h = Math.max(1, h / 2);
            w = Math.max(1, w / 2);
        }
    }

    @Override
    public void adjoint(double[] u, int uOffset, double[] x, int xOffset) {
        System.arraycopy(u, uOffset, x, xOffset, dimension());
        double[] line = new double[Math.max(height, width)];
        int levels = Integer.numberOfTrailingZeros(Math.max(height, width));
        for (int level = levels - 1; level >= 0; level--) {
            int h = Math.max(1, height >> level);
            int w = Math.max(1, width >> level);
            for (int j = 0; j < w && h > 1; j++) {
                join(x, xOffset + j, width, h, line);
            }
            for (int i = 0; i < h && w > 1; i++) {
                join(x, xOffset + i * width, 1, w, line);
            }
        }
    }

    private static void split(double[] x, int offset, int stride, int n, double[] line) {
        for (int k = 0; k < n / 2; k++) {
            double a = x[offset + 2 * k * stride];
            double b = x[offset + (2 * k + 1) * stride];
            line[k] = HALF_ROOT * (a + b);
            line[n / 2 + k] = HALF_ROOT * (a - b);
        }
        for (int k = 0; k < n; k++) {
            x[offset + k * stride] = line[k];
        }
    }

    private static void join(double[] x, int offset, int stride, int n, double[] line) {
        for (int k = 0; k < n / 2; k++) {
            double sum = x[offset + k * stride];
            double difference = x[offset + (n / 2 + k) * stride];
            line[2 * k] = HALF_ROOT * (sum + difference);
            line[2 * k + 1] = HALF_ROOT * (sum - difference);
        }
        for (int k = 0; k < n; k++) {
            x[offset + k * stride] = line[k];
        }
    }
}
