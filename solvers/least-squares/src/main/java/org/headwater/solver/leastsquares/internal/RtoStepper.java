package org.headwater.solver.leastsquares.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Workers;
import org.headwater.kernels.chain.ChainChecks;
import org.headwater.kernels.chain.KeptDraws;
import org.headwater.kernels.leastsquares.LeastSquaresForm;
import org.headwater.solver.leastsquares.internal.Randomised.Proposal;

/**
 * Chains of independent proposals by {@link Randomised}, accepted by Metropolis and Hastings: draws
 * of the posterior itself, independent ones where it is Gaussian. A chain whose proposal is not
 * solved stays.
 */
final class RtoStepper implements Stepper {
    /** Iterations that are not kept: the chains' way from their first proposal. */
    private static final double BURN_IN = 0.1;

    private static final double LEAST_ACCEPTANCE = 0.1;
    private static final double MOST_UNSOLVED = 0.01;

    private static final String CENTRE = "centre";
    private static final String REFERENCE = "reference";
    private static final String FACTOR = "factor";
    private static final String LOG_WEIGHT = "log-weight";
    private static final String ACCEPTED = "accepted";
    private static final String UNSOLVED = "unsolved";

    private final LeastSquaresForm form;
    private final Workers workers;
    private final int chains;
    private final int iterations;
    private final int d;

    RtoStepper(LeastSquaresForm form, Workers workers, int chains, int iterations) {
        this.form = form;
        this.workers = workers;
        this.chains = chains;
        this.iterations = iterations;
        this.d = form.dimension();
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public int particles() {
        return chains;
    }

    /** The reference is the maximum of exp(−½|R|²); every chain begins there, with no weight. */
    @Override
    public State start(RandomStream random) {
        Reference found = Reference.find(form, workers);
        double[] points = new double[chains * d];
        double[] weights = new double[chains];
        for (int c = 0; c < chains; c++) {
            System.arraycopy(found.centre(), 0, points, c * d, d);
        }
        Arrays.fill(weights, Double.NEGATIVE_INFINITY);
        State state =
                State.empty()
                        .with(State.ITERATION, 0)
                        .with(State.PARTICLES, Ensemble.of(chains, d, points))
                        .with(State.FAILURES, new double[chains])
                        .with(CENTRE, found.centre())
                        .with(REFERENCE, found.transposed())
                        .with(FACTOR, found.factor())
                        .with(LOG_WEIGHT, weights);
        return new Scale(found.sd()).in(state);
    }

    @Override
    public Optional<Ensemble> points(State state) {
        return Optional.of(form.parameters(state.ensemble(State.PARTICLES)));
    }

    @Override
    public StepResult step(State state, RandomStream random) {
        int iteration = state.iteration() + 1;
        Randomised randomised =
                new Randomised(
                        form, state.array(CENTRE), state.array(REFERENCE), state.array(FACTOR));
        double[] points = state.array(State.PARTICLES).clone();
        double[] weights = state.array(LOG_WEIGHT).clone();
        double[] failures = state.array(State.FAILURES).clone();
        boolean[] accepted = new boolean[chains];
        boolean[] solved = new boolean[chains];
        workers.forRanges(
                chains,
                1,
                (from, to) -> {
                    for (int c = from; c < to; c++) {
                        RandomStream stream = random.split(c);
                        double[] xi = new double[d];
                        Arrays.setAll(xi, j -> stream.gaussian());
                        Proposal proposal = randomised.solve(xi);
                        failures[c] = proposal.failed() ? failures[c] + 1 : 0;
                        solved[c] = proposal.point() != null;
                        accepted[c] =
                                solved[c]
                                        && Math.log(stream.uniform())
                                                < proposal.logWeight() - weights[c];
                        if (accepted[c]) {
                            System.arraycopy(proposal.point(), 0, points, c * d, d);
                            weights[c] = proposal.logWeight();
                        }
                    }
                });
        int moved = count(accepted);
        int failed = (int) Arrays.stream(failures).filter(f -> f > 0).count();
        State next =
                state.with(State.ITERATION, iteration)
                        .with(State.PARTICLES, Ensemble.of(chains, d, points))
                        .with(State.FAILURES, failures)
                        .with(LOG_WEIGHT, weights)
                        .with(ACCEPTED, state.scalar(ACCEPTED, 0) + moved)
                        .with(UNSOLVED, state.scalar(UNSOLVED, 0) + chains - count(solved));
        if (iteration > BURN_IN * iterations) {
            next = KeptDraws.keep(next, points);
        }
        double share = (double) moved / chains;
        StepInfo info =
                Scale.of(state)
                        .info(
                                iteration,
                                state.array(State.PARTICLES),
                                points,
                                failed,
                                Map.of("acceptance", share));
        return new StepResult(next, info);
    }

    private static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        boolean none = KeptDraws.length(state) == 0;
        State kept = none ? KeptDraws.keep(state, state.array(State.PARTICLES)) : state;
        Ensemble draws = form.parameters(KeptDraws.of(kept, chains, d));
        List<Reason> reasons = new ArrayList<>();
        Map<String, Double> values = new LinkedHashMap<>();
        double proposed = Math.max(1, (double) chains * state.iteration());
        double acceptance = state.scalar(ACCEPTED, 0) / proposed;
        double unsolved = state.scalar(UNSOLVED, 0) / proposed;
        values.put("chains", (double) chains);
        values.put("acceptance", acceptance);
        values.put(UNSOLVED, unsolved);
        if (acceptance < LEAST_ACCEPTANCE) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "proposals-rejected",
                            "most proposals are rejected: the posterior is far from that of the"
                                    + " randomised problems",
                            acceptance,
                            LEAST_ACCEPTANCE,
                            "raise solver.iterations, or use solver.type langevin"));
        }
        if (unsolved > MOST_UNSOLVED) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "proposals-unsolved",
                            "randomised problems were not solved, so that parts of the posterior"
                                    + " may be missing (share of all)",
                            unsolved,
                            MOST_UNSOLVED,
                            "check the forward model's derivatives, or use solver.type langevin"));
        }
        String remedy = "raise solver.iterations";
        ChainChecks.judge(
                Draws.of(draws, chains),
                values,
                reasons,
                remedy,
                remedy + ", or use solver.type langevin");
        double[] mode = form.isIdentity() ? state.array(CENTRE).clone() : null;
        return new Posterior(draws, false, reasons, values, mode);
    }
}
