package org.headwater.kernels.rwpo;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.KernelBackend.Precision;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.layer.LayerLoops;
import org.headwater.kernels.layer.PlaneTransform;
import org.headwater.kernels.layer.SymmetricJoint;
import org.headwater.kernels.special.Exponential;

/**
 * The joint layer: one softmax over the keys for all coordinates together,
 *
 * <pre>w_il ∝ exp(−κ|a_i − x_l|² − logZ_l),   x̄_i = Σ_l w_il x_l.</pre>
 *
 * <p>Where keys are queries, w_il ∝ E_il g_l with E symmetric and g_l = exp(max logZ − logZ_l):
 * each E is computed once and used for both sums, and E_ii = 1 bounds them below, so that no
 * maximum is needed. This asks that logZ varies by at most 41 (60 bits); otherwise each query finds
 * its own maximum first. The rows are dealt to a fixed number of groups of equal work, each with
 * its own sums, added up in order: the result does not depend on the number of threads.
 *
 * <p>Many particles in the plane are summed on a grid ({@link PlaneTransform}), in linear time.
 *
 * <p>Sums are accurate to about 1e-15·√N, on a grid to 1e-13. Memory O(N·d). Source: arXiv
 * 2510.16356.
 */
public final class JointLayer {
    private static final int GROUPS = 8;
    private static final int ROWS_PER_GROUP = 64;
    private static final int TILE = 256;

    private JointLayer() {}

    /**
     * Barycentres of the keys themselves in double precision, on the fastest loops that there are.
     * N²/2 exponentials, O(N²d).
     *
     * @param x keys and queries, N × d, finite, not modified
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, N values, finite, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    public static void self(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            Workers workers) {
        self(x, kappa, logNormaliser, barycentre, selfWeight, LayerLoops.best(), workers);
    }

    /**
     * The same in single precision: errors of about 5e-7 of the largest |x − mean|. Falls back to
     * double precision where the loops have no faster form, where logZ varies by more than 34 (50
     * bits), and where the keys reach further than 1e15 bandwidths.
     *
     * @param x keys and queries, N × d, finite, not modified
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, N values, finite, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param loops inner loops
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    public static void selfSingle(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            LayerLoops loops,
            Workers workers) {
        Shapes.joint(x, kappa, logNormaliser, barycentre, selfWeight);
        if (!fast(
                Precision.SINGLE,
                x,
                kappa,
                logNormaliser,
                barycentre,
                selfWeight,
                loops,
                workers)) {
            self(x, kappa, logNormaliser, barycentre, selfWeight, loops, workers);
        }
    }

    /** On a grid in the plane or by symmetric tiles; false if neither can. */
    private static boolean fast(
            Precision precision,
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            LayerLoops loops,
            Workers workers) {
        double[] keys = x.data();
        double[] out = barycentre.data();
        int n = x.size();
        int d = x.dimension();
        for (SymmetricJoint form :
                Arrays.asList(new PlaneTransform(precision, loops), loops.joint(precision))) {
            if (form != null
                    && n > 0
                    && form.self(keys, n, d, kappa, logNormaliser, out, selfWeight, workers)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Barycentres of the keys themselves in double precision on given loops.
     *
     * @param x keys and queries, N × d, finite, not modified
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, N values, finite, not modified
     * @param barycentre x̄, N × d, modified
     * @param selfWeight w_ii, N values, modified
     * @param loops inner loops
     * @param workers threads
     * @throws IllegalArgumentException if a shape is wrong or a number not finite
     */
    public static void self(
            Ensemble x,
            double kappa,
            double[] logNormaliser,
            Ensemble barycentre,
            double[] selfWeight,
            LayerLoops loops,
            Workers workers) {
        int n = x.size();
        int d = x.dimension();
        Shapes.joint(x, kappa, logNormaliser, barycentre, selfWeight);
        if (n == 0
                || fast(
                        Precision.DOUBLE,
                        x,
                        kappa,
                        logNormaliser,
                        barycentre,
                        selfWeight,
                        loops,
                        workers)) {
            return;
        }
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double z : logNormaliser) {
            low = Math.min(low, z);
            high = Math.max(high, z);
        }
        if (!(high - low <= TensorisedLayer.RANGE)) {
            double[] logSum = new double[n];
            barycentres(x, kappa, logNormaliser, x, barycentre, logSum, workers);
            for (int i = 0; i < n; i++) {
                selfWeight[i] = Math.exp(-logNormaliser[i] - logSum[i]);
            }
            return;
        }
        double[] g = new double[n];
        for (int i = 0; i < n; i++) {
            g[i] = Exponential.exp(low - logNormaliser[i]);
        }
        double[] columns = transposed(x);
        double cut = TensorisedLayer.NEGLIGIBLE + Math.log(n) + (high - low);
        int groups = Math.max(1, Math.min(GROUPS, n / ROWS_PER_GROUP));
        Sums[] sums = new Sums[groups];
        workers.forRanges(
                groups,
                1,
                (from, to) -> {
                    for (int k = from; k < to; k++) {
                        sums[k] = new Sums(n, d, loops);
                        sums[k].addRows(
                                columns,
                                g,
                                kappa,
                                cut,
                                bound(k, groups, n),
                                bound(k + 1, groups, n));
                    }
                });
        double[] out = barycentre.data();
        workers.forRanges(
                n,
                TILE,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        double s0 = g[i];
                        for (Sums s : sums) {
                            s0 += s.mass[i];
                        }
                        selfWeight[i] = g[i] / s0;
                        for (int j = 0; j < d; j++) {
                            double s1 = g[i] * columns[j * n + i];
                            for (Sums s : sums) {
                                s1 += s.moment[j * n + i];
                            }
                            out[i * d + j] = s1 / s0;
                        }
                    }
                });
    }

    /** First row of group k: rows i have N−1−i pairs, groups about equally many. */
    private static int bound(int k, int groups, int n) {
        return k == groups ? n : (int) (n * (1 - Math.sqrt(1 - k / (double) groups)));
    }

    /**
     * Barycentres and log-sums of arbitrary queries. MN exponentials, O(MNd).
     *
     * @param keys X, N × d, not modified
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, N values, not modified
     * @param queries A, M × d, not modified; may be the keys
     * @param barycentre x̄, M × d, modified
     * @param logSum log Σ_l exp(−κ|a_i − x_l|² − logZ_l), M values, modified
     * @param workers threads
     */
    public static void barycentres(
            Ensemble keys,
            double kappa,
            double[] logNormaliser,
            Ensemble queries,
            Ensemble barycentre,
            double[] logSum,
            Workers workers) {
        int n = keys.size();
        int d = keys.dimension();
        Shapes.require(n > 0, "there must be keys");
        Shapes.require(logNormaliser.length == n, "logNormaliser needs one value per key");
        Shapes.require(queries.dimension() == d, "queries need as many coordinates as keys");
        Shapes.same(queries, barycentre, "barycentre");
        Shapes.require(logSum.length == queries.size(), "logSum needs one value per query");
        double[] columns = transposed(keys);
        double[] out = barycentre.data();
        workers.forRanges(
                queries.size(),
                32,
                (from, to) -> {
                    double[] w = new double[n];
                    for (int i = from; i < to; i++) {
                        logSum[i] =
                                weights(
                                        columns,
                                        n,
                                        d,
                                        kappa,
                                        logNormaliser,
                                        queries.data(),
                                        i * d,
                                        w);
                        for (int j = 0; j < d; j++) {
                            out[i * d + j] = DenseProducts.dot(w, 0, columns, j * n, n);
                        }
                    }
                });
    }

    /**
     * Mean and covariance of the softmax of one query. O(N·d²).
     *
     * @param keys X, N × d, not modified
     * @param kappa κ &gt; 0
     * @param logNormaliser logZ_l, N values, not modified
     * @param query d values, not modified
     * @param weight w_l, N values, modified
     * @param barycentre x̄, d values, modified
     * @param covariance Σ_l w_l (x_l − x̄)(x_l − x̄)ᵀ, d × d, modified
     * @return log Σ_l exp(−κ|a − x_l|² − logZ_l)
     */
    public static double moments(
            Ensemble keys,
            double kappa,
            double[] logNormaliser,
            double[] query,
            double[] weight,
            double[] barycentre,
            double[] covariance) {
        int n = keys.size();
        int d = keys.dimension();
        double[] columns = transposed(keys);
        double logSum = weights(columns, n, d, kappa, logNormaliser, query, 0, weight);
        for (int j = 0; j < d; j++) {
            barycentre[j] = DenseProducts.dot(weight, 0, columns, j * n, n);
        }
        Arrays.fill(covariance, 0);
        double[] x = keys.data();
        double[] centred = new double[d];
        for (int l = 0; l < n; l++) {
            for (int j = 0; j < d; j++) {
                centred[j] = x[l * d + j] - barycentre[j];
            }
            for (int j = 0; j < d; j++) {
                DenseProducts.addScaled(weight[l] * centred[j], centred, 0, covariance, j * d, d);
            }
        }
        return logSum;
    }

    /** Softmax weights of one query; returns the log-sum. */
    private static double weights(
            double[] columns,
            int n,
            int d,
            double kappa,
            double[] logNormaliser,
            double[] query,
            int offset,
            double[] w) {
        Arrays.fill(w, 0, n, 0);
        for (int j = 0; j < d; j++) {
            addSquares(columns, j * n, query[offset + j], w, 0, n);
        }
        double best = Double.NEGATIVE_INFINITY;
        for (int l = 0; l < n; l++) {
            w[l] = -kappa * w[l] - logNormaliser[l];
            best = Math.max(best, w[l]);
        }
        double sum = 0;
        for (int l = 0; l < n; l++) {
            double e = w[l] - best;
            w[l] = e > Exponential.LEAST ? Exponential.exp(e) : 0;
            sum += w[l];
        }
        for (int l = 0; l < n; l++) {
            w[l] /= sum;
        }
        return best + Math.log(sum);
    }

    private static double[] transposed(Ensemble x) {
        int n = x.size();
        int d = x.dimension();
        double[] a = x.data();
        double[] t = new double[n * d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                t[j * n + i] = a[i * d + j];
            }
        }
        return t;
    }

    /** s_l += (x_l − a)² on n values. */
    private static void addSquares(double[] x, int xo, double a, double[] s, int so, int n) {
        for (int l = 0; l < n; l++) {
            double delta = x[xo + l] - a;
            s[so + l] += delta * delta;
        }
    }

    /** What one group of rows adds to Σ_l g_l E_il and Σ_l g_l E_il x_l of all rows. */
    private static final class Sums {
        private final int n;
        private final int d;
        private final double[] mass;
        private final double[] moment;
        private final LayerLoops loops;

        Sums(int n, int d, LayerLoops loops) {
            this.loops = loops;
            this.n = n;
            this.d = d;
            mass = new double[n];
            moment = new double[n * d];
        }

        void addRows(double[] columns, double[] g, double kappa, double cut, int from, int to) {
            double[] e = new double[TILE];
            double[] there = new double[TILE];
            for (int tile = from; tile < n; tile += TILE) {
                int end = Math.min(tile + TILE, n);
                for (int i = from; i < Math.min(to, end); i++) {
                    int start = Math.max(tile, i + 1);
                    if (start < end && exponentials(columns, kappa, cut, i, start, end, e)) {
                        addTile(columns, g, i, start, end - start, e, there);
                    }
                }
            }
        }

        /** E_il for start ≤ l &lt; end; false if all are negligible. */
        private boolean exponentials(
                double[] columns, double kappa, double cut, int i, int start, int end, double[] e) {
            int m = end - start;
            Arrays.fill(e, 0, m, 0);
            for (int j = 0; j < d; j++) {
                addSquares(columns, j * n + start, columns[j * n + i], e, 0, m);
            }
            double nearest = Double.POSITIVE_INFINITY;
            for (int l = 0; l < m; l++) {
                e[l] *= kappa;
                nearest = Math.min(nearest, e[l]);
            }
            if (nearest >= cut) {
                return false;
            }
            loops.negativeExponentials(e, 0, m);
            return true;
        }

        private void addTile(
                double[] columns, double[] g, int i, int start, int m, double[] e, double[] there) {
            double sum = 0;
            for (int l = 0; l < m; l++) {
                there[l] = g[start + l] * e[l];
                sum += there[l];
            }
            mass[i] += sum;
            double gi = g[i];
            DenseProducts.addScaled(gi, e, 0, mass, start, m);
            for (int j = 0; j < d; j++) {
                int row = j * n;
                moment[row + i] += DenseProducts.dot(there, 0, columns, row + start, m);
                DenseProducts.addScaled(gi * columns[row + i], e, 0, moment, row + start, m);
            }
        }
    }
}
