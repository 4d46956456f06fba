package org.headwater.kernels.flow;

import java.util.function.ToDoubleFunction;

/** Central differences. */
final class Slopes {
    private static final double STEP = 1e-5;

    private Slopes() {}

    /** ∂f/∂x_i, with an error of about 1e-10 where f is smooth and about 1; x is not modified. */
    static double slope(ToDoubleFunction<double[]> f, double[] x, int i) {
        double[] up = x.clone();
        double[] down = x.clone();
        up[i] += STEP;
        down[i] -= STEP;
        return (f.applyAsDouble(up) - f.applyAsDouble(down)) / (2 * STEP);
    }
}
