package org.headwater.kernels.flow;

import java.util.Arrays;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.special.Exponential;
import org.headwater.kernels.special.L1Kernel;

/**
 * The RWPO layer of an L1 prior as the literature states it: attention of points to particles,
 *
 * <pre>x⁺ = x + (η/2T)(x − x̄) − ½(x − S(x)),   x̄ = Σ_l w_l y_l,</pre>
 *
 * with per-coordinate times η and T, and
 *
 * <pre>
 * joint:       w = softmax_l(−½Σ_i D_i(x_i − y_li)² − Σ_i log Z₁(y_li)),   D = β/(2T),
 * tensorised:  the same in each coordinate by itself,
 * J = I + diag(η/2T)(I − Cov_w·diag(D)) − ½·diag(1 − S′),
 * </pre>
 *
 * Cov_w diagonal when tensorised. S is the soft threshold at λη, S′ = 1{|x| &gt; λη}, or, smooth,
 * the mean m₁(x; η) of the prior's kernel, S′ = (β/2η)v₁. Z₁ is exact.
 *
 * <p>J is the derivative at fixed keys: log|det J| is that of the map if the keys are not the
 * points themselves. Keys stand by columns, number l of coordinate i at i·K + l.
 *
 * <p>A point costs O(Kd) tensorised and O(Kd² + d³) joint, the same for its adjoint.
 *
 * <p>Source: arXiv 2510.16356; derivation and adjoints are ours, checked against automatic
 * differentiation. We deviate by the exact normaliser and, in the smooth form, by m₁.
 */
final class ParticleLayer {
    private final int d;
    private final boolean joint;
    private final boolean smooth;
    private final double[] step;
    private final double[] lambda;
    private final double[] precision;
    private final double[] stepPrecision;
    private final double[] halfLambda;
    private final double[] ratio;

    /**
     * A layer.
     *
     * @param step η, d values, not copied
     * @param time T, d values
     * @param lambda λ ≥ 0, d values, not copied
     * @param beta β
     * @param joint one softmax for all coordinates together, else one for each
     * @param smooth S = m₁, else the soft threshold
     */
    ParticleLayer(
            double[] step,
            double[] time,
            double[] lambda,
            double beta,
            boolean joint,
            boolean smooth) {
        this.d = step.length;
        this.joint = joint;
        this.smooth = smooth;
        this.step = step;
        this.lambda = lambda;
        precision = new double[d];
        stepPrecision = new double[d];
        halfLambda = new double[d];
        ratio = new double[d];
        for (int i = 0; i < d; i++) {
            precision[i] = beta / (2 * time[i]);
            stepPrecision[i] = beta / (2 * step[i]);
            halfLambda[i] = beta * lambda[i] / 2;
            ratio[i] = step[i] / (2 * time[i]);
        }
    }

    /** Particles as keys, with what their softmax needs. Immutable. */
    static final class Keys {
        private final int count;
        private final double[] y;
        private final double[] logNormaliser;
        private final double[] slope;

        private Keys(int count, double[] y, double[] logNormaliser, double[] slope) {
            this.count = count;
            this.y = y;
            this.logNormaliser = logNormaliser;
            this.slope = slope;
        }
    }

    /**
     * Keys. O(Kd).
     *
     * @param x K × d, row by row, from {@code xo} on, not modified
     */
    Keys keys(double[] x, int xo, int count) {
        double[] y = new double[count * d];
        double[] log = new double[count * d];
        double[] slope = new double[count * d];
        LaplaceKernel kernel = new LaplaceKernel();
        for (int i = 0; i < d; i++) {
            for (int l = 0; l < count; l++) {
                int at = i * count + l;
                y[at] = x[xo + l * d + i];
                kernel.evaluate(precision[i], halfLambda[i], y[at]);
                log[at] = kernel.logNormaliser();
                slope[at] = precision[i] * (kernel.mean() - y[at]);
            }
        }
        if (joint) {
            for (int i = 1; i < d; i++) {
                DenseProducts.addScaled(1, log, i * count, log, 0, count);
            }
        }
        return new Keys(count, y, log, slope);
    }

    /** What one thread needs for a point. */
    final class Workspace {
        private final KernelSoftmax softmax;
        private final LaplaceKernel kernel = new LaplaceKernel();
        private final SymmetricPivots pivots = new SymmetricPivots(joint ? d : 0);
        private final double[] w;
        private final double[] gap;
        private final double[] weighted;
        private final double[] covariance = new double[joint ? d * d : 0];
        private final double[] q = new double[d];
        private final double[] mean = new double[d];
        private final double[] along = new double[d];
        private final double[] value = new double[d];
        private final double[] first = new double[d];
        private final double[] second = new double[d];
        private double leastSlope;

        private Workspace(int keys) {
            softmax = new KernelSoftmax(joint ? 0 : keys);
            w = new double[joint ? keys : 0];
            gap = new double[joint ? keys * d : 0];
            weighted = new double[w.length];
        }

        /** The least slope, joint the least pivot, of the last {@link ParticleLayer#apply}. */
        double leastSlope() {
            return leastSlope;
        }

        /** S, d values, as {@link ParticleLayer#threshold} left it; shared. */
        double[] value() {
            return value;
        }

        /** S′. */
        double[] first() {
            return first;
        }

        /** S″, 0 for the soft threshold. */
        double[] second() {
            return second;
        }
    }

    /** A workspace for so many keys. */
    Workspace workspace(int keys) {
        return new Workspace(keys);
    }

    /** η. */
    double step(int i) {
        return step[i];
    }

    /** S and its derivatives at x, left in the workspace. O(d). */
    void threshold(double[] x, int xo, Workspace ws) {
        for (int i = 0; i < d; i++) {
            double v = x[xo + i];
            if (smooth) {
                double dp = stepPrecision[i];
                ws.kernel.evaluate(dp, halfLambda[i], v);
                ws.value[i] = ws.kernel.mean();
                ws.first[i] = dp * ws.kernel.variance();
                ws.second[i] = dp * dp * ws.kernel.third();
            } else {
                ws.value[i] = L1Kernel.softThreshold(v, lambda[i] * step[i]);
                ws.first[i] = Math.abs(v) > lambda[i] * step[i] ? 1 : 0;
                ws.second[i] = 0;
            }
        }
    }

    /**
     * The layer at one point.
     *
     * @param x d values from {@code xo} on, not modified
     * @param out x⁺, from {@code oo} on, modified; not {@code x}
     * @return log|det J|
     */
    double apply(Keys keys, double[] x, int xo, double[] out, int oo, Workspace ws) {
        threshold(x, xo, ws);
        double log = 0;
        ws.leastSlope = Double.POSITIVE_INFINITY;
        if (joint) {
            jointMoments(keys, x, xo, ws);
            log = factor(ws);
            ws.leastSlope = ws.pivots.least();
        }
        for (int i = 0; i < d; i++) {
            if (!joint) {
                log += Math.log(Math.abs(slope(keys, x[xo + i], i, ws)));
            }
            double v = x[xo + i];
            out[oo + i] = v + ratio[i] * ws.mean[i] - 0.5 * (v - ws.value[i]);
        }
        return log;
    }

    /** Moments of one coordinate by itself and its J. */
    private double slope(Keys keys, double x, int i, Workspace ws) {
        ws.softmax.evaluate(x, precision[i], keys.y, keys.logNormaliser, i * keys.count);
        ws.mean[i] = ws.softmax.mean();
        double slope =
                1 + ratio[i] * (1 - precision[i] * ws.softmax.variance()) - 0.5 * (1 - ws.first[i]);
        ws.leastSlope = Math.min(ws.leastSlope, slope);
        return slope;
    }

    /** Weights, gaps from their mean, mean and covariance of the joint softmax. */
    private void jointMoments(Keys keys, double[] x, int xo, Workspace ws) {
        int n = keys.count;
        for (int l = 0; l < n; l++) {
            ws.w[l] = -keys.logNormaliser[l];
        }
        for (int i = 0; i < d; i++) {
            for (int l = 0; l < n; l++) {
                double gap = x[xo + i] - keys.y[i * n + l];
                ws.gap[i * n + l] = gap;
                ws.w[l] -= 0.5 * precision[i] * gap * gap;
            }
        }
        double max = Arrays.stream(ws.w).max().orElse(0);
        double sum = 0;
        for (int l = 0; l < n; l++) {
            ws.w[l] = Exponential.exp(Math.max(ws.w[l] - max, Exponential.LEAST));
            sum += ws.w[l];
        }
        for (int l = 0; l < n; l++) {
            ws.w[l] /= sum;
        }
        for (int i = 0; i < d; i++) {
            double mean = DenseProducts.dot(ws.w, 0, ws.gap, i * n, n);
            ws.mean[i] = mean;
            for (int l = 0; l < n; l++) {
                ws.gap[i * n + l] -= mean;
                ws.weighted[l] = ws.w[l] * ws.gap[i * n + l];
            }
            for (int j = 0; j <= i; j++) {
                double c = DenseProducts.dot(ws.weighted, 0, ws.gap, j * n, n);
                ws.covariance[i * d + j] = c;
                ws.covariance[j * d + i] = c;
            }
        }
    }

    /** √(Dη/2T): J is similar to the symmetric diag(1 + η/2T − ½(1 − S′)) − F·Cov·F. */
    private double scale(int i) {
        return Math.sqrt(precision[i] * ratio[i]);
    }

    private double factor(Workspace ws) {
        double[] a = ws.pivots.matrix();
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < i; j++) {
                a[i * d + j] = -scale(i) * scale(j) * ws.covariance[i * d + j];
            }
            a[i * d + i] =
                    1
                            + ratio[i] * (1 - precision[i] * ws.covariance[i * d + i])
                            - 0.5 * (1 - ws.first[i]);
        }
        return ws.pivots.factor();
    }

    /**
     * The adjoint of {@link #apply} at one point.
     *
     * @param x d values from {@code xo} on, not modified
     * @param outBar derivative of the loss with respect to x⁺, d values from {@code bo} on;
     *     replaced by that with respect to x
     * @param logBar derivative of the loss with respect to log|det J|
     * @param keysBar derivatives with respect to the keys, by columns, added to
     */
    void adjoint(
            Keys keys,
            double[] x,
            int xo,
            double[] outBar,
            int bo,
            double logBar,
            Workspace ws,
            double[] keysBar) {
        threshold(x, xo, ws);
        if (joint) {
            jointMoments(keys, x, xo, ws);
            factor(ws);
            jointAdjoint(keys, x, xo, outBar, bo, logBar, ws, keysBar);
            return;
        }
        int n = keys.count;
        for (int i = 0; i < d; i++) {
            double slope = slope(keys, x[xo + i], i, ws);
            double bar = outBar[bo + i];
            double dd = precision[i];
            double perMean = bar * ratio[i];
            double perSlope = logBar / slope;
            double perVariance = -perSlope * ratio[i] * dd;
            double[] w = ws.softmax.weights();
            double mean = ws.mean[i];
            double variance = ws.softmax.variance();
            for (int l = i * n; l < (i + 1) * n; l++) {
                double gap = x[xo + i] - keys.y[l];
                double e = gap - mean;
                double byKey = dd * gap - keys.slope[l];
                keysBar[l] +=
                        w[l - i * n]
                                * (perMean * (e * byKey - 1)
                                        + perVariance * ((e * e - variance) * byKey - 2 * e));
            }
            outBar[bo + i] =
                    bar * slope
                            - perVariance * dd * ws.softmax.third()
                            + 0.5 * perSlope * ws.second[i];
        }
    }

    private void jointAdjoint(
            Keys keys,
            double[] x,
            int xo,
            double[] outBar,
            int bo,
            double logBar,
            Workspace ws,
            double[] keysBar) {
        int n = keys.count;
        ws.pivots.invert(logBar);
        // Q, the derivative with respect to the covariance, in the inverse's place.
        double[] q = ws.pivots.inverse();
        double trace = 0;
        for (int i = 0; i < d; i++) {
            double bar = outBar[bo + i];
            ws.along[i] = bar * ratio[i];
            outBar[bo + i] =
                    bar * (0.5 + 0.5 * ws.first[i])
                            + ws.along[i]
                            + 0.5 * q[i * d + i] * ws.second[i];
            for (int j = 0; j < d; j++) {
                q[i * d + j] *= -scale(i) * scale(j);
            }
            trace += DenseProducts.dot(q, i * d, ws.covariance, i * d, d);
        }
        for (int l = 0; l < n; l++) {
            double w = ws.w[l];
            double byLogit = -trace;
            for (int i = 0; i < d; i++) {
                ws.q[i] = 0;
                for (int j = 0; j < d; j++) {
                    ws.q[i] += q[i * d + j] * ws.gap[j * n + l];
                }
                byLogit += (ws.along[i] + ws.q[i]) * ws.gap[i * n + l];
            }
            byLogit *= w;
            for (int i = 0; i < d; i++) {
                int at = i * n + l;
                double pull = precision[i] * (ws.gap[at] + ws.mean[i]);
                outBar[bo + i] -= byLogit * pull;
                keysBar[at] += byLogit * (pull - keys.slope[at]) - w * (ws.along[i] + 2 * ws.q[i]);
            }
        }
    }
}
