package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.DoubleVector;

/**
 * The pairs of two blocks of {@link #SIZE} points in double precision: weights with keys as lanes,
 * then their products with the points' values with coordinates as lanes.
 */
final class DoubleTile {
    /** Points of a block. */
    static final int SIZE = 64;

    /** Length of a row of weights: off a power of two, which would crowd the cache's sets. */
    static final int STRIDE = SIZE + 8;

    private static final int WIDTH = Doubles.WIDTH;
    private static final int TWO = 2 * WIDTH;
    private static final int FOUR = 4 * WIDTH;

    private DoubleTile() {}

    /**
     * E_il = 2^{−|y_i−y_l|²}, by differences.
     *
     * @param y panels: one number of all points of a block side by side; not modified
     * @param rows where the rows' block starts
     * @param keys where the keys' block starts
     * @param d number of coordinates
     * @param p SIZE × STRIDE, modified
     */
    static void weights(double[] y, int rows, int keys, int d, double[] p) {
        for (int c = 0; c < SIZE; c += TWO) {
            for (int i = 0; i < SIZE; i += 4) {
                squares(y, rows + i, keys + c, d, p, i * STRIDE + c);
            }
        }
        for (int i = 0; i < SIZE; i++) {
            for (int c = 0; c < SIZE; c += WIDTH) {
                int at = i * STRIDE + c;
                Doubles.exp2(Doubles.load(p, at)).intoArray(p, at);
            }
        }
    }

    /** Squared distances of four rows to two registers of keys. */
    private static void squares(double[] y, int row, int key, int d, double[] p, int at) {
        DoubleVector a0 = Doubles.broadcast(0);
        DoubleVector a1 = a0;
        DoubleVector b0 = a0;
        DoubleVector b1 = a0;
        DoubleVector c0 = a0;
        DoubleVector c1 = a0;
        DoubleVector d0 = a0;
        DoubleVector d1 = a0;
        for (int k = 0; k < d * SIZE; k += SIZE) {
            DoubleVector k0 = Doubles.load(y, key + k);
            DoubleVector k1 = Doubles.load(y, key + k + WIDTH);
            DoubleVector t = k0.sub(y[row + k]);
            a0 = t.fma(t, a0);
            t = k1.sub(y[row + k]);
            a1 = t.fma(t, a1);
            t = k0.sub(y[row + k + 1]);
            b0 = t.fma(t, b0);
            t = k1.sub(y[row + k + 1]);
            b1 = t.fma(t, b1);
            t = k0.sub(y[row + k + 2]);
            c0 = t.fma(t, c0);
            t = k1.sub(y[row + k + 2]);
            c1 = t.fma(t, c1);
            t = k0.sub(y[row + k + 3]);
            d0 = t.fma(t, d0);
            t = k1.sub(y[row + k + 3]);
            d1 = t.fma(t, d1);
        }
        store2(a0, a1, p, at);
        store2(b0, b1, p, at + STRIDE);
        store2(c0, c1, p, at + 2 * STRIDE);
        store2(d0, d1, p, at + 3 * STRIDE);
    }

    private static void store2(DoubleVector a, DoubleVector b, double[] out, int at) {
        a.intoArray(out, at);
        b.intoArray(out, at + WIDTH);
    }

    /**
     * out_i = Σ_l p_{i·ps + l·pl} v_l for SIZE rows i: with (ps, pl) = (STRIDE, 1) the rows' sums,
     * with (1, STRIDE) the columns'.
     *
     * @param p weights, not modified
     * @param ps step of p from row to row
     * @param pl step of p from key to key
     * @param v SIZE × width from {@code vo} on, not modified
     * @param width length of a row of v and out, a multiple of the lanes
     * @param out SIZE × width, modified
     */
    static void points(double[] p, int ps, int pl, double[] v, int vo, int width, double[] out) {
        int j = 0;
        for (; j + FOUR <= width; j += FOUR) {
            for (int i = 0; i < SIZE; i += 4) {
                points4(p, i * ps, ps, pl, v, vo + j, width, out, i * width + j);
            }
        }
        for (; j + TWO <= width; j += TWO) {
            for (int i = 0; i < SIZE; i += 4) {
                points2(p, i * ps, ps, pl, v, vo + j, width, out, i * width + j);
            }
        }
        for (; j < width; j += WIDTH) {
            for (int i = 0; i < SIZE; i += 8) {
                points1(p, i * ps, ps, pl, v, vo + j, width, out, i * width + j);
            }
        }
    }

    private static void points4(
            double[] p,
            int po,
            int ps,
            int pl,
            double[] v,
            int vo,
            int width,
            double[] out,
            int oo) {
        DoubleVector a0 = Doubles.broadcast(0);
        DoubleVector a1 = a0;
        DoubleVector a2 = a0;
        DoubleVector a3 = a0;
        DoubleVector b0 = a0;
        DoubleVector b1 = a0;
        DoubleVector b2 = a0;
        DoubleVector b3 = a0;
        DoubleVector c0 = a0;
        DoubleVector c1 = a0;
        DoubleVector c2 = a0;
        DoubleVector c3 = a0;
        DoubleVector d0 = a0;
        DoubleVector d1 = a0;
        DoubleVector d2 = a0;
        DoubleVector d3 = a0;
        int at = po;
        int k = vo;
        for (int l = 0; l < SIZE; l++) {
            DoubleVector k0 = Doubles.load(v, k);
            DoubleVector k1 = Doubles.load(v, k + WIDTH);
            DoubleVector k2 = Doubles.load(v, k + 2 * WIDTH);
            DoubleVector k3 = Doubles.load(v, k + 3 * WIDTH);
            DoubleVector r = Doubles.broadcast(p[at]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Doubles.broadcast(p[at + ps]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Doubles.broadcast(p[at + 2 * ps]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Doubles.broadcast(p[at + 3 * ps]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
            at += pl;
            k += width;
        }
        store2(a0, a1, out, oo);
        store2(a2, a3, out, oo + TWO);
        store2(b0, b1, out, oo + width);
        store2(b2, b3, out, oo + width + TWO);
        store2(c0, c1, out, oo + 2 * width);
        store2(c2, c3, out, oo + 2 * width + TWO);
        store2(d0, d1, out, oo + 3 * width);
        store2(d2, d3, out, oo + 3 * width + TWO);
    }

    private static void points2(
            double[] p,
            int po,
            int ps,
            int pl,
            double[] v,
            int vo,
            int width,
            double[] out,
            int oo) {
        DoubleVector a0 = Doubles.broadcast(0);
        DoubleVector a1 = a0;
        DoubleVector b0 = a0;
        DoubleVector b1 = a0;
        DoubleVector c0 = a0;
        DoubleVector c1 = a0;
        DoubleVector d0 = a0;
        DoubleVector d1 = a0;
        int at = po;
        int k = vo;
        for (int l = 0; l < SIZE; l++) {
            DoubleVector k0 = Doubles.load(v, k);
            DoubleVector k1 = Doubles.load(v, k + WIDTH);
            DoubleVector r = Doubles.broadcast(p[at]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = Doubles.broadcast(p[at + ps]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = Doubles.broadcast(p[at + 2 * ps]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = Doubles.broadcast(p[at + 3 * ps]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            at += pl;
            k += width;
        }
        store2(a0, a1, out, oo);
        store2(b0, b1, out, oo + width);
        store2(c0, c1, out, oo + 2 * width);
        store2(d0, d1, out, oo + 3 * width);
    }

    private static void points1(
            double[] p,
            int po,
            int ps,
            int pl,
            double[] v,
            int vo,
            int width,
            double[] out,
            int oo) {
        DoubleVector a = Doubles.broadcast(0);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        DoubleVector e = a;
        DoubleVector f = a;
        DoubleVector g = a;
        DoubleVector h = a;
        int at = po;
        for (int l = 0; l < SIZE; l++) {
            DoubleVector k = Doubles.load(v, vo + l * width);
            a = k.fma(Doubles.broadcast(p[at]), a);
            b = k.fma(Doubles.broadcast(p[at + ps]), b);
            c = k.fma(Doubles.broadcast(p[at + 2 * ps]), c);
            d = k.fma(Doubles.broadcast(p[at + 3 * ps]), d);
            e = k.fma(Doubles.broadcast(p[at + 4 * ps]), e);
            f = k.fma(Doubles.broadcast(p[at + 5 * ps]), f);
            g = k.fma(Doubles.broadcast(p[at + 6 * ps]), g);
            h = k.fma(Doubles.broadcast(p[at + 7 * ps]), h);
            at += pl;
        }
        a.intoArray(out, oo);
        b.intoArray(out, oo + width);
        c.intoArray(out, oo + 2 * width);
        d.intoArray(out, oo + 3 * width);
        e.intoArray(out, oo + 4 * width);
        f.intoArray(out, oo + 5 * width);
        g.intoArray(out, oo + 6 * width);
        h.intoArray(out, oo + 7 * width);
    }
}
