package org.headwater.kernels.layer.simd;

import java.util.Arrays;

/** Particles in double precision, in any number of dimensions. */
final class DoubleBlocks extends JointBlocks {
    private static final int SIZE = DoubleTile.SIZE;

    /** Length of a particle's row of values g·(1, y), filled up to whole registers. */
    private final int width;

    private final double[] y;
    private final double[] v;

    /**
     * Packs the particles.
     *
     * @param points N × d in the order of the blocks
     * @param g weights
     */
    DoubleBlocks(double[] points, double[] g, int n, int d) {
        super(n, d, SIZE);
        width = (d + Doubles.WIDTH) / Doubles.WIDTH * Doubles.WIDTH;
        y = new double[count * d * SIZE];
        v = new double[count * SIZE * width];
        for (int i = 0; i < n; i++) {
            int panel = i / SIZE * d * SIZE + i % SIZE;
            v[i * width] = g[i];
            for (int k = 0; k < d; k++) {
                double value = points[i * d + k];
                y[panel + k * SIZE] = value;
                v[i * width + 1 + k] = g[i] * value;
            }
        }
    }

    @Override
    Group group() {
        return new Strips();
    }

    private final class Strips implements Group {
        private final double[] p = new double[SIZE * DoubleTile.STRIDE];
        private final double[] columns = new double[count * SIZE * width];
        private final double[] rows = new double[SIZE * width];
        private final double[] buffer = new double[SIZE * width];

        @Override
        public void diagonal(int block) {
            DoubleTile.weights(y, block * d * SIZE, block * d * SIZE, d, p);
            for (int i = 0; i < SIZE; i++) {
                p[i * DoubleTile.STRIDE + i] = 1;
            }
            rowProducts(block);
        }

        @Override
        public void tile(int block, int keys) {
            DoubleTile.weights(y, block * d * SIZE, keys * d * SIZE, d, p);
            rowProducts(keys);
            DoubleTile.points(p, 1, DoubleTile.STRIDE, v, block * SIZE * width, width, buffer);
            Doubles.add(buffer, 0, columns, keys * SIZE * width, SIZE * width);
        }

        private void rowProducts(int keys) {
            DoubleTile.points(p, DoubleTile.STRIDE, 1, v, keys * SIZE * width, width, buffer);
            Doubles.add(buffer, 0, rows, 0, SIZE * width);
        }

        @Override
        public void flush(int block) {
            add(rows, 0, rowSums, block * SIZE * (d + 1));
            Arrays.fill(rows, 0);
        }

        @Override
        public void addColumns(int block, double[] sums) {
            add(columns, block * SIZE * width, sums, 0);
        }

        private void add(double[] from, int fo, double[] to, int at) {
            for (int i = 0; i < SIZE; i++) {
                for (int k = 0; k <= d; k++) {
                    to[at + i * (d + 1) + k] += from[fo + i * width + k];
                }
            }
        }
    }
}
