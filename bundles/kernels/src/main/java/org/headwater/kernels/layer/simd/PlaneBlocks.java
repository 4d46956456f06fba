package org.headwater.kernels.layer.simd;

import java.util.Arrays;

/** Particles on a line or in the plane. */
final class PlaneBlocks extends JointBlocks {
    private static final int SIZE = PlaneTile.SIZE;
    private static final int SUMS = PlaneTile.SUMS;

    /** Room of a group: a tile's column sums, row sums spread over lanes, workspace. */
    private static final int GROUP_ROOM =
            SUMS * SIZE * (1 + Floats.WIDTH) + 4 * SUMS * Floats.WIDTH;

    private final Room[] rooms;
    private final float[] data;
    private final int start;

    PlaneBlocks(int n, int d, int groups) {
        super(n, d, SIZE);
        int[] lengths = new int[groups + 1];
        Arrays.fill(lengths, Room.lines(GROUP_ROOM));
        lengths[groups] = Room.lines((long) count * PlaneTile.ARRAYS * SIZE);
        rooms = Room.of(lengths);
        data = rooms[groups].data;
        start = rooms[groups].take(count * PlaneTile.ARRAYS * SIZE);
    }

    @Override
    void pack(ScaledPoints points, int block, int first, int end) {
        int at = place(block);
        Arrays.fill(data, at, at + PlaneTile.ARRAYS * SIZE, 0);
        for (int i = first; i < end; i++, at++) {
            float g = (float) weights[i];
            data[at + 2 * SIZE] = g;
            for (int k = 0; k < d; k++) {
                float y = (float) points.coordinate(i, k);
                data[at + k * SIZE] = y;
                data[at + (3 + k) * SIZE] = g * y;
            }
        }
    }

    private int place(int block) {
        return start + block * PlaneTile.ARRAYS * SIZE;
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
        private int rows;
        private int tile;
        private int buffer;
        private double[] columns;

        Strips(Room room) {
            this.room = room;
            work = room.data;
        }

        @Override
        public void start() {
            rows = room.zeros(SIZE * SUMS * Floats.WIDTH);
            tile = room.take(SUMS * SIZE);
            buffer = room.take(SUMS * Floats.WIDTH);
            columns = new double[count * SUMS * SIZE];
        }

        @Override
        public void diagonal(int block) {
            PlaneTile.rows(data, place(block), place(block), work, rows, buffer);
        }

        @Override
        public void tile(int block, int keys) {
            Arrays.fill(work, tile, tile + SUMS * SIZE, 0);
            PlaneTile.both(data, place(block), place(keys), work, rows, tile, buffer);
            Floats.add(work, tile, columns, keys * SUMS * SIZE, SUMS * SIZE);
        }

        @Override
        public void flush(int block) {
            for (int i = 0; i < SIZE; i++) {
                for (int j = 0; j <= d; j++) {
                    rowSums[(block * SIZE + i) * (d + 1) + j] +=
                            PanelTile.total(work, rows + (i * SUMS + j) * Floats.WIDTH);
                }
            }
            Arrays.fill(work, rows, rows + SIZE * SUMS * Floats.WIDTH, 0);
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
