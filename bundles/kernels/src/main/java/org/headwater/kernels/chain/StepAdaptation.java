package org.headwater.kernels.chain;

/**
 * Dual averaging: tunes the step ε of a chain until its acceptance α is what is wanted, δ.
 *
 * <pre>
 * H̄ ← (1 − 1/(t + t₀))·H̄ + (δ − α)/(t + t₀)
 * log ε ← log ε₀ − (√t/γ)·H̄
 * log ε̄ ← t^{−κ}·log ε + (1 − t^{−κ})·log ε̄
 * </pre>
 *
 * with γ = .05, t₀ = 10, κ = .75 (M. D. Hoffman, A. Gelman, J. Mach. Learn. Res. 15, 2014, §3.2;
 * there the pull is towards 10ε₀, which hastens chains that begin far too small; ours begin at a
 * step that fits). Chains that share a step give their mean acceptance. A value.
 *
 * @param logCentre log ε₀
 * @param count t, updates so far
 * @param error H̄
 * @param logAverage log ε̄
 * @param logStep log ε
 */
public record StepAdaptation(
        double logCentre, int count, double error, double logAverage, double logStep) {
    private static final double GAMMA = 0.05;
    private static final double DELAY = 10;
    private static final double KAPPA = 0.75;

    /** Begins at a step, &gt; 0. */
    public static StepAdaptation from(double step) {
        double log = Math.log(step);
        return new StepAdaptation(log, 0, 0, log, log);
    }

    /**
     * After an iteration.
     *
     * @param acceptance α, its mean acceptance, 0..1
     * @param wanted δ
     * @param largest the step does not grow beyond
     */
    public StepAdaptation after(double acceptance, double wanted, double largest) {
        int t = count + 1;
        double share = 1 / (t + DELAY);
        double e = (1 - share) * error + share * (wanted - acceptance);
        double log = Math.min(Math.log(largest), logCentre - Math.sqrt(t) / GAMMA * e);
        double weight = Math.pow(t, -KAPPA);
        return new StepAdaptation(logCentre, t, e, weight * log + (1 - weight) * logAverage, log);
    }

    /** ε, to use while tuning. */
    public double step() {
        return Math.exp(logStep);
    }

    /** ε̄, to use once the tuning is over. */
    public double average() {
        return Math.exp(logAverage);
    }
}
