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
    static final int TWO = 2 * WIDTH;
    private static final int FOUR = 4 * WIDTH;
    private static final int LONG = BLOCKS * SIZE;

    private PanelTile() {}

    /**
     * E_il = 2^{−|y_i−y_l|²} with |y_i−y_l|² = |y_i|² + |y_l|² − 2y_i·y_l, and the columns' sums of
     * their products with the rows' first panel, Σ_i g_i E_il.
     *
     * @param y panels, not modified
     * @param rows where the rows' block starts in y
     * @param keys where the keys' block starts in y
     * @param d number of coordinates
     * @param rowSquare where |y|² of the rows starts in y
     * @param keySquare where |y|² of the keys starts in y
     * @param wo where the rows' first panel of values starts in y
     * @param p SIZE × STRIDE weights and workspace, the columns from {@code po} on modified
     * @param sums where SIZE sums start in p, modified
     */
    static void weights(
            float[] y,
            int rows,
            int keys,
            int d,
            int rowSquare,
            int keySquare,
            int wo,
            float[] p,
            int po,
            int sums) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i += 4) {
                products4(y, rows + i, keys + c, d, p, po + i * STRIDE + c);
            }
        }
        for (int c = 0; c < SIZE; c += WIDTH) {
            weightsOfProducts(y, rowSquare, keySquare + c, wo, p, po + c, sums + c);
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
            float[] a, int rowSquare, int key, int wo, float[] p, int po, int sums) {
        FloatVector keys = Floats.load(a, key);
        FloatVector two = Floats.broadcast(-2);
        FloatVector sum = Floats.broadcast(0);
        for (int i = 0; i < SIZE; i++) {
            FloatVector q = keys.add(Floats.broadcast(a[rowSquare + i]));
            FloatVector e = Floats.exp2(Floats.load(p, po + i * STRIDE).fma(two, q));
            e.intoArray(p, po + i * STRIDE);
            sum = Floats.broadcast(a[wo + i]).fma(e, sum);
        }
        sum.intoArray(p, sums);
    }

    /** From squared distances to weights, for as many keys as there are lanes. */
    private static void weightsOfDistances(float[] a, int wo, float[] p, int po, int sums) {
        FloatVector sum = Floats.broadcast(0);
        for (int i = 0; i < SIZE; i++) {
            FloatVector e = Floats.exp2(Floats.load(p, po + i * STRIDE));
            e.intoArray(p, po + i * STRIDE);
            sum = Floats.broadcast(a[wo + i]).fma(e, sum);
        }
        sum.intoArray(p, sums);
    }

    /** E from differences: no cancellation, for few coordinates or points far from the middle. */
    static void weightsOfDifferences(
            float[] y, int rows, int keys, int d, int wo, float[] p, int po, int sums) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i++) {
                differences(y, rows + i, keys + c, d, p, po + i * STRIDE + c);
            }
        }
        for (int c = 0; c < SIZE; c += WIDTH) {
            weightsOfDistances(y, wo, p, po + c, sums + c);
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
    static void columns(float[] p, int po, float[] w, int wo, int count, float[] out, int oo) {
        for (int c = 0; c < SIZE; c += FOUR) {
            int j = 1;
            for (; j + 4 <= count; j += 4) {
                columns4(p, po + c, w, wo + j * SIZE, out, oo + j * SIZE + c);
            }
            for (; j < count; j++) {
                columns1(p, po + c, w, wo + j * SIZE, out, oo + j * SIZE + c);
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

    private static void store2(FloatVector a, FloatVector b, float[] out, int at) {
        a.intoArray(out, at);
        b.intoArray(out, at + WIDTH);
    }

    /**
     * Rows' sums out_ij = Σ_l E_il w_jl, spread over lanes: out is SIZE × count × lanes.
     *
     * @param p weights from {@code po} on, not modified, and all else
     * @param length number of keys
     * @param w where count panels of BLOCKS·SIZE values of the keys start in p, not modified
     * @param count number of panels
     * @param out where the sums start in p, modified
     */
    static void rows(float[] p, int po, int length, int w, int count, int out) {
        for (int i = 0; i < SIZE; i += 4) {
            int from = po + i * STRIDE;
            int j = 0;
            for (; j + 4 <= count; j += 4) {
                rows4(p, from, length, w + j * LONG, out + (i * count + j) * WIDTH, count);
            }
            for (; j < count; j++) {
                rows1(p, from, length, w + j * LONG, out + (i * count + j) * WIDTH, count);
            }
        }
    }

    private static void rows4(float[] p, int po, int length, int wo, int oo, int count) {
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
            FloatVector k0 = Floats.load(p, wo + l);
            FloatVector k1 = Floats.load(p, wo + LONG + l);
            FloatVector k2 = Floats.load(p, wo + 2 * LONG + l);
            FloatVector k3 = Floats.load(p, wo + 3 * LONG + l);
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
        store4(a0, a1, a2, a3, p, oo);
        store4(b0, b1, b2, b3, p, oo + count * WIDTH);
        store4(c0, c1, c2, c3, p, oo + 2 * count * WIDTH);
        store4(d0, d1, d2, d3, p, oo + 3 * count * WIDTH);
    }

    private static void rows1(float[] p, int po, int length, int wo, int oo, int count) {
        FloatVector a = Floats.broadcast(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int l = 0; l < length; l += WIDTH) {
            FloatVector k = Floats.load(p, wo + l);
            a = k.fma(Floats.load(p, po + l), a);
            b = k.fma(Floats.load(p, po + STRIDE + l), b);
            c = k.fma(Floats.load(p, po + 2 * STRIDE + l), c);
            d = k.fma(Floats.load(p, po + 3 * STRIDE + l), d);
        }
        a.intoArray(p, oo);
        b.intoArray(p, oo + count * WIDTH);
        c.intoArray(p, oo + 2 * count * WIDTH);
        d.intoArray(p, oo + 3 * count * WIDTH);
    }

    /** Coordinates that stand side by side in the panel that begins with coordinate {@code j}. */
    static int panel(int j, int d) {
        return j + TWO < d ? FOUR : TWO;
    }

    /** Σ over the lanes of a sum, in a fixed order: that of reduceLanes is not defined. */
    static double total(float[] a, int at) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int l = at; l < at + WIDTH; l += 4) {
            s0 += a[l];
            s1 += a[l + 1];
            s2 += a[l + 2];
            s3 += a[l + 3];
        }
        return s0 + s1 + (s2 + s3);
    }

    /**
     * Rows' sums out_i = Σ_l E_il g_l y_l, where lanes hold coordinates.
     *
     * @param p weights from {@code po} on, not modified, and the sums
     * @param v values g·y of the keys from {@code vo} on, in {@link #panel panels}, not modified
     * @param d number of coordinates
     * @param out where the sums, laid out like the values, start in p, modified
     */
    static void rowPoints(float[] p, int po, float[] v, int vo, int d, int out) {
        for (int j = 0; j < d; j += panel(j, d)) {
            int panel = j * SIZE;
            if (panel(j, d) == FOUR) {
                for (int i = 0; i < SIZE; i += 4) {
                    rowPoints4(p, po + i * STRIDE, v, vo + panel, out + panel + i * FOUR);
                }
            } else {
                for (int i = 0; i < SIZE; i += 8) {
                    rowPoints2(p, po + i * STRIDE, v, vo + panel, out + panel + i * TWO);
                }
            }
        }
    }

    /** Four rows, four registers of coordinates. */
    private static void rowPoints4(float[] p, int po, float[] v, int vo, int oo) {
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
        for (int l = 0; l < SIZE; l++) {
            FloatVector k0 = Floats.load(v, vo + l * FOUR);
            FloatVector k1 = Floats.load(v, vo + l * FOUR + WIDTH);
            FloatVector k2 = Floats.load(v, vo + l * FOUR + 2 * WIDTH);
            FloatVector k3 = Floats.load(v, vo + l * FOUR + 3 * WIDTH);
            FloatVector r = Floats.broadcast(p[po + l]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Floats.broadcast(p[po + l + STRIDE]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Floats.broadcast(p[po + l + 2 * STRIDE]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Floats.broadcast(p[po + l + 3 * STRIDE]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        store4(a0, a1, a2, a3, p, oo);
        store4(b0, b1, b2, b3, p, oo + FOUR);
        store4(c0, c1, c2, c3, p, oo + 2 * FOUR);
        store4(d0, d1, d2, d3, p, oo + 3 * FOUR);
    }

    /** Eight rows, two registers of coordinates. */
    private static void rowPoints2(float[] p, int po, float[] v, int vo, int oo) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector f0 = a0;
        FloatVector f1 = a0;
        FloatVector g0 = a0;
        FloatVector g1 = a0;
        FloatVector h0 = a0;
        FloatVector h1 = a0;
        for (int l = 0; l < SIZE; l++) {
            FloatVector k0 = Floats.load(v, vo + l * TWO);
            FloatVector k1 = Floats.load(v, vo + l * TWO + WIDTH);
            FloatVector r = Floats.broadcast(p[po + l]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = Floats.broadcast(p[po + l + STRIDE]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = Floats.broadcast(p[po + l + 2 * STRIDE]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = Floats.broadcast(p[po + l + 3 * STRIDE]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            r = Floats.broadcast(p[po + l + 4 * STRIDE]);
            e0 = r.fma(k0, e0);
            e1 = r.fma(k1, e1);
            r = Floats.broadcast(p[po + l + 5 * STRIDE]);
            f0 = r.fma(k0, f0);
            f1 = r.fma(k1, f1);
            r = Floats.broadcast(p[po + l + 6 * STRIDE]);
            g0 = r.fma(k0, g0);
            g1 = r.fma(k1, g1);
            r = Floats.broadcast(p[po + l + 7 * STRIDE]);
            h0 = r.fma(k0, h0);
            h1 = r.fma(k1, h1);
        }
        store2(a0, a1, p, oo);
        store2(b0, b1, p, oo + TWO);
        store2(c0, c1, p, oo + 2 * TWO);
        store2(d0, d1, p, oo + 3 * TWO);
        store2(e0, e1, p, oo + 4 * TWO);
        store2(f0, f1, p, oo + 5 * TWO);
        store2(g0, g1, p, oo + 6 * TWO);
        store2(h0, h1, p, oo + 7 * TWO);
    }

    /**
     * Columns' sums out_l = Σ_i E_il g_i y_i, where lanes hold coordinates.
     *
     * @param p weights from {@code po} on, not modified, and the sums
     * @param v values g·y of the rows from {@code vo} on, in {@link #panel panels}, not modified
     * @param d number of coordinates
     * @param out where the sums, laid out like the values, start in p, modified
     */
    static void columnPoints(float[] p, int po, float[] v, int vo, int d, int out) {
        for (int j = 0; j < d; j += panel(j, d)) {
            int panel = j * SIZE;
            if (panel(j, d) == FOUR) {
                for (int i = 0; i < SIZE; i += 4) {
                    columnPoints4(p, po + i, v, vo + panel, out + panel + i * FOUR);
                }
            } else {
                for (int i = 0; i < SIZE; i += 8) {
                    columnPoints2(p, po + i, v, vo + panel, out + panel + i * TWO);
                }
            }
        }
    }

    /** Four columns, four registers of coordinates. */
    private static void columnPoints4(float[] p, int po, float[] v, int vo, int oo) {
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
        for (int l = 0; l < SIZE; l++) {
            FloatVector k0 = Floats.load(v, vo + l * FOUR);
            FloatVector k1 = Floats.load(v, vo + l * FOUR + WIDTH);
            FloatVector k2 = Floats.load(v, vo + l * FOUR + 2 * WIDTH);
            FloatVector k3 = Floats.load(v, vo + l * FOUR + 3 * WIDTH);
            FloatVector r = Floats.broadcast(p[po + l * STRIDE]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = Floats.broadcast(p[po + l * STRIDE + 1]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = Floats.broadcast(p[po + l * STRIDE + 2]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = Floats.broadcast(p[po + l * STRIDE + 3]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        store4(a0, a1, a2, a3, p, oo);
        store4(b0, b1, b2, b3, p, oo + FOUR);
        store4(c0, c1, c2, c3, p, oo + 2 * FOUR);
        store4(d0, d1, d2, d3, p, oo + 3 * FOUR);
    }

    /** Eight columns, two registers of coordinates. */
    private static void columnPoints2(float[] p, int po, float[] v, int vo, int oo) {
        FloatVector a0 = Floats.broadcast(0);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector e0 = a0;
        FloatVector e1 = a0;
        FloatVector f0 = a0;
        FloatVector f1 = a0;
        FloatVector g0 = a0;
        FloatVector g1 = a0;
        FloatVector h0 = a0;
        FloatVector h1 = a0;
        for (int l = 0; l < SIZE; l++) {
            FloatVector k0 = Floats.load(v, vo + l * TWO);
            FloatVector k1 = Floats.load(v, vo + l * TWO + WIDTH);
            FloatVector r = Floats.broadcast(p[po + l * STRIDE]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = Floats.broadcast(p[po + l * STRIDE + 1]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = Floats.broadcast(p[po + l * STRIDE + 2]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = Floats.broadcast(p[po + l * STRIDE + 3]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            r = Floats.broadcast(p[po + l * STRIDE + 4]);
            e0 = r.fma(k0, e0);
            e1 = r.fma(k1, e1);
            r = Floats.broadcast(p[po + l * STRIDE + 5]);
            f0 = r.fma(k0, f0);
            f1 = r.fma(k1, f1);
            r = Floats.broadcast(p[po + l * STRIDE + 6]);
            g0 = r.fma(k0, g0);
            g1 = r.fma(k1, g1);
            r = Floats.broadcast(p[po + l * STRIDE + 7]);
            h0 = r.fma(k0, h0);
            h1 = r.fma(k1, h1);
        }
        store2(a0, a1, p, oo);
        store2(b0, b1, p, oo + TWO);
        store2(c0, c1, p, oo + 2 * TWO);
        store2(d0, d1, p, oo + 3 * TWO);
        store2(e0, e1, p, oo + 4 * TWO);
        store2(f0, f1, p, oo + 5 * TWO);
        store2(g0, g1, p, oo + 6 * TWO);
        store2(h0, h1, p, oo + 7 * TWO);
    }
}
