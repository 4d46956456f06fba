package org.headwater.testkit;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.InvalidInputException;
import org.headwater.api.PluginInfo;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;
import org.headwater.api.Synthesis;

/** ψ = ½a|θ|², a sound prior whose methods the tests spoil; all its kernels are Gaussian. */
class RidgePrior implements SeparablePrior {
    static final double A = 1.5;
    static final int D = 5;

    @Override
    public int dimension() {
        return D;
    }

    @Override
    public double potential(double[] x, int offset) {
        double sum = 0;
        for (int j = 0; j < D; j++) {
            sum += A / 2 * x[offset + j] * x[offset + j];
        }
        return sum;
    }

    double shrink(double y, double t) {
        return y / (1 + A * t);
    }

    @Override
    public void prox(Ensemble y, double t, Ensemble out) {
        if (y.dimension() != D || out.dimension() != D || out.size() != y.size()) {
            throw new IllegalArgumentException("shape");
        }
        for (int k = 0; k < y.data().length; k++) {
            out.data()[k] = shrink(y.data()[k], t);
        }
    }

    @Override
    public void proxCoordinate(int coordinate, double t, double[] y, double[] out) {
        for (int k = 0; k < y.length; k++) {
            out[k] = shrink(y[k], t);
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
        double precision = beta / 2 * (A + 1 / time);
        for (int k = 0; k < y.length; k++) {
            mean[k] = y[k] / (1 + A * time);
            variance[k] = 1 / precision;
            logNormaliser[k] =
                    0.5 * Math.log(2 * Math.PI / precision) - beta / 4 * A * y[k] * mean[k];
        }
    }

    @Override
    public double slope(int coordinate) {
        return 0;
    }

    @Override
    public Optional<QuadraticPotential> quadratic() {
        double[] a = new double[D];
        Arrays.fill(a, A);
        return Optional.of(QuadraticPotential.diagonal(a));
    }

    @Override
    public Optional<Synthesis> synthesis() {
        return Optional.of(new Reversal());
    }

    /** x_j = u_{d−1−j}, its own transpose and inverse. */
    static class Reversal implements Synthesis {
        @Override
        public SeparablePrior prior() {
            return new RidgePrior();
        }

        @Override
        public void apply(double[] u, int uOffset, double[] x, int xOffset) {
            double[] copy = Arrays.copyOfRange(u, uOffset, uOffset + D);
            for (int j = 0; j < D; j++) {
                x[xOffset + j] = copy[D - 1 - j];
            }
        }

        @Override
        public void adjoint(double[] gx, int gxOffset, double[] gu, int guOffset) {
            apply(gx, gxOffset, gu, guOffset);
        }

        @Override
        public void analyse(double[] x, int xOffset, double[] u, int uOffset) {
            apply(x, xOffset, u, uOffset);
        }
    }

    /** Takes a weight, which it ignores but for its length. */
    static class Provider implements PriorProvider {
        @Override
        public PluginInfo info() {
            return new PluginInfo(
                    "ridge",
                    "1.0.0",
                    "For tests.",
                    SettingsSchema.of(
                            Setting.number("weight", "one for all, or one each")
                                    .or(Setting.Kind.NUMBERS)
                                    .above(0)
                                    .required()),
                    "");
        }

        @Override
        public Prior create(Settings settings, FieldShape shape) {
            settings.vector("weight", shape.dimension());
            if (shape.dimension() != D) {
                throw InvalidInputException.of("shape", "must be " + D, shape, "use it");
            }
            return new RidgePrior();
        }
    }
}
