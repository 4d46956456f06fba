package org.headwater.runtime.internal;

import java.util.Arrays;
import java.util.function.Function;
import org.headwater.api.Ensemble;
import org.headwater.api.Noise;
import org.headwater.api.RandomStream;
import org.headwater.runtime.RunResult.Score;

/**
 * What a posterior says of the data.
 *
 * @param mean mean over draws of the predicted data, m values
 * @param sd population standard deviation over draws of the predicted data, m values
 * @param replicated data drawn around the predictions of some draws, one row of m values each
 * @param of the draws that they belong to
 * @param score how well it predicts them; its numbers are NaN when the model fails at the posterior
 *     mean
 * @param residual mean over draws of the standardised residuals, m values
 * @param variance their variance over draws, m values
 * @param discrepancy 2Φ of each draw that was used
 * @param misfits 2Φ of some draws to the data replicated from them; empty where its law is known,
 *     for Gaussian noise of known covariance
 */
record Prediction(
        double[] mean,
        double[] sd,
        double[] replicated,
        int[] of,
        Score score,
        double[] residual,
        double[] variance,
        double[] discrepancy,
        double[] misfits) {
    /** More draws than this are thinned evenly. */
    private static final int MOST = 1000;

    private static final int CHUNK = 64;

    /** So many replicated data are kept at most, over all draws. */
    private static final int MOST_REPLICATED = 2_000_000;

    /** Tail probability outside the central interval whose coverage is counted. */
    private static final double TAIL = 0.05;

    /** Data replicated to learn the law of their misfit. */
    private static final int MISFITS = 200;

    /**
     * Evaluates the model at the draws, O(min(n, 1000)) evaluations; draws that fail are left out.
     *
     * @param noiseOf the noise model of other data
     * @param random for the replicated data
     */
    static Prediction of(
            ModelTarget target,
            Noise noise,
            Function<double[], Noise> noiseOf,
            Ensemble draws,
            RandomStream random) {
        int m = noise.dataSize();
        int d = draws.dimension();
        int n = Math.min(MOST, draws.size());
        double[] mean = new double[m];
        double[] squares = new double[m];
        double[] predicted = new double[Math.min(CHUNK, n) * m];
        int replicates = Math.max(1, Math.min(n, MOST_REPLICATED / m));
        double[] data = new double[replicates * m];
        int[] of = new int[replicates];
        double deviance = 0;
        double[] discrepancy = new double[n];
        double[] misfits = new double[noise.isQuadratic() ? 0 : Math.min(n, MISFITS)];
        int measured = 0;
        double[] residual = new double[m];
        double[] variance = new double[m];
        double[] r = new double[m];
        int used = 0;
        int replicated = 0;
        for (int start = 0; start < n; start += CHUNK) {
            int count = Math.min(CHUNK, n - start);
            Ensemble chunk = Ensemble.zeros(count, d);
            for (int i = 0; i < count; i++) {
                int draw = (int) ((long) (start + i) * draws.size() / n);
                System.arraycopy(draws.data(), draws.offset(draw), chunk.data(), i * d, d);
            }
            target.predict(chunk, predicted);
            for (int i = 0; i < count; i++) {
                if (Double.isNaN(predicted[i * m])) {
                    continue;
                }
                used++;
                accumulate(predicted, i * m, used, mean, squares);
                double[] clean = Arrays.copyOfRange(predicted, i * m, (i + 1) * m);
                discrepancy[used - 1] = 2 * noise.misfit(clean, 0);
                deviance += (discrepancy[used - 1] - deviance) / used;
                noise.residuals(clean, r);
                accumulate(r, 0, used, residual, variance);
                if (replicated < replicates && (long) used * replicates >= (long) replicated * n) {
                    double[] drawn = noise.sample(clean, random.split(replicated));
                    System.arraycopy(drawn, 0, data, replicated * m, m);
                    of[replicated] = (int) ((long) (start + i) * draws.size() / n);
                    if (measured < misfits.length) {
                        misfits[measured++] = 2 * noiseOf.apply(drawn).misfit(clean, 0);
                    }
                    replicated++;
                }
            }
        }
        double[] sd = new double[m];
        for (int k = 0; k < m; k++) {
            sd[k] = Math.sqrt(squares[k] / used);
            variance[k] /= used;
        }
        data = Arrays.copyOf(data, replicated * m);
        return new Prediction(
                mean,
                sd,
                data,
                Arrays.copyOf(of, replicated),
                score(target, noise, draws, deviance, residuals(noise, data), replicated),
                residual,
                variance,
                Arrays.copyOf(discrepancy, used),
                Arrays.copyOf(misfits, measured));
    }

    /** Standardised residuals of replicated data. */
    private static double[] residuals(Noise noise, double[] data) {
        int m = noise.dataSize();
        double[] out = new double[data.length];
        double[] r = new double[m];
        for (int row = 0; row < data.length; row += m) {
            noise.residuals(Arrays.copyOfRange(data, row, row + m), r);
            System.arraycopy(r, 0, out, row, m);
        }
        return out;
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

    private static Score score(
            ModelTarget target,
            Noise noise,
            Ensemble draws,
            double deviance,
            double[] residuals,
            int replicates) {
        int m = noise.dataSize();
        double[] centre = new double[draws.dimension()];
        for (int i = 0; i < draws.size(); i++) {
            for (int j = 0; j < centre.length; j++) {
                centre[j] += draws.get(i, j) / draws.size();
            }
        }
        double[] predicted = new double[m];
        target.predict(Ensemble.of(1, centre.length, centre), predicted);
        double[] atMean = new double[m];
        noise.residuals(predicted, atMean);
        double misfit = Arrays.stream(atMean).map(r -> r * r).sum() / m;
        double effective = deviance - 2 * noise.misfit(predicted, 0);
        double crps = 0;
        int covered = 0;
        double[] z = new double[replicates];
        for (int k = 0; k < m; k++) {
            for (int i = 0; i < replicates; i++) {
                z[i] = residuals[i * m + k];
            }
            Arrays.sort(z);
            crps += crpsAtZero(z) / m;
            if (Summary.quantile(z, TAIL) <= 0 && Summary.quantile(z, 1 - TAIL) >= 0) {
                covered++;
            }
        }
        return new Score(misfit, crps, (double) covered / m, deviance + effective, effective);
    }

    /** E|Z| − ½E|Z − Z′| of sorted values: the score of the distribution for the outcome 0. */
    private static double crpsAtZero(double[] sorted) {
        int n = sorted.length;
        double distance = 0;
        double spread = 0;
        for (int i = 0; i < n; i++) {
            distance += Math.abs(sorted[i]) / n;
            spread += (2.0 * i - n + 1) * sorted[i];
        }
        return distance - spread / ((double) n * n);
    }

    /** Mean squared standardised residual at the posterior mean. */
    double misfit() {
        return score.misfit();
    }
}
