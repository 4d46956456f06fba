package org.headwater.kernels.layer.simd;

import java.util.Arrays;

/** Particles in double precision, in any number of dimensions. */
final class DoubleBlocks extends JointBlocks {
    private static final int SIZE = DoubleTile.SIZE;

    /** Length of a particle's row of values g·(1, y), filled up to whole registers. */
    private final int width;

    private final int groups;
    private final double[] y;
    private final double[] v;

    DoubleBlocks(int n, int d, int groups) {
        super(n, d, SIZE);
        this.groups = groups;
        width = (d + Doubles.WIDTH) / Doubles.WIDTH * Doubles.WIDTH;
        y = new double[count * d * SIZE];
        v = new double[count * SIZE * width];
    }

    @Override
    double pack(ScaledPoints points, int block, int first, int end) {
        double largest = 0;
        for (int i = first; i < end; i++) {
            int panel = block * d * SIZE + i - first;
            double g = weights[i];
            v[i * width] = g;
            double square = 0;
            for (int k = 0; k < d; k++) {
                double value = points.coordinate(i, k);
                square += value * value;
                y[panel + k * SIZE] = value;
                v[i * width + 1 + k] = g * value;
            }
            largest = Math.max(largest, square);
        }
        return largest;
    }

    @Override
    Group[] groups() {
        Group[] all = new Group[groups];
        Arrays.setAll(all, k -> new Strips());
        return all;
    }

    private final class Strips implements Group {
        private double[] p;
        private double[] columns;
        private double[] rows;
        private double[] buffer;

        @Override
        public void start() {
            p = new double[SIZE * DoubleTile.STRIDE];
            columns = new double[count * SIZE * width];
            rows = new double[SIZE * width];
            buffer = new double[SIZE * width];
        }

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
        public void addColumns(int block, Group to) {
            int at = block * SIZE * width;
            Doubles.add(columns, at, ((Strips) to).columns, at, SIZE * width);
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
