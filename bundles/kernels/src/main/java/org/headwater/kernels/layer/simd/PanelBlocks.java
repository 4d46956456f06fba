package org.headwater.kernels.layer.simd;

import java.util.Arrays;
import org.headwater.api.Workers;

/**
 * Particles in single precision. Up to 15 dimensions all products have keys as lanes; from 16 on
 * those with the particles' values have coordinates as lanes. A line is a plane whose second
 * coordinate is 0.
 */
final class PanelBlocks extends JointBlocks {
    private static final int SIZE = PanelTile.SIZE;
    private static final int WIDTH = Floats.WIDTH;

    /** Dimension from which lanes hold coordinates. */
    private static final int WIDE = 16;

    /** Dimension from which, and largest |y| up to which, distances come from products. */
    private static final int PRODUCTS = 8;

    private static final double NEAR = 45;

    private final boolean wide;

    /** Bits of the squared distance from which weights are negligible. */
    private final int negligible;

    /** Coordinates of the panels: at least two. */
    private final int coordinates;

    /** Panels of values per block: of g, and of g·y where lanes hold keys. */
    private final int panels;

    /** Length of a block's values g·y where lanes hold coordinates, otherwise 0. */
    private final int values;

    private final Room[] rooms;
    private final float[] data;
    private final int y;
    private final int w;
    private final int v;
    private final int square;
    private final int zero;
    private boolean products;

    /**
     * @param cut squared distance from which weights are negligible in all sums
     */
    PanelBlocks(int n, int d, int groups, double cut) {
        super(n, d, SIZE);
        negligible = Floats.bits(cut);
        wide = d >= WIDE;
        coordinates = Math.max(2, d);
        panels = wide ? 1 : coordinates + 1;
        values = wide ? (d + PanelTile.TWO - 1) / PanelTile.TWO * PanelTile.TWO * SIZE : 0;
        int[] lengths = new int[groups + 1];
        long sums = (long) count * (panels * SIZE + values);
        Arrays.fill(lengths, Room.lines(sums + workspace()));
        lengths[groups] = Room.lines(sums + (long) count * SIZE * (coordinates + 1) + SIZE);
        rooms = Room.of(lengths);
        Room room = rooms[groups];
        data = room.data;
        y = room.take(count * coordinates * SIZE);
        w = room.take(count * panels * SIZE);
        v = room.take(count * values);
        square = room.take(count * SIZE);
        zero = room.zeros(SIZE);
    }

    private int workspace() {
        int longPanels = panels * PanelTile.BLOCKS * SIZE;
        return SIZE * PanelTile.STRIDE + longPanels + SIZE * panels * (WIDTH + 1) + values;
    }

    @Override
    double pack(ScaledPoints points, int block, int first, int end) {
        float largest = 0;
        int panel = y + block * coordinates * SIZE;
        int mass = w + block * panels * SIZE;
        int rows = v + block * values;
        Arrays.fill(data, rows, rows + values, 0);
        for (int lane = 0; lane < SIZE; lane++) {
            int i = first + lane;
            float g = (float) weights[i];
            data[mass + lane] = g;
            float sum = 0;
            for (int k = 0; k < coordinates; k++) {
                float value = i < end && k < d ? (float) points.coordinate(i, k) : 0;
                data[panel + k * SIZE + lane] = value;
                sum += value * value;
                if (!wide) {
                    data[mass + (1 + k) * SIZE + lane] = g * value;
                }
            }
            data[square + i] = sum;
            largest = Math.max(largest, sum);
            for (int j = 0; wide && j < d; j += PanelTile.panel(j, d)) {
                int row = rows + j * SIZE + lane * PanelTile.panel(j, d);
                int last = Math.min(d, j + PanelTile.panel(j, d));
                for (int k = j; k < last; k++) {
                    data[row + k - j] = g * data[panel + k * SIZE + lane];
                }
            }
        }
        return largest;
    }

    @Override
    double pack(ScaledPoints points, Workers workers) {
        double radius = super.pack(points, workers);
        products = d >= PRODUCTS && radius <= NEAR;
        return radius;
    }

    @Override
    Group[] groups() {
        Group[] all = new Group[rooms.length - 1];
        Arrays.setAll(all, k -> new Strips(rooms[k]));
        return all;
    }

    @Override
    void close() {
        Room.release(rooms);
    }

    private final class Strips implements Group {
        private final Room room;
        private final float[] work;
        private int p;
        private int keyPanels;
        private int columns;
        private int columnValues;
        private int rows;
        private int rowValues;
        private int unused;

        /** Blocks of keys in p, and the first of them where lanes hold coordinates. */
        private int filled;

        private int firstKeys;

        Strips(Room room) {
            this.room = room;
            work = room.data;
        }

        @Override
        public void start() {
            p = room.take(SIZE * PanelTile.STRIDE);
            keyPanels = room.take(panels * PanelTile.BLOCKS * SIZE);
            columns = room.zeros(count * panels * SIZE);
            columnValues = room.zeros(count * values);
            rows = room.zeros(SIZE * panels * WIDTH);
            rowValues = room.zeros(values);
            unused = room.take(panels * SIZE);
        }

        @Override
        public void diagonal(int block) {
            weights(block, block, unused);
            for (int i = 0; i < SIZE; i++) {
                work[p + filled * SIZE + i * PanelTile.STRIDE + i] = 1;
            }
            fill(block);
        }

        @Override
        public void tile(int block, int keys) {
            int sums = columns + keys * panels * SIZE;
            if (weights(block, keys, sums) < negligible) {
                return;
            }
            int po = p + filled * SIZE;
            if (wide) {
                int out = columnValues + keys * values;
                PanelTile.columnPoints(work, po, data, v + block * values, d, out);
            } else if (d > 2) {
                PanelTile.columns(work, po, data, w + block * panels * SIZE, panels, work, sums);
            }
            fill(keys);
        }

        /**
         * The weights of two blocks, in the next free columns of p, and the columns' sums of the
         * panels that come with them; returns the bits of the least squared distance, as far as it
         * is known.
         */
        private int weights(int block, int keys, int sums) {
            int row = y + block * coordinates * SIZE;
            int key = y + keys * coordinates * SIZE;
            int po = p + filled * SIZE;
            int wo = w + block * panels * SIZE;
            if (d <= 2) {
                PanelTile.weightsInPlane(data, row, key, wo, work, po, unused);
                Floats.add(work, unused, work, sums, panels * SIZE);
                return Integer.MAX_VALUE;
            }
            if (products) {
                int rowSquare = square + block * SIZE;
                int keySquare = square + keys * SIZE;
                return PanelTile.weights(
                        data, row, key, d, rowSquare, keySquare, wo, work, po, sums);
            }
            return PanelTile.weightsOfDifferences(data, row, key, d, zero, wo, work, po, sums);
        }

        /** Takes the keys' values to their weights; the rows' sums come when p is full. */
        private void fill(int keys) {
            for (int j = 0; j < panels; j++) {
                int to = keyPanels + (j * PanelTile.BLOCKS + filled) * SIZE;
                System.arraycopy(data, w + (keys * panels + j) * SIZE, work, to, SIZE);
            }
            if (wide) {
                int po = p + filled * SIZE;
                PanelTile.rowPoints(work, po, data, v + keys * values, d, rowValues);
            }
            if (++filled == (wide ? 1 : PanelTile.BLOCKS)) {
                rowProducts();
            }
        }

        private void rowProducts() {
            PanelTile.rows(work, p, filled * SIZE, keyPanels, panels, rows);
            filled = 0;
        }

        @Override
        public void flush(int block) {
            rowProducts();
            for (int i = 0; i < SIZE; i++) {
                int at = (block * SIZE + i) * (d + 1);
                for (int j = 0; j < Math.min(panels, d + 1); j++) {
                    rowSums[at + j] += PanelTile.total(work, rows + (i * panels + j) * WIDTH);
                }
                addValues(rowValues, i, rowSums, at + 1);
            }
            Arrays.fill(work, rows, rows + SIZE * panels * WIDTH, 0);
            Arrays.fill(work, rowValues, rowValues + values, 0);
        }

        @Override
        public void addColumns(int block, Group to) {
            Strips sum = (Strips) to;
            int at = block * panels * SIZE;
            Floats.add(work, columns + at, sum.work, sum.columns + at, panels * SIZE);
            at = block * values;
            Floats.add(work, columnValues + at, sum.work, sum.columnValues + at, values);
        }

        @Override
        public void addColumns(int block, double[] sums) {
            for (int i = 0; i < SIZE; i++) {
                int at = i * (d + 1);
                for (int j = 0; j < Math.min(panels, d + 1); j++) {
                    sums[at + j] += work[columns + (block * panels + j) * SIZE + i];
                }
                addValues(columnValues + block * values, i, sums, at + 1);
            }
        }

        /** Adds the values of a point of a block to sums in double precision. */
        private void addValues(int block, int i, double[] sums, int at) {
            for (int j = 0; wide && j < d; j += PanelTile.panel(j, d)) {
                int length = PanelTile.panel(j, d);
                int from = block + j * SIZE + i * length;
                Floats.add(work, from, sums, at + j, Math.min(length, d - j));
            }
        }
    }
}
