package org.headwater.solver.langevin.internal;

import java.util.Locale;
import org.headwater.api.Setting;
import org.headwater.api.Settings;
import org.headwater.api.SettingsSchema;

/**
 * The settings of the solver {@code langevin}.
 *
 * @param method how the chains move
 * @param chains N
 * @param iterations of each chain, burn-in included
 * @param burnIn share of the iterations that is not kept
 * @param thinning one in so many iterations is kept; 0 for automatic
 * @param step ε; 0 for automatic
 * @param preconditioner where L comes from
 * @param maxDepth of the trees of nuts
 */
record LangevinOptions(
        Method method,
        int chains,
        int iterations,
        double burnIn,
        int thinning,
        double step,
        Preconditioner preconditioner,
        int maxDepth) {

    /** How the chains move, and how many iterations they take by themselves. */
    enum Method {
        /** Metropolis-adjusted Langevin. */
        MALA(4000),
        /** Unadjusted, smoothed. */
        MYULA(8000),
        /** Unadjusted, for smooth posteriors. */
        ULA(8000),
        /** Preconditioned Crank–Nicolson. */
        PCN(4000),
        /** No-U-turn sampler. */
        NUTS(1000),
        /** Gibbs sampling of the Bayesian lasso. */
        GIBBS(2000);

        private final int iterations;

        Method(int iterations) {
            this.iterations = iterations;
        }

        /** Whether the draws are the posterior's but for their number. */
        boolean exact() {
            return this != MYULA && this != ULA;
        }
    }

    /** Where the scale of the moves comes from. */
    enum Preconditioner {
        /** What fits the problem. */
        AUTO,
        /** The same for all coordinates. */
        NONE,
        /** Variances of the burn-in's draws. */
        DIAGONAL,
        /** Covariance of the burn-in's draws. */
        COVARIANCE,
        /** Gauss–Newton Hessian at the MAP. */
        GAUSS_NEWTON,
        /** Gauss–Newton Hessian averaged over the chains in the burn-in. */
        AVERAGED
    }

    private static final String METHOD = "method";
    private static final String CHAINS = "chains";
    private static final String ITERATIONS = "iterations";
    private static final String BURN_IN = "burn-in";
    private static final String THINNING = "thinning";
    private static final String STEP = "step";
    private static final String PRECONDITIONER = "preconditioner";
    private static final String MAX_DEPTH = "max-depth";
    private static final String AUTO = "auto";

    /** Draws to keep of all chains together, if there are as many. */
    private static final int DRAWS = 12_000;

    static final SettingsSchema SCHEMA =
            SettingsSchema.of(
                    Setting.choice(
                                    METHOD,
                                    "mala: Metropolis-adjusted Langevin; nuts: no-U-turn sampler;"
                                            + " pcn: preconditioned Crank-Nicolson, for posteriors"
                                            + " near a Gaussian; gibbs: for linear models with an"
                                            + " l1 prior (or tv of a vector); these are exact for"
                                            + " any prior they take. myula: unadjusted, of the"
                                            + " smoothed posterior; ula: unadjusted, for Gaussian"
                                            + " priors",
                                    "mala",
                                    "myula",
                                    "ula",
                                    "pcn",
                                    "nuts",
                                    "gibbs")
                            .byDefault("mala"),
                    Setting.integer(
                                    CHAINS,
                                    "number of independent chains; the model evaluates them as one"
                                            + " batch")
                            .atLeast(2)
                            .atMost(100_000)
                            .byDefault(16),
                    Setting.integer(
                                    ITERATIONS,
                                    "iterations of each chain, burn-in included; auto takes 4000"
                                            + " for mala and pcn, 8000 for myula and ula, 1000 for"
                                            + " nuts, 2000 for gibbs")
                            .atLeast(2)
                            .atMost(10_000_000)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.number(
                                    BURN_IN,
                                    "share of the iterations that come first, tune step and"
                                            + " preconditioner, and are not kept")
                            .above(0)
                            .atMost(0.9)
                            .byDefault(0.25),
                    Setting.integer(
                                    THINNING,
                                    "one in so many iterations is kept; auto keeps at most 12,000"
                                            + " draws of all chains together")
                            .atLeast(1)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.number(
                                    STEP,
                                    "step in units of the preconditioner; auto tunes it to an"
                                            + " acceptance of 0.574 (mala), 0.8 (nuts), 0.3 (pcn,"
                                            + " at most 1); myula and ula take at most 0.05, less"
                                            + " where the prior is stiff; gibbs has none")
                            .above(0)
                            .or(AUTO)
                            .byDefault(AUTO),
                    Setting.choice(
                                    PRECONDITIONER,
                                    "scale of the moves: none; diagonal or covariance of the"
                                            + " burn-in's draws; gauss-newton at the MAP; averaged"
                                            + " over the chains; auto takes gauss-newton for linear"
                                            + " models, averaged for nonlinear ones, covariance if"
                                            + " the prior couples the parameters",
                                    AUTO,
                                    "none",
                                    "diagonal",
                                    "covariance",
                                    "gauss-newton",
                                    "averaged")
                            .byDefault(AUTO),
                    Setting.integer(
                                    MAX_DEPTH,
                                    "nuts: a trajectory has at most 2^depth - 1 evaluations")
                            .atLeast(1)
                            .atMost(20)
                            .byDefault(10));

    static LangevinOptions of(Settings s) {
        Method method = Method.valueOf(s.text(METHOD).toUpperCase(Locale.ROOT));
        if (method == Method.GIBBS && s.isNumber(STEP)) {
            throw s.invalid(STEP, "must not be given: gibbs has no step", "leave it out");
        }
        if (method == Method.PCN && s.isNumber(STEP) && s.number(STEP) > 1) {
            throw s.invalid(STEP, "must be at most 1 for pcn", "lower it or set step: auto");
        }
        return new LangevinOptions(
                method,
                s.integer(CHAINS),
                s.isNumber(ITERATIONS) ? s.integer(ITERATIONS) : method.iterations,
                s.number(BURN_IN),
                s.isNumber(THINNING) ? s.integer(THINNING) : 0,
                s.isNumber(STEP) ? s.number(STEP) : 0,
                Preconditioner.valueOf(
                        s.text(PRECONDITIONER).toUpperCase(Locale.ROOT).replace('-', '_')),
                s.integer(MAX_DEPTH));
    }

    /** Iterations that are not kept; one at least is. */
    int burnInIterations() {
        return Math.max(1, Math.min(iterations - 1, (int) Math.round(burnIn * iterations)));
    }

    /** One in so many iterations is kept. */
    int thin() {
        if (thinning > 0) {
            return thinning;
        }
        long all = (long) (iterations - burnInIterations()) * chains;
        return (int) Math.max(1, (all + DRAWS - 1) / DRAWS);
    }
}
