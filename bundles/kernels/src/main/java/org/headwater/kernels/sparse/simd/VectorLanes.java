package org.headwater.kernels.sparse.simd;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.DoubleVector.zero;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.headwater.kernels.sparse.Lanes;

/**
 * Lanes in the machine's vector registers. Its loops are short methods, a panel or a row each, so
 * that the JVM compiles them after a few batches: Vector API code is very slow until then. They
 * call the API directly: a helper of our own that the compiler does not inline would box every
 * vector.
 */
public final class VectorLanes extends Lanes {
    private static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;
    private static final int W = S.length();

    @Override
    public int width() {
        return W;
    }

    @Override
    protected void factorPanel(double[] l, double[] inverse, int[] start, int begin, int end) {
        for (int j = begin; j < end; j++) {
            scale(l, inverse, j, start[j], start[j + 1]);
            for (int k = j + 1; k < end; k++) {
                subtract(l, start[j] + k - j, start[k], start[j + 1]);
            }
        }
    }

    private static void scale(double[] l, double[] inverse, int j, int at, int stop) {
        DoubleVector root = fromArray(S, l, at * W).lanewise(VectorOperators.SQRT);
        DoubleVector scale = broadcast(S, 1).div(root);
        root.intoArray(l, at * W);
        scale.intoArray(inverse, j * W);
        for (int p = at + 1; p < stop; p++) {
            fromArray(S, l, p * W).mul(scale).intoArray(l, p * W);
        }
    }

    /** Subtracts a column of a panel, from its row {@code from} on, from a later one. */
    private static void subtract(double[] l, int from, int to, int stop) {
        DoubleVector a = fromArray(S, l, from * W).neg();
        for (int p = from, q = to; p < stop; p++, q++) {
            a.fma(fromArray(S, l, p * W), fromArray(S, l, q * W)).intoArray(l, q * W);
        }
    }

    @Override
    protected void update(double[] l, int[] targets, int first, int below, int p0) {
        int q = first;
        for (int p = 0; p < below; p++) {
            DoubleVector a0 = fromArray(S, l, (p0 + p) * W).neg();
            for (int t = p; t < below; t++, q++) {
                int target = targets[q];
                a0.fma(fromArray(S, l, (p0 + t) * W), fromArray(S, l, target * W))
                        .intoArray(l, target * W);
            }
        }
    }

    @Override
    protected void update(
            double[] l, int[] targets, int first, int below, int p0, int p1, int p2, int p3) {
        int q = first;
        int p = 0;
        for (; p + 2 <= below; p += 2) {
            diagonal(l, targets[q], p0 + p, p1 + p, p2 + p, p3 + p);
            twoRows(l, targets, q + 1, below - p - 1, p0 + p, p1 + p, p2 + p, p3 + p);
            q += 2 * (below - p) - 1;
        }
        if (p < below) {
            diagonal(l, targets[q], p0 + p, p1 + p, p2 + p, p3 + p);
        }
    }

    private static void diagonal(double[] l, int target, int p0, int p1, int p2, int p3) {
        DoubleVector s =
                fromArray(S, l, p0 * W)
                        .neg()
                        .fma(fromArray(S, l, p0 * W), fromArray(S, l, target * W));
        s = fromArray(S, l, p1 * W).neg().fma(fromArray(S, l, p1 * W), s);
        s = fromArray(S, l, p2 * W).neg().fma(fromArray(S, l, p2 * W), s);
        fromArray(S, l, p3 * W).neg().fma(fromArray(S, l, p3 * W), s).intoArray(l, target * W);
    }

    /** The targets of two neighbouring rows in the columns that come after the first. */
    private static void twoRows(
            double[] l, int[] targets, int q, int count, int p0, int p1, int p2, int p3) {
        DoubleVector a0 = fromArray(S, l, p0 * W).neg();
        DoubleVector a1 = fromArray(S, l, p1 * W).neg();
        DoubleVector a2 = fromArray(S, l, p2 * W).neg();
        DoubleVector a3 = fromArray(S, l, p3 * W).neg();
        DoubleVector b0 = fromArray(S, l, (p0 + 1) * W).neg();
        DoubleVector b1 = fromArray(S, l, (p1 + 1) * W).neg();
        DoubleVector b2 = fromArray(S, l, (p2 + 1) * W).neg();
        DoubleVector b3 = fromArray(S, l, (p3 + 1) * W).neg();
        for (int t = 0; t < count; t++) {
            DoubleVector x0 = fromArray(S, l, (p0 + 1 + t) * W);
            DoubleVector x1 = fromArray(S, l, (p1 + 1 + t) * W);
            DoubleVector x2 = fromArray(S, l, (p2 + 1 + t) * W);
            DoubleVector x3 = fromArray(S, l, (p3 + 1 + t) * W);
            int first = targets[q + t];
            int second = targets[q + count + t];
            DoubleVector s = a0.fma(x0, fromArray(S, l, first * W));
            DoubleVector r = b0.fma(x0, fromArray(S, l, second * W));
            s = a1.fma(x1, s);
            r = b1.fma(x1, r);
            s = a2.fma(x2, s);
            r = b2.fma(x2, r);
            a3.fma(x3, s).intoArray(l, first * W);
            b3.fma(x3, r).intoArray(l, second * W);
        }
    }

    @Override
    protected void backward(
            double[] l,
            double[] inverse,
            int[] start,
            int[] rows,
            int begin,
            int end,
            int below,
            double[] x,
            int columns) {
        int quads = columns - columns % 4;
        boolean four = end - begin == 4;
        for (int c = 0; four && c < quads; c += 4) {
            solve16(l, rows, start, begin, below, inverse, x, columns, c);
        }
        for (int j = end - 1; j >= begin; j--) {
            int within = start[j] + 1;
            int stop = start[j + 1];
            int c = four ? quads : 0;
            for (; c < quads; c += 4) {
                solve4(l, rows, within, stop - below, stop, inverse, j, x, columns, c);
            }
            for (; c < columns; c++) {
                solve(l, rows, within, stop - below, stop, inverse, j, x, columns, c);
            }
        }
    }

    /** Four columns of L against four right-hand sides. */
    private static void solve16(
            double[] l,
            int[] rows,
            int[] start,
            int begin,
            int below,
            double[] inverse,
            double[] x,
            int columns,
            int c) {
        int at = begin * columns + c;
        DoubleVector s00 = fromArray(S, x, at * W);
        DoubleVector s01 = fromArray(S, x, (at + 1) * W);
        DoubleVector s02 = fromArray(S, x, (at + 2) * W);
        DoubleVector s03 = fromArray(S, x, (at + 3) * W);
        at += columns;
        DoubleVector s10 = fromArray(S, x, at * W);
        DoubleVector s11 = fromArray(S, x, (at + 1) * W);
        DoubleVector s12 = fromArray(S, x, (at + 2) * W);
        DoubleVector s13 = fromArray(S, x, (at + 3) * W);
        at += columns;
        DoubleVector s20 = fromArray(S, x, at * W);
        DoubleVector s21 = fromArray(S, x, (at + 1) * W);
        DoubleVector s22 = fromArray(S, x, (at + 2) * W);
        DoubleVector s23 = fromArray(S, x, (at + 3) * W);
        at += columns;
        DoubleVector s30 = fromArray(S, x, at * W);
        DoubleVector s31 = fromArray(S, x, (at + 1) * W);
        DoubleVector s32 = fromArray(S, x, (at + 2) * W);
        DoubleVector s33 = fromArray(S, x, (at + 3) * W);
        int p0 = start[begin + 1] - below;
        int p1 = start[begin + 2] - below;
        int p2 = start[begin + 3] - below;
        int p3 = start[begin + 4] - below;
        for (int k = 0; k < below; k++) {
            int from = rows[p3 + k] * columns + c;
            DoubleVector x0 = fromArray(S, x, from * W).neg();
            DoubleVector x1 = fromArray(S, x, (from + 1) * W).neg();
            DoubleVector x2 = fromArray(S, x, (from + 2) * W).neg();
            DoubleVector x3 = fromArray(S, x, (from + 3) * W).neg();
            DoubleVector v = fromArray(S, l, (p0 + k) * W);
            s00 = v.fma(x0, s00);
            s01 = v.fma(x1, s01);
            s02 = v.fma(x2, s02);
            s03 = v.fma(x3, s03);
            v = fromArray(S, l, (p1 + k) * W);
            s10 = v.fma(x0, s10);
            s11 = v.fma(x1, s11);
            s12 = v.fma(x2, s12);
            s13 = v.fma(x3, s13);
            v = fromArray(S, l, (p2 + k) * W);
            s20 = v.fma(x0, s20);
            s21 = v.fma(x1, s21);
            s22 = v.fma(x2, s22);
            s23 = v.fma(x3, s23);
            v = fromArray(S, l, (p3 + k) * W);
            s30 = v.fma(x0, s30);
            s31 = v.fma(x1, s31);
            s32 = v.fma(x2, s32);
            s33 = v.fma(x3, s33);
        }
        at = (begin + 3) * columns + c;
        DoubleVector v = fromArray(S, inverse, (begin + 3) * W);
        s30.mul(v).intoArray(x, at * W);
        s31.mul(v).intoArray(x, (at + 1) * W);
        s32.mul(v).intoArray(x, (at + 2) * W);
        s33.mul(v).intoArray(x, (at + 3) * W);
        at -= columns;
        s20.intoArray(x, at * W);
        s21.intoArray(x, (at + 1) * W);
        s22.intoArray(x, (at + 2) * W);
        s23.intoArray(x, (at + 3) * W);
        at -= columns;
        s10.intoArray(x, at * W);
        s11.intoArray(x, (at + 1) * W);
        s12.intoArray(x, (at + 2) * W);
        s13.intoArray(x, (at + 3) * W);
        at -= columns;
        s00.intoArray(x, at * W);
        s01.intoArray(x, (at + 1) * W);
        s02.intoArray(x, (at + 2) * W);
        s03.intoArray(x, (at + 3) * W);
        for (int j = begin + 2; j >= begin; j--) {
            int within = start[j] + 1;
            int stop = start[j + 1] - below;
            solve4(l, rows, within, stop, stop, inverse, j, x, columns, c);
        }
    }

    /** A column of L against four right-hand sides: rows below its panel, then those within. */
    private static void solve4(
            double[] l,
            int[] rows,
            int within,
            int below,
            int stop,
            double[] inverse,
            int j,
            double[] x,
            int columns,
            int c) {
        int at = j * columns + c;
        DoubleVector s0 = fromArray(S, x, at * W);
        DoubleVector s1 = fromArray(S, x, (at + 1) * W);
        DoubleVector s2 = fromArray(S, x, (at + 2) * W);
        DoubleVector s3 = fromArray(S, x, (at + 3) * W);
        for (int p = below; p < stop; p++) {
            int from = rows[p] * columns + c;
            DoubleVector v = fromArray(S, l, p * W).neg();
            s0 = v.fma(fromArray(S, x, from * W), s0);
            s1 = v.fma(fromArray(S, x, (from + 1) * W), s1);
            s2 = v.fma(fromArray(S, x, (from + 2) * W), s2);
            s3 = v.fma(fromArray(S, x, (from + 3) * W), s3);
        }
        for (int p = below - 1; p >= within; p--) {
            int from = rows[p] * columns + c;
            DoubleVector v = fromArray(S, l, p * W).neg();
            s0 = v.fma(fromArray(S, x, from * W), s0);
            s1 = v.fma(fromArray(S, x, (from + 1) * W), s1);
            s2 = v.fma(fromArray(S, x, (from + 2) * W), s2);
            s3 = v.fma(fromArray(S, x, (from + 3) * W), s3);
        }
        DoubleVector scale = fromArray(S, inverse, j * W);
        s0.mul(scale).intoArray(x, at * W);
        s1.mul(scale).intoArray(x, (at + 1) * W);
        s2.mul(scale).intoArray(x, (at + 2) * W);
        s3.mul(scale).intoArray(x, (at + 3) * W);
    }

    private static void solve(
            double[] l,
            int[] rows,
            int within,
            int below,
            int stop,
            double[] inverse,
            int j,
            double[] x,
            int columns,
            int c) {
        int at = j * columns + c;
        DoubleVector s = fromArray(S, x, at * W);
        for (int p = below; p < stop; p++) {
            s = fromArray(S, l, p * W).neg().fma(fromArray(S, x, (rows[p] * columns + c) * W), s);
        }
        for (int p = below - 1; p >= within; p--) {
            s = fromArray(S, l, p * W).neg().fma(fromArray(S, x, (rows[p] * columns + c) * W), s);
        }
        s.mul(fromArray(S, inverse, j * W)).intoArray(x, at * W);
    }

    @Override
    protected void forward(
            double[] l, double[] inverse, int[] start, int[] rows, int j, double[] x, int columns) {
        for (int c = 0; c < columns; c++) {
            spread(l, rows, start[j] + 1, start[j + 1], inverse, j, x, columns, c);
        }
    }

    private static void spread(
            double[] l,
            int[] rows,
            int first,
            int stop,
            double[] inverse,
            int j,
            double[] x,
            int columns,
            int c) {
        int at = j * columns + c;
        DoubleVector y = fromArray(S, x, at * W).mul(fromArray(S, inverse, j * W));
        y.intoArray(x, at * W);
        for (int p = first; p < stop; p++) {
            int to = rows[p] * columns + c;
            fromArray(S, l, p * W).neg().fma(y, fromArray(S, x, to * W)).intoArray(x, to * W);
        }
    }

    @Override
    protected void multiply(
            int[] place, int[] start, int[] column, double[] value, double[] x, double[] y) {
        for (int r = 0; r < place.length; r++) {
            row(place[r] * W, start[r], start[r + 1], column, value, x, y);
        }
    }

    private static void row(
            int at, int first, int stop, int[] column, double[] value, double[] x, double[] y) {
        DoubleVector s = zero(S);
        for (int k = first; k < stop; k++) {
            s = broadcast(S, value[k]).fma(fromArray(S, x, column[k] * W), s);
        }
        s.intoArray(y, at);
    }

    @Override
    public void addBlock(double[] a, int[] rows, int[] columns, double[] x, double[] y) {
        int i = 0;
        for (; i + 8 <= rows.length; i += 8) {
            eightRows(a, rows, i, columns, x, y);
        }
        for (; i < rows.length; i++) {
            oneRow(a, rows, i, columns, x, y);
        }
    }

    private static void eightRows(
            double[] a, int[] rows, int i, int[] columns, double[] x, double[] y) {
        DoubleVector s0 = fromArray(S, y, rows[i] * W);
        DoubleVector s1 = fromArray(S, y, rows[i + 1] * W);
        DoubleVector s2 = fromArray(S, y, rows[i + 2] * W);
        DoubleVector s3 = fromArray(S, y, rows[i + 3] * W);
        DoubleVector s4 = fromArray(S, y, rows[i + 4] * W);
        DoubleVector s5 = fromArray(S, y, rows[i + 5] * W);
        DoubleVector s6 = fromArray(S, y, rows[i + 6] * W);
        DoubleVector s7 = fromArray(S, y, rows[i + 7] * W);
        int n = columns.length;
        int at = i * n;
        for (int k = 0; k < n; k++, at++) {
            DoubleVector v = fromArray(S, x, columns[k] * W);
            s0 = v.fma(broadcast(S, a[at]), s0);
            s1 = v.fma(broadcast(S, a[at + n]), s1);
            s2 = v.fma(broadcast(S, a[at + 2 * n]), s2);
            s3 = v.fma(broadcast(S, a[at + 3 * n]), s3);
            s4 = v.fma(broadcast(S, a[at + 4 * n]), s4);
            s5 = v.fma(broadcast(S, a[at + 5 * n]), s5);
            s6 = v.fma(broadcast(S, a[at + 6 * n]), s6);
            s7 = v.fma(broadcast(S, a[at + 7 * n]), s7);
        }
        s0.intoArray(y, rows[i] * W);
        s1.intoArray(y, rows[i + 1] * W);
        s2.intoArray(y, rows[i + 2] * W);
        s3.intoArray(y, rows[i + 3] * W);
        s4.intoArray(y, rows[i + 4] * W);
        s5.intoArray(y, rows[i + 5] * W);
        s6.intoArray(y, rows[i + 6] * W);
        s7.intoArray(y, rows[i + 7] * W);
    }

    private static void oneRow(
            double[] a, int[] rows, int i, int[] columns, double[] x, double[] y) {
        DoubleVector s = fromArray(S, y, rows[i] * W);
        int at = i * columns.length;
        for (int column : columns) {
            s = fromArray(S, x, column * W).fma(broadcast(S, a[at++]), s);
        }
        s.intoArray(y, rows[i] * W);
    }

    @Override
    public void squaredDifferences(int[] pairs, double[] x, int columns, double[] d, double[] y) {
        for (int k = 0; 2 * k < pairs.length; k++) {
            pair(pairs[2 * k] * columns, pairs[2 * k + 1] * columns, x, columns, d, y, k);
        }
    }

    private static void pair(int i, int j, double[] x, int columns, double[] d, double[] y, int k) {
        DoubleVector s = zero(S);
        for (int c = 0; c < columns; c++) {
            DoubleVector difference =
                    fromArray(S, x, (i + c) * W).sub(fromArray(S, x, (j + c) * W));
            s = fromArray(S, d, c * W).mul(difference).fma(difference, s);
        }
        s.intoArray(y, k * W);
    }

    @Override
    public void positive(double[] x, int count, boolean[] positive) {
        // Minima and maxima with a NaN are NaN, which fails both comparisons.
        DoubleVector least = broadcast(S, 1);
        DoubleVector largest = broadcast(S, 1);
        for (int i = 0; i < count; i++) {
            DoubleVector v = fromArray(S, x, i * W);
            least = least.min(v);
            largest = largest.max(v);
        }
        for (int w = 0; w < W; w++) {
            positive[w] = least.lane(w) > 0 && largest.lane(w) < Double.POSITIVE_INFINITY;
        }
    }

    @Override
    public void exp(double[] x, double[] factor, int count, double[] y) {
        DoubleVector s = fromArray(S, factor, 0);
        for (int i = 0; i < count; i++) {
            exp(x, i * W, s, y);
        }
    }

    private static void exp(double[] x, int at, DoubleVector factor, double[] y) {
        DoubleVector z = fromArray(S, x, at).min(EXP_LIMIT).max(-EXP_LIMIT);
        DoubleVector rounder = broadcast(S, ROUNDER);
        DoubleVector k = z.fma(broadcast(S, LOG2_E), rounder).sub(rounder);
        DoubleVector r = k.fma(broadcast(S, -LN2_HIGH), z);
        r = k.fma(broadcast(S, -LN2_LOW), r);
        DoubleVector s = broadcast(S, EXP_SERIES[0]);
        for (int i = 1; i < EXP_SERIES.length; i++) {
            s = s.fma(r, broadcast(S, EXP_SERIES[i]));
        }
        s = s.mul(r).fma(r, r).add(1);
        DoubleVector half = k.fma(broadcast(S, 0.5), rounder).sub(rounder);
        LongVector bits = half.add(BIASED).reinterpretAsLongs();
        s = s.mul(bits.lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles());
        bits = k.sub(half).add(BIASED).reinterpretAsLongs();
        s = s.mul(bits.lanewise(VectorOperators.LSHL, 52).reinterpretAsDoubles());
        s.mul(factor).intoArray(y, at);
    }
}
