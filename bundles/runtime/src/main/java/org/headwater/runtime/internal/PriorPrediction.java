package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.Noise;
import org.headwater.api.RandomStream;

/**
 * What the prior says before the data: independent draws of it, and data measured in thought at
 * them, with the noise that the problem states for the measured data.
 *
 * @param draws n × d
 * @param replicated one row of m values for each of some draws
 * @param of the draws that they belong to; those at which the model fails are left out
 */
record PriorPrediction(Ensemble draws, double[] replicated, int[] of) {
    /** Numbers held in memory at most: 32 MiB. */
    private static final int MOST = 1 << 22;

    private static final int CHUNK = 64;

    /**
     * Draws and predicts, O(n) evaluations of the model.
     *
     * @param most how many draws
     * @return empty where the prior is not proper or has no exact method to draw from it
     */
    static Optional<PriorPrediction> of(AssembledProblem problem, int most, RandomStream random) {
        int d = problem.problem().dimension();
        int m = problem.noise().dataSize();
        int n = Math.min(most, Math.max(1, MOST / d));
        PriorDraw prior = new PriorDraw(problem);
        Ensemble draws = Ensemble.zeros(n, d);
        for (int i = 0; i < n; i++) {
            Optional<double[]> draw = prior.draw(random.split(2L * i));
            if (draw.isEmpty()) {
                return Optional.empty();
            }
            System.arraycopy(draw.get(), 0, draws.data(), draws.offset(i), d);
        }
        int predictions = Math.min(n, Math.max(1, MOST / m));
        double[] data = new double[predictions * m];
        int[] of = new int[predictions];
        int used = 0;
        Noise noise = problem.noise();
        double[] predicted = new double[CHUNK * m];
        for (int start = 0; start < predictions; start += CHUNK) {
            int count = Math.min(CHUNK, predictions - start);
            double[] rows = Arrays.copyOfRange(draws.data(), start * d, (start + count) * d);
            problem.target().predict(Ensemble.of(count, d, rows), predicted);
            for (int i = 0; i < count; i++) {
                if (Double.isNaN(predicted[i * m])) {
                    continue;
                }
                double[] clean = Arrays.copyOfRange(predicted, i * m, (i + 1) * m);
                double[] drawn = noise.sample(clean, random.split(2L * (start + i) + 1));
                System.arraycopy(drawn, 0, data, used * m, m);
                of[used++] = start + i;
            }
        }
        return Optional.of(
                new PriorPrediction(draws, Arrays.copyOf(data, used * m), Arrays.copyOf(of, used)));
    }
}
