package org.headwater.noise.internal;

import org.headwater.api.InvalidInputException;
import org.headwater.api.Noise;
import org.headwater.api.RandomStream;

/**
 * Independent Gaussian noise of one unknown standard deviation σ with Jeffreys' prior 1/σ, which is
 * integrated out: ∫ σ^{−m−1} exp(−|r|²/2σ²) dσ ∝ |r|^{−m}, so Φ(p) = (m/2) log |r|², r = p − y.
 *
 * <p>It falls without bound where r = 0: the model must not be able to reproduce the data exactly.
 * The Gauss–Newton weight is 1/σ̂², σ̂² = |r|²/m the most likely variance at the prediction. O(m)
 * per call. Immutable.
 *
 * <p>Source: A. Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 3.2.
 */
final class UnknownLevelNoise implements Noise {
    private final double[] measured;

    /** The data are copied. */
    UnknownLevelNoise(double[] measured) {
        this.measured = measured.clone();
    }

    @Override
    public int dataSize() {
        return measured.length;
    }

    private double squares(double[] predicted, int offset) {
        double sum = 0;
        for (int i = 0; i < measured.length; i++) {
            double r = predicted[offset + i] - measured[i];
            sum += r * r;
        }
        return sum;
    }

    @Override
    public double misfit(double[] predicted, int offset) {
        return 0.5 * measured.length * Math.log(squares(predicted, offset));
    }

    @Override
    public void gradient(double[] predicted, int offset, double[] out) {
        double precision = measured.length / squares(predicted, offset);
        for (int i = 0; i < measured.length; i++) {
            out[i] = precision * (predicted[offset + i] - measured[i]);
        }
    }

    @Override
    public void whiten(double[] predicted, double[] jacobian, int columns) {
        double root = Math.sqrt(measured.length / squares(predicted, 0));
        for (int j = 0; j < measured.length * columns; j++) {
            jacobian[j] *= root;
        }
    }

    /** Residuals over σ̂, so that their mean square is 1 whatever the prediction. */
    @Override
    public void residuals(double[] predicted, double[] out) {
        double root = Math.sqrt(measured.length / squares(predicted, 0));
        for (int i = 0; i < measured.length; i++) {
            out[i] = root * (predicted[i] - measured[i]);
        }
    }

    /** Draws σ² given r, |r|²/χ²_m, then the noise. */
    @Override
    public double[] sample(double[] clean, RandomStream random) {
        int m = measured.length;
        double squares = squares(clean, 0);
        if (!(squares > 0)) {
            throw InvalidInputException.of(
                    "noise.sd",
                    "must be a number where data are simulated",
                    "estimate",
                    "say how much noise to add, e.g. --set noise.sd=0.1");
        }
        double chiSquared = 0;
        for (int i = 0; i < m; i++) {
            double z = random.gaussian();
            chiSquared += z * z;
        }
        double sd = Math.sqrt(squares / chiSquared);
        double[] out = clean.clone();
        for (int i = 0; i < m; i++) {
            out[i] += sd * random.gaussian();
        }
        return out;
    }
}
