package org.headwater.runtime.internal;

import java.util.Optional;
import org.headwater.api.Reason;
import org.headwater.api.State;
import org.headwater.api.StepInfo;

/**
 * When failures of the forward model end a run: with more than a tenth of the ensemble in a step,
 * or with one particle in five steps in a row.
 */
final class FailureRule {
    /** Code of the reason. */
    static final String CODE = "forward-model-failures";

    /** The largest share of the ensemble that may fail in a step. */
    private static final double SHARE = 0.1;

    /** So many failures of a particle in a row end the run. */
    private static final int IN_A_ROW = 5;

    private FailureRule() {}

    /**
     * Why a run ends with this step; empty if it goes on.
     *
     * @param after the state that the step led to
     */
    static Optional<Reason> after(State after, StepInfo info) {
        double rows = after.scalar("particles.rows", Double.NaN);
        double share = info.failed() / rows;
        if (share > SHARE) {
            return Optional.of(
                    reason(
                            "the forward model failed for "
                                    + info.failed()
                                    + " of "
                                    + (int) rows
                                    + " particles in step "
                                    + info.iteration(),
                            share,
                            SHARE));
        }
        double[] failures =
                after.hasArray(State.FAILURES) ? after.array(State.FAILURES) : new double[0];
        for (int i = 0; i < failures.length; i++) {
            if (failures[i] >= IN_A_ROW) {
                return Optional.of(
                        reason(
                                "the forward model failed for particle "
                                        + (i + 1)
                                        + " in "
                                        + IN_A_ROW
                                        + " steps in a row, the last being step "
                                        + info.iteration(),
                                failures[i],
                                IN_A_ROW));
            }
        }
        return Optional.empty();
    }

    /** Why a run ends with a start that threw; empty if the model is not what is to blame. */
    static Optional<Reason> atStart(Failures failures, IllegalStateException thrown) {
        if (!failures.lastFailedWholly() && failures.failed() <= SHARE * failures.evaluated()) {
            return Optional.empty();
        }
        return Optional.of(
                reason(
                        "the forward model failed at "
                                + failures.failed()
                                + " of "
                                + failures.evaluated()
                                + " points before the first step: "
                                + thrown.getMessage(),
                        failures.failed(),
                        Double.NaN));
    }

    private static Reason reason(String message, double value, double limit) {
        return new Reason(
                Reason.Status.FAIL,
                CODE,
                message,
                value,
                limit,
                "see log.jsonl for the cause; a model that was at fault itself, such as a server that was"
                        + " down, goes on with --resume once it works; a setting (noise, prior,"
                        + " start) takes a new run");
    }
}
