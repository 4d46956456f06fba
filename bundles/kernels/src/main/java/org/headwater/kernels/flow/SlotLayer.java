package org.headwater.kernels.flow;

/**
 * Slot attention: the RWPO layer of an L1 prior with learned keys, a softmax per coordinate.
 *
 * <pre>
 * w_l = softmax_l(−D(x−y_l)²/2 − log Z₁(y_l; D)),   m = Σw(x−y),   Var = Σw(x−y)² − m²,
 * Δ(x) = (η/2T)m − ½(x − m₁(x; D′)),   x⁺ = x + αΔ,
 * J − 1 = α[(η/2T)(1 − D·Var) − ½(1 − D′v₁(x; D′))],
 * α = min(1, .9/max(1 − J at α = 1)), the maximum over 96 points on [min y − 3σ, max y + 3σ],
 * </pre>
 *
 * with D = β/(2T), D′ = β/(2η), σ = D^{−1/2} and m₁, v₁ of K(·|x) ∝ exp(−D′(z − x)²/2 − βλ′|z|/2).
 * The guard α keeps each coordinate's map increasing on the grid, hence the layer one to one and
 * its density honest. The keys are the layer's own parameters, not particles: the map is fixed and
 * log|J| exact.
 *
 * <p>One instance stands for one set of parameters, evaluated once in the constructor: O(96·Ld). A
 * point costs O(Ld). Immutable.
 *
 * <p>Source: arXiv 2510.16356 for the layer with particles as keys; learned keys and guard are
 * ours.
 */
public final class SlotLayer {
    private static final int GRID = 96;
    private static final double MARGIN = 3;
    private static final double LARGEST_FOLD = 0.9;

    private final int d;
    private final int slots;
    private final double[] keys;
    private final double[] time;
    private final double[] step;
    private final double[] precision;
    private final double[] stepPrecision;
    private final double[] lambda;
    private final double[] logNormaliser;
    private final double[] slope;
    private final double[] spread;
    private final double[] absolute;
    private final double[] alpha;
    private final double[] worst;
    private final int[] lowest;
    private final int[] highest;
    private final double[] worstShare;

    /**
     * A layer on d coordinates with L slots each.
     *
     * @param keys y, d × L, not copied
     * @param time T, d values
     * @param step η, d values
     * @param lambda λ′ ≥ 0, d values
     * @param beta β
     */
    public SlotLayer(double[] keys, double[] time, double[] step, double[] lambda, double beta) {
        this.d = time.length;
        this.slots = keys.length / d;
        this.keys = keys;
        this.time = time;
        this.step = step;
        this.precision = new double[d];
        this.stepPrecision = new double[d];
        this.lambda = new double[d];
        this.logNormaliser = new double[keys.length];
        this.slope = new double[keys.length];
        this.spread = new double[keys.length];
        this.absolute = new double[keys.length];
        this.alpha = new double[d];
        this.worst = new double[d];
        this.lowest = new int[d];
        this.highest = new int[d];
        this.worstShare = new double[d];
        LaplaceKernel kernel = new LaplaceKernel();
        Workspace ws = workspace();
        for (int i = 0; i < d; i++) {
            precision[i] = beta / (2 * time[i]);
            stepPrecision[i] = beta / (2 * step[i]);
            this.lambda[i] = beta * lambda[i] / 2;
            for (int l = i * slots; l < (i + 1) * slots; l++) {
                kernel.evaluate(precision[i], this.lambda[i], keys[l]);
                double gap = kernel.mean() - keys[l];
                logNormaliser[l] = kernel.logNormaliser();
                slope[l] = precision[i] * gap;
                spread[l] = kernel.variance() + gap * gap;
                absolute[l] = kernel.absolute();
            }
            guard(i, ws);
        }
    }

    /** What one thread needs for a point. */
    public static final class Workspace {
        private final KernelSoftmax softmax;
        private final LaplaceKernel kernel = new LaplaceKernel();
        private double shift;
        private double excess;
        private double leastSlope;

        private Workspace(int slots) {
            softmax = new KernelSoftmax(slots);
        }

        /** The least ∂x⁺/∂x over coordinates of the last {@link SlotLayer#apply}. */
        public double leastSlope() {
            return leastSlope;
        }
    }

    /** A workspace of this layer's sizes. */
    public Workspace workspace() {
        return new Workspace(slots);
    }

    /** α, d values, shared. */
    public double[] alpha() {
        return alpha;
    }

    /** Δ and J − 1 at α = 1 with the moments behind them, of one coordinate of one point. */
    private void evaluate(int i, double x, Workspace ws) {
        ws.softmax.evaluate(x, precision[i], keys, logNormaliser, i * slots);
        ws.kernel.evaluate(stepPrecision[i], lambda[i], x);
        double ratio = step[i] / (2 * time[i]);
        ws.shift = ratio * ws.softmax.mean() - 0.5 * (x - ws.kernel.mean());
        ws.excess =
                ratio * (1 - precision[i] * ws.softmax.variance())
                        - 0.5 * (1 - stepPrecision[i] * ws.kernel.variance());
    }

    private void guard(int i, Workspace ws) {
        int low = i * slots;
        int high = i * slots;
        for (int l = i * slots; l < (i + 1) * slots; l++) {
            low = keys[l] < keys[low] ? l : low;
            high = keys[l] > keys[high] ? l : high;
        }
        double sigma = 1 / Math.sqrt(precision[i]);
        double from = keys[low] - MARGIN * sigma;
        double width = keys[high] + MARGIN * sigma - from;
        double fold = 0;
        for (int k = 0; k < GRID; k++) {
            double share = k / (GRID - 1.0);
            evaluate(i, from + share * width, ws);
            if (-ws.excess > fold) {
                fold = -ws.excess;
                worst[i] = from + share * width;
                worstShare[i] = share;
            }
        }
        lowest[i] = low;
        highest[i] = high;
        alpha[i] = fold > LARGEST_FOLD ? LARGEST_FOLD / fold : 1;
    }

    /**
     * The layer at one point. O(Ld).
     *
     * @param x d values from {@code xo} on, not modified
     * @param out x⁺, from {@code oo} on, modified; may be x
     * @param score ∇log of a density at x, d values from {@code so} on; replaced by that of the
     *     density that the layer makes of it at x⁺, J⁻¹(g − ∇log J); null for none
     * @return log|J|; {@link Workspace#leastSlope} tells whether the guard's grid was too coarse
     *     and the layer folds
     */
    public double apply(
            double[] x, int xo, double[] out, int oo, double[] score, int so, Workspace ws) {
        double log = 0;
        ws.leastSlope = Double.POSITIVE_INFINITY;
        for (int i = 0; i < d; i++) {
            double value = x[xo + i];
            evaluate(i, value, ws);
            double slope = 1 + alpha[i] * ws.excess;
            out[oo + i] = value + alpha[i] * ws.shift;
            log += Math.log(Math.abs(slope));
            ws.leastSlope = Math.min(ws.leastSlope, slope);
            if (score != null) {
                score[so + i] = (score[so + i] - alpha[i] * curvature(i, ws) / slope) / slope;
            }
        }
        return log;
    }

    /** ∂J/∂x at α = 1 after {@link #evaluate}. */
    private double curvature(int i, Workspace ws) {
        double ratio = step[i] / (2 * time[i]);
        return ratio * precision[i] * precision[i] * ws.softmax.third()
                + 0.5 * stepPrecision[i] * stepPrecision[i] * ws.kernel.third();
    }

    /**
     * Derivatives with respect to the parameters, added up over points.
     *
     * @param keys ȳ, d × L
     * @param logTime with respect to log T, d values
     * @param logStep with respect to log η, d values
     * @param logLambda with respect to log λ′, d values
     * @param alpha with respect to α, d values, until {@link SlotLayer#finish} moves it on
     */
    public record Gradient(
            double[] keys, double[] logTime, double[] logStep, double[] logLambda, double[] alpha) {
        /** Zeros for a layer. */
        public static Gradient zeros(SlotLayer layer) {
            int d = layer.d;
            return new Gradient(
                    new double[layer.keys.length],
                    new double[d],
                    new double[d],
                    new double[d],
                    new double[d]);
        }

        /** Adds another one to this. */
        public void add(Gradient other) {
            add(keys, other.keys);
            add(logTime, other.logTime);
            add(logStep, other.logStep);
            add(logLambda, other.logLambda);
            add(alpha, other.alpha);
        }

        private static void add(double[] to, double[] from) {
            for (int i = 0; i < to.length; i++) {
                to[i] += from[i];
            }
        }
    }

    /**
     * The adjoint of {@link #apply} at one point. O(Ld).
     *
     * @param x d values from {@code xo} on, not modified
     * @param outBar derivative of the loss with respect to x⁺, d values from {@code bo} on;
     *     replaced by that with respect to x
     * @param logBar derivative of the loss with respect to log|J|
     * @param gradient added to
     */
    public void adjoint(
            double[] x,
            int xo,
            double[] outBar,
            int bo,
            double logBar,
            Workspace ws,
            Gradient gradient) {
        for (int i = 0; i < d; i++) {
            evaluate(i, x[xo + i], ws);
            double bar = outBar[bo + i];
            double perSlope = logBar / (1 + alpha[i] * ws.excess);
            gradient.alpha[i] += bar * ws.shift + perSlope * ws.excess;
            outBar[bo + i] =
                    bar + pull(i, x[xo + i], alpha[i] * bar, alpha[i] * perSlope, ws, gradient);
        }
    }

    /**
     * Adds the derivatives of a·Δ + b·(J − 1), both at α = 1, after {@link #evaluate} at x.
     *
     * @return the derivative with respect to x
     */
    private double pull(int i, double x, double a, double b, Workspace ws, Gradient gradient) {
        int o = i * slots;
        double dd = precision[i];
        double dp = stepPrecision[i];
        double ratio = step[i] / (2 * time[i]);
        double perMean = a * ratio;
        double perVariance = -b * ratio * dd;
        double byPrecision = 0;
        double byLambda = 0;
        double[] weights = ws.softmax.weights();
        double first = ws.softmax.mean();
        double variance = ws.softmax.variance();
        for (int l = 0; l < slots; l++) {
            double w = weights[l];
            double gap = x - keys[o + l];
            double e = gap - first;
            double square = e * e - variance;
            // Of the logit: −D·gap²/2 − log Z.
            double byKey = dd * gap - slope[o + l];
            gradient.keys[o + l] +=
                    w * (perMean * (e * byKey - 1) + perVariance * (square * byKey - 2 * e));
            double pulled = w * (perMean * e + perVariance * square);
            byPrecision += pulled * 0.5 * (spread[o + l] - gap * gap);
            byLambda += pulled * absolute[o + l];
        }
        byPrecision -= b * ratio * variance;
        double byRatio = a * first + b * (1 - dd * variance);
        LaplaceKernel k = ws.kernel;
        double gap = k.mean() - x;
        double perKernelMean = 0.5 * a;
        double perKernelVariance = 0.5 * b * dp;
        double v = k.variance();
        double byStepPrecision =
                0.5 * b * v
                        - 0.5 * perKernelMean * (k.third() + 2 * gap * v)
                        - 0.5 * perKernelVariance * (k.fourth() - v * v + 2 * gap * k.third());
        byLambda -=
                perKernelMean * k.meanWithAbsolute() + perKernelVariance * k.squareWithAbsolute();
        gradient.logTime[i] -= dd * byPrecision + ratio * byRatio;
        gradient.logStep[i] += ratio * byRatio - dp * byStepPrecision;
        gradient.logLambda[i] += lambda[i] * byLambda;
        return a * ws.excess + b * curvature(i, ws);
    }

    /** Moves the derivative with respect to α on to the parameters, once all points were added. */
    public void finish(Gradient gradient) {
        Workspace ws = workspace();
        for (int i = 0; i < d; i++) {
            double bar = gradient.alpha[i];
            gradient.alpha[i] = 0;
            if (alpha[i] == 1 || bar == 0) {
                continue;
            }
            evaluate(i, worst[i], ws);
            // α = .9/(−E) at the worst point, which moves with the outermost keys and σ.
            double byExcess = bar * alpha[i] * alpha[i] / LARGEST_FOLD;
            double moved = pull(i, worst[i], 0, byExcess, ws, gradient);
            double sigma = 1 / Math.sqrt(precision[i]);
            double share = worstShare[i];
            gradient.keys[lowest[i]] += moved * (1 - share);
            gradient.keys[highest[i]] += moved * share;
            gradient.logTime[i] += moved * (2 * share - 1) * MARGIN * 0.5 * sigma;
        }
    }
}
