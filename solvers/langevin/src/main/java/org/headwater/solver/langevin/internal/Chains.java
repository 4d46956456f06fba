package org.headwater.solver.langevin.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.headwater.api.Draws;
import org.headwater.api.Ensemble;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.kernels.chain.Scale;
import org.headwater.kernels.chain.StepAdaptation;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.headwater.kernels.laplace.MapFinder;
import org.headwater.kernels.laplace.Support;
import org.headwater.solver.langevin.internal.LangevinOptions.Method;
import org.headwater.solver.langevin.internal.LangevinOptions.Preconditioner;

/**
 * N chains that start at draws of the Laplace approximation and move by a {@link Transition}. The
 * burn-in tunes the step ({@link StepAdaptation}) and, at an eighth, a quarter and half of itself,
 * the scale L; then both are fixed. The draws are the chains' positions at every thinning-th
 * iteration after that, one chain after the other.
 *
 * <p>A proposal at which the forward model fails is rejected and counted.
 */
final class Chains implements Stepper {
    private static final String MODE = "mode";
    private static final String LAPLACE_SD = "laplace-sd";
    private static final String MOREAU = "moreau";
    private static final String SCALE = "scale";
    private static final String STEP = "step";
    private static final String KEPT = "kept";
    private static final String ACCEPTANCE = "acceptance";

    /** Of the quantities that are averaged over the iterations that count. */
    private static final String SUM = "sum.";

    private static final String TUNING = "tuning.";
    private static final String[] TUNED = {"centre", "count", "error", "average", "step"};

    private static final String MOMENT_COUNT = "moment.count";
    private static final String FIRST_MOMENT = "moment.first";
    private static final String SECOND_MOMENT = "moment.second";

    /** Sums over the draws that were taken out of the state, from the mode. */
    private static final String HARVEST_FIRST = "harvest.first";

    private static final String HARVEST_SECOND = "harvest.second";

    private static final String GIBBS_PRECISION = "gibbs.precision";
    private static final String GIBBS_RIGHT = "gibbs.right";

    /** Snapshots in a block of draws, which is copied when one is added. */
    private static final int BLOCK = 64;

    /** Width of the start relative to the Laplace approximation, for nonlinear models. */
    private static final double NONLINEAR_WIDTH = 0.7;

    /** Halvings of the way to the MAP for points at which the forward model fails. */
    private static final int SHRINKS = 6;

    /** An empirical covariance counts as much as the old one with so many draws a coordinate. */
    private static final double PRIOR_DRAWS = 10;

    private final Problem problem;
    private final Resources resources;
    private final LangevinOptions options;
    private final UnaryOperator<Ensemble> shown;
    private final int d;
    private final int chains;
    private final int burnIn;
    private final int thin;
    private final Support support;
    private volatile Scale lastScale;

    /**
     * @param shown takes draws to the coordinates in which they are shown
     */
    Chains(
            Problem problem,
            Resources resources,
            LangevinOptions options,
            UnaryOperator<Ensemble> shown) {
        this.problem = problem;
        this.resources = resources;
        this.options = options;
        this.shown = shown;
        this.d = problem.dimension();
        this.chains = options.chains();
        this.burnIn = options.burnInIterations();
        this.thin = options.thin();
        this.support =
                options.method().exact() ? Support.of(problem.prior()) : Support.everywhere(d);
    }

    @Override
    public int iterations() {
        return options.iterations();
    }

    @Override
    public int particles() {
        return chains;
    }

    @Override
    public State start(RandomStream random) {
        return start(Ensemble.zeros(0, d), random);
    }

    @Override
    public State start(Ensemble points, RandomStream random) {
        double[] mode = new MapFinder(problem).find();
        LaplaceApproximation laplace = LaplaceApproximation.at(problem, mode);
        double[] sd = laplace.sd();
        State state =
                State.empty()
                        .with(State.ITERATION, 0)
                        .with(State.FAILURES, new double[chains])
                        .with(MODE, mode)
                        .with(LAPLACE_SD, sd)
                        .with(MOREAU, Potential.smoothing(problem.prior(), sd));
        double width = problem.target().isQuadratic() ? 1 : NONLINEAR_WIDTH;
        Ensemble x = laplace.draw(chains, width, random);
        int taken = Math.min(chains, points.size());
        for (int i = 0; i < taken; i++) {
            int from = (int) ((long) i * points.size() / taken);
            System.arraycopy(points.data(), points.offset(from), x.data(), x.offset(i), d);
        }
        Points allowed = allowed(x, mode, potential(state));
        state = allowed.into(state).with(SCALE, firstScale(laplace, allowed.x()));
        if (options.method() == Method.GIBBS) {
            LassoGibbs gibbs = LassoGibbs.of(problem, potential(state), mode, resources.workers());
            state = state.with(GIBBS_PRECISION, gibbs.precision()).with(GIBBS_RIGHT, gibbs.right());
        }
        double step =
                options.step() > 0 ? options.step() : transition(state).firstStep(scale(state));
        return withTuning(state.with(STEP, step), StepAdaptation.from(step));
    }

    /**
     * Brings points to where ψ is finite and the forward model works: to the nearest that ψ allows,
     * then halfway to the MAP, again and again, at last to the MAP.
     */
    private Points allowed(Ensemble x, double[] mode, Potential potential) {
        for (int i = 0; i < x.size(); i++) {
            if (!Double.isFinite(problem.prior().potential(x.data(), x.offset(i)))) {
                Ensemble one = Ensemble.of(1, d, x.point(i));
                problem.prior().prox(one, Double.MIN_NORMAL, one);
                System.arraycopy(one.data(), 0, x.data(), x.offset(i), d);
            }
        }
        support.clip(x.data());
        Points p = potential.at(x);
        for (int k = 0; k <= SHRINKS; k++) {
            double share = k < SHRINKS ? 0.5 : 0;
            boolean moved = false;
            for (int i = 0; i < x.size(); i++) {
                if (Double.isFinite(p.exact()[i])) {
                    continue;
                }
                moved = true;
                for (int j = 0; j < d; j++) {
                    int at = i * d + j;
                    x.data()[at] = mode[j] + share * (x.data()[at] - mode[j]);
                }
            }
            if (!moved) {
                break;
            }
            p = potential.at(x);
        }
        return p;
    }

    private Preconditioner preconditioner() {
        if (options.preconditioner() != Preconditioner.AUTO) {
            return options.preconditioner();
        }
        if (!(problem.prior() instanceof SeparablePrior)) {
            return Preconditioner.COVARIANCE;
        }
        return problem.target().isQuadratic()
                ? Preconditioner.GAUSS_NEWTON
                : Preconditioner.AVERAGED;
    }

    private double[] firstScale(LaplaceApproximation laplace, Ensemble x) {
        double[] l = new double[d * d];
        switch (preconditioner()) {
            case NONE:
                double trace = 0;
                for (int j = 0; j < d; j++) {
                    trace += laplace.precision()[j * d + j];
                }
                for (int j = 0; j < d; j++) {
                    l[j * d + j] = 1 / Math.sqrt(trace * problem.beta());
                }
                return l;
            case DIAGONAL:
                for (int j = 0; j < d; j++) {
                    l[j * d + j] = 1 / Math.sqrt(laplace.precision()[j * d + j] * problem.beta());
                }
                return l;
            case AVERAGED:
                return problem.target().isQuadratic()
                        ? laplace.factor()
                        : laplace.averagedOver(problem, x).factor();
            default:
                return laplace.factor();
        }
    }

    /** Whether the posterior is Gaussian. */
    private boolean gaussian() {
        return problem.target().isQuadratic() && problem.prior().quadratic().isPresent();
    }

    private Potential potential(State state) {
        return new Potential(problem, state.array(MOREAU), resources.workers());
    }

    /** The one of before where L is, with what it has worked out of it. */
    private Scale scale(State state) {
        double[] l = state.array(SCALE);
        Scale known = lastScale;
        if (known == null || known.l() != l) {
            known = new Scale(state.array(MODE), l, support);
            lastScale = known;
        }
        return known;
    }

    private Transition transition(State state) {
        Potential potential = potential(state);
        double beta = problem.beta();
        switch (options.method()) {
            case PCN:
                return new CrankNicolson(potential, beta, gaussian(), resources.workers());
            case NUTS:
                return new NoUTurn(potential, beta, options.maxDepth(), resources.workers());
            case GIBBS:
                return new LassoGibbs(
                        potential,
                        state.array(GIBBS_PRECISION),
                        state.array(GIBBS_RIGHT),
                        LassoGibbs.scaledWeights(problem),
                        resources.workers());
            default:
                return new LangevinTransition(
                        potential, beta, options.method().exact(), resources.workers());
        }
    }

    @Override
    public StepResult step(State before, RandomStream random) {
        Transition transition = transition(before);
        Points from = Points.of(before);
        Transition.Moves moves = transition.move(from, scale(before), before.scalar(STEP), random);
        int iteration = before.iteration() + 1;
        State state = moves.to().into(before).with(State.ITERATION, iteration);
        double[] failures = before.array(State.FAILURES).clone();
        int failed = 0;
        for (int i = 0; i < chains; i++) {
            failures[i] = moves.failed()[i] ? failures[i] + 1 : 0;
            failed += moves.failed()[i] ? 1 : 0;
        }
        state = state.with(State.FAILURES, failures);
        Map<String, Double> values = new LinkedHashMap<>(moves.values());
        values.put(ACCEPTANCE, moves.acceptance());
        if (iteration <= burnIn) {
            state = tuned(state, transition, moves.acceptance());
        } else {
            for (Map.Entry<String, Double> v : values.entrySet()) {
                double sum = state.scalar(SUM + v.getKey(), 0) + v.getValue();
                state = state.with(SUM + v.getKey(), sum);
            }
            if ((options.iterations() - iteration) % thin == 0) {
                state = keep(state, moves.to());
            }
        }
        double[] sd = state.array(LAPLACE_SD);
        StepInfo info =
                new StepInfo(
                        iteration,
                        distance(from.x(), moves.to().x(), sd),
                        spread(moves.to().x(), sd),
                        failed,
                        values);
        return new StepResult(state, info);
    }

    private State tuned(State before, Transition transition, double acceptance) {
        State state = before;
        int iteration = state.iteration();
        boolean tunesStep = options.step() == 0 && transition.wantedAcceptance() > 0;
        if (tunesStep) {
            StepAdaptation tuning =
                    tuning(state)
                            .after(
                                    acceptance,
                                    transition.wantedAcceptance(),
                                    transition.largestStep());
            double step = iteration == burnIn ? tuning.average() : tuning.step();
            state = withTuning(state, tuning).with(STEP, step);
        }
        State scaled = withScale(state);
        if (scaled != state && options.step() == 0) {
            double step = tunesStep ? state.scalar(STEP) : transition.firstStep(scale(scaled));
            return withTuning(scaled.with(STEP, step), StepAdaptation.from(step));
        }
        return scaled;
    }

    private StepAdaptation tuning(State state) {
        double[] v = new double[TUNED.length];
        for (int k = 0; k < v.length; k++) {
            v[k] = state.scalar(TUNING + TUNED[k]);
        }
        return new StepAdaptation(v[0], (int) v[1], v[2], v[3], v[4]);
    }

    private static State withTuning(State before, StepAdaptation t) {
        double[] v = {t.logCentre(), t.count(), t.error(), t.logAverage(), t.logStep()};
        State state = before;
        for (int k = 0; k < v.length; k++) {
            state = state.with(TUNING + TUNED[k], v[k]);
        }
        return state;
    }

    /** The state with L taken anew where that is due. */
    private State withScale(State state) {
        Preconditioner kind = preconditioner();
        int iteration = state.iteration();
        boolean due = iteration == burnIn / 8 || iteration == burnIn / 4 || iteration == burnIn / 2;
        Ensemble x = state.ensemble(State.PARTICLES);
        if (kind == Preconditioner.AVERAGED && due && !problem.target().isQuadratic()) {
            LaplaceApproximation averaged =
                    LaplaceApproximation.at(problem, state.array(MODE)).averagedOver(problem, x);
            return state.with(SCALE, averaged.factor());
        }
        if ((kind == Preconditioner.COVARIANCE || kind == Preconditioner.DIAGONAL)
                && iteration <= burnIn / 2) {
            State counted = withMoments(state, x, kind == Preconditioner.DIAGONAL);
            return due ? empirical(counted, kind == Preconditioner.DIAGONAL) : counted;
        }
        return state;
    }

    /** Adds the chains' positions, from the MAP, to the sums of the window. */
    private State withMoments(State state, Ensemble x, boolean diagonal) {
        boolean begun = state.hasArray(FIRST_MOMENT);
        double[] first = begun ? state.array(FIRST_MOMENT).clone() : new double[d];
        double[] second = begun ? state.array(SECOND_MOMENT).clone() : new double[d * d];
        double[] mode = state.array(MODE);
        double[] delta = new double[d];
        for (int i = 0; i < chains; i++) {
            for (int j = 0; j < d; j++) {
                delta[j] = x.get(i, j) - mode[j];
                first[j] += delta[j];
            }
            for (int j = 0; j < d; j++) {
                if (diagonal) {
                    second[j * d + j] += delta[j] * delta[j];
                } else {
                    DenseProducts.addScaled(delta[j], delta, 0, second, j * d, j + 1);
                }
            }
        }
        return state.with(FIRST_MOMENT, first)
                .with(SECOND_MOMENT, second)
                .with(MOMENT_COUNT, state.scalar(MOMENT_COUNT, 0) + chains);
    }

    /** L of the window's covariance, shrunk to the old LLᵀ; the sums begin again. */
    private State empirical(State state, boolean diagonal) {
        double n = state.scalar(MOMENT_COUNT);
        double share = n / (n + PRIOR_DRAWS * d);
        double[] first = state.array(FIRST_MOMENT);
        double[] second = state.array(SECOND_MOMENT);
        double[] l = state.array(SCALE);
        double[] c = new double[d * d];
        for (int i = 0; i < d; i++) {
            for (int j = diagonal ? i : 0; j <= i; j++) {
                double old = DenseProducts.dot(l, i * d, l, j * d, j + 1);
                double found = second[i * d + j] / n - first[i] / n * (first[j] / n);
                c[i * d + j] = share * found + (1 - share) * old;
            }
        }
        return state.with(SCALE, LaplaceApproximation.factor(c, d))
                .with(FIRST_MOMENT, new double[d])
                .with(SECOND_MOMENT, new double[d * d])
                .with(MOMENT_COUNT, 0);
    }

    /** A snapshot holds the chains' positions, then U at them. */
    private State keep(State state, Points chainsNow) {
        int kept = drawn(state);
        String name = block(kept / BLOCK);
        double[] old = state.hasArray(name) ? state.array(name) : new double[0];
        double[] grown = Arrays.copyOf(old, old.length + chains * (d + 1));
        System.arraycopy(chainsNow.x().data(), 0, grown, old.length, chains * d);
        System.arraycopy(chainsNow.exact(), 0, grown, old.length + chains * d, chains);
        return state.with(name, grown).with(KEPT, kept + 1);
    }

    private static String block(int number) {
        return KEPT + "." + number;
    }

    /** Rms over chains and coordinates of a move, in units of sd. */
    private double distance(Ensemble from, Ensemble to, double[] sd) {
        double sum = 0;
        for (int i = 0; i < chains; i++) {
            for (int j = 0; j < d; j++) {
                double move = (to.get(i, j) - from.get(i, j)) / sd[j];
                sum += move * move;
            }
        }
        return Math.sqrt(sum / (chains * d));
    }

    /** Rms over coordinates of the points' standard deviation, in units of sd. */
    private double spread(Ensemble x, double[] sd) {
        double[] first = new double[d];
        double[] second = new double[d];
        addTo(first, second, x, x.point(0));
        return spread(x.size(), first, second, sd);
    }

    /** Adds points, from a centre, and their squares to sums. */
    private void addTo(double[] first, double[] second, Ensemble x, double[] centre) {
        for (int i = 0; i < x.size(); i++) {
            for (int j = 0; j < d; j++) {
                double delta = x.get(i, j) - centre[j];
                first[j] += delta;
                second[j] += delta * delta;
            }
        }
    }

    private double spread(double n, double[] first, double[] second, double[] sd) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double mean = first[j] / n;
            sum += Math.max(0, second[j] / n - mean * mean) / (sd[j] * sd[j]);
        }
        return Math.sqrt(sum / d);
    }

    @Override
    public int drawn(State state) {
        return (int) state.scalar(KEPT, 0);
    }

    @Override
    public Harvest harvest(State state, int length) {
        int kept = drawn(state);
        Ensemble draws = Ensemble.zeros(chains * length, d);
        double[] logDensity = new double[chains * length];
        for (int s = 0; s < length; s++) {
            double[] block = state.array(block(s / BLOCK));
            int begin = s % BLOCK * chains * (d + 1);
            for (int i = 0; i < chains; i++) {
                int draw = i * length + s;
                System.arraycopy(block, begin + i * d, draws.data(), draws.offset(draw), d);
                logDensity[draw] = -problem.beta() * block[begin + chains * d + i];
            }
        }
        boolean first = !state.hasArray(HARVEST_FIRST);
        double[] sum = first ? new double[d] : state.array(HARVEST_FIRST).clone();
        double[] squares = first ? new double[d] : state.array(HARVEST_SECOND).clone();
        addTo(sum, squares, draws, state.array(MODE));
        State rest = state.with(HARVEST_FIRST, sum).with(HARVEST_SECOND, squares).with(KEPT, 0);
        for (int b = 0; b * BLOCK < kept; b++) {
            rest = rest.without(block(b));
        }
        for (int s = length; s < kept; s++) {
            rest = keep(rest, snapshot(state, s));
        }
        return new Harvest(rest, draws, logDensity);
    }

    /** Where the chains were, without drift. */
    private Points snapshot(State state, int s) {
        double[] block = state.array(block(s / BLOCK));
        int begin = s % BLOCK * chains * (d + 1);
        int end = begin + chains * d;
        double[] exact = Arrays.copyOfRange(block, end, end + chains);
        Ensemble x = Ensemble.of(chains, d, Arrays.copyOfRange(block, begin, end));
        return new Points(x, exact, exact, Ensemble.zeros(0, d), new boolean[chains]);
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        int kept = drawn(state);
        if (kept > 0) {
            Harvest all = harvest(state, kept);
            Draws judged = Draws.of(shown.apply(all.draws()), chains);
            return posterior(all.rest(), judged, all.draws());
        }
        Ensemble now = state.ensemble(State.PARTICLES).copy();
        double spread = spread(now, state.array(LAPLACE_SD));
        return posterior(state, Draws.of(Ensemble.zeros(0, d), chains), now, spread);
    }

    @Override
    public Posterior posterior(State state, Draws draws, int most, RandomStream random) {
        return posterior(state, draws, draws.thinned(most));
    }

    private Posterior posterior(State state, Draws judged, Ensemble draws) {
        double spread =
                spread(
                        judged.size(),
                        state.array(HARVEST_FIRST),
                        state.array(HARVEST_SECOND),
                        state.array(LAPLACE_SD));
        return posterior(state, judged, draws, spread);
    }

    private Posterior posterior(State state, Draws judged, Ensemble draws, double spread) {
        int counted = state.iteration() - burnIn;
        Map<String, Double> means = new LinkedHashMap<>();
        for (String name : state.scalarNames()) {
            if (name.startsWith(SUM)) {
                means.put(name.substring(SUM.length()), state.scalar(name) / counted);
            }
        }
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        diagnostics.put("chains", (double) chains);
        diagnostics.put("draws", (double) Math.max(judged.size(), draws.size()));
        if (options.method() != Method.GIBBS) {
            diagnostics.put(STEP, state.scalar(STEP));
        }
        diagnostics.put("spread", spread);
        diagnostics.putAll(means);
        List<Reason> reasons = new ArrayList<>();
        Diagnosis diagnosis =
                new Diagnosis(options, problem.prior().quadratic().isPresent(), gaussian());
        diagnosis.judge(judged, diagnostics, reasons);
        return new Posterior(draws, false, reasons, diagnostics, state.array(MODE));
    }
}
