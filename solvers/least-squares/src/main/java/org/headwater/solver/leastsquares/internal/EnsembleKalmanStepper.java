package org.headwater.solver.leastsquares.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.headwater.kernels.chain.StepAdaptation;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;

/**
 * The ensemble Kalman sampler with an accept-reject step, without derivatives. The particles are
 * two halves; each half is moved by the {@link Linearisation} that the other one gives, and each
 * move is accepted by Metropolis and Hastings. Where the posterior is not Gaussian, a quarter or
 * half of the moves are differences of two particles of the other half instead: a particle where R
 * bends more than over the ensemble as a whole would hardly be moved by the linearisation. As the
 * proposals of a half depend on the other half only, which rests meanwhile, the product of the
 * particles' posteriors is left as it is: the draws are exact, whatever the model and the number of
 * particles, and neither collapse nor widen.
 *
 * <p>Sources: Garbuno-Inigo, Hoffmann, Li, Stuart, SIAM J. Appl. Dyn. Syst. 19, 2020, eq. 2.5
 * (ensemble Kalman sampler); Foreman-Mackey et al., PASP 125, 2013, §3 (halves); Leimkuhler,
 * Matthews, Weare, Stat. Comput. 28, 2018 (ensemble preconditioning); ter Braak, Stat. Comput. 16,
 * 2006 (differences). We take the exact step of the linear problem instead of Euler's.
 */
final class EnsembleKalmanStepper implements Stepper {
    private static final double BURN_IN = 0.25;
    private static final double WANTED_ACCEPTANCE = 0.6;
    private static final double LEAST_ACCEPTANCE = 0.1;
    private static final double FIRST_STEP = 0.5;

    /** Difference quotients aim at that change of R, about a standard deviation of a datum. */
    private static final double CHANGE = 0.1;

    private static final double FIRST_DIFFERENCE = 1e-3;

    private static final int NEWTON_STEPS = 5;

    /** A particle at which the model fails at the start is tried so often, ever nearer. */
    private static final int TRIES = 10;

    /** Draws that are kept, if there are no more particles. */
    private static final int DRAWS = 12_000;

    private static final int LEAST_KEPT = 20;

    /** The scale of a random walk that is best for Gaussian laws, times √d. */
    private static final double RANDOM_WALK = 2.38;

    /** One in so many moves is a difference, if the prior alone is not Gaussian; or else. */
    private static final int FEW_DIFFERENCES = 4;

    private static final int MANY_DIFFERENCES = 2;

    /** One in so many differences is taken at full length, which leads from mode to mode. */
    private static final int LONG_JUMPS = 10;

    private static final String RESIDUALS = "residuals";
    private static final String ENERGY = "energy";
    private static final String ADAPTATION = "adaptation";
    private static final String ACCEPTED = "accepted";

    private final PenalisedSquares form;
    private final Workers workers;
    private final int particles;
    private final int iterations;
    private final int thinning;
    private final int d;
    private final int m;

    /**
     * @param particles even, more than 2d + 2
     */
    EnsembleKalmanStepper(PenalisedSquares form, Workers workers, int particles, int iterations) {
        this.form = form;
        this.workers = workers;
        this.particles = particles;
        this.iterations = iterations;
        int kept = iterations - burnIn(iterations);
        int length = Math.max(LEAST_KEPT, DRAWS / particles);
        this.thinning = Math.max(1, kept / length);
        this.d = form.dimension();
        this.m = form.size();
    }

    private static int burnIn(int iterations) {
        return (int) (BURN_IN * iterations);
    }

    @Override
    public int iterations() {
        return iterations;
    }

    @Override
    public int particles() {
        return particles;
    }

    @Override
    public State start(RandomStream random) {
        return around(form.initial(), random);
    }

    /** Begins around the points' mean. */
    @Override
    public State start(Ensemble points, RandomStream random) {
        double[] mean = new double[d];
        for (int i = 0; i < points.size(); i++) {
            DenseProducts.addScaled(
                    1.0 / points.size(), points.data(), points.offset(i), mean, 0, d);
        }
        form.admit(Ensemble.of(1, d, mean));
        return around(mean, random);
    }

    /**
     * N(u, H⁻¹), H by difference quotients at u, after a few Gauss–Newton steps from a point: 2d +
     * 3 evaluations each, and one of each particle.
     */
    private State around(double[] from, RandomStream random) {
        double[] centre = from;
        Place place = at(centre);
        Linearisation line = place.line();
        for (int k = 0; k < NEWTON_STEPS; k++) {
            double[] next = line.drift(centre, 0, place.gradient(), 0, 1);
            form.admit(Ensemble.of(1, d, next));
            if (!(energy(next) < place.energy())) {
                break;
            }
            centre = next;
            place = at(centre);
            line = place.line();
        }
        double[] u = new double[particles * d];
        double[] r = new double[particles * m];
        double[] energy = new double[particles];
        boolean[] failed = new boolean[particles];
        Arrays.fill(failed, true);
        double width = 1;
        for (int t = 0; t < TRIES; t++, width /= 2) {
            for (int i = 0; i < particles; i++) {
                if (failed[i]) {
                    double[] z = normals(random.split((long) t * particles + i));
                    DenseCholesky.solveUpper(line.factor(), d, z, 1);
                    System.arraycopy(centre, 0, u, i * d, d);
                    DenseProducts.addScaled(width, z, 0, u, i * d, d);
                }
            }
            form.admit(Ensemble.of(particles, d, u));
            if (form.evaluate(Ensemble.of(particles, d, u), r, energy, failed) == 0) {
                break;
            }
        }
        for (boolean f : failed) {
            if (f) {
                throw new IllegalStateException(
                        "the forward model fails around its initial parameters; check its"
                                + " settings");
            }
        }
        State state =
                State.empty()
                        .with(State.ITERATION, 0)
                        .with(State.PARTICLES, Ensemble.of(particles, d, u))
                        .with(State.FAILURES, new double[particles])
                        .with(RESIDUALS, r)
                        .with(ENERGY, energy);
        return adapted(Scale.of(u, d).in(state), StepAdaptation.from(FIRST_STEP));
    }

    private double[] normals(RandomStream stream) {
        double[] z = new double[d];
        Arrays.setAll(z, j -> stream.gaussian());
        return z;
    }

    /** What difference quotients say of a point; g, and E there. */
    private record Place(Linearisation line, double[] gradient, double energy) {}

    private double energy(double[] point) {
        double[] energy = new double[1];
        boolean[] failed = new boolean[1];
        form.evaluate(Ensemble.of(1, d, point), new double[m], energy, failed);
        return failed[0] ? Double.NaN : energy[0];
    }

    /** Forward differences, the second time with steps that change R enough. */
    private Place at(double[] centre) {
        double[] jacobian = new double[m * d];
        double[] r = new double[(d + 1) * m];
        double[] energy = new double[d + 1];
        for (int pass = 0; pass < 2; pass++) {
            double[] step = new double[d];
            Ensemble points = Ensemble.zeros(d + 1, d);
            for (int i = 0; i <= d; i++) {
                System.arraycopy(centre, 0, points.data(), i * d, d);
            }
            for (int j = 0; j < d; j++) {
                double change = pass == 0 ? 0 : columnNorm(jacobian, j);
                step[j] =
                        change > 0
                                ? CHANGE / change
                                : FIRST_DIFFERENCE * Math.max(1, Math.abs(centre[j]));
                points.data()[(j + 1) * d + j] += step[j];
            }
            if (form.evaluate(points, r, energy, new boolean[d + 1]) > 0) {
                throw new IllegalStateException(
                        "the forward model fails next to its initial parameters; check its"
                                + " settings");
            }
            for (int k = 0; k < m; k++) {
                for (int j = 0; j < d; j++) {
                    jacobian[k * d + j] = (r[(j + 1) * m + k] - r[k]) / step[j];
                }
            }
        }
        Linearisation line = Linearisation.of(jacobian, m, form.scale(), workers);
        double[] gradient = line.gradients(r, 0, 1);
        form.addPrior(Ensemble.of(1, d, centre), line.precision(), gradient);
        return new Place(line, gradient, energy[0]);
    }

    private double columnNorm(double[] jacobian, int j) {
        double sum = 0;
        for (int k = 0; k < m; k++) {
            sum += jacobian[k * d + j] * jacobian[k * d + j];
        }
        return Math.sqrt(sum);
    }

    private static State adapted(State state, StepAdaptation a) {
        return state.with(
                ADAPTATION,
                new double[] {a.logCentre(), a.count(), a.error(), a.logAverage(), a.logStep()});
    }

    private static StepAdaptation adaptation(State state) {
        double[] a = state.array(ADAPTATION);
        return new StepAdaptation(a[0], (int) a[1], a[2], a[3], a[4]);
    }

    @Override
    public StepResult step(State state, RandomStream random) {
        int iteration = state.iteration() + 1;
        boolean tuning = iteration <= burnIn(iterations);
        StepAdaptation adaptation = adaptation(state);
        double a = Math.min(1, tuning ? adaptation.step() : adaptation.average());
        Move move =
                new Move(
                        state.array(State.PARTICLES).clone(),
                        state.array(RESIDUALS).clone(),
                        state.array(ENERGY).clone(),
                        state.array(State.FAILURES).clone());
        int half = particles / 2;
        move.half(0, half, half, particles, a, random.split(0));
        move.half(half, particles, 0, half, a, random.split(1));
        double acceptance = move.acceptance / Math.max(1, move.moves);
        State next =
                state.with(State.ITERATION, iteration)
                        .with(State.PARTICLES, Ensemble.of(particles, d, move.u))
                        .with(State.FAILURES, move.failures)
                        .with(RESIDUALS, move.r)
                        .with(ENERGY, move.energy);
        if (tuning) {
            next = adapted(next, adaptation.after(acceptance, WANTED_ACCEPTANCE, 1));
        } else {
            next = next.with(ACCEPTED, state.scalar(ACCEPTED, 0) + acceptance);
            if ((iteration - burnIn(iterations)) % thinning == 0) {
                next = KeptDraws.keep(next, move.u);
            }
        }
        int failed = (int) Arrays.stream(move.failures).filter(f -> f > 0).count();
        StepInfo info =
                Scale.of(state)
                        .info(
                                iteration,
                                state.array(State.PARTICLES),
                                move.u,
                                failed,
                                Map.of("acceptance", acceptance, "step", a));
        return new StepResult(next, info);
    }

    /** The arrays that a step changes. */
    private final class Move {
        private final double[] u;
        private final double[] r;
        private final double[] energy;
        private final double[] failures;
        private double acceptance;
        private int moves;

        Move(double[] u, double[] r, double[] energy, double[] failures) {
            this.u = u;
            this.r = r;
            this.energy = energy;
            this.failures = failures;
        }

        /** Moves the particles from ≤ i &lt; to by what others say of R. */
        void half(int from, int to, int first, int end, double a, RandomStream random) {
            Linearisation line = Linearisation.of(u, r, first, end, form.scale(), m, workers);
            int n = to - from;
            double variance = 1 - (1 - a) * (1 - a);
            boolean[] differs = new boolean[n];
            int every = form.isLinear() ? FEW_DIFFERENCES : MANY_DIFFERENCES;
            Ensemble here = Ensemble.of(n, d, Arrays.copyOfRange(u, from * d, to * d));
            double[] gradient = line.gradients(r, from, n);
            form.addPrior(here, line.precision(), gradient);
            Ensemble there = Ensemble.zeros(n, d);
            double[] proposed = there.data();
            double[][] means = new double[n][];
            workers.forRanges(
                    n,
                    1,
                    (begin, stop) -> {
                        for (int i = begin; i < stop; i++) {
                            RandomStream stream = random.split(i);
                            differs[i] = !form.isGaussian() && stream.below(every) == 0;
                            if (differs[i]) {
                                System.arraycopy(here.data(), i * d, proposed, i * d, d);
                                addDifference(proposed, i * d, first, end, stream);
                                continue;
                            }
                            means[i] = line.drift(here.data(), i * d, gradient, i * d, a);
                            double[] z = normals(stream);
                            DenseCholesky.solveUpper(line.factor(), d, z, 1);
                            System.arraycopy(means[i], 0, proposed, i * d, d);
                            DenseProducts.addScaled(Math.sqrt(variance), z, 0, proposed, i * d, d);
                        }
                    });
            double[] residuals = new double[n * m];
            boolean[] failed = new boolean[n];
            double[] energies = new double[n];
            form.evaluate(there, residuals, energies, failed);
            double[] back = line.gradients(residuals, 0, n);
            form.addPrior(there, line.precision(), back);
            double[] log = new double[n];
            workers.forRanges(
                    n,
                    1,
                    (begin, stop) -> {
                        for (int i = begin; i < stop; i++) {
                            log[i] = energy[from + i] - energies[i];
                            if (!differs[i]) {
                                double[] mean = line.drift(proposed, i * d, back, i * d, a);
                                double forth = line.distance(proposed, i * d, means[i]);
                                double home = line.distance(here.data(), i * d, mean);
                                log[i] += (forth - home) / (2 * variance);
                            }
                        }
                    });
            for (int i = 0; i < n; i++) {
                int at = from + i;
                failures[at] = failed[i] ? failures[at] + 1 : 0;
                double chance = failed[i] ? 0 : Math.min(1, Math.exp(log[i]));
                if (!differs[i]) {
                    acceptance += chance;
                    moves++;
                }
                if (random.split(n + i).uniform() < chance) {
                    System.arraycopy(proposed, i * d, u, at * d, d);
                    System.arraycopy(residuals, i * m, r, at * m, m);
                    energy[at] = energies[i];
                }
            }
        }

        /** γ times the difference of two of the other half, γ as for random walks, or 1. */
        private void addDifference(
                double[] x, int offset, int first, int end, RandomStream stream) {
            double gamma = stream.below(LONG_JUMPS) == 0 ? 1 : RANDOM_WALK / Math.sqrt(2.0 * d);
            int one = first + stream.below(end - first);
            int other = first + stream.below(end - first);
            DenseProducts.addScaled(gamma, u, one * d, x, offset, d);
            DenseProducts.addScaled(-gamma, u, other * d, x, offset, d);
        }
    }

    @Override
    public Posterior posterior(State state, RandomStream random) {
        List<Reason> reasons = new ArrayList<>();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("chains", (double) particles);
        int after = state.iteration() - burnIn(iterations);
        values.put("step", Math.min(1, adaptation(state).average()));
        if (KeptDraws.length(state) == 0) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "burn-in-only",
                            "the run has ended within its burn-in: the draws are where the"
                                    + " particles are now",
                            0,
                            1,
                            "let it run on, or lower solver.iterations"));
            Ensemble now = state.ensemble(State.PARTICLES);
            return new Posterior(now, false, reasons, values, null);
        }
        double acceptance = state.scalar(ACCEPTED, 0) / after;
        values.put("acceptance", acceptance);
        if (acceptance < LEAST_ACCEPTANCE) {
            reasons.add(
                    new Reason(
                            Status.WARN,
                            "proposals-rejected",
                            "most moves are rejected: the model is far from linear over the"
                                    + " ensemble",
                            acceptance,
                            LEAST_ACCEPTANCE,
                            "raise solver.iterations, or use solver.type langevin"));
        }
        Ensemble draws = KeptDraws.of(state, particles, d);
        String remedy = "raise solver.iterations";
        ChainChecks.judge(
                Draws.of(draws, particles),
                values,
                reasons,
                remedy,
                remedy + ", or use solver.type langevin");
        return new Posterior(draws, false, reasons, values, null);
    }
}
