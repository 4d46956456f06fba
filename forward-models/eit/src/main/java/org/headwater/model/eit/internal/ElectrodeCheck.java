package org.headwater.model.eit.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.headwater.api.DenseMatrix;
import org.headwater.model.eit.internal.data.Experiment;

/**
 * Finds electrodes whose voltages a homogeneous tank explains much worse than those of the others:
 * a loose contact, a wrong place in the numbering, an amplifier that is not what it should be.
 *
 * <p>Of an electrode l the 0.4-quantile of |residual| / rms voltage is taken over the data that it
 * measures, and over those that it drives. A bad electrode spoils all of its own data, at most half
 * of its neighbour's, and few of the others', which the quantile does not see. An electrode is
 * named if its quantile is 5 times the median of all electrodes' and above 5 %.
 */
final class ElectrodeCheck {
    private static final double QUANTILE = 0.4;
    private static final double RATIO = 5;
    private static final double LEAST = 0.05;

    private ElectrodeCheck() {}

    /**
     * An electrode that stands out.
     *
     * @param electrode its index from 0
     * @param driving in the data that it drives, or else in those that it measures
     * @param misfit quantile of |residual| / rms voltage
     * @param usual the median of all electrodes
     */
    record Suspect(int electrode, boolean driving, double misfit, double usual) {}

    /**
     * The electrodes that stand out, worst first.
     *
     * @param measured the voltages used, V
     * @param predicted those of the homogeneous tank, V
     */
    static List<Suspect> suspects(Experiment experiment, double[] measured, double[] predicted) {
        double scale = 0;
        for (double v : measured) {
            scale += v * v / measured.length;
        }
        double[] residuals = new double[measured.length];
        for (int i = 0; i < residuals.length; i++) {
            residuals[i] = Math.abs(predicted[i] - measured[i]) / Math.sqrt(scale);
        }
        List<Suspect> all = new ArrayList<>();
        for (boolean driving : new boolean[] {false, true}) {
            double[] misfits = misfits(experiment, residuals, driving);
            double usual =
                    quantile(Arrays.stream(misfits).filter(m -> !Double.isNaN(m)).toArray(), 0.5);
            for (int l = 0; l < misfits.length; l++) {
                if (misfits[l] > Math.max(LEAST, RATIO * usual)) {
                    all.add(new Suspect(l, driving, misfits[l], usual));
                }
            }
        }
        all.sort((a, b) -> Double.compare(b.misfit, a.misfit));
        return all;
    }

    /** A quantile for each electrode, NaN where it has no data. */
    private static double[] misfits(Experiment experiment, double[] residuals, boolean driving) {
        DenseMatrix pattern = driving ? experiment.currents() : experiment.measurement();
        double largest = Arrays.stream(pattern.data()).map(Math::abs).max().orElseThrow();
        int[] used = experiment.used();
        double[] out = new double[experiment.electrodes()];
        for (int l = 0; l < out.length; l++) {
            double[] own = new double[residuals.length];
            int count = 0;
            for (int i = 0; i < used.length; i++) {
                int column =
                        driving ? used[i] % experiment.patterns() : used[i] / experiment.patterns();
                if (Math.abs(pattern.get(l, column)) > 1e-9 * largest) {
                    own[count++] = residuals[i];
                }
            }
            out[l] = quantile(Arrays.copyOf(own, count), QUANTILE);
        }
        return out;
    }

    private static double quantile(double[] values, double q) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) (q * (sorted.length - 1))];
    }
}
