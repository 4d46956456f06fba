package org.headwater.kernels.layer;

import java.util.Arrays;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.kernels.special.Exponential;

/** The loops in plain Java. */
public final class ScalarLoops implements LayerLoops {
    @Override
    public String description() {
        return "scalar";
    }

    @Override
    public int lanes() {
        return 1;
    }

    @Override
    public void negativeExponentials(double[] q, int from, int to) {
        for (int i = from; i < to; i++) {
            q[i] = q[i] <= -Exponential.LEAST ? Exponential.exp(-q[i]) : 0;
        }
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
        double a0 = s0[i];
        double a1 = s1[i];
        for (int l = from; l < end; l++) {
            double delta = u[l] - ui;
            double q = kappa * delta * delta;
            double e = q <= -Exponential.LEAST ? Exponential.exp(-q) : 0;
            double there = g[l] * e;
            double here = gi * e;
            a0 += there;
            a1 += there * delta;
            s0[l] += here;
            s1[l] -= here * delta;
        }
        s0[i] = a0;
        s1[i] = a1;
    }

    @Override
    public void moments(double[] w, double[] z, int from, int to, double[] out, int at, int count) {
        for (int k = 0; k < count; k++) {
            out[at + k] = 0;
        }
        int i = from;
        for (; i + 4 <= to; i += 4) {
            double p0 = w[i];
            double p1 = w[i + 1];
            double p2 = w[i + 2];
            double p3 = w[i + 3];
            for (int k = 0; k < count; k++) {
                out[at + k] += (p0 + p1) + (p2 + p3);
                p0 *= z[i];
                p1 *= z[i + 1];
                p2 *= z[i + 2];
                p3 *= z[i + 3];
            }
        }
        for (; i < to; i++) {
            double p = w[i];
            for (int k = 0; k < count; k++) {
                out[at + k] += p;
                p *= z[i];
            }
        }
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
        for (int p = 0; p < nodes; p += 4) {
            double b0 = 0;
            double b1 = 0;
            double b2 = 0;
            double b3 = 0;
            double c0 = 0;
            double c1 = 0;
            double c2 = 0;
            double c3 = 0;
            int row = ao + p;
            double moment = m[mo];
            for (int k = 0; k < terms; k++, row += nodes) {
                double next = m[mo + k + 1];
                b0 += a[row] * moment;
                b1 += a[row + 1] * moment;
                b2 += a[row + 2] * moment;
                b3 += a[row + 3] * moment;
                c0 += a[row] * next;
                c1 += a[row + 1] * next;
                c2 += a[row + 2] * next;
                c3 += a[row + 3] * next;
                moment = next;
            }
            y0[p] += f * b0;
            y0[p + 1] += f * b1;
            y0[p + 2] += f * b2;
            y0[p + 3] += f * b3;
            y1[p] += f1 * c0 + f2 * b0;
            y1[p + 1] += f1 * c1 + f2 * b1;
            y1[p + 2] += f1 * c2 + f2 * b2;
            y1[p + 3] += f1 * c3 + f2 * b3;
        }
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
        for (int i = from; i < to; i++) {
            double twice = 2 * z[i];
            double a1 = 0;
            double a2 = 0;
            double b1 = 0;
            double b2 = 0;
            for (int k = count - 1; k > 0; k--) {
                double a = c0[k] + (twice * a1 - a2);
                double b = c1[k] + (twice * b1 - b2);
                a2 = a1;
                a1 = a;
                b2 = b1;
                b1 = b;
            }
            out0[i] = c0[0] + (z[i] * a1 - a2);
            out1[i] = c1[0] + (z[i] * b1 - b2);
        }
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
        int t = 0;
        for (; t + 4 <= count; t += 4) {
            double a0 = a[ao + t * step];
            double a1 = a[ao + (t + 1) * step];
            double a2 = a[ao + (t + 2) * step];
            double a3 = a[ao + (t + 3) * step];
            int r0 = bo + t * stride;
            int r1 = r0 + stride;
            int r2 = r1 + stride;
            int r3 = r2 + stride;
            for (int i = 0; i < n; i++) {
                out[oo + i] += a0 * b[r0 + i] + a1 * b[r1 + i] + a2 * b[r2 + i] + a3 * b[r3 + i];
            }
        }
        for (; t < count; t++) {
            double factor = a[ao + t * step];
            int row = bo + t * stride;
            for (int i = 0; i < n; i++) {
                out[oo + i] += factor * b[row + i];
            }
        }
    }

    @Override
    public void addProducts(
            double[] e, int ao, int rows, int bo, int columns, double[] grid, int at, int stride) {
        for (int r = 0, row = at; r < rows; r++, row += stride) {
            for (int c = 0; c < columns; c++) {
                grid[row + c] += e[ao + r] * e[bo + c];
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
        Arrays.fill(out, 0, 3, 0);
        for (int r = 0, row = at; r < rows; r++, row += stride) {
            double sum = 0;
            double along = 0;
            for (int c = 0; c < columns; c++) {
                double term = grid[row + c] * e[bo + c];
                sum += term;
                along += term * z[c];
            }
            out[0] += e[ao + r] * sum;
            out[1] += e[ao + r] * along;
            out[2] += e[ao + r] * z[r] * sum;
        }
    }

    @Override
    public SymmetricJoint joint(Precision precision) {
        return null;
    }
}
