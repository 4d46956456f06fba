package org.headwater.solver.langevin.internal;

import java.util.List;
import java.util.Map;
import org.headwater.api.Draws;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.kernels.chain.ChainChecks;

/** What is doubtful about draws of chains. */
final class Diagnosis {
    private static final double HIGH_ACCEPTANCE = 0.95;
    private static final double DIVERGED_LIMIT = 0.01;
    private static final double DEEPEST_LIMIT = 0.05;
    private static final double WIDE_SPREAD = 3;
    private static final String MORE = "raise solver.iterations";

    private final LangevinOptions options;
    private final boolean smooth;
    private final boolean gaussian;

    /**
     * @param smooth whether the prior is Gaussian
     * @param gaussian whether the posterior is, too
     */
    Diagnosis(LangevinOptions options, boolean smooth, boolean gaussian) {
        this.options = options;
        this.smooth = smooth;
        this.gaussian = gaussian;
    }

    /**
     * Judges draws.
     *
     * @param draws in the coordinates that are shown; none if the run has ended before there were
     *     any
     * @param values what the iterations say of themselves on average; extended
     */
    void judge(Draws draws, Map<String, Double> values, List<Reason> reasons) {
        if (draws.length() == 0) {
            warn(
                    reasons,
                    "burn-in-only",
                    "the run has ended within its burn-in: the draws are where the chains are now",
                    0,
                    1,
                    "let it run on, or lower solver.iterations or solver.burn-in");
            return;
        }
        if (!options.method().exact()) {
            warn(
                    reasons,
                    "not-adjusted",
                    smooth
                            ? "the chains have no accept-reject step: their finite step biases the"
                                    + " draws, mostly to larger spread"
                            : "the chains have no accept-reject step and follow a smoothed prior:"
                                    + " the draws are biased, mostly to larger spread",
                    Double.NaN,
                    Double.NaN,
                    "use solver.method mala or nuts for exact draws");
        }
        if (options.method() == LangevinOptions.Method.PCN && !gaussian) {
            warn(
                    reasons,
                    "tails-uncertain",
                    "the posterior is not Gaussian: where its tails are wider than those of the"
                            + " Gaussian reference, pcn reaches them rarely, and R-hat need not"
                            + " show it",
                    Double.NaN,
                    Double.NaN,
                    "compare with solver.method nuts");
        }
        boolean nuts = options.method() == LangevinOptions.Method.NUTS;
        String otherwise = nuts ? "" : " or try solver.method nuts";
        ChainChecks.judge(draws, values, reasons, MORE, MORE + otherwise);
        checkMoves(values, reasons);
    }

    private void checkMoves(Map<String, Double> values, List<Reason> reasons) {
        double acceptance = values.get("acceptance");
        double least = leastAcceptance();
        if (!(acceptance >= least)) {
            warn(
                    reasons,
                    "proposals-rejected",
                    "most proposals of the chains are rejected",
                    acceptance,
                    least,
                    options.step() > 0
                            ? "lower solver.step or set it to auto"
                            : MORE + ": the burn-in tunes the step");
        }
        if (options.method() == LangevinOptions.Method.MALA
                && options.step() > 0
                && acceptance > HIGH_ACCEPTANCE) {
            warn(
                    reasons,
                    "steps-small",
                    "nearly all proposals are accepted: the steps are smaller than need be",
                    acceptance,
                    HIGH_ACCEPTANCE,
                    "raise solver.step or set it to auto");
        }
        if (values.getOrDefault(NoUTurn.DIVERGED, 0.0) > DIVERGED_LIMIT) {
            warn(
                    reasons,
                    "trajectories-diverge",
                    "trajectories leave the energy surface: there may be places that the chains do"
                            + " not reach (share of the transitions)",
                    values.get(NoUTurn.DIVERGED),
                    DIVERGED_LIMIT,
                    "lower solver.step, or raise solver.iterations for a longer burn-in");
        }
        if (values.getOrDefault(NoUTurn.DEEPEST, 0.0) > DEEPEST_LIMIT) {
            warn(
                    reasons,
                    "trajectories-cut",
                    "trajectories end at their largest length before they turn (share of the"
                            + " transitions)",
                    values.get(NoUTurn.DEEPEST),
                    DEEPEST_LIMIT,
                    "raise solver.max-depth, or use solver.preconditioner covariance");
        }
        double spread = values.get("spread");
        if (!(spread <= WIDE_SPREAD)) {
            warn(
                    reasons,
                    "spread-wide",
                    "the standard deviations are far above the Laplace approximation's",
                    spread,
                    WIDE_SPREAD,
                    options.method().exact()
                            ? "check for several modes, or raise solver.iterations"
                            : "lower solver.step, or use solver.method mala");
        }
    }

    private double leastAcceptance() {
        switch (options.method()) {
            case MALA:
                return 0.2;
            case PCN:
                return 0.1;
            case NUTS:
                return 0.5;
            default:
                return 0;
        }
    }

    private static void warn(
            List<Reason> reasons,
            String code,
            String message,
            double value,
            double limit,
            String remedy) {
        reasons.add(new Reason(Status.WARN, code, message, value, limit, remedy));
    }
}
