package org.headwater.studies;

import java.util.List;
import org.headwater.runtime.Verdict;

/**
 * What a calibration found.
 *
 * @param verdict its verdict
 * @param quantities what was ranked: parameters, {@code misfit}, {@code prior-potential}
 * @param pValues of the ranks of each quantity being uniform
 * @param coverage of central intervals, in the order of their levels
 * @param distance p-value of the ranks by distance (TARP)
 * @param replicates all replicates
 */
public record CalibrationResult(
        Verdict verdict,
        List<String> quantities,
        double[] pValues,
        List<Coverage> coverage,
        double distance,
        List<Calibration.Replicate> replicates) {
    /**
     * Coverage of central intervals.
     *
     * @param level that they promise
     * @param found share of truths inside, mean over parameters and replicates
     * @param error standard error of {@code found}, from the spread of the replicates
     * @param lowest of a single parameter
     * @param highest of a single parameter
     */
    public record Coverage(
            double level, double found, double error, double lowest, double highest) {}
}
