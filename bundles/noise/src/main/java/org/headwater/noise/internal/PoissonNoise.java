package org.headwater.noise.internal;

import org.headwater.api.InvalidInputException;
import org.headwater.api.Noise;
import org.headwater.api.RandomStream;

/**
 * Counts: y_i is Poisson distributed with mean λ_i = s·p_i + b, s the counts per unit of the
 * prediction and b > 0 the background. Φ(p) = Σ λ − y + y log(y/λ), half the deviance, ≥ 0.
 *
 * <p>Negative predictions, λ < b, mean nothing. Solvers try them all the same, so there Φ continues
 * as the quadratic with the same value, slope and second derivative at λ = b: it stays convex and
 * twice differentiable, and nothing changes for feasible predictions.
 *
 * <p>The Gauss–Newton weight is the Fisher information s²/max(λ, b), standardised residuals are
 * Pearson's (λ − y)/√max(λ, b). O(m) per call. Immutable.
 */
final class PoissonNoise implements Noise {
    /** Means of more than this are drawn as sums: e^−mean must not underflow. */
    private static final double LARGEST_PART = 100;

    private final double[] counts;
    private final double scale;
    private final double background;

    /** The counts, whole numbers ≥ 0, are copied. */
    PoissonNoise(double[] counts, double scale, double background) {
        this.counts = counts.clone();
        this.scale = scale;
        this.background = background;
    }

    @Override
    public int dataSize() {
        return counts.length;
    }

    @Override
    public boolean isConvex() {
        return true;
    }

    private double mean(double predicted) {
        return scale * predicted + background;
    }

    @Override
    public double misfit(double[] predicted, int offset) {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            double y = counts[i];
            double mean = mean(predicted[offset + i]);
            double inside = Math.max(mean, background);
            double beyond = mean - inside;
            sum += inside - y + (y > 0 ? y * Math.log(y / inside) : 0);
            sum += beyond * (1 - y / inside + 0.5 * beyond * y / (inside * inside));
        }
        return sum;
    }

    @Override
    public void gradient(double[] predicted, int offset, double[] out) {
        for (int i = 0; i < counts.length; i++) {
            double y = counts[i];
            double mean = mean(predicted[offset + i]);
            double inside = Math.max(mean, background);
            out[i] = scale * (1 - y / inside + (mean - inside) * y / (inside * inside));
        }
    }

    @Override
    public void whiten(double[] predicted, double[] jacobian, int columns) {
        for (int i = 0; i < counts.length; i++) {
            double root = scale / Math.sqrt(Math.max(mean(predicted[i]), background));
            for (int j = i * columns; j < (i + 1) * columns; j++) {
                jacobian[j] *= root;
            }
        }
    }

    @Override
    public void residuals(double[] predicted, double[] out) {
        for (int i = 0; i < counts.length; i++) {
            double mean = mean(predicted[i]);
            out[i] = (mean - counts[i]) / Math.sqrt(Math.max(mean, background));
        }
    }

    /** Counts; each costs O(λ) additions. */
    @Override
    public double[] sample(double[] clean, RandomStream random) {
        double[] out = new double[counts.length];
        for (int i = 0; i < out.length; i++) {
            if (!(clean[i] >= 0)) {
                throw InvalidInputException.of(
                        "noise.type",
                        "poisson needs predictions ≥ 0",
                        clean[i] + " for datum " + (i + 1),
                        "choose a truth whose predictions are not negative");
            }
            double mean = mean(clean[i]);
            int parts = (int) Math.ceil(mean / LARGEST_PART);
            for (int k = 0; k < parts; k++) {
                out[i] += draw(mean / parts, random.uniform());
            }
        }
        return out;
    }

    /** The u-quantile of the Poisson distribution, by adding up its probabilities. */
    private static int draw(double mean, double u) {
        double rest = u;
        double p = Math.exp(-mean);
        int k = 0;
        // Past 1000 only rounding is left: the mean is at most LARGEST_PART.
        while (rest >= p && k < 1000) {
            rest -= p;
            k++;
            p *= mean / k;
        }
        return k;
    }
}
