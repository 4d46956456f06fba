package org.headwater.kernels.flow;

import java.util.Arrays;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.RandomStream;
import org.headwater.api.State;
import org.headwater.api.Workers;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * A map from standard normal z to draws x with their density:
 *
 * <pre>
 * z → u by the {@link Drift} → μ + Lu → x by the {@link Last} layer,
 * log q(x) = log N(z; 0, I) − Σ log|det(I + dt·H)| − log det L − log|J of the last layer|.
 * </pre>
 *
 * Keys, times and weights of the slots are learned relative to the scale of μ + Lu: y = μ + s·e, T
 * = .1·s²·exp(·), s² the diagonal of LLᵀ.
 *
 * <p>With {@link Last#READOUT} the map ends at w, the density is that of w, and x is drawn from the
 * kernel around w. With {@link Attention} each step of the drift is followed by attention to
 * particles, the layer of arXiv 2510.16356 as it stands there ({@link ParticleLayer}). Draws may be
 * moved at last, by a matrix or between bounds ({@link Bounds}). Immutable; its arrays are shared.
 */
public final class TrainedFlow {
    /** The last layer. */
    public enum Last {
        /** None: OT-Flow. */
        NONE,
        /** {@link SlotLayer}. */
        SLOTS,
        /** A draw of the kernel of {@link KernelReadout}. */
        READOUT
    }

    /** Version of {@link #toState}. */
    private static final int FORMAT = 1;

    /** That of flows with attention to particles, which readers of the first would leave out. */
    private static final int FORMAT_WITH_KEYS = 2;

    /** That of flows whose draws are between bounds. */
    private static final int FORMAT_WITH_BOUNDS = 3;

    private static final int GRAIN = 16;

    private static final double FIRST_TIME = 0.1;

    /** log η, relative to its unit, of slots that hardly move a point and yet learn. */
    private static final double STILL = -3;

    private static final double LOG_SQRT_2_PI = 0.5 * Math.log(2 * Math.PI);
    private static final String MAP = "map";
    private static final String LOWER = "lower";
    private static final String UPPER = "upper";
    private static final String SCALE = "scale";
    private static final String KEYS = "keys";
    private static final String STEP = "layer-step";
    private static final String JOINT = "joint";
    private static final String SMOOTH = "smooth";

    /** Sub-stream of keys that are drawn beside a batch. */
    private static final long KEY_STREAM = -1;

    /**
     * The sizes of a flow.
     *
     * @param dimension d
     * @param steps M
     * @param width m
     * @param rank r
     * @param last the last layer
     * @param slots L, 0 unless the last layer has slots
     */
    public record Shape(int dimension, int steps, int width, int rank, Last last, int slots) {
        /** The number of parameters: those of φ; keys e, log T, log η, log λ′. */
        public int size() {
            return network().size() + dimension * (slots == 0 ? 0 : slots + 3);
        }

        /** φ. */
        public PotentialNetwork network() {
            return PotentialNetwork.of(dimension, width, rank);
        }

        /** Parameters of a flow that is all but z → μ + Lz. */
        public double[] initial(RandomStream random) {
            PotentialNetwork network = network();
            double[] p = new double[size()];
            network.initialise(random, p, 0);
            for (int j = 0; j < dimension && slots > 0; j++) {
                for (int l = 0; l < slots; l++) {
                    p[network.size() + j * slots + l] = NormalQuantile.of((l + 0.5) / slots);
                }
            }
            return p;
        }

        /** Sets η of the slots so small that they all but leave a point where it is. */
        void keepStill(double[] p) {
            int logStep = network().size() + dimension * (slots + 1);
            Arrays.fill(p, logStep, logStep + dimension, STILL);
        }
    }

    /**
     * What the map is relative to.
     *
     * @param centre μ, d values
     * @param factor lower L, d × d, 0 above the diagonal
     * @param lambda weights of the L1 prior, d values, for slots and read-out
     * @param diagonal D of the read-out, d values, else empty
     * @param beta β of the slots
     */
    public record Frame(
            double[] centre, double[] factor, double[] lambda, double[] diagonal, double beta) {
        double[] sd() {
            int d = centre.length;
            double[] sd = new double[d];
            for (int j = 0; j < d; j++) {
                sd[j] = Math.sqrt(DenseProducts.dot(factor, j * d, factor, j * d, j + 1));
            }
            return sd;
        }

        double logDeterminant() {
            double log = 0;
            for (int j = 0; j < centre.length; j++) {
                log += Math.log(factor[j * centre.length + j]);
            }
            return log;
        }
    }

    /**
     * Draws.
     *
     * @param points x, n × d
     * @param logDensity log q(x), n values; that of w with a read-out
     * @param latent w, n × d, with a read-out; else the points
     * @param leastSlope the least pivot of a drift step's and the least slope of the slots'
     *     Jacobian; where it is not positive the map folds and its density is not the draws'
     * @param folded share of the draws at which it is not positive
     */
    public record Draws(
            Ensemble points,
            double[] logDensity,
            Ensemble latent,
            double leastSlope,
            double folded) {}

    private final Shape shape;
    private final Frame frame;
    private final double[] parameters;
    private final double[] map;
    private final Bounds bounds;
    private final Drift drift;
    private final double[] sd;
    private final double logConstant;
    private final SlotLayer slots;
    private final Attention attention;

    /** A flow of given parameters. */
    public TrainedFlow(Shape shape, Frame frame, double[] parameters) {
        this(shape, frame, null, parameters, null, null);
    }

    /**
     * A flow with attention to particles after every step.
     *
     * @param attention the layers, null for none; without another last layer
     */
    public TrainedFlow(Shape shape, Frame frame, Attention attention, double[] parameters) {
        this(shape, frame, attention, parameters, null, null);
    }

    private TrainedFlow(
            Shape shape,
            Frame frame,
            Attention attention,
            double[] parameters,
            double[] map,
            Bounds bounds) {
        if (attention != null && shape.last() != Last.NONE) {
            throw new IllegalArgumentException("attention to particles has no other last layer");
        }
        this.shape = shape;
        this.frame = frame;
        this.attention = attention;
        this.parameters = parameters;
        this.map = map;
        this.bounds = bounds;
        this.drift = new Drift(shape.network(), parameters, shape.steps());
        this.sd = frame.sd();
        this.logConstant = -shape.dimension() * LOG_SQRT_2_PI - frame.logDeterminant();
        this.slots = shape.last() == Last.SLOTS ? slotLayer() : null;
    }

    private SlotLayer slotLayer() {
        int d = shape.dimension();
        int count = shape.slots();
        int o = drift.network().size();
        double[] keys = new double[d * count];
        double[] time = new double[d];
        double[] step = new double[d];
        double[] lambda = new double[d];
        for (int j = 0; j < d; j++) {
            for (int l = j * count; l < (j + 1) * count; l++) {
                keys[l] = frame.centre()[j] + sd[j] * parameters[o + l];
            }
            int at = o + d * count + j;
            double unit = FIRST_TIME * sd[j] * sd[j];
            time[j] = unit * Math.exp(parameters[at]);
            step[j] = unit * Math.exp(parameters[at + d]);
            lambda[j] = frame.lambda()[j] * Math.exp(parameters[at + 2 * d]);
        }
        return new SlotLayer(keys, time, step, lambda, frame.beta());
    }

    /** Its sizes. */
    public Shape shape() {
        return shape;
    }

    /** What it is relative to. */
    public Frame frame() {
        return frame;
    }

    /** The flow as named arrays and scalars, from which {@link #of} makes it again. */
    public State toState() {
        State state =
                State.empty()
                        .with("format", FORMAT)
                        .with("dimension", shape.dimension())
                        .with("steps", shape.steps())
                        .with("width", shape.width())
                        .with("rank", shape.rank())
                        .with("last", shape.last().ordinal())
                        .with("slots", shape.slots())
                        .with("beta", frame.beta())
                        .with("centre", frame.centre())
                        .with("factor", frame.factor())
                        .with("lambda", frame.lambda())
                        .with("diagonal", frame.diagonal())
                        .with("parameters", parameters);
        if (attention != null) {
            state =
                    state.with("format", FORMAT_WITH_KEYS)
                            .with(KEYS, attention.keys())
                            .with(STEP, attention.step())
                            .with(JOINT, attention.joint() ? 1 : 0)
                            .with(SMOOTH, attention.smooth() ? 1 : 0);
        }
        state = map == null ? state : state.with(MAP, map);
        return bounds == null ? state : within(state, bounds);
    }

    /**
     * The flow of such a state.
     *
     * @throws IllegalArgumentException if the state is not a flow of a known format
     */
    public static TrainedFlow of(State state) {
        double format = state.scalar("format", 0);
        if (!(format >= FORMAT && format <= FORMAT_WITH_BOUNDS)) {
            throw new IllegalArgumentException(
                    String.format(
                            "not a flow of format %d to %d, got %s",
                            FORMAT, FORMAT_WITH_BOUNDS, format));
        }
        int d = (int) state.scalar("dimension");
        Shape shape =
                new Shape(
                        d,
                        (int) state.scalar("steps"),
                        (int) state.scalar("width"),
                        (int) state.scalar("rank"),
                        Last.values()[(int) state.scalar("last")],
                        (int) state.scalar("slots"));
        double[] parameters = state.array("parameters");
        double[] factor = state.array("factor");
        if (parameters.length != shape.size() || factor.length != d * d) {
            throw new IllegalArgumentException("the flow's arrays do not have its sizes");
        }
        Frame frame =
                new Frame(
                        state.array("centre"),
                        factor,
                        state.array("lambda"),
                        state.array("diagonal"),
                        state.scalar("beta"));
        Attention attention =
                state.hasArray(KEYS)
                        ? new Attention(
                                state.scalar(JOINT) != 0,
                                state.scalar(SMOOTH) != 0,
                                Attention.Policy.FIXED,
                                state.array(STEP),
                                state.array(KEYS))
                        : null;
        Bounds bounds =
                state.hasArray(SCALE)
                        ? new Bounds(state.array(LOWER), state.array(UPPER), state.array(SCALE))
                        : null;
        double[] map = state.hasArray(MAP) ? state.array(MAP) : null;
        return new TrainedFlow(shape, frame, attention, parameters, map, bounds);
    }

    /**
     * The state of a flow whose draws are mapped by a matrix A, x = Au.
     *
     * @param flow of u
     * @param matrix A, d × d, invertible
     */
    public static State mapped(State flow, double[] matrix) {
        return flow.with(MAP, matrix);
    }

    /**
     * The state of a flow whose draws are moved between bounds, θ = b(z).
     *
     * @param flow of z
     */
    static State within(State flow, Bounds bounds) {
        return flow.with("format", FORMAT_WITH_BOUNDS)
                .with(LOWER, bounds.lower())
                .with(UPPER, bounds.upper())
                .with(SCALE, bounds.scale());
    }

    /**
     * Draws with their densities; draw i from sub-stream i. O(n) times a {@link Drift}'s cost.
     *
     * @param n how many
     */
    public Draws draw(int n, RandomStream random, Workers workers) {
        Pass pass = new Pass(n);
        pass.forward(random, Attention.Policy.FIXED, workers, Keep.NOTHING);
        Ensemble x = pass.end;
        if (shape.last() == Last.READOUT) {
            x = pass.end.copy();
            for (int i = 0; i < n; i++) {
                KernelReadout.draw(
                        x.data(),
                        x.offset(i),
                        frame.diagonal(),
                        frame.lambda(),
                        random.split(i).split(1));
            }
        }
        double[] log = pass.logDensity.clone();
        if (map != null) {
            x = multiplied(x);
            double logMap = logDeterminant(map, shape.dimension());
            for (int i = 0; i < n; i++) {
                log[i] -= logMap;
            }
        }
        if (bounds != null) {
            for (int i = 0; i < n; i++) {
                log[i] -= bounds.logSlope(x.data(), x.offset(i));
            }
            x = bounds.apply(x);
        }
        return new Draws(x, log, pass.end, pass.leastSlope(), pass.folded());
    }

    /**
     * ∇log q at the draws that {@link #draw} makes of the same numbers, before they are moved at
     * last; at w with a read-out.
     *
     * @param n how many
     * @return n × d; empty for a flow with attention to particles
     */
    Optional<double[]> scores(int n, RandomStream random, Workers workers) {
        if (attention != null) {
            return Optional.empty();
        }
        Pass pass = new Pass(n);
        pass.forward(random, workers, Keep.SCORES);
        return Optional.of(pass.scores);
    }

    private Ensemble multiplied(Ensemble u) {
        int d = shape.dimension();
        Ensemble x = Ensemble.zeros(u.size(), d);
        for (int i = 0; i < u.size(); i++) {
            for (int j = 0; j < d; j++) {
                x.data()[i * d + j] = DenseProducts.dot(map, j * d, u.data(), i * d, d);
            }
        }
        return x;
    }

    private static double logDeterminant(double[] a, int d) {
        return org.headwater.kernels.dense.DenseLu.logAbsDeterminant(a.clone(), d);
    }

    /** The slots, null without; shared. */
    SlotLayer slots() {
        return slots;
    }

    /** Adds derivatives with respect to the slots to those with respect to the parameters. */
    void unpack(SlotLayer.Gradient g, double[] total) {
        int d = shape.dimension();
        int count = shape.slots();
        int o = drift.network().size();
        for (int j = 0; j < d; j++) {
            for (int l = j * count; l < (j + 1) * count; l++) {
                total[o + l] += sd[j] * g.keys()[l];
            }
            int at = o + d * count + j;
            total[at] += g.logTime()[j];
            total[at + d] += g.logStep()[j];
            total[at + 2 * d] += g.logLambda()[j];
        }
    }

    /** What a batch keeps of its way. */
    public enum Keep {
        /** Nothing. */
        NOTHING,
        /** The path without densities, for a loss of the draws alone. */
        PATH,
        /** The path and ∇log q at the draws, for a loss with their densities. */
        SCORES
    }

    /** A batch on its way through the flow and back. */
    public final class Pass {
        private final int n;
        private final int blocks;
        private final double[] paths;
        private final double[] before;
        private final Ensemble end;
        private final double[] logDensity;
        private final double[] kinetic;
        private final double[] residual;
        private final double[] leastSlope;
        private double[] scores;
        private Keep kept = Keep.NOTHING;
        private ParticlePass particles;
        private int keys;

        /**
         * Room for a batch.
         *
         * @param n points
         */
        public Pass(int n) {
            int d = shape.dimension();
            this.n = n;
            blocks = (n + GRAIN - 1) / GRAIN;
            paths = new double[attention == null ? n * (shape.steps() + 1) * d : 0];
            before = new double[n * d];
            end = Ensemble.zeros(n, d);
            logDensity = new double[n];
            kinetic = new double[n];
            residual = new double[n];
            leastSlope = new double[n];
        }

        /** x, n × d, w with a read-out; shared. */
        public Ensemble end() {
            return end;
        }

        /** log q, n values, NaN without densities; shared. */
        public double[] logDensity() {
            return logDensity;
        }

        /** Σ dt·½|∇φ|² of each point; shared. */
        public double[] kinetic() {
            return kinetic;
        }

        /** The HJB residual of each point; shared. */
        public double[] residual() {
            return residual;
        }

        /** Share of the points at which a step or the last layer is not increasing. */
        double folded() {
            return Arrays.stream(leastSlope).filter(v -> !(v > 0)).count() / (double) n;
        }

        /** The least of the drift's pivots and of the layers' slopes. */
        public double leastSlope() {
            return Arrays.stream(leastSlope).min().orElse(Double.POSITIVE_INFINITY);
        }

        /**
         * The way there from standard normal z, point i's from sub-stream i.
         *
         * @param keep what is wanted beside draws and densities
         */
        public void forward(RandomStream random, Workers workers, Keep keep) {
            forward(random, attention == null ? null : attention.policy(), workers, keep);
        }

        private void forward(
                RandomStream random, Attention.Policy policy, Workers workers, Keep keep) {
            kept = keep;
            if (attention == null) {
                scores = keep == Keep.SCORES ? new double[n * shape.dimension()] : null;
                workers.forRanges(n, GRAIN, (from, to) -> forward(random, from, to));
                return;
            }
            int d = shape.dimension();
            boolean self =
                    policy == Attention.Policy.SELF || policy == Attention.Policy.STOP_GRADIENT;
            keys = self ? 0 : attention.count();
            particles =
                    new ParticlePass(
                            drift,
                            attention.layer(frame),
                            frame,
                            keys,
                            keys + n,
                            keep != Keep.NOTHING);
            double[] z = particles.start();
            if (policy == Attention.Policy.FIXED) {
                System.arraycopy(attention.keys(), 0, z, 0, keys * d);
            }
            int first = policy == Attention.Policy.CROSS_FIT ? 0 : keys;
            for (int i = first; i < keys + n; i++) {
                RandomStream stream =
                        i < keys ? random.split(KEY_STREAM).split(i) : random.split(i - keys);
                double square = 0;
                for (int j = i * d; j < (i + 1) * d; j++) {
                    z[j] = stream.gaussian();
                    square += z[j] * z[j];
                }
                if (i >= keys) {
                    logDensity[i - keys] = logConstant - 0.5 * square;
                }
            }
            particles.forward(workers);
            System.arraycopy(particles.end(), keys * d, end.data(), 0, n * d);
            System.arraycopy(particles.kinetic(), keys, kinetic, 0, n);
            System.arraycopy(particles.residual(), keys, residual, 0, n);
            for (int i = 0; i < n; i++) {
                logDensity[i] -= particles.logDeterminant()[keys + i];
            }
            System.arraycopy(particles.leastSlope(), keys, leastSlope, 0, n);
        }

        private double[] backwardThroughParticles(
                double[] endBar,
                double[] logBar,
                double kineticBar,
                double residualBar,
                Workers workers) {
            int d = shape.dimension();
            double[] all = new double[(keys + n) * d];
            System.arraycopy(endBar, 0, all, keys * d, n * d);
            double[] logs = new double[keys + n];
            double[] kinetics = new double[keys + n];
            double[] residuals = new double[keys + n];
            for (int i = 0; i < n; i++) {
                logs[keys + i] = -logBar[i];
            }
            Arrays.fill(kinetics, keys, keys + n, kineticBar);
            Arrays.fill(residuals, keys, keys + n, residualBar);
            return particles.backward(
                    all,
                    logs,
                    kinetics,
                    residuals,
                    attention.policy() != Attention.Policy.STOP_GRADIENT,
                    workers);
        }

        private void forward(RandomStream random, int from, int to) {
            int d = shape.dimension();
            int length = (shape.steps() + 1) * d;
            Drift.Workspace ws = drift.workspace();
            SlotLayer.Workspace slotWs = slots == null ? null : slots.workspace();
            boolean density = kept != Keep.PATH;
            for (int i = from; i < to; i++) {
                RandomStream stream = random.split(i);
                int po = i * length;
                double square = 0;
                for (int j = 0; j < d; j++) {
                    double z = stream.gaussian();
                    paths[po + j] = z;
                    square += z * z;
                    if (scores != null) {
                        scores[i * d + j] = -z;
                    }
                }
                double log = logConstant - 0.5 * square;
                log -= drift.apply(paths, po, density, scores, i * d, ws);
                double least = ws.leastPivot();
                kinetic[i] = ws.kinetic();
                residual[i] = ws.residual();
                int last = po + length - d;
                for (int j = 0; j < d; j++) {
                    before[i * d + j] =
                            frame.centre()[j]
                                    + DenseProducts.dot(frame.factor(), j * d, paths, last, j + 1);
                }
                if (scores != null) {
                    DenseCholesky.solveUpperVector(frame.factor(), d, scores, i * d);
                }
                if (slots == null) {
                    System.arraycopy(before, i * d, end.data(), i * d, d);
                } else {
                    log -= slots.apply(before, i * d, end.data(), i * d, scores, i * d, slotWs);
                    least = Math.min(least, slotWs.leastSlope());
                }
                logDensity[i] = density ? log : Double.NaN;
                leastSlope[i] = least;
            }
        }

        /**
         * The way back: derivatives of Σ_i a_i·(x_i) + b_i·log q_i + c·(kinetic) + e·(residual).
         * Blocks of points are added up in their order, whatever the threads.
         *
         * <p>Of log q(x) it is the part through x, b·∇log q(x)·∂x, after {@link Keep#SCORES}: that
         * with x held fixed has the mean 0 over draws and would only add noise, which this one is
         * free of where q is the posterior (path gradient: Roeder, Wu, Duvenaud, arXiv 1703.09194;
         * Vaitl, Nicoli, Nakajima, Kessel, arXiv 2207.08219). With attention to particles, whose
         * scores are not known, all of it.
         *
         * @param endBar a, derivatives with respect to x, n × d; modified
         * @param logBar b, n values, not modified; 0 unless scores were kept
         * @param kineticBar c, the same for all points
         * @param residualBar e, the same for all points
         * @return derivatives with respect to the parameters
         */
        public double[] backward(
                double[] endBar,
                double[] logBar,
                double kineticBar,
                double residualBar,
                Workers workers) {
            if (kept == Keep.NOTHING) {
                throw new IllegalStateException("forward was not told to keep its path");
            }
            if (attention != null) {
                return backwardThroughParticles(endBar, logBar, kineticBar, residualBar, workers);
            }
            double[][] byBlock = new double[blocks][];
            SlotLayer.Gradient[] slotsByBlock = new SlotLayer.Gradient[blocks];
            workers.forRanges(
                    n,
                    GRAIN,
                    (from, to) -> {
                        double[] sum = new double[shape.size()];
                        SlotLayer.Gradient bySlots =
                                slots == null ? null : SlotLayer.Gradient.zeros(slots);
                        backward(from, to, endBar, logBar, kineticBar, residualBar, sum, bySlots);
                        byBlock[from / GRAIN] = sum;
                        slotsByBlock[from / GRAIN] = bySlots;
                    });
            double[] total = byBlock[0];
            for (int k = 1; k < blocks; k++) {
                DenseProducts.addScaled(1, byBlock[k], 0, total, 0, total.length);
            }
            if (slots != null) {
                SlotLayer.Gradient sum = slotsByBlock[0];
                for (int k = 1; k < blocks; k++) {
                    sum.add(slotsByBlock[k]);
                }
                slots.finish(sum);
                unpack(sum, total);
            }
            return total;
        }

        private void backward(
                int from,
                int to,
                double[] endBar,
                double[] logBar,
                double kineticBar,
                double residualBar,
                double[] sum,
                SlotLayer.Gradient bySlots) {
            int d = shape.dimension();
            int length = (shape.steps() + 1) * d;
            Drift.Workspace ws = drift.workspace();
            SlotLayer.Workspace slotWs = slots == null ? null : slots.workspace();
            double[] uBar = new double[d];
            for (int i = from; i < to; i++) {
                if (logBar[i] != 0) {
                    if (scores == null) {
                        throw new IllegalStateException("forward was not told to keep the scores");
                    }
                    DenseProducts.addScaled(logBar[i], scores, i * d, endBar, i * d, d);
                }
                if (slots != null) {
                    slots.adjoint(before, i * d, endBar, i * d, 0, slotWs, bySlots);
                }
                Arrays.fill(uBar, 0);
                for (int j = 0; j < d; j++) {
                    DenseProducts.addScaled(
                            endBar[i * d + j], frame.factor(), j * d, uBar, 0, j + 1);
                }
                drift.adjoint(paths, i * length, uBar, 0, kineticBar, residualBar, ws, sum);
            }
        }
    }
}
