package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

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

    private static final VectorSpecies<Float> LANES = Floats.LANES;
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
     * @return the {@link Floats#bits} of the least squared distance
     */
    static int weights(
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
        int most = Integer.MIN_VALUE;
        for (int c = 0; c < SIZE; c += TWO) {
            int here = exponentials2(y, -2, rowSquare, keySquare + c, wo, p, po + c, sums + c);
            most = Math.max(most, here);
        }
        return most;
    }

    /**
     * The same from differences: no cancellation, for few coordinates or points far from the
     * middle.
     *
     * @param zero where SIZE zeros start in y
     * @return the {@link Floats#bits} of the least squared distance
     */
    static int weightsOfDifferences(
            float[] y, int rows, int keys, int d, int zero, int wo, float[] p, int po, int sums) {
        for (int c = 0; c < SIZE; c += FOUR) {
            for (int i = 0; i < SIZE; i++) {
                differences(y, rows + i, keys + c, d, p, po + i * STRIDE + c);
            }
        }
        int most = Integer.MIN_VALUE;
        for (int c = 0; c < SIZE; c += TWO) {
            int here = exponentials2(y, 1, zero, zero + c, wo, p, po + c, sums + c);
            most = Math.max(most, here);
        }
        return most;
    }

    private static void products4(float[] y, int row, int key, int d, float[] p, int at) {
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, y, key + k);
            FloatVector k1 = FloatVector.fromArray(LANES, y, key + k + WIDTH);
            FloatVector k2 = FloatVector.fromArray(LANES, y, key + k + 2 * WIDTH);
            FloatVector k3 = FloatVector.fromArray(LANES, y, key + k + 3 * WIDTH);
            FloatVector r = FloatVector.broadcast(LANES, y[row + k]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = FloatVector.broadcast(LANES, y[row + k + 1]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = FloatVector.broadcast(LANES, y[row + k + 2]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = FloatVector.broadcast(LANES, y[row + k + 3]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        a0.intoArray(p, at);
        a1.intoArray(p, at + WIDTH);
        a2.intoArray(p, at + 2 * WIDTH);
        a3.intoArray(p, at + 3 * WIDTH);
        b0.intoArray(p, at + STRIDE);
        b1.intoArray(p, at + STRIDE + WIDTH);
        b2.intoArray(p, at + STRIDE + 2 * WIDTH);
        b3.intoArray(p, at + STRIDE + 3 * WIDTH);
        c0.intoArray(p, at + 2 * STRIDE);
        c1.intoArray(p, at + 2 * STRIDE + WIDTH);
        c2.intoArray(p, at + 2 * STRIDE + 2 * WIDTH);
        c3.intoArray(p, at + 2 * STRIDE + 3 * WIDTH);
        d0.intoArray(p, at + 3 * STRIDE);
        d1.intoArray(p, at + 3 * STRIDE + WIDTH);
        d2.intoArray(p, at + 3 * STRIDE + 2 * WIDTH);
        d3.intoArray(p, at + 3 * STRIDE + 3 * WIDTH);
    }

    /**
     * Weights 2^{−q}, q_il = f·p_il + r_i + k_l, in the place of p, and Σ_i w_i 2^{−q_il}, for two
     * registers of keys.
     *
     * @return the {@link Floats#bits} of the least q
     */
    private static int exponentials2(
            float[] a, float factor, int row, int key, int wo, float[] p, int po, int sums) {
        FloatVector f = FloatVector.broadcast(LANES, factor);
        FloatVector k0 = FloatVector.fromArray(LANES, a, key);
        FloatVector k1 = FloatVector.fromArray(LANES, a, key + WIDTH);
        FloatVector round = FloatVector.broadcast(LANES, Floats.ROUND);
        IntVector least = IntVector.broadcast(Floats.BITS, Floats.LEAST);
        FloatVector p5 = FloatVector.broadcast(LANES, Floats.P5);
        FloatVector p4 = FloatVector.broadcast(LANES, Floats.P4);
        FloatVector p3 = FloatVector.broadcast(LANES, Floats.P3);
        FloatVector p2 = FloatVector.broadcast(LANES, Floats.P2);
        FloatVector p1 = FloatVector.broadcast(LANES, Floats.P1);
        FloatVector p0 = FloatVector.broadcast(LANES, Floats.P0);
        FloatVector s0 = FloatVector.broadcast(LANES, 0);
        FloatVector s1 = s0;
        IntVector most = IntVector.broadcast(Floats.BITS, Integer.MIN_VALUE);
        for (int i = 0; i < SIZE; i++) {
            int at = po + i * STRIDE;
            FloatVector square = FloatVector.broadcast(LANES, a[row + i]);
            FloatVector w = FloatVector.broadcast(LANES, a[wo + i]);
            FloatVector q = FloatVector.fromArray(LANES, p, at).fma(f, k0.add(square));
            FloatVector n = round.sub(q);
            FloatVector r = n.sub(round).add(q);
            FloatVector e = r.fma(p5, p4).fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0);
            IntVector bits = n.reinterpretAsInts();
            most = most.max(bits);
            IntVector power = bits.max(least).lanewise(VectorOperators.LSHL, 23);
            e = e.mul(power.reinterpretAsFloats());
            e.intoArray(p, at);
            s0 = w.fma(e, s0);
            q = FloatVector.fromArray(LANES, p, at + WIDTH).fma(f, k1.add(square));
            n = round.sub(q);
            r = n.sub(round).add(q);
            e = r.fma(p5, p4).fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0);
            bits = n.reinterpretAsInts();
            most = most.max(bits);
            power = bits.max(least).lanewise(VectorOperators.LSHL, 23);
            e = e.mul(power.reinterpretAsFloats());
            e.intoArray(p, at + WIDTH);
            s1 = w.fma(e, s1);
        }
        FloatVector.fromArray(LANES, p, sums).add(s0).intoArray(p, sums);
        FloatVector.fromArray(LANES, p, sums + WIDTH).add(s1).intoArray(p, sums + WIDTH);
        return most.reduceLanes(VectorOperators.MAX);
    }

    /**
     * E_il = 2^{−|y_i−y_l|²} in the plane, and the columns' sums of their products with the rows'
     * three panels, Σ_i g_i E_il (1, y_i).
     *
     * @param y panels, not modified
     * @param rows where the rows' block starts in y
     * @param keys where the keys' block starts in y
     * @param wo where the rows' panels of values start in y
     * @param p SIZE × STRIDE weights and workspace, the columns from {@code po} on modified
     * @param sums where 3 × SIZE sums start in p, modified
     */
    static void weightsInPlane(float[] y, int rows, int keys, int wo, float[] p, int po, int sums) {
        for (int c = 0; c < SIZE; c += TWO) {
            plane2(y, rows, keys + c, wo, p, po + c, sums + c);
        }
    }

    /** The same for two registers of keys, so that a row's numbers are broadcast once for both. */
    private static void plane2(float[] a, int row, int key, int wo, float[] p, int po, int sums) {
        FloatVector kx = FloatVector.fromArray(LANES, a, key);
        FloatVector ky = FloatVector.fromArray(LANES, a, key + SIZE);
        FloatVector lx = FloatVector.fromArray(LANES, a, key + WIDTH);
        FloatVector ly = FloatVector.fromArray(LANES, a, key + SIZE + WIDTH);
        FloatVector round = FloatVector.broadcast(LANES, Floats.ROUND);
        IntVector least = IntVector.broadcast(Floats.BITS, Floats.LEAST);
        FloatVector p5 = FloatVector.broadcast(LANES, Floats.P5);
        FloatVector p4 = FloatVector.broadcast(LANES, Floats.P4);
        FloatVector p3 = FloatVector.broadcast(LANES, Floats.P3);
        FloatVector p2 = FloatVector.broadcast(LANES, Floats.P2);
        FloatVector p1 = FloatVector.broadcast(LANES, Floats.P1);
        FloatVector p0 = FloatVector.broadcast(LANES, Floats.P0);
        FloatVector s0 = FloatVector.broadcast(LANES, 0);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector t0 = s0;
        FloatVector t1 = s0;
        FloatVector t2 = s0;
        for (int i = 0; i < SIZE; i++) {
            int at = po + i * STRIDE;
            FloatVector rx = FloatVector.broadcast(LANES, a[row + i]);
            FloatVector ry = FloatVector.broadcast(LANES, a[row + SIZE + i]);
            FloatVector x = kx.sub(rx);
            FloatVector y = ky.sub(ry);
            FloatVector q = x.fma(x, y.mul(y));
            FloatVector n = round.sub(q);
            FloatVector r = n.sub(round).add(q);
            FloatVector e = r.fma(p5, p4).fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0);
            IntVector power = n.reinterpretAsInts().max(least).lanewise(VectorOperators.LSHL, 23);
            e = e.mul(power.reinterpretAsFloats());
            e.intoArray(p, at);
            x = lx.sub(rx);
            y = ly.sub(ry);
            q = x.fma(x, y.mul(y));
            n = round.sub(q);
            r = n.sub(round).add(q);
            FloatVector f = r.fma(p5, p4).fma(r, p3).fma(r, p2).fma(r, p1).fma(r, p0);
            power = n.reinterpretAsInts().max(least).lanewise(VectorOperators.LSHL, 23);
            f = f.mul(power.reinterpretAsFloats());
            f.intoArray(p, at + WIDTH);
            FloatVector w = FloatVector.broadcast(LANES, a[wo + i]);
            s0 = w.fma(e, s0);
            t0 = w.fma(f, t0);
            w = FloatVector.broadcast(LANES, a[wo + SIZE + i]);
            s1 = w.fma(e, s1);
            t1 = w.fma(f, t1);
            w = FloatVector.broadcast(LANES, a[wo + 2 * SIZE + i]);
            s2 = w.fma(e, s2);
            t2 = w.fma(f, t2);
        }
        s0.intoArray(p, sums);
        t0.intoArray(p, sums + WIDTH);
        s1.intoArray(p, sums + SIZE);
        t1.intoArray(p, sums + SIZE + WIDTH);
        s2.intoArray(p, sums + 2 * SIZE);
        t2.intoArray(p, sums + 2 * SIZE + WIDTH);
    }

    private static void differences(float[] y, int row, int key, int d, float[] p, int at) {
        FloatVector q0 = FloatVector.broadcast(LANES, 0);
        FloatVector q1 = q0;
        FloatVector q2 = q0;
        FloatVector q3 = q0;
        for (int k = 0; k < d * SIZE; k += SIZE) {
            FloatVector r = FloatVector.broadcast(LANES, y[row + k]);
            FloatVector t0 = FloatVector.fromArray(LANES, y, key + k).sub(r);
            FloatVector t1 = FloatVector.fromArray(LANES, y, key + k + WIDTH).sub(r);
            FloatVector t2 = FloatVector.fromArray(LANES, y, key + k + 2 * WIDTH).sub(r);
            FloatVector t3 = FloatVector.fromArray(LANES, y, key + k + 3 * WIDTH).sub(r);
            q0 = t0.fma(t0, q0);
            q1 = t1.fma(t1, q1);
            q2 = t2.fma(t2, q2);
            q3 = t3.fma(t3, q3);
        }
        q0.intoArray(p, at);
        q1.intoArray(p, at + WIDTH);
        q2.intoArray(p, at + 2 * WIDTH);
        q3.intoArray(p, at + 3 * WIDTH);
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
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, p, k);
            FloatVector k1 = FloatVector.fromArray(LANES, p, k + WIDTH);
            FloatVector k2 = FloatVector.fromArray(LANES, p, k + 2 * WIDTH);
            FloatVector k3 = FloatVector.fromArray(LANES, p, k + 3 * WIDTH);
            FloatVector r = FloatVector.broadcast(LANES, w[wo + i]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = FloatVector.broadcast(LANES, w[wo + SIZE + i]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = FloatVector.broadcast(LANES, w[wo + 2 * SIZE + i]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = FloatVector.broadcast(LANES, w[wo + 3 * SIZE + i]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        FloatVector.fromArray(LANES, out, oo).add(a0).intoArray(out, oo);
        FloatVector.fromArray(LANES, out, oo + WIDTH).add(a1).intoArray(out, oo + WIDTH);
        FloatVector.fromArray(LANES, out, oo + 2 * WIDTH).add(a2).intoArray(out, oo + 2 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + 3 * WIDTH).add(a3).intoArray(out, oo + 3 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + SIZE).add(b0).intoArray(out, oo + SIZE);
        FloatVector.fromArray(LANES, out, oo + SIZE + WIDTH)
                .add(b1)
                .intoArray(out, oo + SIZE + WIDTH);
        FloatVector.fromArray(LANES, out, oo + SIZE + 2 * WIDTH)
                .add(b2)
                .intoArray(out, oo + SIZE + 2 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + SIZE + 3 * WIDTH)
                .add(b3)
                .intoArray(out, oo + SIZE + 3 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + 2 * SIZE).add(c0).intoArray(out, oo + 2 * SIZE);
        FloatVector.fromArray(LANES, out, oo + 2 * SIZE + WIDTH)
                .add(c1)
                .intoArray(out, oo + 2 * SIZE + WIDTH);
        FloatVector.fromArray(LANES, out, oo + 2 * SIZE + 2 * WIDTH)
                .add(c2)
                .intoArray(out, oo + 2 * SIZE + 2 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + 2 * SIZE + 3 * WIDTH)
                .add(c3)
                .intoArray(out, oo + 2 * SIZE + 3 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + 3 * SIZE).add(d0).intoArray(out, oo + 3 * SIZE);
        FloatVector.fromArray(LANES, out, oo + 3 * SIZE + WIDTH)
                .add(d1)
                .intoArray(out, oo + 3 * SIZE + WIDTH);
        FloatVector.fromArray(LANES, out, oo + 3 * SIZE + 2 * WIDTH)
                .add(d2)
                .intoArray(out, oo + 3 * SIZE + 2 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + 3 * SIZE + 3 * WIDTH)
                .add(d3)
                .intoArray(out, oo + 3 * SIZE + 3 * WIDTH);
    }

    private static void columns1(float[] p, int c, float[] w, int wo, float[] out, int oo) {
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        for (int i = 0; i < SIZE; i++) {
            int k = i * STRIDE + c;
            FloatVector r = FloatVector.broadcast(LANES, w[wo + i]);
            a0 = r.fma(FloatVector.fromArray(LANES, p, k), a0);
            a1 = r.fma(FloatVector.fromArray(LANES, p, k + WIDTH), a1);
            a2 = r.fma(FloatVector.fromArray(LANES, p, k + 2 * WIDTH), a2);
            a3 = r.fma(FloatVector.fromArray(LANES, p, k + 3 * WIDTH), a3);
        }
        FloatVector.fromArray(LANES, out, oo).add(a0).intoArray(out, oo);
        FloatVector.fromArray(LANES, out, oo + WIDTH).add(a1).intoArray(out, oo + WIDTH);
        FloatVector.fromArray(LANES, out, oo + 2 * WIDTH).add(a2).intoArray(out, oo + 2 * WIDTH);
        FloatVector.fromArray(LANES, out, oo + 3 * WIDTH).add(a3).intoArray(out, oo + 3 * WIDTH);
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
            if (j + 3 == count) {
                rows3(p, from, length, w + j * LONG, out + (i * count + j) * WIDTH, count);
                j = count;
            }
            for (; j < count; j++) {
                rows1(p, from, length, w + j * LONG, out + (i * count + j) * WIDTH, count);
            }
        }
    }

    private static void rows4(float[] p, int po, int length, int wo, int oo, int count) {
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, p, wo + l);
            FloatVector k1 = FloatVector.fromArray(LANES, p, wo + LONG + l);
            FloatVector k2 = FloatVector.fromArray(LANES, p, wo + 2 * LONG + l);
            FloatVector k3 = FloatVector.fromArray(LANES, p, wo + 3 * LONG + l);
            FloatVector r = FloatVector.fromArray(LANES, p, po + l);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = FloatVector.fromArray(LANES, p, po + STRIDE + l);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = FloatVector.fromArray(LANES, p, po + 2 * STRIDE + l);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = FloatVector.fromArray(LANES, p, po + 3 * STRIDE + l);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        FloatVector.fromArray(LANES, p, oo).add(a0).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + WIDTH).add(a1).intoArray(p, oo + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * WIDTH).add(a2).intoArray(p, oo + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * WIDTH).add(a3).intoArray(p, oo + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH)
                .add(b0)
                .intoArray(p, oo + count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH + WIDTH)
                .add(b1)
                .intoArray(p, oo + count * WIDTH + WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH + 2 * WIDTH)
                .add(b2)
                .intoArray(p, oo + count * WIDTH + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH + 3 * WIDTH)
                .add(b3)
                .intoArray(p, oo + count * WIDTH + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH)
                .add(c0)
                .intoArray(p, oo + 2 * count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH + WIDTH)
                .add(c1)
                .intoArray(p, oo + 2 * count * WIDTH + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH + 2 * WIDTH)
                .add(c2)
                .intoArray(p, oo + 2 * count * WIDTH + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH + 3 * WIDTH)
                .add(c3)
                .intoArray(p, oo + 2 * count * WIDTH + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH)
                .add(d0)
                .intoArray(p, oo + 3 * count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH + WIDTH)
                .add(d1)
                .intoArray(p, oo + 3 * count * WIDTH + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH + 2 * WIDTH)
                .add(d2)
                .intoArray(p, oo + 3 * count * WIDTH + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH + 3 * WIDTH)
                .add(d3)
                .intoArray(p, oo + 3 * count * WIDTH + 3 * WIDTH);
    }

    private static void rows3(float[] p, int po, int length, int wo, int oo, int count) {
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector b2 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector c2 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        FloatVector d2 = a0;
        for (int l = 0; l < length; l += WIDTH) {
            FloatVector k0 = FloatVector.fromArray(LANES, p, wo + l);
            FloatVector k1 = FloatVector.fromArray(LANES, p, wo + LONG + l);
            FloatVector k2 = FloatVector.fromArray(LANES, p, wo + 2 * LONG + l);
            FloatVector r = FloatVector.fromArray(LANES, p, po + l);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            r = FloatVector.fromArray(LANES, p, po + STRIDE + l);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            r = FloatVector.fromArray(LANES, p, po + 2 * STRIDE + l);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            r = FloatVector.fromArray(LANES, p, po + 3 * STRIDE + l);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
        }
        FloatVector.fromArray(LANES, p, oo).add(a0).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + WIDTH).add(a1).intoArray(p, oo + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * WIDTH).add(a2).intoArray(p, oo + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH)
                .add(b0)
                .intoArray(p, oo + count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH + WIDTH)
                .add(b1)
                .intoArray(p, oo + count * WIDTH + WIDTH);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH + 2 * WIDTH)
                .add(b2)
                .intoArray(p, oo + count * WIDTH + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH)
                .add(c0)
                .intoArray(p, oo + 2 * count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH + WIDTH)
                .add(c1)
                .intoArray(p, oo + 2 * count * WIDTH + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH + 2 * WIDTH)
                .add(c2)
                .intoArray(p, oo + 2 * count * WIDTH + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH)
                .add(d0)
                .intoArray(p, oo + 3 * count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH + WIDTH)
                .add(d1)
                .intoArray(p, oo + 3 * count * WIDTH + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH + 2 * WIDTH)
                .add(d2)
                .intoArray(p, oo + 3 * count * WIDTH + 2 * WIDTH);
    }

    private static void rows1(float[] p, int po, int length, int wo, int oo, int count) {
        FloatVector a = FloatVector.broadcast(LANES, 0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int l = 0; l < length; l += WIDTH) {
            FloatVector k = FloatVector.fromArray(LANES, p, wo + l);
            a = k.fma(FloatVector.fromArray(LANES, p, po + l), a);
            b = k.fma(FloatVector.fromArray(LANES, p, po + STRIDE + l), b);
            c = k.fma(FloatVector.fromArray(LANES, p, po + 2 * STRIDE + l), c);
            d = k.fma(FloatVector.fromArray(LANES, p, po + 3 * STRIDE + l), d);
        }
        FloatVector.fromArray(LANES, p, oo).add(a).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + count * WIDTH).add(b).intoArray(p, oo + count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * count * WIDTH)
                .add(c)
                .intoArray(p, oo + 2 * count * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * count * WIDTH)
                .add(d)
                .intoArray(p, oo + 3 * count * WIDTH);
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
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, v, vo + l * FOUR);
            FloatVector k1 = FloatVector.fromArray(LANES, v, vo + l * FOUR + WIDTH);
            FloatVector k2 = FloatVector.fromArray(LANES, v, vo + l * FOUR + 2 * WIDTH);
            FloatVector k3 = FloatVector.fromArray(LANES, v, vo + l * FOUR + 3 * WIDTH);
            FloatVector r = FloatVector.broadcast(LANES, p[po + l]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = FloatVector.broadcast(LANES, p[po + l + STRIDE]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = FloatVector.broadcast(LANES, p[po + l + 2 * STRIDE]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = FloatVector.broadcast(LANES, p[po + l + 3 * STRIDE]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        FloatVector.fromArray(LANES, p, oo).add(a0).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + WIDTH).add(a1).intoArray(p, oo + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * WIDTH).add(a2).intoArray(p, oo + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * WIDTH).add(a3).intoArray(p, oo + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + FOUR).add(b0).intoArray(p, oo + FOUR);
        FloatVector.fromArray(LANES, p, oo + FOUR + WIDTH).add(b1).intoArray(p, oo + FOUR + WIDTH);
        FloatVector.fromArray(LANES, p, oo + FOUR + 2 * WIDTH)
                .add(b2)
                .intoArray(p, oo + FOUR + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + FOUR + 3 * WIDTH)
                .add(b3)
                .intoArray(p, oo + FOUR + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR).add(c0).intoArray(p, oo + 2 * FOUR);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR + WIDTH)
                .add(c1)
                .intoArray(p, oo + 2 * FOUR + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR + 2 * WIDTH)
                .add(c2)
                .intoArray(p, oo + 2 * FOUR + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR + 3 * WIDTH)
                .add(c3)
                .intoArray(p, oo + 2 * FOUR + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR).add(d0).intoArray(p, oo + 3 * FOUR);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR + WIDTH)
                .add(d1)
                .intoArray(p, oo + 3 * FOUR + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR + 2 * WIDTH)
                .add(d2)
                .intoArray(p, oo + 3 * FOUR + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR + 3 * WIDTH)
                .add(d3)
                .intoArray(p, oo + 3 * FOUR + 3 * WIDTH);
    }

    /** Eight rows, two registers of coordinates. */
    private static void rowPoints2(float[] p, int po, float[] v, int vo, int oo) {
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, v, vo + l * TWO);
            FloatVector k1 = FloatVector.fromArray(LANES, v, vo + l * TWO + WIDTH);
            FloatVector r = FloatVector.broadcast(LANES, p[po + l]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = FloatVector.broadcast(LANES, p[po + l + STRIDE]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = FloatVector.broadcast(LANES, p[po + l + 2 * STRIDE]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = FloatVector.broadcast(LANES, p[po + l + 3 * STRIDE]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            r = FloatVector.broadcast(LANES, p[po + l + 4 * STRIDE]);
            e0 = r.fma(k0, e0);
            e1 = r.fma(k1, e1);
            r = FloatVector.broadcast(LANES, p[po + l + 5 * STRIDE]);
            f0 = r.fma(k0, f0);
            f1 = r.fma(k1, f1);
            r = FloatVector.broadcast(LANES, p[po + l + 6 * STRIDE]);
            g0 = r.fma(k0, g0);
            g1 = r.fma(k1, g1);
            r = FloatVector.broadcast(LANES, p[po + l + 7 * STRIDE]);
            h0 = r.fma(k0, h0);
            h1 = r.fma(k1, h1);
        }
        FloatVector.fromArray(LANES, p, oo).add(a0).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + WIDTH).add(a1).intoArray(p, oo + WIDTH);
        FloatVector.fromArray(LANES, p, oo + TWO).add(b0).intoArray(p, oo + TWO);
        FloatVector.fromArray(LANES, p, oo + TWO + WIDTH).add(b1).intoArray(p, oo + TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * TWO).add(c0).intoArray(p, oo + 2 * TWO);
        FloatVector.fromArray(LANES, p, oo + 2 * TWO + WIDTH)
                .add(c1)
                .intoArray(p, oo + 2 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * TWO).add(d0).intoArray(p, oo + 3 * TWO);
        FloatVector.fromArray(LANES, p, oo + 3 * TWO + WIDTH)
                .add(d1)
                .intoArray(p, oo + 3 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 4 * TWO).add(e0).intoArray(p, oo + 4 * TWO);
        FloatVector.fromArray(LANES, p, oo + 4 * TWO + WIDTH)
                .add(e1)
                .intoArray(p, oo + 4 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 5 * TWO).add(f0).intoArray(p, oo + 5 * TWO);
        FloatVector.fromArray(LANES, p, oo + 5 * TWO + WIDTH)
                .add(f1)
                .intoArray(p, oo + 5 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 6 * TWO).add(g0).intoArray(p, oo + 6 * TWO);
        FloatVector.fromArray(LANES, p, oo + 6 * TWO + WIDTH)
                .add(g1)
                .intoArray(p, oo + 6 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 7 * TWO).add(h0).intoArray(p, oo + 7 * TWO);
        FloatVector.fromArray(LANES, p, oo + 7 * TWO + WIDTH)
                .add(h1)
                .intoArray(p, oo + 7 * TWO + WIDTH);
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
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, v, vo + l * FOUR);
            FloatVector k1 = FloatVector.fromArray(LANES, v, vo + l * FOUR + WIDTH);
            FloatVector k2 = FloatVector.fromArray(LANES, v, vo + l * FOUR + 2 * WIDTH);
            FloatVector k3 = FloatVector.fromArray(LANES, v, vo + l * FOUR + 3 * WIDTH);
            FloatVector r = FloatVector.broadcast(LANES, p[po + l * STRIDE]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            a2 = r.fma(k2, a2);
            a3 = r.fma(k3, a3);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 1]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            b2 = r.fma(k2, b2);
            b3 = r.fma(k3, b3);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 2]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            c2 = r.fma(k2, c2);
            c3 = r.fma(k3, c3);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 3]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            d2 = r.fma(k2, d2);
            d3 = r.fma(k3, d3);
        }
        FloatVector.fromArray(LANES, p, oo).add(a0).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + WIDTH).add(a1).intoArray(p, oo + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * WIDTH).add(a2).intoArray(p, oo + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * WIDTH).add(a3).intoArray(p, oo + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + FOUR).add(b0).intoArray(p, oo + FOUR);
        FloatVector.fromArray(LANES, p, oo + FOUR + WIDTH).add(b1).intoArray(p, oo + FOUR + WIDTH);
        FloatVector.fromArray(LANES, p, oo + FOUR + 2 * WIDTH)
                .add(b2)
                .intoArray(p, oo + FOUR + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + FOUR + 3 * WIDTH)
                .add(b3)
                .intoArray(p, oo + FOUR + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR).add(c0).intoArray(p, oo + 2 * FOUR);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR + WIDTH)
                .add(c1)
                .intoArray(p, oo + 2 * FOUR + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR + 2 * WIDTH)
                .add(c2)
                .intoArray(p, oo + 2 * FOUR + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * FOUR + 3 * WIDTH)
                .add(c3)
                .intoArray(p, oo + 2 * FOUR + 3 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR).add(d0).intoArray(p, oo + 3 * FOUR);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR + WIDTH)
                .add(d1)
                .intoArray(p, oo + 3 * FOUR + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR + 2 * WIDTH)
                .add(d2)
                .intoArray(p, oo + 3 * FOUR + 2 * WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * FOUR + 3 * WIDTH)
                .add(d3)
                .intoArray(p, oo + 3 * FOUR + 3 * WIDTH);
    }

    /** Eight columns, two registers of coordinates. */
    private static void columnPoints2(float[] p, int po, float[] v, int vo, int oo) {
        FloatVector a0 = FloatVector.broadcast(LANES, 0);
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
            FloatVector k0 = FloatVector.fromArray(LANES, v, vo + l * TWO);
            FloatVector k1 = FloatVector.fromArray(LANES, v, vo + l * TWO + WIDTH);
            FloatVector r = FloatVector.broadcast(LANES, p[po + l * STRIDE]);
            a0 = r.fma(k0, a0);
            a1 = r.fma(k1, a1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 1]);
            b0 = r.fma(k0, b0);
            b1 = r.fma(k1, b1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 2]);
            c0 = r.fma(k0, c0);
            c1 = r.fma(k1, c1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 3]);
            d0 = r.fma(k0, d0);
            d1 = r.fma(k1, d1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 4]);
            e0 = r.fma(k0, e0);
            e1 = r.fma(k1, e1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 5]);
            f0 = r.fma(k0, f0);
            f1 = r.fma(k1, f1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 6]);
            g0 = r.fma(k0, g0);
            g1 = r.fma(k1, g1);
            r = FloatVector.broadcast(LANES, p[po + l * STRIDE + 7]);
            h0 = r.fma(k0, h0);
            h1 = r.fma(k1, h1);
        }
        FloatVector.fromArray(LANES, p, oo).add(a0).intoArray(p, oo);
        FloatVector.fromArray(LANES, p, oo + WIDTH).add(a1).intoArray(p, oo + WIDTH);
        FloatVector.fromArray(LANES, p, oo + TWO).add(b0).intoArray(p, oo + TWO);
        FloatVector.fromArray(LANES, p, oo + TWO + WIDTH).add(b1).intoArray(p, oo + TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 2 * TWO).add(c0).intoArray(p, oo + 2 * TWO);
        FloatVector.fromArray(LANES, p, oo + 2 * TWO + WIDTH)
                .add(c1)
                .intoArray(p, oo + 2 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 3 * TWO).add(d0).intoArray(p, oo + 3 * TWO);
        FloatVector.fromArray(LANES, p, oo + 3 * TWO + WIDTH)
                .add(d1)
                .intoArray(p, oo + 3 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 4 * TWO).add(e0).intoArray(p, oo + 4 * TWO);
        FloatVector.fromArray(LANES, p, oo + 4 * TWO + WIDTH)
                .add(e1)
                .intoArray(p, oo + 4 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 5 * TWO).add(f0).intoArray(p, oo + 5 * TWO);
        FloatVector.fromArray(LANES, p, oo + 5 * TWO + WIDTH)
                .add(f1)
                .intoArray(p, oo + 5 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 6 * TWO).add(g0).intoArray(p, oo + 6 * TWO);
        FloatVector.fromArray(LANES, p, oo + 6 * TWO + WIDTH)
                .add(g1)
                .intoArray(p, oo + 6 * TWO + WIDTH);
        FloatVector.fromArray(LANES, p, oo + 7 * TWO).add(h0).intoArray(p, oo + 7 * TWO);
        FloatVector.fromArray(LANES, p, oo + 7 * TWO + WIDTH)
                .add(h1)
                .intoArray(p, oo + 7 * TWO + WIDTH);
    }
}
