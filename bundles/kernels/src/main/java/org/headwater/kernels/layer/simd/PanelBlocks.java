package org.headwater.kernels.layer.simd;

import java.util.Arrays;

/**
 * Particles in three and more dimensions. Up to 15 dimensions all products have keys as lanes; from
 * 16 on those with the particles' values have coordinates as lanes.
 */
final class PanelBlocks extends JointBlocks {
    private static final int SIZE = PanelTile.SIZE;
    private static final int WIDTH = Floats.WIDTH;

    /** Dimension from which lanes hold coordinates. */
    private static final int WIDE = 16;

    /** Dimension from which, and largest |y|² up to which, distances come from products. */
    private static final int PRODUCTS = 8;

    private static final float NEAR = 2048;

    private final boolean wide;
    private final boolean products;

    /** Panels of values per block: of g, and of g·y where lanes hold keys. */
    private final int panels;

    /** Length of a particle's row of values where lanes hold coordinates, otherwise 0. */
    private final int width;

    private final float[] y;
    private final float[] w;
    private final float[] v;
    private final float[] square;

    /**
     * Packs the particles.
     *
     * @param points N × d in the order of the blocks
     * @param g weights
     */
    PanelBlocks(float[] points, float[] g, int n, int d) {
        super(n, d, SIZE);
        wide = d >= WIDE;
        panels = wide ? 1 : d + 1;
        width = wide ? (d + WIDTH - 1) / WIDTH * WIDTH : 0;
        y = new float[count * d * SIZE];
        w = new float[count * panels * SIZE];
        v = new float[count * SIZE * width];
        square = new float[count * SIZE];
        float largest = 0;
        for (int i = 0; i < n; i++) {
            int block = i / SIZE;
            int lane = i % SIZE;
            float sum = 0;
            w[block * panels * SIZE + lane] = g[i];
            for (int k = 0; k < d; k++) {
                float value = points[i * d + k];
                y[(block * d + k) * SIZE + lane] = value;
                sum += value * value;
                if (wide) {
                    v[i * width + k] = g[i] * value;
                } else {
                    w[(block * panels + 1 + k) * SIZE + lane] = g[i] * value;
                }
            }
            square[i] = sum;
            largest = Math.max(largest, sum);
        }
        products = d >= PRODUCTS && largest <= NEAR;
    }

    @Override
    Group group() {
        return new Strips();
    }

    private final class Strips implements Group {
        private final float[] p = new float[SIZE * PanelTile.STRIDE];
        private final float[] columns = new float[count * panels * SIZE];
        private final float[] columnValues = new float[count * SIZE * width];
        private final float[] rows = new float[SIZE * panels * WIDTH];
        private final float[] rowValues = new float[SIZE * width];
        private final float[] buffer = new float[Math.max(SIZE * width, SIZE * panels * WIDTH)];

        @Override
        public void diagonal(int block) {
            weights(block, block);
            for (int i = 0; i < SIZE; i++) {
                p[i * PanelTile.STRIDE + i] = 1;
            }
            rowProducts(block);
        }

        @Override
        public void tile(int block, int keys) {
            weights(block, keys);
            rowProducts(keys);
            PanelTile.columns(p, w, block * panels * SIZE, panels, buffer);
            Floats.add(buffer, 0, columns, keys * panels * SIZE, panels * SIZE);
            if (wide) {
                PanelTile.points(p, 1, PanelTile.STRIDE, v, block * SIZE * width, width, buffer);
                Floats.add(buffer, 0, columnValues, keys * SIZE * width, SIZE * width);
            }
        }

        private void weights(int block, int keys) {
            int row = block * d * SIZE;
            int key = keys * d * SIZE;
            if (products) {
                PanelTile.weights(y, row, key, d, square, block * SIZE, keys * SIZE, p);
            } else {
                PanelTile.weightsOfDifferences(y, row, key, d, p);
            }
        }

        private void rowProducts(int keys) {
            PanelTile.rows(p, w, keys * panels * SIZE, panels, buffer);
            Floats.add(buffer, 0, rows, 0, rows.length);
            if (wide) {
                PanelTile.points(p, PanelTile.STRIDE, 1, v, keys * SIZE * width, width, buffer);
                Floats.add(buffer, 0, rowValues, 0, rowValues.length);
            }
        }

        @Override
        public void flush(int block) {
            for (int i = 0; i < SIZE; i++) {
                int at = (block * SIZE + i) * (d + 1);
                for (int j = 0; j < panels; j++) {
                    rowSums[at + j] += PanelTile.total(rows, (i * panels + j) * WIDTH);
                }
                for (int k = 0; wide && k < d; k++) {
                    rowSums[at + 1 + k] += rowValues[i * width + k];
                }
            }
            Arrays.fill(rows, 0);
            Arrays.fill(rowValues, 0);
        }

        @Override
        public double column(int i, int j) {
            return j < panels
                    ? columns[(i / SIZE * panels + j) * SIZE + i % SIZE]
                    : columnValues[i * width + j - 1];
        }
    }
}
