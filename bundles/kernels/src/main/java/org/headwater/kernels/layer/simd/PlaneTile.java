package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;

/**
 * The pairs of two blocks of points of the plane: lanes hold keys. A block stores y_0, y_1, g,
 * g·y_0, g·y_1, each {@link #SIZE} numbers.
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
     * @param out sums and workspace
     * @param rowSums where SIZE × SUMS × lanes sums start, modified
     * @param columnSums where SUMS × SIZE sums start, modified
     * @param buffer where SUMS × lanes of workspace start
     */
    static void both(
            float[] a, int rows, int keys, float[] out, int rowSums, int columnSums, int buffer) {
        int n = SUMS * Floats.WIDTH;
        for (int i = 0; i < SIZE; i++) {
            bothOfRow(a, rows + i, keys, out, buffer, columnSums);
            Floats.add(out, buffer, out, rowSums + i * n, n);
        }
    }

    private static void bothOfRow(
            float[] a, int row, int keys, float[] out, int buffer, int columnSums) {
        FloatVector rx = Floats.broadcast(a[row]);
        FloatVector ry = Floats.broadcast(a[row + SIZE]);
        FloatVector rg = Floats.broadcast(a[row + 2 * SIZE]);
        FloatVector rgx = Floats.broadcast(a[row + 3 * SIZE]);
        FloatVector rgy = Floats.broadcast(a[row + 4 * SIZE]);
        FloatVector s0 = Floats.broadcast(0);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        for (int l = 0; l < SIZE; l += Floats.WIDTH) {
            int k = keys + l;
            FloatVector x = Floats.load(a, k).sub(rx);
            FloatVector y = Floats.load(a, k + SIZE).sub(ry);
            FloatVector e = Floats.exp2(x.fma(x, y.mul(y)));
            s0 = e.fma(Floats.load(a, k + 2 * SIZE), s0);
            s1 = e.fma(Floats.load(a, k + 3 * SIZE), s1);
            s2 = e.fma(Floats.load(a, k + 4 * SIZE), s2);
            int c = columnSums + l;
            e.fma(rg, Floats.load(out, c)).intoArray(out, c);
            e.fma(rgx, Floats.load(out, c + SIZE)).intoArray(out, c + SIZE);
            e.fma(rgy, Floats.load(out, c + 2 * SIZE)).intoArray(out, c + 2 * SIZE);
        }
        s0.intoArray(out, buffer);
        s1.intoArray(out, buffer + Floats.WIDTH);
        s2.intoArray(out, buffer + 2 * Floats.WIDTH);
    }

    /** The rows' part alone, for a block with itself. */
    static void rows(float[] a, int rows, int keys, float[] out, int rowSums, int buffer) {
        int n = SUMS * Floats.WIDTH;
        for (int i = 0; i < SIZE; i++) {
            row(a, rows + i, keys, out, buffer);
            Floats.add(out, buffer, out, rowSums + i * n, n);
        }
    }

    private static void row(float[] a, int row, int keys, float[] out, int buffer) {
        FloatVector rx = Floats.broadcast(a[row]);
        FloatVector ry = Floats.broadcast(a[row + SIZE]);
        FloatVector s0 = Floats.broadcast(0);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        for (int l = 0; l < SIZE; l += Floats.WIDTH) {
            int k = keys + l;
            FloatVector x = Floats.load(a, k).sub(rx);
            FloatVector y = Floats.load(a, k + SIZE).sub(ry);
            FloatVector e = Floats.exp2(x.fma(x, y.mul(y)));
            s0 = e.fma(Floats.load(a, k + 2 * SIZE), s0);
            s1 = e.fma(Floats.load(a, k + 3 * SIZE), s1);
            s2 = e.fma(Floats.load(a, k + 4 * SIZE), s2);
        }
        s0.intoArray(out, buffer);
        s1.intoArray(out, buffer + Floats.WIDTH);
        s2.intoArray(out, buffer + 2 * Floats.WIDTH);
    }
}
