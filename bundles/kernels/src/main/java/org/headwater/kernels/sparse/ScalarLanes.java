package org.headwater.kernels.sparse;

/** One lane in plain Java: what {@code VectorLanes} does, operation for operation. */
final class ScalarLanes extends Lanes {
    @Override
    public int width() {
        return 1;
    }

    @Override
    protected void factorPanel(double[] l, double[] inverse, int[] start, int begin, int end) {
        for (int j = begin; j < end; j++) {
            int at = start[j];
            int stop = start[j + 1];
            double root = Math.sqrt(l[at]);
            double scale = 1 / root;
            l[at] = root;
            inverse[j] = scale;
            for (int p = at + 1; p < stop; p++) {
                l[p] *= scale;
            }
            for (int k = j + 1; k < end; k++) {
                int from = at + k - j;
                int to = start[k];
                int length = stop - from;
                double a = -l[from];
                for (int t = 0; t < length; t++) {
                    l[to + t] = Math.fma(a, l[from + t], l[to + t]);
                }
            }
        }
    }

    @Override
    protected void update(double[] l, int[] targets, int first, int below, int p0) {
        int q = first;
        for (int p = 0; p < below; p++) {
            double a0 = -l[p0 + p];
            for (int t = p; t < below; t++, q++) {
                l[targets[q]] = Math.fma(a0, l[p0 + t], l[targets[q]]);
            }
        }
    }

    @Override
    protected void update(
            double[] l, int[] targets, int first, int below, int p0, int p1, int p2, int p3) {
        int q = first;
        for (int p = 0; p < below; p++) {
            double a0 = -l[p0 + p];
            double a1 = -l[p1 + p];
            double a2 = -l[p2 + p];
            double a3 = -l[p3 + p];
            for (int t = p; t < below; t++, q++) {
                double s = Math.fma(a0, l[p0 + t], l[targets[q]]);
                s = Math.fma(a1, l[p1 + t], s);
                s = Math.fma(a2, l[p2 + t], s);
                l[targets[q]] = Math.fma(a3, l[p3 + t], s);
            }
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
        for (int j = end - 1; j >= begin; j--) {
            int within = start[j] + 1;
            int stop = start[j + 1];
            int split = stop - below;
            int c = 0;
            for (; c + 8 <= columns; c += 8) {
                solve8(l, rows, within, split, stop, inverse[j], x, columns, c, j);
            }
            for (; c < columns; c++) {
                solve(l, rows, within, split, stop, inverse[j], x, columns, c, j);
            }
        }
    }

    private static void solve8(
            double[] l,
            int[] rows,
            int within,
            int below,
            int stop,
            double scale,
            double[] x,
            int columns,
            int c,
            int j) {
        int at = j * columns + c;
        double s0 = x[at];
        double s1 = x[at + 1];
        double s2 = x[at + 2];
        double s3 = x[at + 3];
        double s4 = x[at + 4];
        double s5 = x[at + 5];
        double s6 = x[at + 6];
        double s7 = x[at + 7];
        int count = stop - within;
        for (int k = 0; k < count; k++) {
            int p = below + k < stop ? below + k : within + count - 1 - k;
            double v = -l[p];
            int from = rows[p] * columns + c;
            s0 = Math.fma(v, x[from], s0);
            s1 = Math.fma(v, x[from + 1], s1);
            s2 = Math.fma(v, x[from + 2], s2);
            s3 = Math.fma(v, x[from + 3], s3);
            s4 = Math.fma(v, x[from + 4], s4);
            s5 = Math.fma(v, x[from + 5], s5);
            s6 = Math.fma(v, x[from + 6], s6);
            s7 = Math.fma(v, x[from + 7], s7);
        }
        x[at] = s0 * scale;
        x[at + 1] = s1 * scale;
        x[at + 2] = s2 * scale;
        x[at + 3] = s3 * scale;
        x[at + 4] = s4 * scale;
        x[at + 5] = s5 * scale;
        x[at + 6] = s6 * scale;
        x[at + 7] = s7 * scale;
    }

    private static void solve(
            double[] l,
            int[] rows,
            int within,
            int below,
            int stop,
            double scale,
            double[] x,
            int columns,
            int c,
            int j) {
        double s = x[j * columns + c];
        for (int p = below; p < stop; p++) {
            s = Math.fma(-l[p], x[rows[p] * columns + c], s);
        }
        for (int p = below - 1; p >= within; p--) {
            s = Math.fma(-l[p], x[rows[p] * columns + c], s);
        }
        x[j * columns + c] = s * scale;
    }

    @Override
    protected void forward(
            double[] l, double[] inverse, int[] start, int[] rows, int j, double[] x, int columns) {
        for (int c = 0; c < columns; c++) {
            double y = x[j * columns + c] * inverse[j];
            x[j * columns + c] = y;
            for (int p = start[j] + 1; p < start[j + 1]; p++) {
                int to = rows[p] * columns + c;
                x[to] = Math.fma(-l[p], y, x[to]);
            }
        }
    }

    @Override
    protected void multiply(
            int[] place, int[] start, int[] column, double[] value, double[] x, double[] y) {
        for (int r = 0; r < place.length; r++) {
            double s = 0;
            for (int k = start[r]; k < start[r + 1]; k++) {
                s = Math.fma(value[k], x[column[k]], s);
            }
            y[place[r]] = s;
        }
    }

    @Override
    public void addBlock(double[] a, int[] rows, int[] columns, double[] x, double[] y) {
        int n = columns.length;
        int i = 0;
        for (; i + 4 <= rows.length; i += 4) {
            double s0 = y[rows[i]];
            double s1 = y[rows[i + 1]];
            double s2 = y[rows[i + 2]];
            double s3 = y[rows[i + 3]];
            int at = i * n;
            for (int k = 0; k < n; k++, at++) {
                double v = x[columns[k]];
                s0 = Math.fma(a[at], v, s0);
                s1 = Math.fma(a[at + n], v, s1);
                s2 = Math.fma(a[at + 2 * n], v, s2);
                s3 = Math.fma(a[at + 3 * n], v, s3);
            }
            y[rows[i]] = s0;
            y[rows[i + 1]] = s1;
            y[rows[i + 2]] = s2;
            y[rows[i + 3]] = s3;
        }
        for (; i < rows.length; i++) {
            double s = y[rows[i]];
            for (int k = 0; k < n; k++) {
                s = Math.fma(a[i * n + k], x[columns[k]], s);
            }
            y[rows[i]] = s;
        }
    }

    @Override
    public void squaredDifferences(int[] pairs, double[] x, int columns, double[] d, double[] y) {
        for (int k = 0; 2 * k < pairs.length; k++) {
            int i = pairs[2 * k] * columns;
            int j = pairs[2 * k + 1] * columns;
            double s = 0;
            for (int c = 0; c < columns; c++) {
                double difference = x[i + c] - x[j + c];
                s = Math.fma(d[c] * difference, difference, s);
            }
            y[k] = s;
        }
    }

    @Override
    public void positive(double[] x, int count, boolean[] positive) {
        positive[0] = true;
        for (int i = 0; i < count; i++) {
            positive[0] &= x[i] > 0 && x[i] < Double.POSITIVE_INFINITY;
        }
    }

    @Override
    public void exp(double[] x, double[] factor, int count, double[] y) {
        for (int i = 0; i < count; i++) {
            y[i] = exp(x[i]) * factor[0];
        }
    }

    private static double exp(double x) {
        double z = Math.max(-EXP_LIMIT, Math.min(EXP_LIMIT, x));
        double k = Math.fma(z, LOG2_E, ROUNDER) - ROUNDER;
        double r = Math.fma(k, -LN2_LOW, Math.fma(k, -LN2_HIGH, z));
        double s = EXP_SERIES[0];
        for (int i = 1; i < EXP_SERIES.length; i++) {
            s = Math.fma(s, r, EXP_SERIES[i]);
        }
        s = Math.fma(s * r, r, r) + 1;
        double half = Math.fma(k, 0.5, ROUNDER) - ROUNDER;
        return s * power(half) * power(k - half);
    }

    /** 2^k. */
    private static double power(double k) {
        return Double.longBitsToDouble(Double.doubleToRawLongBits(k + BIASED) << 52);
    }
}
