package org.headwater.kernels.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Synthesis;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.flow.TrainedFlow.Frame;
import org.headwater.kernels.flow.TrainedFlow.Keep;
import org.headwater.kernels.flow.TrainedFlow.Last;
import org.headwater.kernels.flow.TrainedFlow.Shape;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.headwater.kernels.laplace.MapFinder;
import org.headwater.kernels.laplace.Support;
import org.headwater.kernels.laplace.SynthesisProblem;

/**
 * Trains a {@link TrainedFlow} on a posterior, one iteration of Adam a step, on
 *
 * <pre>KL(q ‖ π) − log Z = E[log q(x) + V(x)],   V = β(f + ψ),</pre>
 *
 * estimated on fresh draws in every iteration, so that each iteration's loss is a held-out one.
 *
 * <p>The flow begins as the Gaussian N(μ, (β(H + B))⁻¹), H the Gauss–Newton Hessian at the MAP x*,
 * the same for every last layer. For a separable prior it is the one nearest to the posterior
 * ({@link GaussianFit}); for others B is that of the {@link LaplaceApproximation} and μ = (H +
 * B)⁻¹(Hx* − ∇f(x*)). Slots begin by {@link SlotStart}.
 *
 * <p>Draws at which the forward model fails are left out of an iteration and counted. If a loss or
 * its gradient is not finite, the parameters go back to those before the last update and the rate
 * is halved.
 *
 * <p>Cost of an iteration: N evaluations of f with its gradient, and N paths there and back.
 */
public final class FlowStepper implements Stepper {
    private static final String MODE = "mode";
    private static final String CENTRE = "centre";
    private static final String FACTOR = "factor";
    private static final String SD = "sd";
    private static final String LAMBDA = "lambda";
    private static final String DIAGONAL = "diagonal";
    private static final String READOUT_HESSIAN = "readout.hessian";
    private static final String READOUT_RIGHT = "readout.right";
    private static final String READOUT_CONSTANT = "readout.constant";
    private static final String PARAMETERS = "parameters";
    private static final String FIRST = "adam.first";
    private static final String SECOND = "adam.second";
    private static final String COUNT = "adam.count";
    private static final String BEFORE = ".before";
    private static final String RATE_FACTOR = "rate-factor";
    private static final String STEPS_BACK = "steps-back";
    private static final String EVALUATIONS = "evaluations";
    private static final String SMOOTH_LOSS = "smoothed-loss";
    private static final String LEAST_SLOPE = "least-slope";
    private static final String KEYS = "keys";
    private static final String LAYER_STEP = "layer-step";
    private static final String BEST = ".best";
    private static final String BEST_LOSS = "best-loss";
    private static final String BEST_ITERATION = "best-iteration";
    private static final String STOPPED = "stopped-at";

    private static final double LARGEST_GRADIENT = 5;
    private static final int LARGEST_RANK = 10;

    /** Standard deviations from the centre at which a prior must be finite. */
    private static final double REACH = 10;

    /** Share of the last iteration in the smoothed loss. */
    private static final double SMOOTHING = 0.05;

    private static final double PARETO_LIMIT = 0.7;
    private static final double EFFECTIVE_LIMIT = 0.1;
    private static final double EVEN = 0.95;

    /** Streams of the start and of the posterior. */
    private static final long PARAMETER_STREAM = 1;

    private static final long PARTICLE_STREAM = 2;

    private static final long KEY_STREAM = 3;

    private static final long SLOT_STREAM = 4;

    /**
     * Largest λ²βη of attention to particles: beyond, its step is longer than the prior's scale.
     */
    private static final double LARGEST_STEP = 0.1;

    /** Sub-stream of the acceptance of draws, beside those of the draws themselves. */
    private static final long ACCEPTANCE_STREAM = -2;

    /** Draws of which the scores are measured. */
    private static final int SCORED = 1000;

    /** Iterations after which the smoothed loss is one. */
    private static final int SETTLED = 20;

    private final Problem problem;
    private final Resources resources;
    private final FlowOptions options;
    private final Shape shape;
    private final double[] synthesis;
    private final int d;

    /**
     * A training; if the prior is separable in other variables, in those, where its scales can be
     * told; if it has bounds, in variables without ({@link Bounds}).
     *
     * @throws InvalidInputException if the last layer does not fit the problem
     */
    public static Stepper of(Problem problem, Resources resources, FlowOptions options) {
        Optional<Synthesis> synthesis = problem.prior().synthesis();
        if (synthesis.isEmpty()) {
            return Support.of(problem.prior()).isBounded()
                    ? new BoundedFlow(problem, resources, options)
                    : new FlowStepper(problem, resources, options, null);
        }
        SynthesisProblem inner = new SynthesisProblem(problem, synthesis.get());
        return inner.mapped(
                new FlowStepper(inner.inSynthesis(), resources, options, inner.matrix()));
    }

    FlowStepper(Problem problem, Resources resources, FlowOptions options, double[] synthesis) {
        this.synthesis = synthesis;
        this.problem = problem;
        this.resources = resources;
        this.options = options;
        this.d = problem.dimension();
        this.shape =
                new Shape(
                        d,
                        options.steps(),
                        options.width(),
                        Math.min(LARGEST_RANK, d + 1),
                        options.last(),
                        options.last() == Last.SLOTS ? options.slots() : 0);
        requireReadOut(problem, options);
        if (options.last() == Last.SLOTS
                && options.sparse()
                && L1Weights.of(problem.prior()).isEmpty()) {
            resources
                    .notices()
                    .accept(
                            "the prior is not an l1 prior in any variables: the slots begin without"
                                    + " a weight (layer: plain-slots)");
        }
    }

    /** Refuses a read-out that the problem does not have. */
    static void requireReadOut(Problem problem, FlowOptions options) {
        if (options.last() == Last.READOUT
                && !(problem.target().isQuadratic() && L1Weights.of(problem.prior()).isPresent())) {
            throw InvalidInputException.of(
                    "solver.layer",
                    "must not be kr for this problem: it takes linear models with Gaussian noise"
                            + " and an l1 prior, an elastic net or tv of a vector",
                    "kr",
                    "use layer: slots");
        }
    }

    @Override
    public int iterations() {
        return options.iterations();
    }

    @Override
    public int particles() {
        return options.batch();
    }

    @Override
    public State start(RandomStream random) {
        double[] mode = new MapFinder(problem).find();
        LaplaceApproximation laplace = LaplaceApproximation.at(problem, mode);
        double beta = problem.beta();
        Ensemble point = Ensemble.of(1, d, mode);
        Ensemble gradient = Ensemble.zeros(1, d);
        double[] value = new double[1];
        double[] h = new double[d * d];
        if (problem.target().gaussNewton(point, h) == 0
                || problem.target().evaluate(point, value, gradient, new boolean[1]) > 0) {
            throw new IllegalStateException("the forward model fails at the MAP");
        }
        double[] b = new double[d];
        for (int j = 0; j < d; j++) {
            b[j] = DenseProducts.dot(h, j * d, mode, 0, d) - gradient.get(0, j);
        }
        double[] covariance = new double[d * d];
        double[] centre = new double[d];
        for (int i = 0; i < d; i++) {
            for (int j = 0; j < d; j++) {
                covariance[i * d + j] =
                        DenseProducts.dot(
                                laplace.factor(),
                                i * d,
                                laplace.factor(),
                                j * d,
                                1 + Math.min(i, j));
                centre[i] += beta * covariance[i * d + j] * b[j];
            }
        }
        requireFinite(centre, laplace.sd());
        double[] sd = laplace.sd();
        double[] factor = laplace.factor();
        if (problem.prior() instanceof SeparablePrior separable) {
            Optional<GaussianFit> fit =
                    GaussianFit.of(h, mode, gradient.data(), separable, beta, covariance);
            if (fit.isPresent()) {
                centre = fit.get().mean();
                covariance = fit.get().covariance();
                factor = LaplaceApproximation.factor(covariance, d);
                for (int j = 0; j < d; j++) {
                    sd[j] = Math.sqrt(covariance[j * d + j]);
                }
            }
        }
        double[] lambda = L1Weights.of(problem.prior()).orElse(new double[d]);
        State state =
                State.empty()
                        .with(State.ITERATION, 0)
                        .with(MODE, mode)
                        .with(SD, sd)
                        .with(CENTRE, centre)
                        .with(FACTOR, factor)
                        .with(LAMBDA, options.sparse() ? lambda : new double[d])
                        .with(DIAGONAL, new double[0]);
        if (options.last() == Last.READOUT) {
            state = withReadout(state, h, b, covariance, lambda, value[0]);
        }
        if (options.particles() != null) {
            state = withKeys(state, lambda, random.split(KEY_STREAM));
        }
        double[] p = shape.initial(random.split(PARAMETER_STREAM));
        if (options.last() == Last.SLOTS) {
            if (problem.prior() instanceof SeparablePrior separable) {
                new SlotStart(shape, frame(state), separable, resources.workers())
                        .choose(p, h, mode, gradient.data(), random.split(SLOT_STREAM));
            } else {
                shape.keepStill(p);
            }
        }
        state =
                withParameters(state, "", p, new double[p.length], new double[p.length])
                        .with(COUNT, 0)
                        .with(RATE_FACTOR, 1)
                        .with(STEPS_BACK, 0)
                        .with(EVALUATIONS, 0)
                        .with(LEAST_SLOPE, Double.POSITIVE_INFINITY);
        state = withParameters(state, BEFORE, p, new double[p.length], new double[p.length]);
        return state.with(
                State.PARTICLES,
                flow(state)
                        .draw(options.batch(), random.split(PARTICLE_STREAM), resources.workers())
                        .points());
    }

    /** A flow's draws are everywhere that bounds of single parameters leave. */
    private void requireFinite(double[] centre, double[] sd) {
        double[] x = centre.clone();
        for (int j = 0; j < d; j++) {
            for (int side = -1; side <= 1; side += 2) {
                x[j] = centre[j] + side * REACH * sd[j];
                if (!Double.isFinite(problem.prior().potential(x, 0))) {
                    throw InvalidInputException.of(
                            "solver.type",
                            "must not be a trained flow for a prior that forbids more than values"
                                    + " beyond a bound of a single parameter",
                            null,
                            "use solver.type rwpo or langevin");
                }
            }
            x[j] = centre[j];
        }
    }

    private State withReadout(
            State state,
            double[] h,
            double[] b,
            double[] covariance,
            double[] lambda,
            double atMode) {
        double beta = problem.beta();
        double[] hb = Arrays.stream(h).map(v -> beta * v).toArray();
        double[] bb = Arrays.stream(b).map(v -> beta * v).toArray();
        double[] lb = Arrays.stream(lambda).map(v -> beta * v).toArray();
        KernelReadout readout = KernelReadout.of(hb, bb, lb);
        double[] centre = new double[d];
        double[] spread = new double[d * d];
        readout.moments(state.array(CENTRE), covariance, centre, spread);
        double[] mode = state.array(MODE);
        double constant = beta * atMode;
        for (int j = 0; j < d; j++) {
            constant -= mode[j] * (0.5 * DenseProducts.dot(hb, j * d, mode, 0, d) - bb[j]);
        }
        return state.with(CENTRE, centre)
                .with(FACTOR, LaplaceApproximation.factor(spread, d))
                .with(LAMBDA, lb)
                .with(DIAGONAL, readout.diagonal())
                .with(READOUT_HESSIAN, hb)
                .with(READOUT_RIGHT, bb)
                .with(READOUT_CONSTANT, constant);
    }

    private State withKeys(State state, double[] lambda, RandomStream random) {
        double beta = problem.beta();
        double[] sd = state.array(SD);
        double[] step = new double[d];
        for (int j = 0; j < d; j++) {
            step[j] = options.particles().time() * beta * sd[j] * sd[j];
            step[j] = Math.min(step[j], LARGEST_STEP / (lambda[j] * lambda[j] * beta));
        }
        double[] keys = new double[options.particles().keys() * d];
        Arrays.setAll(keys, i -> random.gaussian());
        return state.with(LAYER_STEP, step).with(KEYS, keys);
    }

    private static State withParameters(
            State state, String suffix, double[] p, double[] first, double[] second) {
        return state.with(PARAMETERS + suffix, p)
                .with(FIRST + suffix, first)
                .with(SECOND + suffix, second);
    }

    private Frame frame(State state) {
        return new Frame(
                state.array(CENTRE),
                state.array(FACTOR),
                state.array(LAMBDA),
                state.array(DIAGONAL),
                problem.beta());
    }

    private TrainedFlow flow(State state) {
        FlowOptions.Particles particles = options.particles();
        Attention attention =
                particles == null
                        ? null
                        : new Attention(
                                particles.joint(),
                                particles.smooth(),
                                particles.policy(),
                                state.array(LAYER_STEP),
                                state.array(KEYS));
        return new TrainedFlow(shape, frame(state), attention, state.array(PARAMETERS));
    }

    private Objective objective(State state) {
        if (options.last() == Last.READOUT) {
            KernelReadout readout =
                    KernelReadout.of(
                            state.array(READOUT_HESSIAN),
                            state.array(READOUT_RIGHT),
                            state.array(LAMBDA),
                            state.array(DIAGONAL));
            return Objective.of(readout, state.scalar(READOUT_CONSTANT), resources.workers());
        }
        return Objective.of(problem, state.array(SD), resources.workers());
    }

    @Override
    public StepResult step(State before, RandomStream random) {
        int n = options.batch();
        int iteration = before.iteration() + 1;
        if (before.scalar(STOPPED, 0) > 0) {
            return resting(before.with(State.ITERATION, iteration));
        }
        TrainedFlow.Pass pass = flow(before).new Pass(n);
        pass.forward(random, resources.workers(), Keep.SCORES);
        double[] value = new double[n];
        Ensemble gradient = Ensemble.zeros(n, d);
        boolean[] failed = new boolean[n];
        int failures = objective(before).evaluate(pass.end(), value, gradient, failed);
        int used = n - failures;
        double loss = 0;
        double regular = 0;
        double[] logBar = new double[n];
        for (int i = 0; i < n; i++) {
            if (failed[i]) {
                Arrays.fill(gradient.data(), i * d, (i + 1) * d, 0);
                continue;
            }
            loss += (pass.logDensity()[i] + value[i]) / used;
            logBar[i] = 1.0 / used;
            for (int k = i * d; k < (i + 1) * d; k++) {
                gradient.data()[k] /= used;
            }
        }
        for (int i = 0; i < n; i++) {
            regular +=
                    (options.kinetic() * pass.kinetic()[i] + options.hjb() * pass.residual()[i])
                            / n;
        }
        State state =
                before.with(State.ITERATION, iteration)
                        .with(EVALUATIONS, before.scalar(EVALUATIONS) + n)
                        .with(LEAST_SLOPE, Math.min(before.scalar(LEAST_SLOPE), pass.leastSlope()));
        double norm = Double.NaN;
        if (used > 0 && Double.isFinite(loss + regular)) {
            double[] bar =
                    pass.backward(
                            gradient.data(),
                            logBar,
                            options.kinetic() / n,
                            options.hjb() / n,
                            resources.workers());
            norm = Math.sqrt(DenseProducts.dot(bar, 0, bar, 0, bar.length));
            if (Double.isFinite(norm)) {
                state = updated(state, bar, iteration).with(State.PARTICLES, pass.end().copy());
                double old = before.scalar(SMOOTH_LOSS, loss);
                state = state.with(SMOOTH_LOSS, old + SMOOTHING * (loss - old));
            }
        }
        if (used > 0 && !Double.isFinite(norm)) {
            state = steppedBack(state);
        } else if (options.finish().patience() > 0 && iteration >= SETTLED) {
            state = patient(state, iteration);
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", loss);
        values.put(SMOOTH_LOSS, state.scalar(SMOOTH_LOSS, Double.NaN));
        values.put("gradient-norm", norm);
        values.put(LEAST_SLOPE, pass.leastSlope());
        values.put(STEPS_BACK, state.scalar(STEPS_BACK));
        double change = Math.abs(state.scalar(SMOOTH_LOSS, 0) - before.scalar(SMOOTH_LOSS, 0));
        return new StepResult(
                state,
                new StepInfo(iteration, change, spread(pass.end(), state), failures, values));
    }

    /** Keeps the parameters of the least smoothed loss; goes back to them when patience ends. */
    private State patient(State state, int iteration) {
        double loss = state.scalar(SMOOTH_LOSS, Double.POSITIVE_INFINITY);
        if (loss < state.scalar(BEST_LOSS, Double.POSITIVE_INFINITY)) {
            return state.with(BEST_LOSS, loss)
                    .with(BEST_ITERATION, iteration)
                    .with(PARAMETERS + BEST, state.array(PARAMETERS));
        }
        int best = (int) state.scalar(BEST_ITERATION, iteration);
        if (iteration - best < options.finish().patience() || !state.hasArray(PARAMETERS + BEST)) {
            return state;
        }
        resources
                .notices()
                .accept(
                        "the training stopped after iteration "
                                + iteration
                                + ": the loss on fresh draws has not fallen since iteration "
                                + best);
        return state.with(PARAMETERS, state.array(PARAMETERS + BEST)).with(STOPPED, iteration);
    }

    /** An iteration after the training has stopped. */
    private StepResult resting(State state) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(SMOOTH_LOSS, state.scalar(BEST_LOSS));
        values.put(STOPPED, state.scalar(STOPPED));
        return new StepResult(
                state,
                new StepInfo(
                        state.iteration(),
                        0,
                        spread(state.ensemble(State.PARTICLES), state),
                        0,
                        values));
    }

    private State updated(State state, double[] bar, int iteration) {
        double[] p = state.array(PARAMETERS).clone();
        double[] first = state.array(FIRST).clone();
        double[] second = state.array(SECOND).clone();
        int count = (int) state.scalar(COUNT);
        double rate = options.rate(iteration - 1) * state.scalar(RATE_FACTOR);
        Adam.update(p, bar, first, second, count, rate, LARGEST_GRADIENT);
        State kept =
                withParameters(
                        state,
                        BEFORE,
                        state.array(PARAMETERS),
                        state.array(FIRST),
                        state.array(SECOND));
        return withParameters(kept, "", p, first, second).with(COUNT, count + 1);
    }

    private static State steppedBack(State state) {
        return withParameters(
                        state,
                        "",
                        state.array(PARAMETERS + BEFORE),
                        state.array(FIRST + BEFORE),
                        state.array(SECOND + BEFORE))
                .with(RATE_FACTOR, state.scalar(RATE_FACTOR) / 2)
                .with(STEPS_BACK, state.scalar(STEPS_BACK) + 1);
    }

    /** Rms over coordinates of the draws' standard deviation, in units of the start's. */
    private double spread(Ensemble x, State state) {
        int n = x.size();
        double[] l = state.array(FACTOR);
        double sum = 0;
        for (int j = 0; j < d; j++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < n; i++) {
                mean += x.get(i, j) / n;
            }
            for (int i = 0; i < n; i++) {
                square += Math.pow(x.get(i, j) - mean, 2) / n;
            }
            sum += square / DenseProducts.dot(l, j * d, l, j * d, j + 1);
        }
        return Math.sqrt(sum / d);
    }

    @Override
    public Optional<State> sampler(State state) {
        State flow = flow(state).toState();
        return Optional.of(synthesis == null ? flow : TrainedFlow.mapped(flow, synthesis));
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        int n = options.draws();
        TrainedFlow.Draws draws = flow(state).draw(n, random, resources.workers());
        double[] value = new double[n];
        boolean[] failed = new boolean[n];
        Ensemble gradient = Ensemble.zeros(n, d);
        int failures = objective(state).evaluate(draws.latent(), value, gradient, failed);
        double[] logWeights = new double[n - failures];
        Ensemble points = Ensemble.zeros(n - failures, d);
        int used = 0;
        for (int i = 0; i < n; i++) {
            if (!failed[i]) {
                logWeights[used] = -value[i] - draws.logDensity()[i];
                System.arraycopy(draws.points().data(), i * d, points.data(), used * d, d);
                used++;
            }
        }
        ImportanceWeights weights =
                used == 0
                        ? new ImportanceWeights(0, Double.NaN, Double.NaN, Double.NaN)
                        : ImportanceWeights.of(logWeights);
        double least = Math.min(state.scalar(LEAST_SLOPE), draws.leastSlope());
        Map<String, Double> diagnostics = new LinkedHashMap<>();
        diagnostics.put("draws", (double) used);
        diagnostics.put("kl", weights.divergence());
        diagnostics.put("log-normaliser", weights.logNormaliser());
        diagnostics.put("effective-share", weights.effectiveShare());
        diagnostics.put("pareto-shape", weights.paretoShape());
        int scored = Math.min(n, SCORED);
        flow(state)
                .scores(scored, random, resources.workers())
                .map(
                        scores ->
                                ScoreMeasures.of(
                                        draws.latent().data(),
                                        scores,
                                        gradient.data(),
                                        failed,
                                        scored,
                                        d))
                .ifPresent(
                        measures -> {
                            diagnostics.put("fisher", measures.fisher());
                            diagnostics.put("direction", measures.direction());
                            diagnostics.put("second-moment-rate", measures.momentRate());
                        });
        diagnostics.put(LEAST_SLOPE, least);
        diagnostics.put("folded-share", draws.folded());
        if (state.scalar(STOPPED, 0) > 0) {
            diagnostics.put(STOPPED, state.scalar(STOPPED));
        }
        diagnostics.put(STEPS_BACK, state.scalar(STEPS_BACK));
        diagnostics.put(EVALUATIONS, state.scalar(EVALUATIONS) + n);
        if (options.finish().metropolis() && used > 0) {
            RandomStream acceptance = random.split(ACCEPTANCE_STREAM);
            diagnostics.put("acceptance", chain(points.data(), logWeights, acceptance));
        }
        return new Posterior(
                points,
                false,
                reasons(state, weights, draws.leastSlope(), failures),
                diagnostics,
                state.array(MODE));
    }

    /**
     * Makes draws of a density q the chain of an independence sampler with that proposal: a draw of
     * weight π/q replaces its predecessor with probability min(1, ratio of the weights). The chain
     * begins at the draw of median weight. O(n log n).
     *
     * @param x n × d, modified
     * @param logWeights not modified
     * @return the share that was accepted
     */
    private double chain(double[] x, double[] logWeights, RandomStream random) {
        int n = logWeights.length;
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(logWeights[a], logWeights[b]));
        int current = order[n / 2];
        double[] proposals = x.clone();
        int accepted = 0;
        for (int i = 0; i < n; i++) {
            if (Math.log(random.uniform()) < logWeights[i] - logWeights[current]) {
                current = i;
                accepted++;
            }
            System.arraycopy(proposals, current * d, x, i * d, d);
        }
        return accepted / (double) n;
    }

    private List<Reason> reasons(
            State state, ImportanceWeights weights, double leastSlope, int failures) {
        List<Reason> reasons = new ArrayList<>();
        if (!(leastSlope > 0)) {
            reasons.add(
                    new Reason(
                            Status.FAIL,
                            "flow-folds",
                            "the flow is not one to one: its densities, by which it was trained,"
                                    + " are not its draws'",
                            leastSlope,
                            0,
                            options.particles() == null
                                    ? "lower solver.rate or raise solver.steps"
                                    : "raise solver.key-count or solver.layer-time, or use layer:"
                                            + " slots"));
        }
        // Weights that are all but even have heavy tails, too: those of the outermost draws.
        if (!(weights.paretoShape() <= PARETO_LIMIT || weights.effectiveShare() >= EVEN)) {
            warn(
                    reasons,
                    "weights-heavy",
                    "the flow's draws miss part of the posterior: their importance weights have a"
                            + " heavy tail (Pareto k)",
                    weights.paretoShape(),
                    PARETO_LIMIT,
                    "raise solver.iterations or solver.width, or compare with solver.type langevin");
        }
        if (!(weights.effectiveShare() >= EFFECTIVE_LIMIT)) {
            warn(
                    reasons,
                    "flow-inaccurate",
                    "the flow's draws are far from the posterior (effective share of the draws by"
                            + " their importance weights)",
                    weights.effectiveShare(),
                    EFFECTIVE_LIMIT,
                    "raise solver.iterations or solver.width, or compare with solver.type langevin");
        }
        if (state.scalar(STEPS_BACK) > 0) {
            warn(
                    reasons,
                    "training-stepped-back",
                    "the loss was not finite in some iterations, after which the rate was halved",
                    state.scalar(STEPS_BACK),
                    0,
                    "lower solver.rate");
        }
        if (failures > 0) {
            warn(
                    reasons,
                    "draws-failed",
                    "the forward model failed at some draws, which are left out",
                    failures,
                    0,
                    "see log.jsonl for the cause");
        }
        return reasons;
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
