package org.headwater.kernels.layer.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.layer.ScalarLoops;
import org.headwater.kernels.layer.SymmetricJoint;

/** The loops on the machine's widest vector registers, by the Vector API. */
public final class VectorLoops implements LayerLoops {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    private static final int WIDTH = LANES.length();
    private static final VectorSpecies<Long> BITS =
            VectorSpecies.of(long.class, LANES.vectorShape());

    /** log 2 to 32 bits, so that a whole number times it is exact, and the rest. */
    private static final double LOG2_HIGH = 0x1.62e42feep-1;

    private static final double LOG2_LOW = 0x1.a39ef35793c76p-33;

    /** Adding 1.5·2⁵² rounds to a whole number, which then stands in the low bits. */
    private static final double ROUND = 0x1.8p52;

    private static final double LARGEST = 708;

    private final ScalarLoops scalar = new ScalarLoops();

    @Override
    public String description() {
        return LANES.vectorBitSize() + "-bit vectors";
    }

    @Override
    public int lanes() {
        return LANES.length();
    }

    /**
     * e^{−q}, 0 ≤ q ≤ 708: 2ᵏ·e^r, |r| ≤ log(2)/2, by the Taylor polynomial of degree 12 (next term
     * 1.7e-16).
     */
    private static DoubleVector exponential(DoubleVector q) {
        DoubleVector shifted = q.mul(-1 / Math.log(2)).add(ROUND);
        DoubleVector k = shifted.sub(ROUND);
        DoubleVector r = k.lanewise(VectorOperators.FMA, broadcast(-LOG2_HIGH), q.neg());
        r = k.lanewise(VectorOperators.FMA, broadcast(-LOG2_LOW), r);
        DoubleVector p = broadcast(1.0 / 479001600);
        p = p.fma(r, broadcast(1.0 / 39916800));
        p = p.fma(r, broadcast(1.0 / 3628800));
        p = p.fma(r, broadcast(1.0 / 362880));
        p = p.fma(r, broadcast(1.0 / 40320));
        p = p.fma(r, broadcast(1.0 / 5040));
        p = p.fma(r, broadcast(1.0 / 720));
        p = p.fma(r, broadcast(1.0 / 120));
        p = p.fma(r, broadcast(1.0 / 24));
        p = p.fma(r, broadcast(1.0 / 6));
        p = p.fma(r, broadcast(0.5));
        p = p.fma(r, broadcast(1));
        p = p.fma(r, broadcast(1));
        LongVector exponent =
                shifted.viewAsIntegralLanes()
                        .lanewise(VectorOperators.LSHL, 52)
                        .reinterpretAsLongs();
        return p.viewAsIntegralLanes()
                .reinterpretAsLongs()
                .add(exponent)
                .viewAsFloatingLanes()
                .reinterpretAsDoubles();
    }

    private static DoubleVector broadcast(double a) {
        return DoubleVector.broadcast(LANES, a);
    }

    /** e^{−q} with 0 for q &gt; 708. */
    private static DoubleVector clamped(DoubleVector q) {
        VectorMask<Double> inside = q.compare(VectorOperators.LE, LARGEST);
        return broadcast(0).blend(exponential(q.min(LARGEST)), inside);
    }

    @Override
    public void negativeExponentials(double[] q, int from, int to) {
        if (to - from < WIDTH / 2) {
            scalar.negativeExponentials(q, from, to);
            return;
        }
        int i = from;
        for (; i <= to - WIDTH; i += WIDTH) {
            clamped(DoubleVector.fromArray(LANES, q, i)).intoArray(q, i);
        }
        scalar.negativeExponentials(q, i, to);
    }

    @Override
    public void pairs(
            double[] u,
            double[] g,
            double kappa,
            int i,
            int from,
            int end,
            double[] s0,
            double[] s1) {
        double ui = u[i];
        double gi = g[i];
        DoubleVector a0 = broadcast(0);
        DoubleVector a1 = broadcast(0);
        int l = from;
        for (; l <= end - WIDTH; l += WIDTH) {
            DoubleVector delta = DoubleVector.fromArray(LANES, u, l).sub(ui);
            DoubleVector e = clamped(delta.mul(kappa).mul(delta));
            DoubleVector there = DoubleVector.fromArray(LANES, g, l).mul(e);
            DoubleVector here = e.mul(gi);
            a0 = a0.add(there);
            a1 = there.fma(delta, a1);
            DoubleVector.fromArray(LANES, s0, l).add(here).intoArray(s0, l);
            DoubleVector.fromArray(LANES, s1, l).sub(here.mul(delta)).intoArray(s1, l);
        }
        if (l > from) {
            s0[i] += total(a0);
            s1[i] += total(a1);
        }
        scalar.pairs(u, g, kappa, i, l, end, s0, s1);
    }

    @Override
    public void moments(double[] w, double[] z, int from, int to, double[] out, int at, int count) {
        if (to - from < 2 * WIDTH) {
            scalar.moments(w, z, from, to, out, at, count);
            return;
        }
        int whole = from + (to - from) / WIDTH * WIDTH;
        scalar.moments(w, z, whole, to, out, at, count);
        for (int k = 0; k < count; k++) {
            out[at + k] += sumAndAdvance(w, z, from, whole);
        }
    }

    /**
     * Σ over the lanes, from the first to the last. The order of reduceLanes is not defined: with
     * Java 25 it differs between interpreted and compiled code, and so from run to run.
     */
    private static double total(DoubleVector v) {
        double[] lanes = new double[WIDTH];
        v.intoArray(lanes, 0);
        double sum = 0;
        for (double lane : lanes) {
            sum += lane;
        }
        return sum;
    }

    /** Σ w_i, and w_i ← w_i z_i. */
    private static double sumAndAdvance(double[] w, double[] z, int from, int to) {
        DoubleVector sum = broadcast(0);
        for (int i = from; i < to; i += WIDTH) {
            DoubleVector p = DoubleVector.fromArray(LANES, w, i);
            sum = sum.add(p);
            p.mul(DoubleVector.fromArray(LANES, z, i)).intoArray(w, i);
        }
        return total(sum);
    }

    @Override
    public void expand(
            double[] a,
            int ao,
            double[] m,
            int mo,
            int terms,
            int nodes,
            double f,
            double f1,
            double f2,
            double[] y0,
            double[] y1) {
        int p = 0;
        for (; p + 3 * WIDTH <= nodes; p += 3 * WIDTH) {
            expand3(a, ao + p, m, mo, terms, nodes, f, f1, f2, y0, y1, p);
        }
        for (; p < nodes; p += WIDTH) {
            DoubleVector b = broadcast(0);
            DoubleVector c = broadcast(0);
            for (int k = 0, row = ao + p; k < terms; k++, row += nodes) {
                DoubleVector v = DoubleVector.fromArray(LANES, a, row);
                b = v.fma(broadcast(m[mo + k]), b);
                c = v.fma(broadcast(m[mo + k + 1]), c);
            }
            store(b, c, f, f1, f2, y0, y1, p);
        }
    }

    private static void expand3(
            double[] a,
            int ao,
            double[] m,
            int mo,
            int terms,
            int nodes,
            double f,
            double f1,
            double f2,
            double[] y0,
            double[] y1,
            int p) {
        DoubleVector b0 = broadcast(0);
        DoubleVector b1 = broadcast(0);
        DoubleVector b2 = broadcast(0);
        DoubleVector c0 = broadcast(0);
        DoubleVector c1 = broadcast(0);
        DoubleVector c2 = broadcast(0);
        int row = ao;
        for (int k = 0; k < terms; k++) {
            DoubleVector v0 = DoubleVector.fromArray(LANES, a, row);
            DoubleVector v1 = DoubleVector.fromArray(LANES, a, row + WIDTH);
            DoubleVector v2 = DoubleVector.fromArray(LANES, a, row + 2 * WIDTH);
            DoubleVector moment = broadcast(m[mo + k]);
            DoubleVector next = broadcast(m[mo + k + 1]);
            b0 = v0.fma(moment, b0);
            b1 = v1.fma(moment, b1);
            b2 = v2.fma(moment, b2);
            c0 = v0.fma(next, c0);
            c1 = v1.fma(next, c1);
            c2 = v2.fma(next, c2);
            row += nodes;
        }
        store(b0, c0, f, f1, f2, y0, y1, p);
        store(b1, c1, f, f1, f2, y0, y1, p + WIDTH);
        store(b2, c2, f, f1, f2, y0, y1, p + 2 * WIDTH);
    }

    private static void store(
            DoubleVector b,
            DoubleVector c,
            double f,
            double f1,
            double f2,
            double[] y0,
            double[] y1,
            int p) {
        b.fma(broadcast(f), DoubleVector.fromArray(LANES, y0, p)).intoArray(y0, p);
        DoubleVector y = b.fma(broadcast(f2), DoubleVector.fromArray(LANES, y1, p));
        c.fma(broadcast(f1), y).intoArray(y1, p);
    }

    @Override
    public void chebyshev(
            double[] c0,
            double[] c1,
            int count,
            double[] z,
            int from,
            int to,
            double[] out0,
            double[] out1) {
        int i = from;
        for (; i <= to - WIDTH; i += WIDTH) {
            DoubleVector x = DoubleVector.fromArray(LANES, z, i);
            DoubleVector twice = x.add(x);
            DoubleVector a1 = broadcast(0);
            DoubleVector a2 = broadcast(0);
            DoubleVector b1 = broadcast(0);
            DoubleVector b2 = broadcast(0);
            for (int k = count - 1; k > 0; k--) {
                DoubleVector a = twice.fma(a1, broadcast(c0[k]).sub(a2));
                DoubleVector b = twice.fma(b1, broadcast(c1[k]).sub(b2));
                a2 = a1;
                a1 = a;
                b2 = b1;
                b1 = b;
            }
            x.fma(a1, broadcast(c0[0]).sub(a2)).intoArray(out0, i);
            x.fma(b1, broadcast(c1[0]).sub(b2)).intoArray(out1, i);
        }
        scalar.chebyshev(c0, c1, count, z, i, to, out0, out1);
    }

    @Override
    public void addRows(
            double[] a,
            int ao,
            int step,
            int count,
            double[] b,
            int bo,
            int stride,
            double[] out,
            int oo,
            int n) {
        int i = 0;
        for (; i + 4 * WIDTH <= n; i += 4 * WIDTH) {
            int to = oo + i;
            DoubleVector s0 = DoubleVector.fromArray(LANES, out, to);
            DoubleVector s1 = DoubleVector.fromArray(LANES, out, to + WIDTH);
            DoubleVector s2 = DoubleVector.fromArray(LANES, out, to + 2 * WIDTH);
            DoubleVector s3 = DoubleVector.fromArray(LANES, out, to + 3 * WIDTH);
            int from = bo + i;
            for (int t = 0; t < count; t++) {
                int at = from + t * stride;
                DoubleVector factor = DoubleVector.broadcast(LANES, a[ao + t * step]);
                s0 = DoubleVector.fromArray(LANES, b, at).fma(factor, s0);
                s1 = DoubleVector.fromArray(LANES, b, at + WIDTH).fma(factor, s1);
                s2 = DoubleVector.fromArray(LANES, b, at + 2 * WIDTH).fma(factor, s2);
                s3 = DoubleVector.fromArray(LANES, b, at + 3 * WIDTH).fma(factor, s3);
            }
            s0.intoArray(out, to);
            s1.intoArray(out, to + WIDTH);
            s2.intoArray(out, to + 2 * WIDTH);
            s3.intoArray(out, to + 3 * WIDTH);
        }
        for (; i + WIDTH <= n; i += WIDTH) {
            DoubleVector s = DoubleVector.fromArray(LANES, out, oo + i);
            for (int t = 0; t < count; t++) {
                DoubleVector factor = DoubleVector.broadcast(LANES, a[ao + t * step]);
                s = DoubleVector.fromArray(LANES, b, bo + i + t * stride).fma(factor, s);
            }
            s.intoArray(out, oo + i);
        }
        if (i < n && n < WIDTH) {
            scalar.addRows(a, ao, step, count, b, bo, stride, out, oo, n);
        } else if (i < n) {
            // the last whole register, of which some is done
            DoubleVector s = DoubleVector.zero(LANES);
            for (int t = 0; t < count; t++) {
                DoubleVector factor = DoubleVector.broadcast(LANES, a[ao + t * step]);
                s = DoubleVector.fromArray(LANES, b, bo + n - WIDTH + t * stride).fma(factor, s);
            }
            double[] last = new double[WIDTH];
            s.intoArray(last, 0);
            for (; i < n; i++) {
                out[oo + i] += last[i - (n - WIDTH)];
            }
        }
    }

    @Override
    public void addProducts(
            double[] e, int ao, int rows, int bo, int columns, double[] grid, int at, int stride) {
        for (int c = 0; c < columns; c += WIDTH) {
            DoubleVector b = DoubleVector.fromArray(LANES, e, bo + c);
            for (int r = 0; r < rows; r++) {
                int to = at + c + r * stride;
                DoubleVector factor = DoubleVector.broadcast(LANES, e[ao + r]);
                b.fma(factor, DoubleVector.fromArray(LANES, grid, to)).intoArray(grid, to);
            }
        }
    }

    @Override
    public void sumProducts(
            double[] e,
            int ao,
            int rows,
            int bo,
            int columns,
            double[] z,
            double[] grid,
            int at,
            int stride,
            double[] out) {
        DoubleVector sum = DoubleVector.zero(LANES);
        DoubleVector along = DoubleVector.zero(LANES);
        DoubleVector across = DoubleVector.zero(LANES);
        for (int c = 0; c < columns; c += WIDTH) {
            DoubleVector s = DoubleVector.zero(LANES);
            DoubleVector t = DoubleVector.zero(LANES);
            for (int r = 0; r < rows; r++) {
                double a = e[ao + r];
                DoubleVector g = DoubleVector.fromArray(LANES, grid, at + c + r * stride);
                s = g.fma(DoubleVector.broadcast(LANES, a), s);
                t = g.fma(DoubleVector.broadcast(LANES, a * z[r]), t);
            }
            DoubleVector b = DoubleVector.fromArray(LANES, e, bo + c);
            s = s.mul(b);
            sum = sum.add(s);
            along = s.fma(DoubleVector.fromArray(LANES, z, c), along);
            across = t.fma(b, across);
        }
        double[] lanes = new double[3 * WIDTH];
        sum.intoArray(lanes, 0);
        along.intoArray(lanes, WIDTH);
        across.intoArray(lanes, 2 * WIDTH);
        for (int k = 0; k < 3; k++) {
            double total = 0;
            for (int i = 0; i < WIDTH; i++) {
                total += lanes[k * WIDTH + i];
            }
            out[k] = total;
        }
    }

    @Override
    public SymmetricJoint joint(Precision precision) {
        return new VectorJoint(precision);
    }
}
