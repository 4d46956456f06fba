package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;

/**
 * The pairs of two blocks of points of the plane: lanes hold keys, two rows at a time share their
 * loads. A block stores y_0, y_1, g, g·y_0, g·y_1, each {@link #SIZE} numbers.
 */
final class PlaneTile {
    /** Points of a block. */
    static final int SIZE = 128;

    /** Arrays of a block. */
    static final int ARRAYS = 5;

    /** Sums of a point: of g·E, g·E·y_0, g·E·y_1. */
    static final int SUMS = 3;

    private PlaneTile() {}

    /**
     * Adds E·(g, gy) to the rows' sums, which stay spread over lanes, and Eᵀ·(g, gy) to the
     * columns' sums, E = 2^{−|y_i−y_l|²}.
     *
     * @param a blocks, not modified
     * @param rows where the rows' block starts
     * @param keys where the keys' block starts
     * @param rowSums SIZE × SUMS × lanes, modified
     * @param columnSums SUMS × SIZE, modified
     */
    static void both(float[] a, int rows, int keys, float[] rowSums, float[] columnSums) {
        for (int i = 0; i < SIZE; i += 2) {
            bothRows(a, rows + i, keys, rowSums, i * SUMS * Floats.WIDTH, columnSums);
        }
    }

    private static void bothRows(
            float[] a, int row, int keys, float[] rowSums, int sums, float[] columnSums) {
        FloatVector ax = Floats.broadcast(a[row]);
        FloatVector bx = Floats.broadcast(a[row + 1]);
        FloatVector ay = Floats.broadcast(a[row + SIZE]);
        FloatVector by = Floats.broadcast(a[row + SIZE + 1]);
        FloatVector ag = Floats.broadcast(a[row + 2 * SIZE]);
        FloatVector bg = Floats.broadcast(a[row + 2 * SIZE + 1]);
        FloatVector agx = Floats.broadcast(a[row + 3 * SIZE]);
        FloatVector bgx = Floats.broadcast(a[row + 3 * SIZE + 1]);
        FloatVector agy = Floats.broadcast(a[row + 4 * SIZE]);
        FloatVector bgy = Floats.broadcast(a[row + 4 * SIZE + 1]);
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = Floats.broadcast(0);
        FloatVector a2 = Floats.broadcast(0);
        FloatVector b0 = Floats.broadcast(0);
        FloatVector b1 = Floats.broadcast(0);
        FloatVector b2 = Floats.broadcast(0);
        for (int l = 0; l < SIZE; l += Floats.WIDTH) {
            int k = keys + l;
            FloatVector x = Floats.load(a, k);
            FloatVector y = Floats.load(a, k + SIZE);
            FloatVector g = Floats.load(a, k + 2 * SIZE);
            FloatVector gx = Floats.load(a, k + 3 * SIZE);
            FloatVector gy = Floats.load(a, k + 4 * SIZE);
            FloatVector e = weight(x.sub(ax), y.sub(ay));
            FloatVector f = weight(x.sub(bx), y.sub(by));
            a0 = e.fma(g, a0);
            a1 = e.fma(gx, a1);
            a2 = e.fma(gy, a2);
            b0 = f.fma(g, b0);
            b1 = f.fma(gx, b1);
            b2 = f.fma(gy, b2);
            FloatVector c0 = Floats.load(columnSums, l);
            FloatVector c1 = Floats.load(columnSums, l + SIZE);
            FloatVector c2 = Floats.load(columnSums, l + 2 * SIZE);
            e.fma(ag, f.fma(bg, c0)).intoArray(columnSums, l);
            e.fma(agx, f.fma(bgx, c1)).intoArray(columnSums, l + SIZE);
            e.fma(agy, f.fma(bgy, c2)).intoArray(columnSums, l + 2 * SIZE);
        }
        accumulate(rowSums, sums, a0, a1, a2);
        accumulate(rowSums, sums + SUMS * Floats.WIDTH, b0, b1, b2);
    }

    /** The rows' part alone, for a block with itself. */
    static void rows(float[] a, int rows, int keys, float[] rowSums) {
        for (int i = 0; i < SIZE; i++) {
            FloatVector ax = Floats.broadcast(a[rows + i]);
            FloatVector ay = Floats.broadcast(a[rows + i + SIZE]);
            FloatVector a0 = Floats.broadcast(0);
            FloatVector a1 = Floats.broadcast(0);
            FloatVector a2 = Floats.broadcast(0);
            for (int l = 0; l < SIZE; l += Floats.WIDTH) {
                int k = keys + l;
                FloatVector x = Floats.load(a, k);
                FloatVector y = Floats.load(a, k + SIZE);
                FloatVector e = weight(x.sub(ax), y.sub(ay));
                a0 = e.fma(Floats.load(a, k + 2 * SIZE), a0);
                a1 = e.fma(Floats.load(a, k + 3 * SIZE), a1);
                a2 = e.fma(Floats.load(a, k + 4 * SIZE), a2);
            }
            accumulate(rowSums, i * SUMS * Floats.WIDTH, a0, a1, a2);
        }
    }

    private static FloatVector weight(FloatVector x, FloatVector y) {
        return Floats.exp2(x.fma(x, y.mul(y)));
    }

    private static void accumulate(
            float[] sums, int at, FloatVector s0, FloatVector s1, FloatVector s2) {
        s0.add(Floats.load(sums, at)).intoArray(sums, at);
        s1.add(Floats.load(sums, at + Floats.WIDTH)).intoArray(sums, at + Floats.WIDTH);
        s2.add(Floats.load(sums, at + 2 * Floats.WIDTH)).intoArray(sums, at + 2 * Floats.WIDTH);
    }
}
