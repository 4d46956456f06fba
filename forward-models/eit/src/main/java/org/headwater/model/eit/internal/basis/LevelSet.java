package org.headwater.model.eit.internal.basis;

/**
 * Few materials with sharp edges from a smooth function φ: the medium is the background where |φ|
 * is small, conductive where φ exceeds a threshold t, resistive where it falls below −t. With H(x)
 * = 1/(1 + e^{−2x}) the change of the logarithm of the conductivity is
 *
 * <p>m(φ) = Σ_k log r_k · (H((±φ − t)/w) − H(−t/w)) / (1 − H(−t/w)),
 *
 * <p>r_k the contrasts, + for r_k &gt; 1 and − for r_k &lt; 1. So m(0) = 0, m → log r_k deep
 * inside, and the derivative vanishes nowhere. Immutable.
 */
public final class LevelSet {
    private final double[] heights;
    private final double[] signs;
    private final double threshold;
    private final double width;
    private final double outside;

    /**
     * @param contrasts r_k, conductivities of the materials over the background's; &gt; 0, not 1
     * @param threshold t &gt; 0
     * @param width w &gt; 0, the smoothing in units of φ
     */
    public LevelSet(double[] contrasts, double threshold, double width) {
        this.threshold = threshold;
        this.width = width;
        outside = step(-threshold / width);
        heights = new double[contrasts.length];
        signs = new double[contrasts.length];
        for (int k = 0; k < contrasts.length; k++) {
            heights[k] = Math.log(contrasts[k]) / (1 - outside);
            signs[k] = Math.signum(heights[k]);
        }
    }

    private static double step(double x) {
        return 1 / (1 + Math.exp(-2 * x));
    }

    /**
     * Replaces φ by m(φ).
     *
     * @param values {@code count} values of φ, overwritten by m
     * @param slopes overwritten by dm/dφ
     */
    public void apply(double[] values, int count, double[] slopes) {
        for (int i = 0; i < count; i++) {
            double m = 0;
            double slope = 0;
            for (int k = 0; k < heights.length; k++) {
                double h = step((signs[k] * values[i] - threshold) / width);
                m += heights[k] * (h - outside);
                slope += heights[k] * 2 * h * (1 - h) * signs[k] / width;
            }
            values[i] = m;
            slopes[i] = slope;
        }
    }
}
