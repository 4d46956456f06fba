package org.headwater.model.linear.internal;

import java.util.Arrays;
import org.headwater.kernels.dense.DenseProducts;

/**
 * A sum of products of a map down the columns and one along the rows of an image X, H × W, of which
 * some values are taken: y = S · vec(Σ_t A_t X B_tᵀ), or several such images one after the other.
 * Blurs and cosine transforms are one product, a Fourier transform has two for its real and two for
 * its imaginary part. O(T·HW(H + W)) a product. Immutable.
 */
final class AxisMap implements LinearMap {
    private final int height;
    private final int width;
    private final Term[] terms;

    /** Places in the images that the data are, one image after the other. */
    private final int[] taken;

    private final int images;

    /**
     * A term of an image.
     *
     * @param image index of the image that it is added to
     * @param down A, H × H row-major
     * @param along B, W × W row-major
     * @param sign +1 or −1
     */
    record Term(int image, double[] down, double[] along, double sign) {}

    /**
     * @param taken places, counted through all images; not copied
     */
    AxisMap(int height, int width, int images, int[] taken, Term... terms) {
        this.height = height;
        this.width = width;
        this.images = images;
        this.taken = taken;
        this.terms = terms;
    }

    /** One image, all of it. */
    static AxisMap of(int height, int width, double[] down, double[] along) {
        int[] all = new int[height * width];
        Arrays.setAll(all, i -> i);
        return new AxisMap(height, width, 1, all, new Term(0, down, along, 1));
    }

    @Override
    public int rows() {
        return taken.length;
    }

    @Override
    public int columns() {
        return height * width;
    }

    @Override
    public Products products() {
        return new AxisProducts();
    }

    private static double[] transposed(double[] a, int n) {
        double[] t = new double[a.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                t[j * n + i] = a[i * n + j];
            }
        }
        return t;
    }

    private final class AxisProducts implements Products {
        private final int size = height * width;
        private final double[][] downTransposed = new double[terms.length][];
        private final double[][] alongTransposed = new double[terms.length][];
        private final double[] image = new double[images * size];
        private final double[] half = new double[size];
        private final double[] whole = new double[size];

        AxisProducts() {
            for (int t = 0; t < terms.length; t++) {
                downTransposed[t] = transposed(terms[t].down, height);
                alongTransposed[t] = transposed(terms[t].along, width);
            }
        }

        @Override
        public void apply(double[] x, int xo, int count, double[] y, int yo) {
            for (int k = 0; k < count; k++) {
                Arrays.fill(image, 0);
                for (int t = 0; t < terms.length; t++) {
                    DenseProducts.multiply(
                            x, xo + k * size, alongTransposed[t], height, width, width, half, 0);
                    add(terms[t].down, terms[t].sign, image, terms[t].image * size);
                }
                for (int i = 0; i < taken.length; i++) {
                    y[yo + k * taken.length + i] = image[taken[i]];
                }
            }
        }

        @Override
        public void adjoint(double[] y, int yo, int count, double[] x, int xo) {
            for (int k = 0; k < count; k++) {
                Arrays.fill(image, 0);
                for (int i = 0; i < taken.length; i++) {
                    image[taken[i]] += y[yo + k * taken.length + i];
                }
                Arrays.fill(x, xo + k * size, xo + (k + 1) * size, 0);
                for (int t = 0; t < terms.length; t++) {
                    DenseProducts.multiply(
                            image,
                            terms[t].image * size,
                            terms[t].along,
                            height,
                            width,
                            width,
                            half,
                            0);
                    add(downTransposed[t], terms[t].sign, x, xo + k * size);
                }
            }
        }

        /** Adds sign·(a · half) to an image. */
        private void add(double[] a, double sign, double[] out, int offset) {
            DenseProducts.multiply(a, 0, half, height, height, width, whole, 0);
            DenseProducts.addScaled(sign, whole, 0, out, offset, size);
        }
    }
}
