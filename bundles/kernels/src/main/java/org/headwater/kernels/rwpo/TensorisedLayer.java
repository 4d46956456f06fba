package org.headwater.kernels.rwpo;

import org.headwater.api.Ensemble;
import org.headwater.api.Workers;
import org.headwater.kernels.layer.GaussTransform;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.special.Exponential;

/**
 * The tensorised layer: a softmax over the keys for each coordinate j,
 *
 * <pre>w_il ∝ exp(−κ_j(a_ij − x_lj)² − logZ_lj),   x̄_ij = Σ_l w_il x_lj.</pre>
 *
 * <p>Each coordinate's keys are sorted. From 200 keys on that are also the queries, {@link
 * GaussTransform} then takes O(N): its error is at most 1e-10 of a sum. What follows is the direct
 * sum, for fewer keys, other queries, and where logZ varies by more than 300 over a coordinate.
 *
 * <p>Of the terms of a sum those are left out that together weigh less than e^{−42} ≈ 6e-19 of it:
 * with c_l = −logZ_l, the keys from l on add at most N·exp(max_{k≥l} c_k − κ(x_l − a)²), a bound
 * that falls along the sorted keys, so the window's ends are found by bisection or by walking. The
 * sums are then accurate to about 1e-15·√N. Particles of one bandwidth 1/√κ or less need all pairs,
 * wide-spread ones few.
 *
 * <p>Where keys are queries, e^{−κ(x_i−x_l)²} is computed once for both (i, l) and (l, i), and its
 * diagonal, 1, keeps the sums away from zero; this needs c to vary by at most 41 over a coordinate
 * (60 bits), otherwise each query finds its own maximum first. One coordinate is the work of one
 * thread: the result does not depend on the number of threads.
 *
 * <p>Memory O(N) per thread beside input and output. Source: the per-coordinate softmax of arXiv
 * 2502.16773's published code, applied to arXiv 2510.16356.
 */
public final class TensorisedLayer {
    /** Left out: e^{−42} of a sum. */
    static final double NEGLIGIBLE = 42;

    /** Largest range of c for which the shared exponentials are used. */
    static final double RANGE = 41;

    /** From this number of keys on, the fast Gauss transform is faster than the direct sum. */
    private static final int MANY = 200;

    /** Largest κ(x−y)² of which the transform's boxes know the place. */
    private static final double FAR = 1e300;

    private TensorisedLayer() {}

    /**
     * Barycentres of the keys themselves, on the fastest loops that there are: O(d·N log N) for N ≥
     * 200, otherwise O(dN²).
     *
     * @param x keys and queries, N × d, finite, not modified
     * @param kappa κ_j &gt; 0, d values, not modified
     * @param logNormaliser logZ_lj, N × d, finite, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight mean over i of w_ii for each coordinate, d values, modified
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    public static void self(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        self(x, kappa, logNormaliser, barycentre, selfWeight, LayerLoops.best(), workers);
    }

    /**
     * The same on given loops.
     *
     * @param x keys and queries, N × d, finite, not modified
     * @param kappa κ_j &gt; 0, d values, not modified
     * @param logNormaliser logZ_lj, N × d, finite, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight mean over i of w_ii for each coordinate, d values, modified
     * @param loops inner loops
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    public static void self(
            Ensemble x,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            LayerLoops loops,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.tensorised(x, kappa, logNormaliser, barycentre, selfWeight);
        workers.forRanges(
                d,
                grain(d),
                (from, to) -> {
                    SortedColumn column = new SortedColumn(n, loops);
                    for (int j = from; j < to; j++) {
                        column.load(x, logNormaliser, j, kappa[j]);
                        selfWeight[j] = column.self(barycentre.data(), j, d);
                    }
                });
    }

    /**
     * Barycentres, variances and log-sums of arbitrary queries. O(dMN) exponentials at most.
     *
     * @param keys X, N × d, not modified
     * @param kappa κ_j &gt; 0, d values, not modified
     * @param logNormaliser logZ_lj, N × d, not modified
     * @param queries A, M × d, not modified; may be the keys
     * @param barycentre x̄, M × d, modified
     * @param variance Σ_l w_l(x_lj − x̄_j)², M × d, modified
     * @param logSum log Σ_l exp(−κ_j(a − x_lj)² − logZ_lj), M × d, modified
     * @param workers threads
     */
    public static void barycentres(
            Ensemble keys,
            double[] kappa,
            Ensemble logNormaliser,
            Ensemble queries,
            Ensemble barycentre,
            Ensemble variance,
            Ensemble logSum,
            Workers workers) {
        int d = keys.dimension();
        int m = queries.size();
        Shapes.require(kappa.length == d, "kappa needs one value per coordinate");
        Shapes.require(queries.dimension() == d, "queries need as many coordinates as keys");
        Shapes.same(keys, logNormaliser, "logNormaliser");
        Shapes.same(queries, barycentre, "barycentre");
        Shapes.same(queries, variance, "variance");
        Shapes.same(queries, logSum, "logSum");
        workers.forRanges(
                d,
                grain(d),
                (from, to) -> {
                    SortedColumn column = new SortedColumn(keys.size(), LayerLoops.best());
                    for (int j = from; j < to; j++) {
                        column.load(keys, logNormaliser, j, kappa[j]);
                        for (int i = 0; i < m; i++) {
                            int at = i * d + j;
                            column.query(queries.data()[at]);
                            barycentre.data()[at] = column.mean;
                            variance.data()[at] = column.variance;
                            logSum.data()[at] = column.logSum;
                        }
                    }
                });
    }

    private static int grain(int d) {
        return Math.max(1, d / 32);
    }

    /** One coordinate of the keys in ascending order, with workspace. */
    private static final class SortedColumn {
        private final int n;
        private final LayerLoops loops;
        private GaussTransform transform;
        private final double cut;
        private final int[] order;
        private final int[] scratch;
        private final double[] value;
        private final double[] u;
        private final double[] c;
        private final double[] g;
        private final double[] highAfter;
        private final double[] lowAfter;
        private final double[] highBefore;
        private final double[] s0;
        private final double[] s1;
        private double kappa;
        private double highest;
        private double mean;
        private double variance;
        private double logSum;

        SortedColumn(int n, LayerLoops loops) {
            this.n = n;
            this.loops = loops;
            cut = NEGLIGIBLE + Math.log(n);
            order = new int[n];
            scratch = new int[n];
            value = new double[n];
            u = new double[n];
            c = new double[n];
            g = new double[n];
            highAfter = new double[n];
            lowAfter = new double[n];
            highBefore = new double[n];
            s0 = new double[n];
            s1 = new double[n];
        }

        void load(Ensemble keys, Ensemble logNormaliser, int j, double kappaOfColumn) {
            kappa = kappaOfColumn;
            int d = keys.dimension();
            double[] x = keys.data();
            double[] z = logNormaliser.data();
            for (int i = 0; i < n; i++) {
                value[i] = x[i * d + j];
            }
            IndexSort.ascending(value, order, scratch);
            for (int i = 0; i < n; i++) {
                u[i] = value[order[i]];
                c[i] = -z[order[i] * d + j];
            }
            double high = Double.NEGATIVE_INFINITY;
            double low = Double.POSITIVE_INFINITY;
            for (int i = n - 1; i >= 0; i--) {
                high = Math.max(high, c[i]);
                low = Math.min(low, c[i]);
                highAfter[i] = high;
                lowAfter[i] = low;
            }
            highest = high;
            high = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                high = Math.max(high, c[i]);
                highBefore[i] = high;
            }
        }

        /** Barycentres of the keys into out[i·d + j]; returns the mean of w_ii. */
        double self(double[] out, int j, int d) {
            if (n == 0) {
                return Double.NaN;
            }
            double weight = 0;
            double range = highest - lowAfter[0];
            double root = Math.sqrt(kappa);
            if (n >= MANY && range <= GaussTransform.RANGE && root * (u[n - 1] - u[0]) < FAR) {
                return transformed(root, out, j, d);
            }
            if (!(range <= RANGE)) {
                for (int i = 0; i < n; i++) {
                    query(u[i]);
                    out[order[i] * d + j] = mean;
                    weight += Math.exp(c[i] - logSum);
                }
                return weight / n;
            }
            for (int i = 0; i < n; i++) {
                g[i] = Exponential.exp(c[i] - highest);
                s0[i] = g[i];
                s1[i] = 0;
            }
            for (int i = 0; i < n; i++) {
                loops.pairs(u, g, kappa, i, i + 1, end(i), s0, s1);
            }
            for (int i = 0; i < n; i++) {
                out[order[i] * d + j] = u[i] + s1[i] / s0[i];
                weight += g[i] / s0[i];
            }
            return weight / n;
        }

        private double transformed(double root, double[] out, int j, int d) {
            if (transform == null) {
                transform = new GaussTransform(n, loops);
            }
            double middle = u[0] + (u[n - 1] - u[0]) / 2;
            for (int i = 0; i < n; i++) {
                value[i] = root * (u[i] - middle);
            }
            transform.softmax(value, c, n, s1, s0);
            double weight = 0;
            for (int i = 0; i < n; i++) {
                out[order[i] * d + j] = u[i] + s1[i] / root;
                weight += s0[i];
            }
            return weight / n;
        }

        /** The first key after i from which on neither sums of i nor theirs feel each other. */
        private int end(int i) {
            int near = i + 1;
            int far = n;
            while (near < far) {
                int l = (near + far) >>> 1;
                double delta = u[l] - u[i];
                double spread = Math.max(highAfter[l] - c[i], c[i] - lowAfter[l]);
                if (kappa * delta * delta > cut + spread) {
                    far = l;
                } else {
                    near = l + 1;
                }
            }
            return near;
        }

        /** Sets mean, variance and logSum of the softmax at a. */
        void query(double a) {
            int start = lowerBound(a);
            int peak = start < n ? start : n - 1;
            double best = exponent(peak, a);
            int hi = start;
            while (hi < n && highAfter[hi] - distance(hi, a) >= best - cut) {
                double e = exponent(hi, a);
                if (e > best) {
                    best = e;
                    peak = hi;
                }
                hi++;
            }
            int lo = start;
            while (lo > 0 && highBefore[lo - 1] - distance(lo - 1, a) >= best - cut) {
                lo--;
                double e = exponent(lo, a);
                if (e > best) {
                    best = e;
                    peak = lo;
                }
            }
            double centre = u[peak];
            double a0 = 0;
            double a1 = 0;
            double a2 = 0;
            for (int l = lo; l < hi; l++) {
                double e = exponent(l, a) - best;
                if (e > -cut) {
                    double w = Exponential.exp(e);
                    double delta = u[l] - centre;
                    a0 += w;
                    a1 += w * delta;
                    a2 += w * delta * delta;
                }
            }
            double shift = a1 / a0;
            mean = centre + shift;
            variance = Math.max(0, a2 / a0 - shift * shift);
            logSum = best + Math.log(a0);
        }

        private double distance(int l, double a) {
            double delta = u[l] - a;
            return kappa * delta * delta;
        }

        private double exponent(int l, double a) {
            return c[l] - distance(l, a);
        }

        private int lowerBound(double a) {
            int low = 0;
            int high = n;
            while (low < high) {
                int l = (low + high) >>> 1;
                if (u[l] < a) {
                    low = l + 1;
                } else {
                    high = l;
                }
            }
            return low;
        }
    }
}
