package org.headwater.kernels.layer.simd;

import java.util.Arrays;

/** Particles on a line or in the plane. */
final class PlaneBlocks extends JointBlocks {
    private static final int SIZE = PlaneTile.SIZE;
    private static final int SUMS = PlaneTile.SUMS;

    private final float[] data;

    /**
     * Packs the particles.
     *
     * @param y N × d in the order of the blocks, d ≤ 2
     * @param g weights
     */
    PlaneBlocks(float[] y, float[] g, int n, int d) {
        super(n, d, SIZE);
        data = new float[count * PlaneTile.ARRAYS * SIZE];
        for (int i = 0; i < n; i++) {
            int at = start(i / SIZE) + i % SIZE;
            data[at + 2 * SIZE] = g[i];
            for (int k = 0; k < d; k++) {
                data[at + k * SIZE] = y[i * d + k];
                data[at + (3 + k) * SIZE] = g[i] * y[i * d + k];
            }
        }
    }

    private static int start(int block) {
        return block * PlaneTile.ARRAYS * SIZE;
    }

    @Override
    Group group() {
        return new Strips();
    }

    private final class Strips implements Group {
        private final double[] columns = new double[count * SUMS * SIZE];
        private final float[] tile = new float[SUMS * SIZE];
        private final float[] rows = new float[SIZE * SUMS * Floats.WIDTH];
        private final float[] buffer = new float[SUMS * Floats.WIDTH];

        @Override
        public void diagonal(int block) {
            PlaneTile.rows(data, start(block), start(block), rows, buffer);
        }

        @Override
        public void tile(int block, int keys) {
            Arrays.fill(tile, 0);
            PlaneTile.both(data, start(block), start(keys), rows, tile, buffer);
            int at = keys * SUMS * SIZE;
            for (int k = 0; k < tile.length; k++) {
                columns[at + k] += tile[k];
            }
        }

        @Override
        public void flush(int block) {
            for (int i = 0; i < SIZE; i++) {
                for (int j = 0; j <= d; j++) {
                    rowSums[(block * SIZE + i) * (d + 1) + j] +=
                            PanelTile.total(rows, (i * SUMS + j) * Floats.WIDTH);
                }
            }
            Arrays.fill(rows, 0);
        }

        @Override
        public void addColumns(int block, double[] sums) {
            for (int i = 0; i < SIZE; i++) {
                for (int j = 0; j <= d; j++) {
                    sums[i * (d + 1) + j] += columns[(block * SUMS + j) * SIZE + i];
                }
            }
        }
    }
}
