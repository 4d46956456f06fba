package org.headwater.model.eit.internal;

import static org.headwater.model.eit.internal.Problems.map;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.headwater.api.Ensemble;
import org.headwater.api.ForwardModel;
import org.headwater.kernels.sparse.Lanes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seconds for the voltages and the gradients of 1000 particles: 16 electrodes, 15 trigonometric
 * currents, 16 adjacent voltages, 276 blobs, background and contact impedance unknown; the median
 * of {@value #REPETITIONS} evaluations.
 */
class ForwardStudy {
    private static final int PARTICLES = 1000;
    private static final int REPETITIONS = 11;
    private static final int WARM_UP = 3;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void thousandParticles(int threads) throws InterruptedException {
        EitModel model =
                Problems.create(
                        map(
                                "tank",
                                map(
                                        "radius",
                                        0.14,
                                        "height",
                                        0.07,
                                        "electrodes",
                                        16,
                                        "electrode-width",
                                        0.025),
                                "mesh",
                                map("nodes", 1811),
                                "basis",
                                map("type", "blobs", "size", 20)),
                        map("currents", "trigonometric"),
                        Path.of(""));
        int d = model.dimension();
        SplittableRandom random = new SplittableRandom(1);
        Ensemble theta = Ensemble.zeros(PARTICLES, d);
        for (int i = 0; i < PARTICLES; i++) {
            for (int j = 0; j < d; j++) {
                theta.data()[theta.offset(i) + j] = 0.1 * random.nextGaussian();
            }
            theta.data()[theta.offset(i) + d - 2] += Math.log(0.1);
            theta.data()[theta.offset(i) + d - 1] += Math.log(1e-3);
        }
        double[] predicted = new double[PARTICLES * model.dataSize()];
        double[] gradient = new double[PARTICLES * d];
        ForwardModel.Evaluator[] evaluators = new ForwardModel.Evaluator[threads];
        Arrays.setAll(evaluators, t -> model.evaluator());
        double[] seconds = new double[REPETITIONS];
        for (int k = -WARM_UP; k < REPETITIONS; k++) {
            long start = System.nanoTime();
            evaluate(theta, model, evaluators, predicted, gradient);
            if (k >= 0) {
                seconds[k] = 1e-9 * (System.nanoTime() - start);
            }
        }
        assertTrue(Double.isFinite(predicted[0]) && Double.isFinite(gradient[0]));
        Arrays.sort(seconds);
        System.out.printf(
                Locale.ROOT,
                "speed: forward and gradient of %d particles, %d lanes, %d threads: %.3f s"
                        + " (least %.3f)%n",
                PARTICLES,
                Lanes.best().width(),
                threads,
                seconds[REPETITIONS / 2],
                seconds[0]);
    }

    private static void evaluate(
            Ensemble theta,
            EitModel model,
            ForwardModel.Evaluator[] evaluators,
            double[] predicted,
            double[] gradient)
            throws InterruptedException {
        int batch = model.preferredBatch();
        AtomicInteger next = new AtomicInteger();
        Thread[] pool = new Thread[evaluators.length];
        for (int t = 0; t < pool.length; t++) {
            ForwardModel.Evaluator evaluator = evaluators[t];
            pool[t] =
                    new Thread(
                            () -> {
                                int from = next.getAndAdd(batch);
                                for (; from < PARTICLES; from = next.getAndAdd(batch)) {
                                    int to = Math.min(PARTICLES, from + batch);
                                    evaluator.gradient(
                                            theta,
                                            from,
                                            to,
                                            ForwardStudy::half,
                                            predicted,
                                            gradient);
                                }
                            });
            pool[t].start();
        }
        for (Thread thread : pool) {
            thread.join();
        }
    }

    /** The gradient of half the squared voltages. */
    private static void half(int particle, double[] predicted, int offset, double[] out) {
        System.arraycopy(predicted, offset, out, 0, out.length);
    }
}
