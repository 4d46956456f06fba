package org.headwater.solver.leastsquares.internal;

import java.util.Map;
import org.headwater.api.State;
import org.headwater.api.StepInfo;

/**
 * The scale that a run began with, by which its steps are shown.
 *
 * @param sd standard deviations, d values
 */
record Scale(double[] sd) {
    private static final String SD = "start-sd";

    /** That of points, n × d. */
    static Scale of(double[] points, int d) {
        int n = points.length / d;
        double[] sd = new double[d];
        for (int j = 0; j < d; j++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < n; i++) {
                mean += points[i * d + j] / n;
                square += points[i * d + j] * points[i * d + j] / n;
            }
            sd[j] = Math.sqrt(Math.max(0, square - mean * mean));
        }
        return new Scale(sd);
    }

    static Scale of(State state) {
        return new Scale(state.array(SD));
    }

    State in(State state) {
        return state.with(SD, sd);
    }

    /** What a step from points to others says of itself. */
    StepInfo info(
            int iteration, double[] before, double[] after, int failed, Map<String, Double> more) {
        int d = sd.length;
        double moved = 0;
        for (int k = 0; k < after.length; k++) {
            moved += Math.pow((after[k] - before[k]) / sd[k % d], 2) / after.length;
        }
        double[] now = of(after, d).sd;
        double spread = 0;
        for (int j = 0; j < d; j++) {
            spread += Math.pow(now[j] / sd[j], 2) / d;
        }
        return new StepInfo(iteration, Math.sqrt(moved), Math.sqrt(spread), failed, more);
    }
}
