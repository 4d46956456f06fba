package org.headwater.model.linear.internal;

import java.util.Arrays;

/**
 * The linear maps of imaging. An image H × W has row 0 at the top and column 0 at the left, and
 * pixels of side 1; a signal of n values is an image 1 × n.
 */
final class Operators {
    /** A Gaussian is cut where it has fallen to e^−18. */
    private static final double CUT = 6;

    private Operators() {}

    /** What a blur takes for the values beyond the edge. */
    enum Edge {
        /** Nothing: values beyond the edge are 0. */
        ZERO,
        /** The image mirrored at its edge (half-sample symmetric). */
        REFLECT,
        /** The image again. */
        PERIODIC
    }

    /**
     * Convolution with a Gaussian: along each axis y_i = Σ_j g(i − j) x_j, g(k) ∝ exp(−k²/2·width²)
     * for |k| ≤ 6·width, Σ_k g(k) = 1.
     *
     * @param widthOfKernel standard deviation of the Gaussian in pixels
     */
    static LinearMap blur(int height, int width, double widthOfKernel, Edge edge) {
        return AxisMap.of(
                height,
                width,
                height == 1 ? new double[] {1} : blur(height, widthOfKernel, edge),
                blur(width, widthOfKernel, edge));
    }

    private static double[] blur(int n, double sd, Edge edge) {
        int reach = (int) Math.ceil(CUT * sd);
        double sum = 0;
        for (int k = -reach; k <= reach; k++) {
            sum += Math.exp(-0.5 * k * k / (sd * sd));
        }
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int k = -reach; k <= reach; k++) {
                int j = place(i + k, n, edge);
                if (j >= 0) {
                    a[i * n + j] += Math.exp(-0.5 * k * k / (sd * sd)) / sum;
                }
            }
        }
        return a;
    }

    private static int place(int j, int n, Edge edge) {
        if (j >= 0 && j < n) {
            return j;
        }
        return switch (edge) {
            case ZERO -> -1;
            case PERIODIC -> Math.floorMod(j, n);
            case REFLECT -> {
                int k = Math.floorMod(j, 2 * n);
                yield k < n ? k : 2 * n - 1 - k;
            }
        };
    }

    /**
     * The orthonormal cosine transform DCT-II along both axes: C_ki = c_k cos(πk(i+½)/n), c_0 =
     * √(1/n), else √(2/n), of which the coefficients {@code taken} are measured.
     */
    static LinearMap cosine(int height, int width, int[] taken) {
        return new AxisMap(
                height, width, 1, taken, new AxisMap.Term(0, cosine(height), cosine(width), 1));
    }

    private static double[] cosine(int n) {
        double[] c = new double[n * n];
        for (int k = 0; k < n; k++) {
            double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / n);
            for (int i = 0; i < n; i++) {
                c[k * n + i] = scale * Math.cos(Math.PI * k * (i + 0.5) / n);
            }
        }
        return c;
    }

    /**
     * The unitary Fourier transform of a real image, F_kl = (HW)^−½ Σ X_rc e^{−2πi(kr/H + lc/W)},
     * of which the coefficients {@code taken} are measured: first their real, then their imaginary
     * parts.
     */
    static LinearMap fourier(int height, int width, int[] taken) {
        double[] cosH = wave(height, true);
        double[] sinH = wave(height, false);
        double[] cosW = wave(width, true);
        double[] sinW = wave(width, false);
        int[] both = new int[2 * taken.length];
        for (int i = 0; i < taken.length; i++) {
            both[i] = taken[i];
            both[taken.length + i] = taken[i] + height * width;
        }
        return new AxisMap(
                height,
                width,
                2,
                both,
                new AxisMap.Term(0, cosH, cosW, 1),
                new AxisMap.Term(0, sinH, sinW, -1),
                new AxisMap.Term(1, cosH, sinW, -1),
                new AxisMap.Term(1, sinH, cosW, -1));
    }

    private static double[] wave(int n, boolean cosine) {
        double[] a = new double[n * n];
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double phase = 2 * Math.PI * ((long) k * i % n) / n;
                a[k * n + i] = (cosine ? Math.cos(phase) : Math.sin(phase)) / Math.sqrt(n);
            }
        }
        return a;
    }

    /**
     * Parallel-beam tomography: the integrals of the image along straight lines, pixel by pixel the
     * length of the line in the pixel (Siddon). The line of angle φ and detector s is {x cos φ + y
     * sin φ = s}, x to the right and y up from the image's middle, in pixels; detectors are 1 apart
     * and centred. Data: detector by detector, angle by angle.
     *
     * <p>Source: R. L. Siddon, Fast calculation of the exact radiological path for a
     * three-dimensional CT array, Med. Phys. 12 (1985) 252–255, doi:10.1118/1.595715.
     *
     * @param angles φ in rad
     * @param detectors how many
     */
    static SparseMap tomography(int height, int width, double[] angles, int detectors) {
        SparseMap.Builder rays = new SparseMap.Builder(angles.length * detectors, height * width);
        Crossings crossings = new Crossings(height, width);
        for (double angle : angles) {
            for (int k = 0; k < detectors; k++) {
                crossings.trace(Math.cos(angle), Math.sin(angle), k - (detectors - 1) / 2.0, rays);
                rays.endRow();
            }
        }
        return rays.build();
    }

    /** Where a line crosses the lines between pixels. */
    private static final class Crossings {
        private final int height;
        private final int width;
        private final double[] at;

        Crossings(int height, int width) {
            this.height = height;
            this.width = width;
            at = new double[height + width + 2];
        }

        /** Adds the lengths of {s(cos, sin) + t(−sin, cos)} in the pixels that it crosses. */
        void trace(double cos, double sin, double s, SparseMap.Builder row) {
            int count = 0;
            for (int i = 0; i <= width && Math.abs(sin) > 1e-12; i++) {
                at[count++] = (s * cos - (i - width / 2.0)) / sin;
            }
            for (int i = 0; i <= height && Math.abs(cos) > 1e-12; i++) {
                at[count++] = (i - height / 2.0 - s * sin) / cos;
            }
            Arrays.sort(at, 0, count);
            for (int i = 0; i + 1 < count; i++) {
                double length = at[i + 1] - at[i];
                double middle = (at[i] + at[i + 1]) / 2;
                int column = (int) Math.floor(s * cos - middle * sin + width / 2.0);
                int line = (int) Math.floor(height / 2.0 - s * sin - middle * cos);
                if (length > 1e-12 && column >= 0 && column < width && line >= 0 && line < height) {
                    row.add(line * width + column, length);
                }
            }
        }
    }
}
