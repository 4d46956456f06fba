package org.headwater.prior.gaussian.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;

/**
 * The potential ψ(θ) = ½Σ_i (θ_i/s_i)² of independent Gaussians of mean 0. Its kernel is normal,
 *
 * <pre>
 * v₁ = (2/β)/(1/s² + 1/T),    m₁(y) = y/(1 + T/s²),    log Z₁(y) = ½log(2πv₁) − βy²/(4(s² + T)).
 * </pre>
 *
 * Immutable.
 */
final class IndependentGaussian implements SeparablePrior {
    private final double[] precision;
    private final boolean automatic;

    /** s, one standard deviation &gt; 0 per coordinate; not modified. */
    IndependentGaussian(double[] sd) {
        this(Arrays.stream(sd).map(s -> 1 / (s * s)).toArray(), false);
    }

    /** One of given precisions, which must not change; a first guess if {@code automatic}. */
    private IndependentGaussian(double[] precision, boolean automatic) {
        this.precision = precision;
        this.automatic = automatic;
    }

    /** One whose d standard deviations 1 are a first guess. */
    static IndependentGaussian automatic(int d) {
        double[] ones = new double[d];
        Arrays.fill(ones, 1);
        return new IndependentGaussian(ones, true);
    }

    @Override
    public int dimension() {
        return precision.length;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int i = 0; i < precision.length; i++) {
            sum += precision[i] * x[offset + i] * x[offset + i];
        }
        return 0.5 * sum;
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        int d = precision.length;
        Shapes.require(y, out, d);
        for (int i = 0; i < y.data().length; i++) {
            out.data()[i] = y.data()[i] / (1 + t * precision[i % d]);
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        for (int i = 0; i < y.length; i++) {
            out[i] = y[i] / (1 + t * precision[coordinate]);
        }
    }

    @Override
    public void kernel(
            int coordinate,
            double time,
            double beta,
            double[] y,
            double[] logNormaliser,
            double[] mean,
            double[] variance) {
        double p = precision[coordinate];
        double v = 2 * time / (beta * (1 + p * time));
        double constant = 0.5 * Math.log(2 * Math.PI * v);
        double fall = beta * p / (4 * (1 + p * time));
        for (int i = 0; i < y.length; i++) {
            logNormaliser[i] = constant - fall * y[i] * y[i];
            mean[i] = y[i] / (1 + p * time);
            variance[i] = v;
        }
    }

    @Override
    public double slope(int coordinate) {
        return 0;
    }

    @Override
    public double curvature(int coordinate) {
        return precision[coordinate];
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        return Optional.of(QuadraticPotential.diagonal(precision));
    }

    /** With a standard deviation s for all: weight 1/s², degree 2. */
    @Override
    public Optional<Scaling> scaling() {
        int d = precision.length;
        if (Arrays.stream(precision).anyMatch(p -> p != precision[0])) {
            return Optional.empty();
        }
        return Optional.of(new Scaling(precision[0], 2, d, automatic, this::withPrecision));
    }

    private IndependentGaussian withPrecision(double other) {
        double[] all = new double[precision.length];
        Arrays.fill(all, other);
        return new IndependentGaussian(all, automatic);
    }
}
