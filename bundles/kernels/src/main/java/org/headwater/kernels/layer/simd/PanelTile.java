package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;

/**
 * The pairs of two blocks of {@link #SIZE} points in many dimensions, by register tiles of 4 × 4
 * vectors: weights first, then their products with the values of both blocks. Panels hold one
 * number of all points of a block side by side.
 */
final class PanelTile {
    /** Points of a block. */
    static final int SIZE = 64;

    /** Blocks of keys whose weights stand side by side, so that rows' sums are long. */
    static final int BLOCKS = 4;

    /** Length of a row of weights: off a power of two, which would crowd the cache's sets. */
    static final int STRIDE = BLOCKS * SIZE + 16;

    private static final int WIDTH = Floats.WIDTH;
    private static final int FOUR = 4 * WIDTH;
    private static final int LONG = BLOCKS * SIZE;

    private PanelTile() {}

    /**
     * E_il = 2^{−|y_i−y_l|²} with |y_i−y_l|² = |y_i|² + |y_l|² − 2y_i·y_l, and the columns' sums of
     * their products with the rows' first panel, Σ_i g_i E_il.
     *
     * @param y panels, not modified
     * @param rows where the rows' block starts
     * @param keys where the keys' block starts
     * @param d number of coordinates
     * @param square |y|², not modified
     * @param firstRow number of the first row
     * @param firstKey number of the first key
     * @param p SIZE × STRIDE, the columns from {@code po} on modified
     * @param w values of the rows from {@code wo} on, not modified
     * @param sums SIZE values, modified
     */
    static void weights(
            float[] y,
            int rows,
            int keys,
            int d,
            float[] square,
            int firstRow,
            int firstKey,
            float[] p,
            int po,
            float[] w,
            int wo,
            float[] sums) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i += 4) {
                products4(y, rows + i, keys + c, d, p, po + i * STRIDE + c);
            }
        }
        for (int c = 0; c < SIZE; c += WIDTH) {
            weightsOfProducts(p, po + c, square, firstRow, firstKey + c, w, wo, sums, c);
        }
    }

    private static void products4(float[] y, int row, int key, int d, float[] p, int at) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector c3 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector d2 = a0;
        FloatVector d3 = a0;
        for (int k = 0; k < d * SIZE; k += SIZE) {
            FloatVector k0 = Floats.load(y, key + k);
            FloatVector k1 = Floats.load(y, key + k + WIDTH);
            FloatVector k2 = Floats.load(y, key + k + 2 * WIDTH);
            FloatVector k3 = Floats.load(y, key + k + 3 * WIDTH);
            FloatVector r = Floats.broadcast(y[row + k]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Floats.broadcast(y[row + k + 1]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Floats.broadcast(y[row + k + 2]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Floats.broadcast(y[row + k + 3]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        store4(a0, a1, a2, a3, p, at);
        store4(b0, b1, b2, b3, p, at + STRIDE);
        store4(c0, c1, c2, c3, p, at + 2 * STRIDE);
        store4(d0, d1, d2, d3, p, at + 3 * STRIDE);
    }

    /** From products y_i·y_l to weights, for as many keys as there are lanes. */
    private static void weightsOfProducts(
            float[] p,
            int po,
            float[] square,
            int firstRow,
            int key,
            float[] w,
            int wo,
            float[] sums,
            int so) {
        FloatVector keys = Floats.load(square, key);
        FloatVector two = Floats.broadcast(-2);
        FloatVector sum = Floats.broadcast(0);
        for (int i = 0; i < SIZE; i++) {
            FloatVector q = keys.add(Floats.broadcast(square[firstRow + i]));
            FloatVector e = Floats.exp2(Floats.load(p, po + i * STRIDE).fma(two, q));
            e.intoArray(p, po + i * STRIDE);
            sum = Floats.broadcast(w[wo + i]).fma(e, sum);
        }
        sum.intoArray(sums, so);
    }

    /** From squared distances to weights, for as many keys as there are lanes. */
    private static void weightsOfDistances(
            float[] p, int po, float[] w, int wo, float[] sums, int so) {
        FloatVector sum = Floats.broadcast(0);
        for (int i = 0; i < SIZE; i++) {
            FloatVector e = Floats.exp2(Floats.load(p, po + i * STRIDE));
            e.intoArray(p, po + i * STRIDE);
            sum = Floats.broadcast(w[wo + i]).fma(e, sum);
        }
        sum.intoArray(sums, so);
    }

    /** E from differences: no cancellation, for few coordinates or points far from the middle. */
    static void weightsOfDifferences(
            float[] y,
            int rows,
            int keys,
            int d,
            float[] p,
            int po,
            float[] w,
            int wo,
            float[] sums) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i++) {
                differences(y, rows + i, keys + c, d, p, po + i * STRIDE + c);
            }
        }
        for (int c = 0; c < SIZE; c += WIDTH) {
            weightsOfDistances(p, po + c, w, wo, sums, c);
        }
    }

    private static void differences(float[] y, int row, int key, int d, float[] p, int at) {
        FloatVector q0 = Floats.broadcast(0);
        FloatVector q1 = q0;
        FloatVector q2 = q0;
        FloatVector q3 = q0;
        for (int k = 0; k < d * SIZE; k += SIZE) {
            FloatVector r = Floats.broadcast(y[row + k]);
            FloatVector t0 = Floats.load(y, key + k).sub(r);
            FloatVector t1 = Floats.load(y, key + k + WIDTH).sub(r);
            FloatVector t2 = Floats.load(y, key + k + 2 * WIDTH).sub(r);
            FloatVector t3 = Floats.load(y, key + k + 3 * WIDTH).sub(r);
            q0 = t0.fma(t0, q0);
            q1 = t1.fma(t1, q1);
            q2 = t2.fma(t2, q2);
            q3 = t3.fma(t3, q3);
        }
        store4(q0, q1, q2, q3, p, at);
    }

    /**
     * Columns' sums out_jl = Σ_i w_ji E_il of all panels but the first, lanes hold keys.
     *
     * @param p weights from {@code po} on, not modified
     * @param w panels of values of the rows from {@code wo} on, not modified
     * @param count number of panels
     * @param out count × SIZE, modified but for the first panel
     */
    static void columns(float[] p, int po, float[] w, int wo, int count, float[] out) {
        for (int c = 0; c < SIZE; c += FOUR) {
            int j = 1;
            for (; j + 4 <= count; j += 4) {
                columns4(p, po + c, w, wo + j * SIZE, out, j * SIZE + c);
            }
            for (; j < count; j++) {
                columns1(p, po + c, w, wo + j * SIZE, out, j * SIZE + c);
            }
        }
    }

    private static void columns4(float[] p, int c, float[] w, int wo, float[] out, int oo) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector c3 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector d2 = a0;
        FloatVector d3 = a0;
        for (int i = 0; i < SIZE; i++) {
            int k = i * STRIDE + c;
            FloatVector k0 = Floats.load(p, k);
            FloatVector k1 = Floats.load(p, k + WIDTH);
            FloatVector k2 = Floats.load(p, k + 2 * WIDTH);
            FloatVector k3 = Floats.load(p, k + 3 * WIDTH);
            FloatVector r = Floats.broadcast(w[wo + i]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Floats.broadcast(w[wo + SIZE + i]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Floats.broadcast(w[wo + 2 * SIZE + i]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Floats.broadcast(w[wo + 3 * SIZE + i]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        store4(a0, a1, a2, a3, out, oo);
        store4(b0, b1, b2, b3, out, oo + SIZE);
        store4(c0, c1, c2, c3, out, oo + 2 * SIZE);
        store4(d0, d1, d2, d3, out, oo + 3 * SIZE);
    }

    private static void columns1(float[] p, int c, float[] w, int wo, float[] out, int oo) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int i = 0; i < SIZE; i++) {
            int k = i * STRIDE + c;
            FloatVector r = Floats.broadcast(w[wo + i]);
            a0 = r.fma(Floats.load(p, k), a0);
            a1 = r.fma(Floats.load(p, k + WIDTH), a1);
            a2 = r.fma(Floats.load(p, k + 2 * WIDTH), a2);
            a3 = r.fma(Floats.load(p, k + 3 * WIDTH), a3);
        }
        store4(a0, a1, a2, a3, out, oo);
    }

    private static void store4(
            FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] out, int at) {
        a.intoArray(out, at);
        b.intoArray(out, at + WIDTH);
        c.intoArray(out, at + 2 * WIDTH);
        d.intoArray(out, at + 3 * WIDTH);
    }

    /**
     * Rows' sums out_ij = Σ_l E_il w_jl, spread over lanes: out is SIZE × count × lanes.
     *
     * @param p weights, not modified
     * @param length number of keys
     * @param w count panels of BLOCKS·SIZE values of the keys, not modified
     * @param count number of panels
     * @param out modified
     */
    static void rows(float[] p, int length, float[] w, int count, float[] out) {
        for (int i = 0; i < SIZE; i += 4) {
            int j = 0;
            for (; j + 4 <= count; j += 4) {
                rows4(p, i * STRIDE, length, w, j * LONG, out, (i * count + j) * WIDTH, count);
            }
            for (; j < count; j++) {
                rows1(p, i * STRIDE, length, w, j * LONG, out, (i * count + j) * WIDTH, count);
            }
        }
    }

    private static void rows4(
            float[] p, int po, int length, float[] w, int wo, float[] out, int oo, int count) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector c3 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector d2 = a0;
        FloatVector d3 = a0;
        for (int l = 0; l < length; l += WIDTH) {
            FloatVector k0 = Floats.load(w, wo + l);
            FloatVector k1 = Floats.load(w, wo + LONG + l);
            FloatVector k2 = Floats.load(w, wo + 2 * LONG + l);
            FloatVector k3 = Floats.load(w, wo + 3 * LONG + l);
            FloatVector r = Floats.load(p, po + l);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Floats.load(p, po + STRIDE + l);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Floats.load(p, po + 2 * STRIDE + l);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Floats.load(p, po + 3 * STRIDE + l);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        store4(a0, a1, a2, a3, out, oo);
        store4(b0, b1, b2, b3, out, oo + count * WIDTH);
        store4(c0, c1, c2, c3, out, oo + 2 * count * WIDTH);
        store4(d0, d1, d2, d3, out, oo + 3 * count * WIDTH);
    }

    private static void rows1(
            float[] p, int po, int length, float[] w, int wo, float[] out, int oo, int count) {
        FloatVector a = Floats.broadcast(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int l = 0; l < length; l += WIDTH) {
            FloatVector k = Floats.load(w, wo + l);
            a = k.fma(Floats.load(p, po + l), a);
            b = k.fma(Floats.load(p, po + STRIDE + l), b);
            c = k.fma(Floats.load(p, po + 2 * STRIDE + l), c);
            d = k.fma(Floats.load(p, po + 3 * STRIDE + l), d);
        }
        a.intoArray(out, oo);
        b.intoArray(out, oo + count * WIDTH);
        c.intoArray(out, oo + 2 * count * WIDTH);
        d.intoArray(out, oo + 3 * count * WIDTH);
    }

    /** Σ over the lanes of a sum, in their order: that of reduceLanes is not defined. */
    static double total(float[] a, int at) {
        float sum = 0;
        for (int l = 0; l < WIDTH; l++) {
            sum += a[at + l];
        }
        return sum;
    }

    /**
     * out_i = Σ_l p_{i·ps + l·pl} v_l for SIZE rows i, where lanes hold coordinates: with (ps, pl)
     * = (STRIDE, 1) the rows' sums, with (1, STRIDE) the columns'.
     *
     * @param p weights from {@code po} on, not modified
     * @param ps step of p from row to row
     * @param pl step of p from key to key
     * @param length number of terms
     * @param v length × width from {@code vo} on, not modified
     * @param width length of a row of v and out, a multiple of the lanes
     * @param out SIZE × width, modified
     */
    static void points(
            float[] p,
            int po,
            int ps,
            int pl,
            int length,
            float[] v,
            int vo,
            int width,
            float[] out) {
        int j = 0;
        for (; j + FOUR <= width; j += FOUR) {
            for (int i = 0; i < SIZE; i += 4) {
                points4(p, po + i * ps, ps, pl, length, v, vo + j, width, out, i * width + j);
            }
        }
        for (; j + 2 * WIDTH <= width; j += 2 * WIDTH) {
            for (int i = 0; i < SIZE; i += 4) {
                points2(p, po + i * ps, ps, pl, length, v, vo + j, width, out, i * width + j);
            }
        }
        for (; j < width; j += WIDTH) {
            for (int i = 0; i < SIZE; i += 4) {
                points1(p, po + i * ps, ps, pl, length, v, vo + j, width, out, i * width + j);
            }
        }
    }

    private static void points4(
            float[] p,
            int po,
            int ps,
            int pl,
            int length,
            float[] v,
            int vo,
            int width,
            float[] out,
            int oo) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector b3 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector c3 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector d2 = a0;
        FloatVector d3 = a0;
        int at = po;
        int k = vo;
        for (int l = 0; l < length; l++) {
            FloatVector k0 = Floats.load(v, k);
            FloatVector k1 = Floats.load(v, k + WIDTH);
            FloatVector k2 = Floats.load(v, k + 2 * WIDTH);
            FloatVector k3 = Floats.load(v, k + 3 * WIDTH);
            FloatVector r = Floats.broadcast(p[at]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Floats.broadcast(p[at + ps]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Floats.broadcast(p[at + 2 * ps]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Floats.broadcast(p[at + 3 * ps]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
            at += pl;
            k += width;
        }
        store4(a0, a1, a2, a3, out, oo);
        store4(b0, b1, b2, b3, out, oo + width);
        store4(c0, c1, c2, c3, out, oo + 2 * width);
        store4(d0, d1, d2, d3, out, oo + 3 * width);
    }

    private static void points2(
            float[] p,
            int po,
            int ps,
            int pl,
            int length,
            float[] v,
            int vo,
            int width,
            float[] out,
            int oo) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        int at = po;
        int k = vo;
        for (int l = 0; l < length; l++) {
            FloatVector k0 = Floats.load(v, k);
            FloatVector k1 = Floats.load(v, k + WIDTH);
            FloatVector r = Floats.broadcast(p[at]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = Floats.broadcast(p[at + ps]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = Floats.broadcast(p[at + 2 * ps]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = Floats.broadcast(p[at + 3 * ps]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            at += pl;
            k += width;
        }
        a0.intoArray(out, oo);
        a1.intoArray(out, oo + WIDTH);
        b0.intoArray(out, oo + width);
        b1.intoArray(out, oo + width + WIDTH);
        c0.intoArray(out, oo + 2 * width);
        c1.intoArray(out, oo + 2 * width + WIDTH);
        d0.intoArray(out, oo + 3 * width);
        d1.intoArray(out, oo + 3 * width + WIDTH);
    }

    private static void points1(
            float[] p,
            int po,
            int ps,
            int pl,
            int length,
            float[] v,
            int vo,
            int width,
            float[] out,
            int oo) {
        FloatVector a = Floats.broadcast(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int at = po;
        for (int l = 0; l < length; l++) {
            FloatVector k = Floats.load(v, vo + l * width);
            a = k.fma(Floats.broadcast(p[at]), a);
            b = k.fma(Floats.broadcast(p[at + ps]), b);
            c = k.fma(Floats.broadcast(p[at + 2 * ps]), c);
            d = k.fma(Floats.broadcast(p[at + 3 * ps]), d);
            at += pl;
        }
        a.intoArray(out, oo);
        b.intoArray(out, oo + width);
        c.intoArray(out, oo + 2 * width);
        d.intoArray(out, oo + 3 * width);
    }
}
