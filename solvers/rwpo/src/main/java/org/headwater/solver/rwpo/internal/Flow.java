package org.headwater.solver.rwpo.internal;

import java.util.Arrays;
import java.util.TreeSet;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Prior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Resources;
import org.headwater.api.SeparablePrior;
import org.headwater.api.State;
import org.headwater.kernels.dense.DenseCholesky;
import org.headwater.kernels.dense.DenseProducts;
import org.headwater.kernels.laplace.MapFinder;
import org.headwater.kernels.laplace.Support;

/** What both steppers share: the problem, its scales, the start, and moves of the particles. */
final class Flow {
    static final String PARTICLES = "particles";
    static final String MODE = "mode";
    static final String PRECONDITIONER = "preconditioner";

    /** B, what the prior adds to the Hessian of f. */
    private static final String CURVATURE = "prior-curvature";

    /** Where each particle's forward model last worked. */
    private static final String GOOD = "last-good";

    /** Largest move of a particle in a step, rms over coordinates in units of P_jj^{1/2}. */
    private static final double MOVE_LIMIT = 0.5;

    /** Steps before which the averaged Hessian of a nonlinear model is taken anew. */
    private static final TreeSet<Integer> REFRESH = new TreeSet<>(Arrays.asList(3, 8, 15, 30));

    /** Width of the start relative to the Laplace approximation, for nonlinear models. */
    private static final double NONLINEAR_SPREAD = 0.7;

    /** How near to a bound counts as on it, in units of the value and its scale. */
    private static final double ON_BOUND = 1e-9;

    private static final int SHRINKS = 6;

    /** μ of the Moreau envelope relative to the median variance. */
    private static final double MOREAU = 0.05;

    /** B of a coordinate that nothing determines, relative to the largest of H. */
    private static final double FLOOR = 1e-12;

    final Problem problem;
    final Resources resources;
    final RwpoOptions options;
    final int d;
    final Support support;
    private double[] mode;

    Flow(Problem problem, Resources resources, RwpoOptions options) {
        this.problem = problem;
        this.resources = resources;
        this.options = options;
        this.d = problem.dimension();
        this.support = Support.of(problem.prior());
    }

    /**
     * The MAP, the preconditioner there, and N particles drawn from the Laplace approximation, or
     * from that of {@link PriorLinearisation} if ψ is not separable; for nonlinear models narrower,
     * and pulled towards the MAP until the forward model works at them.
     */
    State start(int particles, Ensemble points, RandomStream random) {
        double[] map = map();
        double[] hessian = new double[d * d];
        if (problem.target().gaussNewton(Ensemble.of(1, d, map), hessian) == 0) {
            throw new IllegalStateException(
                    "the forward model's derivatives fail at the MAP; check its settings");
        }
        double[] curvature = curvature(map, hessian);
        double[] p = preconditioner(hessian, curvature);
        double[] centre = map;
        boolean quadratic = problem.target().isQuadratic();
        if (!(problem.prior() instanceof SeparablePrior)) {
            PriorLinearisation linearised =
                    new PriorLinearisation(
                            this,
                            map,
                            quadratic ? gradient(map) : null,
                            hessian,
                            curvature,
                            random.split(particles));
            centre = linearised.mean();
            curvature = linearised.curvature();
            p = preconditioner(hessian, curvature);
        }
        double[] l = factor(p, d);
        double width = (quadratic ? 1 : NONLINEAR_SPREAD) / Math.sqrt(problem.beta());
        Ensemble x = Ensemble.zeros(particles, d);
        double[] z = new double[d];
        for (int i = 0; i < particles; i++) {
            RandomStream stream = random.split(i);
            for (int j = 0; j < d; j++) {
                z[j] = stream.gaussian();
            }
            for (int j = 0; j < d; j++) {
                double sum = 0;
                for (int k = 0; k <= j; k++) {
                    sum += l[j * d + k] * z[k];
                }
                x.data()[i * d + j] = centre[j] + width * sum;
            }
        }
        if (points != null) {
            takeOver(points, x);
        }
        if (!quadratic) {
            pullIntoDomain(x, map);
        }
        State state =
                State.empty()
                        .with(State.ITERATION, 0)
                        .with(PARTICLES, x)
                        .with(GOOD, x.data().clone())
                        .with(State.FAILURES, new double[particles])
                        .with(MODE, map)
                        .with(CURVATURE, curvature)
                        .with(PRECONDITIONER, p);
        return quadratic ? state : averaged(state);
    }

    /** The MAP, found once, however many replicates start there. */
    private double[] map() {
        if (mode == null) {
            mode = new MapFinder(problem).find();
        }
        return mode;
    }

    /**
     * Puts points in the place of particles, as far as there are some inside the prior's domain.
     */
    private void takeOver(Ensemble points, Ensemble x) {
        int taken = 0;
        for (int i = 0; i < points.size() && taken < x.size(); i++) {
            if (Double.isFinite(problem.prior().potential(points.data(), points.offset(i)))) {
                System.arraycopy(points.data(), points.offset(i), x.data(), x.offset(taken), d);
                taken++;
            }
        }
    }

    private double[] gradient(double[] x) {
        Ensemble gradient = Ensemble.zeros(1, d);
        problem.target().evaluate(Ensemble.of(1, d, x), new double[1], gradient, new boolean[1]);
        return gradient.data();
    }

    /**
     * ω_j = β·r² where the MAP is on a bound of the domain of ψ_j and f + ψ rises from it at rate r
     * inwards: there the posterior is like an exponential law, of precision (βr)², which H does not
     * see. 0 elsewhere.
     */
    private double[] walls(double[] map, double[] hessian) {
        double[] walls = new double[d];
        Ensemble gradient = Ensemble.zeros(1, d);
        if (!(problem.prior() instanceof SeparablePrior s)
                || problem.target()
                                .evaluate(
                                        Ensemble.of(1, d, map),
                                        new double[1],
                                        gradient,
                                        new boolean[1])
                        > 0) {
            return walls;
        }
        double[] beyond = new double[1];
        double[] nearest = new double[1];
        for (int j = 0; j < d; j++) {
            double scale = hessian[j * d + j] > 0 ? 1 / Math.sqrt(hessian[j * d + j]) : 1;
            for (int side = -1; side <= 1; side += 2) {
                beyond[0] = map[j] + side * ON_BOUND * (Math.abs(map[j]) + scale);
                s.proxCoordinate(j, Double.MIN_NORMAL, beyond, nearest);
                double rate = s.slope(j) - side * gradient.get(0, j);
                if (nearest[0] != beyond[0] && rate > 0) {
                    walls[j] = Math.max(walls[j], problem.beta() * rate * rate);
                }
            }
        }
        return walls;
    }

    private void pullIntoDomain(Ensemble x, double[] map) {
        int n = x.size();
        double[] value = new double[n];
        Ensemble gradient = Ensemble.zeros(n, d);
        boolean[] failed = new boolean[n];
        for (int k = 0; k < SHRINKS; k++) {
            if (problem.target().evaluate(projected(x), value, gradient, failed) == 0) {
                return;
            }
            for (int i = 0; i < n; i++) {
                if (failed[i]) {
                    for (int j = 0; j < d; j++) {
                        int at = i * d + j;
                        x.data()[at] = map[j] + 0.5 * (x.data()[at] - map[j]);
                    }
                }
            }
        }
    }

    /** The nearest points within the bounds. */
    private Ensemble projected(Ensemble x) {
        Ensemble inside = x.copy();
        support.clip(inside.data());
        return inside;
    }

    /** The state with the averaged Hessian taken anew where the schedule asks for it. */
    State refreshed(State state) {
        boolean due = !problem.target().isQuadratic() && REFRESH.contains(state.iteration());
        return due ? averaged(state) : state;
    }

    private State averaged(State state) {
        Ensemble x = state.ensemble(PARTICLES);
        int n = Math.min(options.hessianParticles(), x.size());
        Ensemble points = Ensemble.zeros(n, d);
        for (int i = 0; i < n; i++) {
            int from = (int) ((long) i * x.size() / n);
            System.arraycopy(x.data(), x.offset(from), points.data(), i * d, d);
        }
        double[] hessian = new double[d * d];
        if (problem.target().gaussNewton(projected(points), hessian) == 0) {
            return state;
        }
        return state.with(PRECONDITIONER, preconditioner(hessian, state.array(CURVATURE)));
    }

    /**
     * B = diag(βλ²/2 + γ + ω), λ slopes and γ curvatures of ψ, ω the walls, with a floor that keeps
     * H + B from being singular by rounding.
     */
    private double[] curvature(double[] map, double[] hessian) {
        double[] curvature = new double[d * d];
        double[] walls = walls(map, hessian);
        double largest = 0;
        for (int j = 0; j < d; j++) {
            largest = Math.max(largest, hessian[j * d + j]);
        }
        for (int j = 0; j < d; j++) {
            double slope = problem.prior() instanceof SeparablePrior s ? s.slope(j) : 0;
            curvature[j * d + j] =
                    problem.beta() * slope * slope / 2
                            + problem.prior().curvature(j)
                            + walls[j]
                            + FLOOR * largest;
        }
        return curvature;
    }

    /** P = (H + B)^{−1}. O(d³). */
    private double[] preconditioner(double[] hessian, double[] curvature) {
        double[] sum = hessian.clone();
        DenseProducts.addScaled(1, curvature, 0, sum, 0, d * d);
        if (!DenseCholesky.factor(sum, d)) {
            throw InvalidInputException.of(
                    "prior",
                    "must determine what the data leave open: the Hessian of data and prior is not"
                            + " positive definite",
                    null,
                    "give the prior a positive weight for every parameter");
        }
        return DenseCholesky.inverse(sum, d);
    }

    /** L with LLᵀ = P, 0 above the diagonal. */
    static double[] factor(double[] p, int d) {
        double[] l = p.clone();
        if (!DenseCholesky.factor(l, d)) {
            throw new IllegalStateException("the preconditioner is not positive definite");
        }
        for (int i = 0; i < d; i++) {
            Arrays.fill(l, i * d + i + 1, (i + 1) * d, 0);
        }
        return l;
    }

    /** The μ for coordinates of the given variances. */
    double moreau(double[] variance) {
        double[] sorted = variance.clone();
        Arrays.sort(sorted);
        return MOREAU * sorted[d / 2];
    }

    /** The diagonal of B of a state, all of it if ψ is separable. */
    double[] priorCurvature(State state) {
        double[] b = state.array(CURVATURE);
        double[] diagonal = new double[d];
        for (int j = 0; j < d; j++) {
            diagonal[j] = b[j * d + j];
        }
        return diagonal;
    }

    /** P_jj of a state. */
    double[] variances(State state) {
        double[] p = state.array(PRECONDITIONER);
        double[] v = new double[d];
        for (int j = 0; j < d; j++) {
            v[j] = p[j * d + j];
        }
        return v;
    }

    /**
     * −∇f for all particles. Particles for which the forward model fails are put back to where it
     * last worked and get a drift of NaN, by which {@link #move} leaves them there.
     *
     * @param state the state before the step
     * @param seen where the model is asked for each particle, N × d, not modified
     * @param drift N × d, modified
     * @return the state with failures counted
     */
    State descent(State state, Ensemble seen, Ensemble drift) {
        Ensemble x = state.ensemble(PARTICLES);
        int n = x.size();
        boolean[] failed = new boolean[n];
        int count = problem.target().evaluate(seen, new double[n], drift, failed);
        double[] g = drift.data();
        for (int i = 0; i < g.length; i++) {
            g[i] = -g[i];
        }
        if (count == 0) {
            return state.with(GOOD, x.data().clone()).with(State.FAILURES, new double[n]);
        }
        double[] good = state.array(GOOD).clone();
        double[] position = x.data().clone();
        double[] failures = state.array(State.FAILURES).clone();
        for (int i = 0; i < n; i++) {
            if (failed[i]) {
                failures[i]++;
                System.arraycopy(good, i * d, position, i * d, d);
                Arrays.fill(g, i * d, (i + 1) * d, Double.NaN);
            } else {
                failures[i] = 0;
                System.arraycopy(position, i * d, good, i * d, d);
            }
        }
        return state.with(PARTICLES, Ensemble.of(n, d, position))
                .with(GOOD, good)
                .with(State.FAILURES, failures);
    }

    /** Number of particles whose forward model failed at the last try. */
    static int failed(State state) {
        int count = 0;
        for (double f : state.array(State.FAILURES)) {
            count += f > 0 ? 1 : 0;
        }
        return count;
    }

    /**
     * Adds the Moreau drift −(x − prox_{μψ}(x))/μ.
     *
     * @param x N × d, not modified
     * @param mu μ
     * @param drift N × d, modified
     */
    void addMoreau(Ensemble x, double mu, Ensemble drift) {
        Ensemble p = Ensemble.zeros(x.size(), d);
        Prior prior = problem.prior();
        resources
                .workers()
                .forRanges(
                        x.size(),
                        32,
                        (from, to) -> {
                            double[] some = Arrays.copyOfRange(x.data(), from * d, to * d);
                            Ensemble part = Ensemble.of(to - from, d, some);
                            prior.prox(part, mu, part);
                            System.arraycopy(some, 0, p.data(), from * d, some.length);
                        });
        for (int i = 0; i < p.data().length; i++) {
            drift.data()[i] -= (x.data()[i] - p.data()[i]) / mu;
        }
    }

    /**
     * Moves the particles, each by no more than a limit; those with a move of NaN stay.
     *
     * @param x N × d, not modified
     * @param move N × d, modified: what was added
     * @param variance P_jj
     */
    Ensemble move(Ensemble x, Ensemble move, double[] variance) {
        Ensemble moved = x.copy();
        double[] m = move.data();
        double beta = problem.beta();
        for (int i = 0; i < x.size(); i++) {
            double sum = 0;
            for (int j = 0; j < d; j++) {
                double v = m[i * d + j];
                sum += v * v * beta / variance[j];
            }
            double rms = Math.sqrt(sum / d);
            double factor = !Double.isFinite(rms) ? 0 : Math.min(1, MOVE_LIMIT / rms);
            for (int j = 0; j < d; j++) {
                int at = i * d + j;
                m[at] = factor == 0 ? 0 : factor * m[at];
                moved.data()[at] += m[at];
            }
        }
        return moved;
    }

    /** Root mean square of the moves in units of the given standard deviations. */
    double residual(Ensemble move, double[] sd) {
        double sum = 0;
        for (int i = 0; i < move.size(); i++) {
            for (int j = 0; j < d; j++) {
                double v = move.get(i, j) / Math.max(sd[j], Double.MIN_NORMAL);
                sum += v * v;
            }
        }
        return Math.sqrt(sum / move.data().length);
    }

    /** Rms over coordinates of the ratio of standard deviations to the Laplace approximation's. */
    double spread(double[] sd, double[] variance) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            sum += sd[j] * sd[j] * problem.beta() / variance[j];
        }
        return Math.sqrt(sum / d);
    }
}
