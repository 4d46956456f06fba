package org.headwater.kernels.layer;

import java.util.Arrays;

/**
 * The softmax of sorted keys over themselves in one dimension, by a fast Gauss transform:
 *
 * <pre>S_k(u) = Σ_j e^{lg_j − (u−u_j)²} (u_j−u)^k,   k = 0, 1,   at all u = u_i.</pre>
 *
 * <p>The line is cut into boxes of half a bandwidth; only those that hold keys are stored, so that
 * outliers and ties cost nothing. A box with centre c keeps the moments M_n = Σ_j e^{lg_j−G−s²}
 * (s/δ)ⁿ of its keys, s = u_j − c, δ = ¼, G = max lg_j. For a target box at the offset D, with t
 * the distance from its centre,
 *
 * <pre>e^{t²} Σ_j e^{lg_j−(D+t−s)²} = e^{G} Σ_n M_n e^{−D²−2Dt} (2(D+t)δ)ⁿ/n!</pre>
 *
 * is taken at 20 Chebyshev points by a fixed matrix, with 26 terms; S_1 needs the same with the
 * moments shifted by one. The sum over the source boxes is interpolated at the targets. Pairs of
 * boxes with few keys, or further than 7 bandwidths apart, are summed directly, and those left out
 * that weigh less than e^{−30} of a lower bound of the sum: with W = Σ_j e^{lg_j} over a source
 * box, W·e^{−(|D|+½)²} ≤ its part of S_0 ≤ W·e^{−(|D|−½)²} everywhere in the target box.
 *
 * <p>Error: |error of S_0| ≤ 1e-10·S_0, |error of S_1| ≤ 1e-10·S_0·max(1, |u_j − u| of the terms
 * that matter); 1e-12 where lg varies little over a bandwidth. Cost O(n) for boxes of bounded
 * number within the reach of each other, once the keys are sorted. Workspace of one thread; not
 * thread-safe. Source: Greengard and Strain, SIAM J. Sci. Stat. Comput. 12(1), 1991,
 * doi:10.1137/0912004, with one-dimensional boxes, Taylor moments about the source and Chebyshev
 * interpolation at the target instead of Hermite and Taylor expansions, and logarithmic scales per
 * box.
 */
public final class GaussTransform {
    /** Largest range of lg for which no scale of a box can overflow. */
    public static final double RANGE = 300;

    private static final double HALF_BOX = 0.25;
    private static final int TERMS = 26;
    private static final int POINTS = 20;

    /** Points with padding, for whole vector registers. */
    private static final int NODES = 24;

    /** Moments with padding; one more than terms is needed. */
    private static final int MOMENTS = 28;

    /** Largest offset of an expansion, in boxes. */
    private static final int REACH = 14;

    /** Pairs of boxes with fewer pairs of keys than this are summed directly. */
    private static final int FEW = 40;

    /** A box that is left out is e^{−30} ≈ 1e-13 of a sum, those behind it ever less. */
    private static final double NEGLIGIBLE = 30;

    private static final double[] EXPANSIONS = expansions();
    private static final double[] INTERPOLATION = interpolation();

    private final LayerLoops loops;
    private final double[] z;
    private final double[] gauss;
    private final double[] weight;
    private final double[] work;
    private final double[] series0;
    private final double[] series1;
    private final double[] near0;
    private final double[] near1;
    private final double[] node0 = new double[NODES];
    private final double[] node1 = new double[NODES];
    private final double[] coefficient0 = new double[POINTS];
    private final double[] coefficient1 = new double[POINTS];
    private final double[] pair;
    private int[] start = new int[64];
    private double[] index = new double[64];
    private double[] top = new double[64];
    private double[] mass = new double[64];
    private double[] massBefore = new double[64];
    private double[] massAfter = new double[64];
    private double[] moments = new double[64 * MOMENTS];
    private boolean[] hasMoments = new boolean[64];
    private int boxes;

    /** Workspace for up to {@code capacity} keys. */
    public GaussTransform(int capacity, LayerLoops loops) {
        this.loops = loops;
        z = new double[capacity];
        gauss = new double[capacity];
        weight = new double[capacity];
        work = new double[capacity];
        series0 = new double[capacity];
        series1 = new double[capacity];
        near0 = new double[capacity];
        near1 = new double[capacity];
        pair = new double[capacity];
    }

    /**
     * The softmax of every key over all.
     *
     * @param u n keys, ascending, in bandwidths (x·√κ), |u| &lt; 1e300, not modified; about 0, so
     *     that narrow ones keep their digits
     * @param logWeight lg_j, within {@link #RANGE} of each other, not modified
     * @param n number of keys
     * @param shift S_1/S_0 at each key, n values, modified
     * @param selfWeight e^{lg_i}/S_0, n values, modified
     */
    public void softmax(
            double[] u, double[] logWeight, int n, double[] shift, double[] selfWeight) {
        sort(u, logWeight, n);
        for (int b = 0; b < boxes; b++) {
            target(b, u, logWeight, shift, selfWeight);
        }
    }

    private int count(int b) {
        return start[b + 1] - start[b];
    }

    /** Cuts the keys into boxes, and sets what the keys and boxes need for themselves. */
    private void sort(double[] u, double[] logWeight, int n) {
        boxes = 0;
        for (int i = 0; i < n; ) {
            double k = Math.rint(2 * u[i]);
            if (boxes + 1 >= start.length) {
                grow();
            }
            double centre = k / 2;
            double high = Double.NEGATIVE_INFINITY;
            start[boxes] = i;
            index[boxes] = k;
            int from = i;
            for (; i < n && Math.rint(2 * u[i]) == k; i++) {
                double s = u[i] - centre;
                z[i] = s / HALF_BOX;
                gauss[i] = s * s;
                high = Math.max(high, logWeight[i]);
            }
            for (int l = from; l < i; l++) {
                weight[l] = high - logWeight[l];
            }
            top[boxes] = high;
            hasMoments[boxes] = false;
            boxes++;
        }
        start[boxes] = n;
        loops.negativeExponentials(gauss, 0, n);
        loops.negativeExponentials(weight, 0, n);
        double high = Double.NEGATIVE_INFINITY;
        for (int b = 0; b < boxes; b++) {
            double sum = 0;
            for (int i = start[b]; i < start[b + 1]; i++) {
                sum += weight[i];
            }
            mass[b] = top[b] + Math.log(sum);
            high = Math.max(high, mass[b]);
            massBefore[b] = high;
        }
        high = Double.NEGATIVE_INFINITY;
        for (int b = boxes - 1; b >= 0; b--) {
            high = Math.max(high, mass[b]);
            massAfter[b] = high;
        }
    }

    private void grow() {
        int size = 2 * start.length;
        start = Arrays.copyOf(start, size);
        index = Arrays.copyOf(index, size);
        top = Arrays.copyOf(top, size);
        mass = Arrays.copyOf(mass, size);
        massBefore = Arrays.copyOf(massBefore, size);
        massAfter = Arrays.copyOf(massAfter, size);
        moments = Arrays.copyOf(moments, size * MOMENTS);
        hasMoments = Arrays.copyOf(hasMoments, size);
    }

    private void target(
            int b, double[] u, double[] logWeight, double[] shift, double[] selfWeight) {
        double floor = mass[b] - square(2 * HALF_BOX);
        int last = b + 1;
        for (; last < boxes; last++) {
            double offset = (index[last] - index[b]) / 2;
            if (massAfter[last] - square(offset - 0.5) < floor - NEGLIGIBLE) {
                break;
            }
            floor = Math.max(floor, mass[last] - square(offset + 0.5));
        }
        int first = b - 1;
        for (; first >= 0; first--) {
            double offset = (index[b] - index[first]) / 2;
            if (massBefore[first] - square(offset - 0.5) < floor - NEGLIGIBLE) {
                break;
            }
            floor = Math.max(floor, mass[first] - square(offset + 0.5));
        }
        int from = start[b];
        int to = start[b + 1];
        Arrays.fill(near0, from, to, 0);
        Arrays.fill(near1, from, to, 0);
        Arrays.fill(node0, 0);
        Arrays.fill(node1, 0);
        boolean expanded = false;
        for (int s = first + 1; s < last; s++) {
            double boxOffset = index[b] - index[s];
            double offset = boxOffset / 2;
            double gap = Math.max(0, Math.abs(offset) - 0.5);
            if (mass[s] - gap * gap < floor - NEGLIGIBLE) {
                continue;
            }
            if (Math.abs(boxOffset) > REACH || (long) count(s) * count(b) <= FEW) {
                direct(u, logWeight, s, from, to, floor);
                continue;
            }
            if (!hasMoments[s]) {
                momentsOf(s);
            }
            double f = Math.exp(top[s] - floor);
            loops.expand(
                    EXPANSIONS,
                    ((int) boxOffset + REACH) * TERMS * NODES,
                    moments,
                    s * MOMENTS,
                    TERMS,
                    NODES,
                    f,
                    f * HALF_BOX,
                    -f * offset,
                    node0,
                    node1);
            expanded = true;
        }
        if (expanded) {
            coefficients(node0, coefficient0);
            coefficients(node1, coefficient1);
            loops.chebyshev(coefficient0, coefficient1, POINTS, z, from, to, series0, series1);
            for (int i = from; i < to; i++) {
                double s0 = gauss[i] * series0[i];
                near0[i] += s0;
                near1[i] += gauss[i] * series1[i] - HALF_BOX * z[i] * s0;
            }
        }
        double own = Math.exp(top[b] - floor);
        for (int i = from; i < to; i++) {
            shift[i] = near1[i] / near0[i];
            selfWeight[i] = own * weight[i] / near0[i];
        }
    }

    private static double square(double x) {
        return x * x;
    }

    private void momentsOf(int b) {
        int from = start[b];
        int to = start[b + 1];
        for (int i = from; i < to; i++) {
            work[i] = weight[i] * gauss[i];
        }
        loops.moments(work, z, from, to, moments, b * MOMENTS, TERMS + 1);
        hasMoments[b] = true;
    }

    /** Adds a source box to the targets key by key, in units of e^floor. */
    private void direct(
            double[] u, double[] logWeight, int source, int from, int to, double floor) {
        int begin = start[source];
        int end = start[source + 1];
        // e^{lg−floor−δ²} as e^{lg−G−δ²}·e^{G−floor}: neither factor leaves its range.
        double scale = Math.exp(top[source] - floor);
        for (int i = from; i < to; i++) {
            for (int j = begin; j < end; j++) {
                pair[j] = square(u[j] - u[i]) + (top[source] - logWeight[j]);
            }
            loops.negativeExponentials(pair, begin, end);
            double s0 = 0;
            double s1 = 0;
            for (int j = begin; j < end; j++) {
                s0 += pair[j];
                s1 += pair[j] * (u[j] - u[i]);
            }
            near0[i] += scale * s0;
            near1[i] += scale * s1;
        }
    }

    /** Chebyshev coefficients of the polynomial through the values at the points. */
    private static void coefficients(double[] value, double[] out) {
        for (int k = 0; k < POINTS; k++) {
            double sum = 0;
            for (int p = 0; p < POINTS; p++) {
                sum += INTERPOLATION[k * POINTS + p] * value[p];
            }
            out[k] = sum;
        }
    }

    private static double node(int p) {
        return Math.cos(Math.PI * (p + 0.5) / POINTS);
    }

    private static double[] interpolation() {
        double[] m = new double[POINTS * POINTS];
        for (int k = 0; k < POINTS; k++) {
            for (int p = 0; p < POINTS; p++) {
                double c = Math.cos(k * Math.PI * (p + 0.5) / POINTS);
                m[k * POINTS + p] = (k == 0 ? 1.0 : 2.0) / POINTS * c;
            }
        }
        return m;
    }

    /** e^{−D²−2Dt} (2(D+t)δ)ⁿ/n! for the offsets −7..7, the terms n and the points t. */
    private static double[] expansions() {
        double[] a = new double[(2 * REACH + 1) * TERMS * NODES];
        for (int m = -REACH; m <= REACH; m++) {
            double offset = m / 2.0;
            for (int p = 0; p < POINTS; p++) {
                double t = HALF_BOX * node(p);
                double term = Math.exp(-offset * offset - 2 * offset * t);
                for (int k = 0; k < TERMS; k++) {
                    a[((m + REACH) * TERMS + k) * NODES + p] = term;
                    term *= 2 * (offset + t) * HALF_BOX / (k + 1);
                }
            }
        }
        return a;
    }
}
