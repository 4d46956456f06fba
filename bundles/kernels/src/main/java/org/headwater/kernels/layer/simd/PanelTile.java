package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The pairs of two blocks of {@link #SIZE} points in many dimensions, by register tiles of 4 × 4
 * vectors: weights first, then their products with the values of both blocks. Panels hold one
 * number of all points of a block side by side.
 */
final class PanelTile {
    /** Points of a block. */
    static final int SIZE = 64;

    /** Length of a row of weights: off a power of two, which would crowd the cache's sets. */
    static final int STRIDE = SIZE + 16;

    private static final int WIDTH = Floats.WIDTH;
    private static final int FOUR = 4 * WIDTH;

    private PanelTile() {}

    /**
     * E_il = 2^{−|y_i−y_l|²} with |y_i−y_l|² = |y_i|² + |y_l|² − 2y_i·y_l.
     *
     * @param y panels, not modified
     * @param rows where the rows' block starts
     * @param keys where the keys' block starts
     * @param d number of coordinates
     * @param square |y|², not modified
     * @param firstRow number of the first row
     * @param firstKey number of the first key
     * @param p SIZE × STRIDE, modified
     */
    static void weights(
            float[] y,
            int rows,
            int keys,
            int d,
            float[] square,
            int firstRow,
            int firstKey,
            float[] p) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i += 4) {
                weights4(
                        y,
                        rows + i,
                        keys + c,
                        d,
                        square,
                        firstRow + i,
                        firstKey + c,
                        p,
                        i * STRIDE + c);
            }
        }
    }

    private static void weights4(
            float[] y, int row, int key, int d, float[] square, int i, int l, float[] p, int at) {
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
        exponentials(a0, a1, a2, a3, square, i, l, p, at);
        exponentials(b0, b1, b2, b3, square, i + 1, l, p, at + STRIDE);
        exponentials(c0, c1, c2, c3, square, i + 2, l, p, at + 2 * STRIDE);
        exponentials(d0, d1, d2, d3, square, i + 3, l, p, at + 3 * STRIDE);
    }

    private static void exponentials(
            FloatVector q0,
            FloatVector q1,
            FloatVector q2,
            FloatVector q3,
            float[] square,
            int i,
            int l,
            float[] p,
            int at) {
        FloatVector row = Floats.broadcast(square[i]);
        FloatVector two = Floats.broadcast(-2);
        Floats.exp2(q0.fma(two, row.add(Floats.load(square, l)))).intoArray(p, at);
        Floats.exp2(q1.fma(two, row.add(Floats.load(square, l + WIDTH)))).intoArray(p, at + WIDTH);
        Floats.exp2(q2.fma(two, row.add(Floats.load(square, l + 2 * WIDTH))))
                .intoArray(p, at + 2 * WIDTH);
        Floats.exp2(q3.fma(two, row.add(Floats.load(square, l + 3 * WIDTH))))
                .intoArray(p, at + 3 * WIDTH);
    }

    /** E from differences: no cancellation, for few coordinates or points far from the middle. */
    static void weightsOfDifferences(float[] y, int rows, int keys, int d, float[] p) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i++) {
                differences(y, rows + i, keys + c, d, p, i * STRIDE + c);
            }
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
        Floats.exp2(q0).intoArray(p, at);
        Floats.exp2(q1).intoArray(p, at + WIDTH);
        Floats.exp2(q2).intoArray(p, at + 2 * WIDTH);
        Floats.exp2(q3).intoArray(p, at + 3 * WIDTH);
    }

    /**
     * Columns' sums out_jl += Σ_i w_ji E_il, lanes hold keys.
     *
     * @param p weights, not modified
     * @param w panels of values of the rows from {@code wo} on, not modified
     * @param count number of panels
     * @param out count × SIZE from {@code oo} on, modified
     */
    static void columns(float[] p, float[] w, int wo, int count, float[] out, int oo) {
        for (int c = 0; c < SIZE; c += FOUR) {
            int j = 0;
            for (; j + 4 <= count; j += 4) {
                columns4(p, c, w, wo + j * SIZE, out, oo + j * SIZE + c);
            }
            for (; j < count; j++) {
                columns1(p, c, w, wo + j * SIZE, out, oo + j * SIZE + c);
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
        add4(a0, a1, a2, a3, out, oo);
        add4(b0, b1, b2, b3, out, oo + SIZE);
        add4(c0, c1, c2, c3, out, oo + 2 * SIZE);
        add4(d0, d1, d2, d3, out, oo + 3 * SIZE);
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
        add4(a0, a1, a2, a3, out, oo);
    }

    private static void add4(
            FloatVector a, FloatVector b, FloatVector c, FloatVector d, float[] out, int at) {
        a.add(Floats.load(out, at)).intoArray(out, at);
        b.add(Floats.load(out, at + WIDTH)).intoArray(out, at + WIDTH);
        c.add(Floats.load(out, at + 2 * WIDTH)).intoArray(out, at + 2 * WIDTH);
        d.add(Floats.load(out, at + 3 * WIDTH)).intoArray(out, at + 3 * WIDTH);
    }

    /**
     * Rows' sums out_ij += Σ_l E_il w_jl, spread over lanes: out is SIZE × count × lanes.
     *
     * @param p weights, not modified
     * @param w panels of values of the keys from {@code wo} on, not modified
     * @param count number of panels
     * @param out modified
     */
    static void rows(float[] p, float[] w, int wo, int count, float[] out) {
        for (int i = 0; i < SIZE; i += 4) {
            int j = 0;
            for (; j + 4 <= count; j += 4) {
                rows4(p, i * STRIDE, w, wo + j * SIZE, out, (i * count + j) * WIDTH, count);
            }
            for (; j < count; j++) {
                rows1(p, i * STRIDE, w, wo + j * SIZE, out, (i * count + j) * WIDTH, count);
            }
        }
    }

    private static void rows4(
            float[] p, int po, float[] w, int wo, float[] out, int oo, int count) {
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
        for (int l = 0; l < SIZE; l += WIDTH) {
            FloatVector k0 = Floats.load(w, wo + l);
            FloatVector k1 = Floats.load(w, wo + SIZE + l);
            FloatVector k2 = Floats.load(w, wo + 2 * SIZE + l);
            FloatVector k3 = Floats.load(w, wo + 3 * SIZE + l);
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
        add4(a0, a1, a2, a3, out, oo);
        add4(b0, b1, b2, b3, out, oo + count * WIDTH);
        add4(c0, c1, c2, c3, out, oo + 2 * count * WIDTH);
        add4(d0, d1, d2, d3, out, oo + 3 * count * WIDTH);
    }

    private static void rows1(
            float[] p, int po, float[] w, int wo, float[] out, int oo, int count) {
        FloatVector a = Floats.broadcast(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int l = 0; l < SIZE; l += WIDTH) {
            FloatVector k = Floats.load(w, wo + l);
            a = k.fma(Floats.load(p, po + l), a);
            b = k.fma(Floats.load(p, po + STRIDE + l), b);
            c = k.fma(Floats.load(p, po + 2 * STRIDE + l), c);
            d = k.fma(Floats.load(p, po + 3 * STRIDE + l), d);
        }
        add1(a, out, oo);
        add1(b, out, oo + count * WIDTH);
        add1(c, out, oo + 2 * count * WIDTH);
        add1(d, out, oo + 3 * count * WIDTH);
    }

    private static void add1(FloatVector a, float[] out, int at) {
        a.add(Floats.load(out, at)).intoArray(out, at);
    }

    /** Σ over the lanes of a sum. */
    static double total(float[] a, int at) {
        return Floats.load(a, at).reduceLanes(VectorOperators.ADD);
    }

    /**
     * out_i += Σ_l p_{i·ps + l·pl} v_l for SIZE rows i, where lanes hold coordinates: with (ps, pl)
     * = (STRIDE, 1) the rows' sums, with (1, STRIDE) the columns'.
     *
     * @param p weights, not modified
     * @param ps step of p from row to row
     * @param pl step of p from key to key
     * @param v SIZE × width from {@code vo} on, not modified
     * @param width length of a row of v and out, a multiple of the lanes
     * @param out SIZE × width from {@code oo} on, modified
     */
    static void points(
            float[] p, int ps, int pl, float[] v, int vo, int width, float[] out, int oo) {
        int j = 0;
        for (; j + FOUR <= width; j += FOUR) {
            for (int i = 0; i < SIZE; i += 4) {
                points4(p, i * ps, ps, pl, v, vo + j, width, out, oo + i * width + j);
            }
        }
        for (; j + 2 * WIDTH <= width; j += 2 * WIDTH) {
            for (int i = 0; i < SIZE; i += 4) {
                points2(p, i * ps, ps, pl, v, vo + j, width, out, oo + i * width + j);
            }
        }
        for (; j < width; j += WIDTH) {
            for (int i = 0; i < SIZE; i += 4) {
                points1(p, i * ps, ps, pl, v, vo + j, width, out, oo + i * width + j);
            }
        }
    }

    private static void points4(
            float[] p, int po, int ps, int pl, float[] v, int vo, int width, float[] out, int oo) {
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
        for (int l = 0; l < SIZE; l++) {
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
        add4(a0, a1, a2, a3, out, oo);
        add4(b0, b1, b2, b3, out, oo + width);
        add4(c0, c1, c2, c3, out, oo + 2 * width);
        add4(d0, d1, d2, d3, out, oo + 3 * width);
    }

    private static void points2(
            float[] p, int po, int ps, int pl, float[] v, int vo, int width, float[] out, int oo) {
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
        for (int l = 0; l < SIZE; l++) {
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
        add1(a0, out, oo);
        add1(a1, out, oo + WIDTH);
        add1(b0, out, oo + width);
        add1(b1, out, oo + width + WIDTH);
        add1(c0, out, oo + 2 * width);
        add1(c1, out, oo + 2 * width + WIDTH);
        add1(d0, out, oo + 3 * width);
        add1(d1, out, oo + 3 * width + WIDTH);
    }

    private static void points1(
            float[] p, int po, int ps, int pl, float[] v, int vo, int width, float[] out, int oo) {
        FloatVector a = Floats.broadcast(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int at = po;
        for (int l = 0; l < SIZE; l++) {
            FloatVector k = Floats.load(v, vo + l * width);
            a = k.fma(Floats.broadcast(p[at]), a);
            b = k.fma(Floats.broadcast(p[at + ps]), b);
            c = k.fma(Floats.broadcast(p[at + 2 * ps]), c);
            d = k.fma(Floats.broadcast(p[at + 3 * ps]), d);
            at += pl;
        }
        add1(a, out, oo);
        add1(b, out, oo + width);
        add1(c, out, oo + 2 * width);
        add1(d, out, oo + 3 * width);
    }
}
