package org.headwater.kernels.rwpo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.apache.commons.math3.special.Erf;
import org.headwater.api.Ensemble;
import org.headwater.api.Workers;
import org.junit.jupiter.api.Test;

/**
 * The flow with f = ax²/2, ψ = 0, β = 1 rests at a variance that is known in closed form for
 * infinitely many particles. Particles placed at a Gaussian's quantiles stand for infinitely many:
 * the flow keeps them so, up to the tails.
 */
class StationaryVarianceTest {
    private static final Workers WORKERS = new Threads(1);
    private static final int PARTICLES = 2000;
    private static final double TOLERANCE = 2e-3;

    /** How the drift of f and the layer are combined. */
    private enum Scheme {
        LAYER,
        HALF_TIME,
        IMPLICIT,
        UNSPLIT
    }

    @Test
    void flowsRestWhereTheoryPutsThem() {
        Vectors v = Vectors.named("gaussian_layer_stationary_variance").get(0);
        double[] a = v.input("a");
        double[] h = v.input("h");
        for (int k = 0; k < a.length; k++) {
            for (boolean joint : new boolean[] {true, false}) {
                check(v.output("layer")[k], Scheme.LAYER, a[k], h[k], joint);
                check(v.output("layerT2")[k], Scheme.HALF_TIME, a[k], h[k], joint);
                check(v.output("implicit")[k], Scheme.IMPLICIT, a[k], h[k], joint);
                check(v.output("unsplit")[k], Scheme.UNSPLIT, a[k], h[k], joint);
            }
        }
    }

    private static void check(double expected, Scheme scheme, double a, double h, boolean joint) {
        Ensemble x = Ensemble.zeros(PARTICLES, 1);
        for (int i = 0; i < PARTICLES; i++) {
            double p = (i + .5) / PARTICLES;
            x.data()[i] = Math.sqrt(2 * expected) * Erf.erfInv(2 * p - 1);
        }
        double before = variance(x);
        x = step(x, scheme, a, h, joint);
        assertEquals(1, variance(x) / before, TOLERANCE * a * h, scheme + " rests");
        // From off the rest it returns: one step shrinks a deviation of the variance.
        for (double factor : new double[] {.8, 1.2}) {
            Ensemble y = x.copy();
            for (int i = 0; i < PARTICLES; i++) {
                y.data()[i] *= Math.sqrt(factor);
            }
            double off = variance(y);
            double next = variance(step(y, scheme, a, h, joint));
            assertEquals(Math.signum(1 - factor), Math.signum(next - off), 0, scheme + " returns");
        }
    }

    private static Ensemble step(Ensemble x, Scheme scheme, double a, double h, boolean joint) {
        double time = scheme == Scheme.HALF_TIME ? h / 2 : h;
        Ensemble moved = x.copy();
        double factor =
                switch (scheme) {
                    case LAYER, HALF_TIME -> 1 - a * h;
                    case IMPLICIT -> 1 / (1 + a * h);
                    case UNSPLIT -> 1;
                };
        for (int i = 0; i < x.size(); i++) {
            moved.data()[i] *= factor;
        }
        Ensemble barycentre = Ensemble.zeros(x.size(), 1);
        double kappa = 1 / (4 * time);
        if (joint) {
            double[] zero = new double[x.size()];
            JointLayer.self(moved, kappa, zero, barycentre, new double[x.size()], WORKERS);
        } else {
            Ensemble zero = Ensemble.zeros(x.size(), 1);
            double[] kappas = {kappa};
            TensorisedLayer.self(moved, kappas, zero, barycentre, new double[1], WORKERS);
        }
        Ensemble next = Ensemble.zeros(x.size(), 1);
        LayerUpdate.step(moved, barycentre, moved, h, time, next);
        if (scheme == Scheme.UNSPLIT) {
            for (int i = 0; i < x.size(); i++) {
                next.data()[i] -= a * h * x.data()[i];
            }
        }
        return next;
    }

    private static double variance(Ensemble x) {
        double mean = Arrays.stream(x.data()).average().orElseThrow();
        return Arrays.stream(x.data()).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    }
}
