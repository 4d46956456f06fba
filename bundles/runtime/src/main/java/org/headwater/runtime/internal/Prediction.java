package org.headwater.runtime.internal;

import java.util.Arrays;
import org.headwater.api.Ensemble;
import org.headwater.api.Noise;

/**
 * What a posterior says of the data.
 *
 * @param mean mean over draws of the predicted data, m values
 * @param sd population standard deviation over draws of the predicted data, m values
 * @param misfit mean squared standardised residual at the posterior mean, NaN when the model fails
 *     there; about 1 when model and noise describe the data
 */
record Prediction(double[] mean, double[] sd, double misfit) {
    /** More draws than this are thinned evenly. */
    private static final int MOST = 1000;

    private static final int CHUNK = 64;

    /**
     * Evaluates the model at the draws, O(min(n, 1000)) evaluations; draws that fail are left out.
     */
    static Prediction of(ModelTarget target, Noise noise, Ensemble draws) {
        int m = noise.dataSize();
        int d = draws.dimension();
        int n = Math.min(MOST, draws.size());
        double[] mean = new double[m];
        double[] squares = new double[m];
        double[] predicted = new double[Math.min(CHUNK, n) * m];
        int used = 0;
        for (int start = 0; start < n; start += CHUNK) {
            int count = Math.min(CHUNK, n - start);
            Ensemble chunk = Ensemble.zeros(count, d);
            for (int i = 0; i < count; i++) {
                int draw = (int) ((long) (start + i) * draws.size() / n);
                System.arraycopy(draws.data(), draws.offset(draw), chunk.data(), i * d, d);
            }
            target.predict(chunk, predicted);
            for (int i = 0; i < count; i++) {
                if (!Double.isNaN(predicted[i * m])) {
                    used++;
                    accumulate(predicted, i * m, used, mean, squares);
                }
            }
        }
        double[] sd = new double[m];
        for (int k = 0; k < m; k++) {
            sd[k] = Math.sqrt(squares[k] / used);
        }
        return new Prediction(mean, sd, misfit(target, noise, draws));
    }

    /** Welford's recursion. */
    private static void accumulate(
            double[] x, int offset, int count, double[] mean, double[] squares) {
        for (int k = 0; k < mean.length; k++) {
            double delta = x[offset + k] - mean[k];
            mean[k] += delta / count;
            squares[k] += delta * (x[offset + k] - mean[k]);
        }
    }

    private static double misfit(ModelTarget target, Noise noise, Ensemble draws) {
        int m = noise.dataSize();
        double[] centre = new double[draws.dimension()];
        for (int i = 0; i < draws.size(); i++) {
            for (int j = 0; j < centre.length; j++) {
                centre[j] += draws.get(i, j) / draws.size();
            }
        }
        double[] predicted = new double[m];
        target.predict(Ensemble.of(1, centre.length, centre), predicted);
        double[] residuals = new double[m];
        noise.residuals(predicted, residuals);
        return Arrays.stream(residuals).map(r -> r * r).sum() / m;
    }
}
