package org.headwater.model.ellipticpde.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.kernels.sparse.Lanes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processor time on one thread for the pressures at 8 × 8 points and their gradient, 128 sine
 * modes: the median and the least of {@value #REPETITIONS} evaluations of {@value #PARTICLES}
 * particles.
 */
class EllipticStudy {
    private static final int PARTICLES = 64;
    private static final int REPETITIONS = 11;
    private static final int WARM_UP = 5;

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128})
    void gradients(int n) {
        Flow flow = new Flow((x, y) -> 5, new double[0], Boundary.zero(), points());
        EllipticModel model = new EllipticModel(n, flow, Basis.sine(128, 3, 1.25), 8);
        SplittableRandom random = new SplittableRandom(1);
        Ensemble theta = Ensemble.zeros(PARTICLES, 128);
        Arrays.setAll(theta.data(), i -> random.nextGaussian());
        double[] predicted = new double[PARTICLES * 64];
        double[] gradient = new double[PARTICLES * 128];
        ForwardModel.Evaluator evaluator = model.evaluator();
        double[] ms = new double[REPETITIONS];
        for (int k = -WARM_UP; k < REPETITIONS; k++) {
            long start = clock();
            evaluator.gradient(
                    theta,
                    0,
                    PARTICLES,
                    (i, p, at, out) -> System.arraycopy(p, at, out, 0, out.length),
                    predicted,
                    gradient);
            if (k >= 0) {
                ms[k] = 1e-6 * (clock() - start) / PARTICLES;
            }
        }
        assertTrue(Double.isFinite(gradient[0]));
        Arrays.sort(ms);
        System.out.printf(
                Locale.ROOT,
                "speed: n = %d, %d lanes at best: %.3f ms a particle (least %.3f)%n",
                n,
                Lanes.best().width(),
                ms[REPETITIONS / 2],
                ms[0]);
    }

    private static long clock() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static double[] points() {
        double[] points = new double[128];
        for (int k = 0; k < 64; k++) {
            points[2 * k] = (k / 8 + 1) / 9.0;
            points[2 * k + 1] = (k % 8 + 1) / 9.0;
        }
        return points;
    }
}
