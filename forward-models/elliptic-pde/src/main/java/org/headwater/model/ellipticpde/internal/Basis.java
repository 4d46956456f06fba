package org.headwater.model.ellipticpde.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.FieldShape;
import org.headwater.kernels.dense.DenseProducts;

/**
 * A basis of fields on the unit square made of products of functions of one coordinate: m(x, y) =
 * Σ_k θ_k c_k φ_{a(k)}(x) φ_{b(k)}(y), with A functions φ. On a tensor grid of X × Y points a field
 * then costs O(XA² + XYA) and not O(XYd). Immutable.
 */
final class Basis {
    private final AxisFunctions functions;
    private final int axisSize;
    private final int[] place;
    private final double[] factor;
    private final List<String> names;
    private final FieldShape shape;

    private Basis(
            AxisFunctions functions,
            int axisSize,
            int[] place,
            double[] factor,
            List<String> names,
            FieldShape shape) {
        this.functions = functions;
        this.axisSize = axisSize;
        this.place = place;
        this.factor = factor;
        this.names = names;
        this.shape = shape;
    }

    /** Function number a of a coordinate. */
    @FunctionalInterface
    private interface AxisFunctions {
        double at(int a, double x);
    }

    /**
     * Sines: φ_i(x) = sin(iπx), c_k = 2(1 + (i²+j²)/scale²)^−decay, the first {@code modes} pairs
     * (i, j) by i² + j², then by i.
     */
    static Basis sine(int modes, double scale, double decay) {
        int most = 1;
        while (pairs(most).size() < modes) {
            most++;
        }
        List<int[]> chosen = pairs(most).subList(0, modes);
        int axis = chosen.stream().mapToInt(p -> Math.max(p[0], p[1])).max().orElseThrow();
        int[] place = new int[modes];
        double[] factor = new double[modes];
        List<String> names = new ArrayList<>();
        for (int k = 0; k < modes; k++) {
            int i = chosen.get(k)[0];
            int j = chosen.get(k)[1];
            place[k] = (i - 1) * axis + j - 1;
            factor[k] = 2 * Math.pow(1 + (i * i + j * j) / (scale * scale), -decay);
            names.add("mode-" + i + "-" + j);
        }
        return new Basis(
                (a, x) -> Math.sin((a + 1) * Math.PI * x),
                axis,
                place,
                factor,
                List.copyOf(names),
                new FieldShape(modes));
    }

    /** All (i, j), i, j ≥ 1, with i² + j² ≤ radius², in order. */
    private static List<int[]> pairs(int radius) {
        List<int[]> pairs = new ArrayList<>();
        for (int i = 1; i < radius; i++) {
            for (int j = 1; i * i + j * j <= radius * radius; j++) {
                pairs.add(new int[] {i, j});
            }
        }
        pairs.sort(
                (p, q) -> {
                    int c = Integer.compare(p[0] * p[0] + p[1] * p[1], q[0] * q[0] + q[1] * q[1]);
                    return c != 0 ? c : Integer.compare(p[0], q[0]);
                });
        return pairs;
    }

    /**
     * Pixels, {@code size} × {@code size}, row 0 at the top (y = 1): θ are the values at their
     * centres, between which the field is bilinear; it is constant outside the outermost centres.
     */
    static Basis pixels(int size) {
        int[] place = new int[size * size];
        double[] factor = new double[size * size];
        List<String> names = new ArrayList<>();
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                int k = row * size + column;
                place[k] = column * size + (size - 1 - row);
                factor[k] = 1;
                names.add("pixel-" + (row + 1) + "-" + (column + 1));
            }
        }
        return new Basis(
                (a, x) -> {
                    double at = Math.max(0, Math.min(size - 1, x * size - 0.5));
                    return Math.max(0, 1 - Math.abs(at - a));
                },
                size,
                place,
                factor,
                List.copyOf(names),
                new FieldShape(size, size));
    }

    /** d. */
    int size() {
        return place.length;
    }

    /** Names of the parameters. */
    List<String> names() {
        return names;
    }

    /** Shape of θ. */
    FieldShape shape() {
        return shape;
    }

    /** The basis on the points (x, y), x ∈ xs and y ∈ ys. */
    Sampler on(double[] xs, double[] ys) {
        return new Sampler(xs, ys);
    }

    /** The basis on a tensor grid; the value at (xs[i], ys[j]) has index i·Y + j. Immutable. */
    final class Sampler {
        private final int nx;
        private final int ny;
        private final double[] x;
        private final double[] xTransposed;
        private final double[] y;
        private final double[] yTransposed;

        private Sampler(double[] xs, double[] ys) {
            nx = xs.length;
            ny = ys.length;
            x = table(xs);
            y = table(ys);
            xTransposed = transposed(x, nx);
            yTransposed = transposed(y, ny);
        }

        private double[] table(double[] points) {
            double[] t = new double[points.length * axisSize];
            for (int i = 0; i < points.length; i++) {
                for (int a = 0; a < axisSize; a++) {
                    t[i * axisSize + a] = functions.at(a, points[i]);
                }
            }
            return t;
        }

        private double[] transposed(double[] t, int rows) {
            double[] out = new double[t.length];
            for (int i = 0; i < rows; i++) {
                for (int a = 0; a < axisSize; a++) {
                    out[a * rows + i] = t[i * axisSize + a];
                }
            }
            return out;
        }

        /** Length of the scratch array that the methods need. */
        int scratchSize() {
            return axisSize * (axisSize + nx);
        }

        /**
         * m at the points.
         *
         * @param theta θ from {@code offset} on, not modified
         * @param out X·Y values from {@code outOffset} on, modified
         * @param scratch modified
         */
        void expand(double[] theta, int offset, double[] out, int outOffset, double[] scratch) {
            int t = axisSize * axisSize;
            Arrays.fill(scratch, 0, t, 0);
            for (int k = 0; k < place.length; k++) {
                scratch[place[k]] = factor[k] * theta[offset + k];
            }
            DenseProducts.multiply(x, 0, scratch, nx, axisSize, axisSize, scratch, t);
            DenseProducts.multiply(scratch, t, yTransposed, nx, axisSize, ny, out, outOffset);
        }

        /**
         * Adds the adjoint: ∂/∂θ_k += Σ_ij g_ij ∂m_ij/∂θ_k.
         *
         * @param g X·Y values from {@code offset} on, not modified
         * @param gradient from {@code gradientOffset} on, modified
         * @param scratch modified
         */
        void addAdjoint(
                double[] g, int offset, double[] gradient, int gradientOffset, double[] scratch) {
            int c = nx * axisSize;
            DenseProducts.multiply(g, offset, y, nx, ny, axisSize, scratch, 0);
            DenseProducts.multiply(xTransposed, 0, scratch, axisSize, nx, axisSize, scratch, c);
            for (int k = 0; k < place.length; k++) {
                gradient[gradientOffset + k] += factor[k] * scratch[c + place[k]];
            }
        }
    }
}
