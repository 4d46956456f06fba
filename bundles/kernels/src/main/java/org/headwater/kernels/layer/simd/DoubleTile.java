package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pairs of two blocks of {@link #SIZE} points in double precision: weights with keys as lanes,
 * then their products with the points' values with coordinates as lanes.
 */
final class DoubleTile {
    /** Points of a block. */
    static final int SIZE = 64;

    /** Length of a row of weights: off a power of two, which would crowd the cache's sets. */
    static final int STRIDE = SIZE + 8;

    private static final VectorSpecies<Double> LANES = Doubles.LANES;
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
            Doubles.exp2(p, i * STRIDE, SIZE);
        }
    }

    /** Squared distances of four rows to two registers of keys. */
    private static void squares(double[] y, int row, int key, int d, double[] p, int at) {
        DoubleVector a0 = DoubleVector.broadcast(LANES, 0);
        DoubleVector a1 = a0;
        DoubleVector b0 = a0;
        DoubleVector b1 = a0;
        DoubleVector c0 = a0;
        DoubleVector c1 = a0;
        DoubleVector d0 = a0;
        DoubleVector d1 = a0;
        for (int k = 0; k < d * SIZE; k += SIZE) {
            DoubleVector k0 = DoubleVector.fromArray(LANES, y, key + k);
            DoubleVector k1 = DoubleVector.fromArray(LANES, y, key + k + WIDTH);
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
        a0.intoArray(p, at);
        a1.intoArray(p, at + WIDTH);
        b0.intoArray(p, at + STRIDE);
        b1.intoArray(p, at + STRIDE + WIDTH);
        c0.intoArray(p, at + 2 * STRIDE);
        c1.intoArray(p, at + 2 * STRIDE + WIDTH);
        d0.intoArray(p, at + 3 * STRIDE);
        d1.intoArray(p, at + 3 * STRIDE + WIDTH);
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
        DoubleVector a0 = DoubleVector.broadcast(LANES, 0);
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
            DoubleVector k0 = DoubleVector.fromArray(LANES, v, k);
            DoubleVector k1 = DoubleVector.fromArray(LANES, v, k + WIDTH);
            DoubleVector k2 = DoubleVector.fromArray(LANES, v, k + 2 * WIDTH);
            DoubleVector k3 = DoubleVector.fromArray(LANES, v, k + 3 * WIDTH);
            DoubleVector r = DoubleVector.broadcast(LANES, p[at]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = DoubleVector.broadcast(LANES, p[at + ps]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = DoubleVector.broadcast(LANES, p[at + 2 * ps]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = DoubleVector.broadcast(LANES, p[at + 3 * ps]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
            at += pl;
            k += width;
        }
        a0.intoArray(out, oo);
        a1.intoArray(out, oo + WIDTH);
        a2.intoArray(out, oo + TWO);
        a3.intoArray(out, oo + TWO + WIDTH);
        b0.intoArray(out, oo + width);
        b1.intoArray(out, oo + width + WIDTH);
        b2.intoArray(out, oo + width + TWO);
        b3.intoArray(out, oo + width + TWO + WIDTH);
        c0.intoArray(out, oo + 2 * width);
        c1.intoArray(out, oo + 2 * width + WIDTH);
        c2.intoArray(out, oo + 2 * width + TWO);
        c3.intoArray(out, oo + 2 * width + TWO + WIDTH);
        d0.intoArray(out, oo + 3 * width);
        d1.intoArray(out, oo + 3 * width + WIDTH);
        d2.intoArray(out, oo + 3 * width + TWO);
        d3.intoArray(out, oo + 3 * width + TWO + WIDTH);
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
        DoubleVector a0 = DoubleVector.broadcast(LANES, 0);
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
            DoubleVector k0 = DoubleVector.fromArray(LANES, v, k);
            DoubleVector k1 = DoubleVector.fromArray(LANES, v, k + WIDTH);
            DoubleVector r = DoubleVector.broadcast(LANES, p[at]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = DoubleVector.broadcast(LANES, p[at + ps]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = DoubleVector.broadcast(LANES, p[at + 2 * ps]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = DoubleVector.broadcast(LANES, p[at + 3 * ps]);
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
            double[] p,
            int po,
            int ps,
            int pl,
            double[] v,
            int vo,
            int width,
            double[] out,
            int oo) {
        DoubleVector a = DoubleVector.broadcast(LANES, 0);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        DoubleVector e = a;
        DoubleVector f = a;
        DoubleVector g = a;
        DoubleVector h = a;
        int at = po;
        for (int l = 0; l < SIZE; l++) {
            DoubleVector k = DoubleVector.fromArray(LANES, v, vo + l * width);
            a = k.fma(DoubleVector.broadcast(LANES, p[at]), a);
            b = k.fma(DoubleVector.broadcast(LANES, p[at + ps]), b);
            c = k.fma(DoubleVector.broadcast(LANES, p[at + 2 * ps]), c);
            d = k.fma(DoubleVector.broadcast(LANES, p[at + 3 * ps]), d);
            e = k.fma(DoubleVector.broadcast(LANES, p[at + 4 * ps]), e);
            f = k.fma(DoubleVector.broadcast(LANES, p[at + 5 * ps]), f);
            g = k.fma(DoubleVector.broadcast(LANES, p[at + 6 * ps]), g);
            h = k.fma(DoubleVector.broadcast(LANES, p[at + 7 * ps]), h);
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
