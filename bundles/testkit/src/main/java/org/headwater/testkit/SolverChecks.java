package org.headwater.testkit;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.KernelBackend;
import org.headwater.api.LeastSquares;
import org.headwater.api.ParameterBlock;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.Solver;
import org.headwater.api.SolverProvider;
import org.headwater.api.State;
import org.headwater.api.StepInfo;
import org.headwater.api.Stepper;
import org.headwater.api.Target;
import org.headwater.kernels.random.KeyedRandom;

/**
 * The checks of a {@link Solver} on the Gaussian posterior with f(θ) = ½(θ−c)ᵀH(θ−c) and ψ = 0 in
 * four dimensions, whose mean is c and whose covariance is H⁻¹.
 */
public final class SolverChecks {
    /** How far a mean may be off where nothing else is said, in standard deviations. */
    public static final double MEAN_LIMIT = 0.1;

    /** How far a standard deviation may be off where nothing else is said, as a fraction. */
    public static final double SD_LIMIT = 0.1;

    private static final int D = 4;
    private static final double[] CENTRE = {1, -2, 0.5, 3};

    /** Lower factor of the covariance; standard deviations from 0.2 to 2.1, correlations to 0.9. */
    private static final double[] FACTOR = {
        0.2, 0, 0, 0, 0.5, 1, 0, 0, -0.3, 0.4, 0.25, 0, 1.5, 0.2, 0.1, 1.4
    };

    private static final int SHORT = 8;

    private final SolverProvider provider;
    private final Map<String, ?> settings;
    private final Path directory;
    private final double meanLimit;
    private final double sdLimit;

    private SolverChecks(
            SolverProvider provider,
            Map<String, ?> settings,
            Path directory,
            double meanLimit,
            double sdLimit) {
        this.provider = provider;
        this.settings = settings;
        this.directory = directory;
        this.meanLimit = meanLimit;
        this.sdLimit = sdLimit;
    }

    /**
     * The checks of a provider and of the solver that it creates.
     *
     * @param settings the {@code solver} section of a problem file, without {@code type}
     * @param directory where relative file names start
     * @param meanLimit how far a mean may be off, in standard deviations
     * @param sdLimit how far a standard deviation may be off, as a fraction
     * @throws org.headwater.api.InvalidInputException if the settings are wrong
     */
    public static List<Check> of(
            SolverProvider provider,
            Map<String, ?> settings,
            Path directory,
            double meanLimit,
            double sdLimit) {
        SolverChecks of = new SolverChecks(provider, settings, directory, meanLimit, sdLimit);
        of.create(settings);
        List<Check> checks = ProviderChecks.of(provider, settings, 0, of::create);
        checks.add(Check.of("gaussian-posterior", of::gaussian));
        checks.add(Check.of("steps", of::steps));
        checks.add(Check.of("resume", of::resume));
        checks.add(Check.of("determinism", of::sameAgain));
        checks.add(Check.of("workers", of::sameWithWorkers));
        checks.add(Check.of("failing-model", of::failuresAreSeen));
        checks.add(Check.of("thread-safety", of::sameFromThreads));
        return checks;
    }

    private Solver create(Map<String, ?> raw) {
        return provider.create(provider.info().settings().validate(raw, "solver", directory));
    }

    private Stepper prepare(Target target, int threads) {
        return prepare(create(settings), target, threads);
    }

    private static Stepper prepare(Solver solver, Target target, int threads) {
        ParameterBlock block =
                new ParameterBlock(
                        "field",
                        IntStream.rangeClosed(1, D).mapToObj(j -> "x" + j).toList(),
                        "",
                        new double[D],
                        new FieldShape(D),
                        null);
        Problem problem =
                new Problem(
                        "testkit",
                        target,
                        SeparablePrior.flat(D),
                        1,
                        List.of(block),
                        new double[D]);
        KernelBackend backend = new ReferenceBackend();
        return solver.prepare(problem, new Resources(new Threads(threads), backend, notice -> {}));
    }

    private static RandomStream stream(long key) {
        return KeyedRandom.of(7).split(key);
    }

    private static State advance(Stepper stepper, State state, int steps) {
        State s = state;
        for (int k = 0; k < steps; k++) {
            s = stepper.step(s, stream(1).split(s.iteration())).state();
        }
        return s;
    }

    private static double[] draws(Stepper stepper, State state) {
        return stepper.posterior(state, stream(2)).draws().data();
    }

    private static int some(Stepper stepper) {
        return Math.min(SHORT, stepper.iterations());
    }

    private String gaussian() {
        Stepper stepper = prepare(new Gaussian(), 1);
        State end = advance(stepper, stepper.start(stream(0)), stepper.iterations());
        Posterior posterior = stepper.posterior(end, stream(2));
        Ensemble x = posterior.draws();
        Limits.require(
                x.dimension() == D && x.size() > 1 && Limits.finite(x.data()),
                "the draws are not several finite points of R^" + D,
                "return n × d draws");
        double shift = 0;
        double spread = 0;
        for (int j = 0; j < D; j++) {
            double sd = Limits.norm(Arrays.copyOfRange(FACTOR, j * D, (j + 1) * D));
            double mean = 0;
            double square = 0;
            for (int i = 0; i < x.size(); i++) {
                mean += x.get(i, j) / x.size();
            }
            for (int i = 0; i < x.size(); i++) {
                square += Math.pow(x.get(i, j) - mean, 2) / x.size();
            }
            shift = Math.max(shift, Math.abs(mean - CENTRE[j]) / sd);
            spread = Math.max(spread, Math.abs(Math.sqrt(square) / sd - 1));
        }
        return Limits.atMost(
                        "largest error of a mean, in standard deviations,",
                        shift,
                        meanLimit,
                        "check the drift, or allow more steps")
                + "; "
                + Limits.atMost(
                        "largest relative error of a standard deviation",
                        spread,
                        sdLimit,
                        "check the diffusion and the read-out, or allow more steps and particles");
    }

    /** Steps count, and leave the state that they were given. */
    private String steps() {
        Stepper stepper = prepare(new Gaussian(), 1);
        Limits.require(
                stepper.iterations() >= 1,
                "the run takes " + stepper.iterations() + " steps",
                "a run takes at least one");
        State state = stepper.start(stream(0));
        Limits.require(
                state.iteration() == 0,
                "the iteration is " + state.iteration() + " at the start",
                "start with State.ITERATION 0 or without it");
        for (int k = 1; k <= some(stepper); k++) {
            double[] before = bytes(state);
            Stepper.StepResult result = stepper.step(state, stream(1).split(k - 1));
            Limits.sameBytes(
                    "reading the state after a step",
                    before,
                    bytes(state),
                    "a step must return a new state with new arrays");
            state = result.state();
            Limits.require(
                    state.iteration() == k && result.info().iteration() == k,
                    "after step "
                            + k
                            + " the state says "
                            + state.iteration()
                            + " and its info "
                            + result.info().iteration(),
                    "count State.ITERATION and StepInfo.iteration from 1");
        }
        return "steps count from 1 and leave the state that they were given";
    }

    /** All numbers of a state in the order of their names. */
    private static double[] bytes(State state) {
        return DoubleStream.concat(
                        state.arrayNames().stream()
                                .flatMapToDouble(n -> Arrays.stream(state.array(n))),
                        state.scalarNames().stream().mapToDouble(state::scalar))
                .toArray();
    }

    /** What a checkpoint does: numbers to bytes and back, names kept. */
    private static State throughBytes(State state) {
        State copy = State.empty();
        for (String name : state.arrayNames()) {
            double[] array = state.array(name);
            ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES * array.length);
            buffer.asDoubleBuffer().put(array);
            double[] back = new double[array.length];
            buffer.asDoubleBuffer().get(back);
            copy = copy.with(name, back);
        }
        for (String name : state.scalarNames()) {
            copy = copy.with(name, state.scalar(name));
        }
        return copy;
    }

    /** Another stepper goes on from the bytes of a state to the same bytes. */
    private String resume() {
        Stepper stepper = prepare(new Gaussian(), 1);
        int total = some(stepper);
        State half = advance(stepper, stepper.start(stream(0)), total / 2);
        State saved = throughBytes(half);
        double[] whole = draws(stepper, advance(stepper, half, total - total / 2));
        Stepper other = prepare(new Gaussian(), 1);
        Limits.sameBytes(
                "a run resumed from the bytes of its state",
                whole,
                draws(other, advance(other, saved, total - total / 2)),
                "keep everything that a step needs in the State, nothing in the Stepper");
        return "a run resumed from the bytes of its state gives the same bytes";
    }

    private String sameAgain() {
        Limits.sameBytes(
                "a second run with the same seed",
                shortRun(create(settings), 1),
                shortRun(create(settings), 1),
                "take all randomness from the streams that are given");
        return "the same seed gives the same bytes";
    }

    private String sameWithWorkers() {
        Limits.sameBytes(
                "a run on 4 threads",
                shortRun(create(settings), 1),
                shortRun(create(settings), 4),
                "reduce in an order that does not depend on the threads, and split the random"
                        + " stream by particle");
        return "the same bytes on 1 and on 4 threads";
    }

    private static double[] shortRun(Solver solver, int threads) {
        Stepper stepper = prepare(solver, new Gaussian(), threads);
        return draws(stepper, advance(stepper, stepper.start(stream(0)), some(stepper)));
    }

    /** A model that fails everywhere after the start: steps end and say so. */
    private String failuresAreSeen() {
        Gaussian target = new Gaussian();
        Stepper stepper = prepare(target, 1);
        State state = stepper.start(stream(0));
        int asked = target.asked();
        target.fail();
        StepInfo info;
        try {
            info = stepper.step(state, stream(1)).info();
        } catch (RuntimeException e) {
            return "a step without any working particle throws " + Limits.describe(e);
        }
        Limits.require(
                info.failed() > 0 || target.asked() == asked,
                "the model failed for every particle, and the step reports no failure",
                "count the flags that Target.evaluate sets in StepInfo.failed");
        return "failures of the model are counted";
    }

    private String sameFromThreads() {
        Solver solver = create(settings);
        double[] alone = shortRun(solver, 1);
        double[][] found = new double[4][];
        new Threads(4)
                .forRanges(
                        4,
                        1,
                        (from, to) -> {
                            for (int k = from; k < to; k++) {
                                found[k] = shortRun(solver, 1);
                            }
                        });
        for (double[] draws : found) {
            Limits.sameBytes(
                    "a run beside others of the same solver",
                    alone,
                    draws,
                    "steppers must not share changing state");
        }
        return "the same bytes from 4 runs at a time";
    }

    /** The target, on any thread; fails when told to. */
    private static final class Gaussian implements Target {
        private final double[] hessian = inverse();
        private volatile boolean broken;
        private volatile int asked;

        void fail() {
            broken = true;
        }

        int asked() {
            return asked;
        }

        /** H = (LLᵀ)⁻¹ by solving with the factor twice, a column at a time. */
        private static double[] inverse() {
            double[] h = new double[D * D];
            for (int c = 0; c < D; c++) {
                double[] x = new double[D];
                x[c] = 1;
                for (int i = 0; i < D; i++) {
                    for (int k = 0; k < i; k++) {
                        x[i] -= FACTOR[i * D + k] * x[k];
                    }
                    x[i] /= FACTOR[i * D + i];
                }
                for (int i = D - 1; i >= 0; i--) {
                    for (int k = i + 1; k < D; k++) {
                        x[i] -= FACTOR[k * D + i] * x[k];
                    }
                    x[i] /= FACTOR[i * D + i];
                }
                for (int i = 0; i < D; i++) {
                    h[i * D + c] = x[i];
                }
            }
            return h;
        }

        @Override
        public int dimension() {
            return D;
        }

        @Override
        public boolean isQuadratic() {
            return true;
        }

        @Override
        public int evaluate(Ensemble theta, double[] value, Ensemble gradient, boolean[] failed) {
            asked = asked + 1;
            Arrays.fill(failed, 0, theta.size(), broken);
            if (broken) {
                Arrays.fill(value, 0, theta.size(), Double.NaN);
                Arrays.fill(gradient.data(), 0, theta.size() * D, Double.NaN);
                return theta.size();
            }
            for (int i = 0; i < theta.size(); i++) {
                value[i] = 0;
                for (int j = 0; j < D; j++) {
                    double g = 0;
                    for (int k = 0; k < D; k++) {
                        g += hessian[j * D + k] * (theta.get(i, k) - CENTRE[k]);
                    }
                    gradient.data()[i * D + j] = g;
                    value[i] += 0.5 * g * (theta.get(i, j) - CENTRE[j]);
                }
            }
            return 0;
        }

        @Override
        public int gaussNewton(Ensemble points, double[] out) {
            if (broken) {
                return 0;
            }
            System.arraycopy(hessian, 0, out, 0, out.length);
            return points.size();
        }

        /** r = L⁻¹(θ − c): H = (LLᵀ)⁻¹. */
        @Override
        public Optional<LeastSquares> leastSquares() {
            return Optional.of(
                    new LeastSquares() {
                        @Override
                        public int size() {
                            return D;
                        }

                        @Override
                        public int evaluate(Ensemble theta, double[] out, boolean[] failed) {
                            asked = asked + 1;
                            Arrays.fill(failed, 0, theta.size(), broken);
                            for (int i = 0; i < theta.size(); i++) {
                                for (int j = 0; j < D; j++) {
                                    double r = theta.get(i, j) - CENTRE[j];
                                    for (int k = 0; k < j; k++) {
                                        r -= FACTOR[j * D + k] * out[i * D + k];
                                    }
                                    out[i * D + j] = broken ? Double.NaN : r / FACTOR[j * D + j];
                                }
                            }
                            return broken ? theta.size() : 0;
                        }

                        @Override
                        public boolean jacobian(
                                double[] theta, double[] residuals, double[] jacobian) {
                            boolean[] failed = new boolean[1];
                            evaluate(Ensemble.of(1, D, theta), residuals, failed);
                            for (int j = 0; j < D; j++) {
                                for (int c = 0; c < D; c++) {
                                    double x = j == c ? 1 : 0;
                                    for (int k = 0; k < j; k++) {
                                        x -= FACTOR[j * D + k] * jacobian[k * D + c];
                                    }
                                    jacobian[j * D + c] = x / FACTOR[j * D + j];
                                }
                            }
                            return !failed[0];
                        }
                    });
        }
    }
}
