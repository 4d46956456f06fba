package org.headwater.kernels.chain;

import java.util.List;
import java.util.Map;
import org.headwater.api.Draws;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;

/** Whether chains have mixed, and what their draws are worth. */
public final class ChainChecks {
    /** Vehtari et al., Bayesian Analysis 2021, doi:10.1214/20-BA1221. */
    private static final double RHAT_LIMIT = 1.01;

    private static final double ESS_LIMIT = 400;

    /** Above it the chains have not met. */
    private static final double HOPELESS_RHAT = 1.2;

    private ChainChecks() {}

    /**
     * Judges draws by the worst parameter. O(d·S log S).
     *
     * @param draws of C chains, in the coordinates that are shown
     * @param values {@code largest-rhat} and {@code least-ess} are added
     * @param reasons what is doubtful is added
     * @param remedy against too few effective draws
     * @param otherwise against chains that have not mixed
     */
    public static void judge(
            Draws draws,
            Map<String, Double> values,
            List<Reason> reasons,
            String remedy,
            String otherwise) {
        double rhat = 1;
        double ess = Double.POSITIVE_INFINITY;
        double[] column = new double[draws.size()];
        for (int j = 0; j < draws.dimension(); j++) {
            draws.column(j, column);
            ChainStatistics s = ChainStatistics.ofChains(column, draws.chains());
            rhat = s.rhat() <= rhat ? rhat : s.rhat();
            ess = s.ess() >= ess ? ess : s.ess();
        }
        values.put("largest-rhat", rhat);
        values.put("least-ess", ess);
        if (!(rhat <= RHAT_LIMIT)) {
            reasons.add(
                    new Reason(
                            rhat > HOPELESS_RHAT ? Status.FAIL : Status.WARN,
                            "chains-disagree",
                            "the chains have not mixed: they differ more from each other than"
                                    + " within themselves (largest split R-hat)",
                            rhat,
                            RHAT_LIMIT,
                            otherwise));
        }
        if (!(ess >= ESS_LIMIT)) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "few-effective-draws",
                            "the draws of a parameter are worth few independent ones (least"
                                    + " effective sample size)",
                            ess,
                            ESS_LIMIT,
                            remedy));
        }
    }
}
