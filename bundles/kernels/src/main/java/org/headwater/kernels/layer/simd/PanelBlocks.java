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
        private final float[] keyPanels = new float[panels * PanelTile.BLOCKS * SIZE];
        private final float[] columns = new float[count * panels * SIZE];
        private final float[] columnValues = new float[count * SIZE * width];
        private final float[] rows = new float[SIZE * panels * WIDTH];
        private final float[] rowValues = new float[SIZE * width];
        private final float[] buffer = new float[Math.max(SIZE * width, SIZE * panels * WIDTH)];

        /** Blocks of keys in p, and the first of them where lanes hold coordinates. */
        private int filled;

        private int firstKeys;

        @Override
        public void diagonal(int block) {
            weights(block, block);
            for (int i = 0; i < SIZE; i++) {
                p[i * PanelTile.STRIDE + i] = 1;
            }
            fill(block);
        }

        @Override
        public void tile(int block, int keys) {
            int po = weights(block, keys);
            PanelTile.columns(p, po, w, block * panels * SIZE, panels, buffer);
            Floats.add(buffer, 0, columns, keys * panels * SIZE, panels * SIZE);
            if (wide) {
                int rowsAt = block * SIZE * width;
                PanelTile.points(p, po, 1, PanelTile.STRIDE, SIZE, v, rowsAt, width, buffer);
                Floats.add(buffer, 0, columnValues, keys * SIZE * width, SIZE * width);
            }
            fill(keys);
        }

        /** The weights of two blocks, in the next free columns of p, whose place is returned. */
        private int weights(int block, int keys) {
            int row = block * d * SIZE;
            int key = keys * d * SIZE;
            int po = filled * SIZE;
            int wo = block * panels * SIZE;
            if (products) {
                int firstRow = block * SIZE;
                int firstKey = keys * SIZE;
                PanelTile.weights(y, row, key, d, square, firstRow, firstKey, p, po, w, wo, buffer);
            } else {
                PanelTile.weightsOfDifferences(y, row, key, d, p, po, w, wo, buffer);
            }
            return po;
        }

        /** Takes the keys' values to their weights; the rows' sums come when p is full. */
        private void fill(int keys) {
            for (int j = 0; j < panels; j++) {
                int to = (j * PanelTile.BLOCKS + filled) * SIZE;
                System.arraycopy(w, (keys * panels + j) * SIZE, keyPanels, to, SIZE);
            }
            if (filled++ == 0) {
                firstKeys = keys;
            }
            if (filled == PanelTile.BLOCKS) {
                rowProducts();
            }
        }

        private void rowProducts() {
            int length = filled * SIZE;
            filled = 0;
            PanelTile.rows(p, length, keyPanels, panels, buffer);
            Floats.add(buffer, 0, rows, 0, rows.length);
            if (wide) {
                int from = firstKeys * SIZE * width;
                PanelTile.points(p, 0, PanelTile.STRIDE, 1, length, v, from, width, buffer);
                Floats.add(buffer, 0, rowValues, 0, rowValues.length);
            }
        }

        @Override
        public void flush(int block) {
            rowProducts();
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
        public void addColumns(int block, double[] sums) {
            for (int i = 0; i < SIZE; i++) {
                int at = i * (d + 1);
                for (int j = 0; j < panels; j++) {
                    sums[at + j] += columns[(block * panels + j) * SIZE + i];
                }
                if (wide) {
                    Floats.add(columnValues, (block * SIZE + i) * width, sums, at + 1, d);
                }
            }
        }
    }
}
