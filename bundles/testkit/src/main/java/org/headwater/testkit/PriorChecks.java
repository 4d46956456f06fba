package org.headwater.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.headwater.api.Ensemble;
import org.headwater.api.FieldShape;
import org.headwater.api.Prior;
import org.headwater.api.PriorProvider;
import org.headwater.api.QuadraticPotential;
import org.headwater.api.RandomStream;
import org.headwater.api.Scaling;
import org.headwater.api.SeparablePrior;

/**
 * The checks of a {@link Prior} with a convex potential ψ: of its prox p = prox_tψ(y) against ψ,
 * and of what it says beyond (kernels of separable priors, synthesis, quadratic form).
 */
public final class PriorChecks {
    private static final int POINTS = 24;
    private static final int DRAWS = 20_000;
    private static final double SCALE = 3;
    private static final double ROUNDING = 1e-9;
    private static final double[] TIMES = {0.01, 0.3, 1, 5};

    private final Supplier<Prior> factory;
    private final Prior prior;
    private final int d;

    private PriorChecks(Supplier<Prior> factory) {
        this.factory = factory;
        this.prior = factory.get();
        this.d = prior.dimension();
    }

    /**
     * The checks of a provider and of the prior that it creates.
     *
     * @param settings as they would stand in a problem file, without {@code type}
     * @param shape the field that the prior acts on
     * @param directory where relative file names start
     * @throws org.headwater.api.InvalidInputException if the settings are wrong
     */
    public static List<Check> of(
            PriorProvider provider, Map<String, ?> settings, FieldShape shape, Path directory) {
        ProviderChecks.Factory create =
                raw ->
                        provider.create(
                                provider.info().settings().validate(raw, "prior", directory),
                                shape);
        List<Check> checks = ProviderChecks.of(provider, settings, shape.dimension(), create);
        PriorChecks of = new PriorChecks(() -> (Prior) create.create(settings));
        checks.add(
                Check.of(
                        "dimension",
                        () -> {
                            Limits.require(
                                    of.d == shape.dimension(),
                                    "the prior of a field of "
                                            + shape.dimension()
                                            + " unknowns acts on "
                                            + of.d,
                                    "take the dimension from the shape given to create");
                            return "the prior acts on all " + of.d + " unknowns";
                        }));
        checks.addAll(of.all());
        return checks;
    }

    /** The checks of a prior that exists. */
    public static List<Check> of(Prior prior) {
        return new PriorChecks(() -> prior).all();
    }

    private List<Check> all() {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.of("prox-optimality", this::proxIsOptimal));
        checks.add(Check.of("prox-subgradient", this::subgradient));
        checks.add(Check.of("prox-firmly-non-expansive", this::proxIsFirmlyNonExpansive));
        checks.add(Check.of("moreau-gradient", this::moreauGradient));
        checks.add(Check.of("prox-rows", this::rowsAreIndependent));
        checks.add(Check.of("inputs-untouched", this::inputsStay));
        checks.add(Check.of("scales", this::scalesAreNumbers));
        checks.add(Check.of("bounds", this::boundsAreTheDomains));
        SeparableChecks.of(prior).ifPresent(checks::addAll);
        prior.synthesis().ifPresent(s -> checks.addAll(SynthesisChecks.of(prior, s)));
        prior.quadratic().ifPresent(q -> checks.add(Check.of("quadratic", () -> quadratic(q))));
        prior.sample(1, Points.random(7))
                .ifPresent(x -> checks.add(Check.of("draws", this::drawsFollowThePotential)));
        checks.add(Check.of("nan", this::nanStaysVisible));
        checks.add(Check.of("wrong-shape", this::wrongShapeIsRefused));
        checks.add(Check.of("determinism", this::sameAgain));
        checks.add(Check.of("thread-safety", () -> Threads.sameFromAll(this::call)));
        return checks;
    }

    /**
     * The mean of βψ over draws: m/k where ψ is homogeneous of degree k on m dimensions; and for a
     * separable ψ mean and variance of each coordinate, those of the kernel at a time so long that
     * only the prior is left of it. Six standard errors: a false alarm once in 10⁸.
     */
    private String drawsFollowThePotential() {
        double beta = 1.7;
        RandomStream random = Points.random(8);
        double[] mean = new double[d];
        double[] square = new double[d];
        double energy = 0;
        double energies = 0;
        for (int i = 0; i < DRAWS; i++) {
            double[] x = prior.sample(beta, random.split(i)).orElseThrow();
            double e = beta * prior.potential(x, 0);
            Limits.require(
                    Double.isFinite(e),
                    "the potential at a draw of the prior is " + e,
                    "draw where the potential is finite");
            energy += e / DRAWS;
            energies += e * e / DRAWS;
            for (int j = 0; j < d; j++) {
                mean[j] += x[j] / DRAWS;
                square[j] += x[j] * x[j] / DRAWS;
            }
        }
        double worst = 0;
        if (prior.scaling().isPresent()) {
            Scaling s = prior.scaling().get();
            double error = Math.sqrt((energies - energy * energy) / DRAWS);
            worst = Math.abs(energy - s.dimension() / s.degree()) / error;
        }
        if (prior instanceof SeparablePrior separable) {
            for (int j = 0; j < d; j++) {
                double[] m = new double[1];
                double[] v = new double[1];
                double variance = square[j] - mean[j] * mean[j];
                double far = 1e6 * beta * (variance + mean[j] * mean[j]);
                separable.kernel(j, far, 2 * beta, new double[1], new double[1], m, v);
                worst = Math.max(worst, Math.abs(mean[j] - m[0]) / Math.sqrt(variance / DRAWS));
                // the excess kurtosis of what one draws priors from is at most 6
                double error = variance * Math.sqrt(8.0 / DRAWS);
                worst = Math.max(worst, Math.abs(variance - v[0]) / error);
            }
        }
        return Limits.atMost(
                "the largest deviation of the draws' moments, in standard errors",
                worst,
                6,
                "sample must draw the density proportional to exp(-beta·potential)");
    }

    /** ψ(p) + |p−y|²/(2t) ≤ ψ(z) + |z−y|²/(2t) for neighbours z of p near and far. */
    private String proxIsOptimal() {
        RandomStream random = Points.random(1);
        double worst = 0;
        for (double t : TIMES) {
            Ensemble y = Points.normal(random, POINTS, d, SCALE);
            Ensemble p = prox(y, t);
            for (int i = 0; i < POINTS; i++) {
                double at = objective(p.data(), i * d, y, i, t);
                Limits.require(
                        Double.isFinite(at),
                        "the potential at a prox is " + prior.potential(p.data(), i * d),
                        "the prox must lie where the potential is finite");
                double below = at;
                double[] z = new double[d];
                for (double length = 1; length > 1e-5; length /= 8) {
                    double step = length * Math.sqrt(t);
                    for (int k = -2; k < 2 * d; k++) {
                        System.arraycopy(p.data(), i * d, z, 0, d);
                        for (int j = 0; k < 0 && j < d; j++) {
                            double towards = k == -1 ? y.get(i, j) - z[j] : -z[j];
                            z[j] += length * towards;
                        }
                        if (k >= 0) {
                            z[k / 2] += k % 2 == 0 ? step : -step;
                        }
                        below = Math.min(below, objective(z, 0, y, i, t));
                    }
                    for (int k = 0; k < 8; k++) {
                        double[] v = Points.normal(random, d);
                        for (int j = 0; j < d; j++) {
                            z[j] = p.get(i, j) + step * v[j];
                        }
                        below = Math.min(below, objective(z, 0, y, i, t));
                    }
                }
                worst = Math.max(worst, (at - below) / (1 + Math.abs(at)));
            }
        }
        return Limits.atMost(
                "what a neighbour of the prox gains in potential + |z − y|²/(2t)",
                worst,
                ROUNDING,
                "the prox must minimise this; check its factor of t and its sign");
    }

    private double objective(double[] z, int offset, Ensemble y, int i, double t) {
        double square = 0;
        for (int j = 0; j < d; j++) {
            double gap = z[offset + j] - y.get(i, j);
            square += gap * gap;
        }
        return prior.potential(z, offset) + square / (2 * t);
    }

    /** (y−p)/t is a subgradient of a convex ψ at p: ψ(z) ≥ ψ(p) + ⟨(y−p)/t, z−p⟩ for all z. */
    private String subgradient() {
        RandomStream random = Points.random(9);
        double worst = 0;
        for (double t : TIMES) {
            Ensemble y = Points.normal(random, POINTS, d, SCALE);
            Ensemble z = Points.normal(random, POINTS, d, SCALE);
            // Half of the points are proxes, which lie where the potential is finite.
            Ensemble inside = prox(z, t);
            System.arraycopy(inside.data(), 0, z.data(), 0, POINTS / 2 * d);
            Ensemble p = prox(y, t);
            double[] near = new double[d];
            for (int i = 0; i < POINTS; i++) {
                for (int k = 0; k < POINTS; k++) {
                    worst = worse(worst, aboveTangent(y, p, i, t, z.data(), k * d));
                    double[] v = Points.normal(random, d);
                    for (int j = 0; j < d; j++) {
                        near[j] = p.get(i, j) + 1e-3 * v[j];
                    }
                    worst = worse(worst, aboveTangent(y, p, i, t, near, 0));
                }
            }
        }
        return Limits.atMost(
                "how far the potential falls below its tangent (y − prox)/t, relatively,",
                worst,
                1e-8,
                "(y − prox)/t must be a subgradient of the potential at the prox");
    }

    /** ψ(p) + ⟨(y−p)/t, z−p⟩ − ψ(z), relative to its terms. */
    private double aboveTangent(Ensemble y, Ensemble p, int i, double t, double[] z, int offset) {
        double at = prior.potential(p.data(), i * d);
        double bound = at;
        for (int j = 0; j < d; j++) {
            bound += (y.get(i, j) - p.get(i, j)) / t * (z[offset + j] - p.get(i, j));
        }
        return (bound - prior.potential(z, offset)) / (1 + Math.abs(at) + Math.abs(bound));
    }

    private static double worse(double worst, double error) {
        return Double.isNaN(error) || Double.isNaN(worst) ? Double.NaN : Math.max(worst, error);
    }

    /** |p(y) − p(z)|² ≤ ⟨p(y) − p(z), y − z⟩. */
    private String proxIsFirmlyNonExpansive() {
        RandomStream random = Points.random(2);
        double worst = 0;
        for (double t : TIMES) {
            Ensemble y = Points.normal(random, POINTS, d, SCALE);
            Ensemble z = Points.normal(random, POINTS, d, SCALE);
            for (int k = 0; k < POINTS / 2 * d; k++) {
                z.data()[k] = y.data()[k] + 0.1 * z.data()[k];
            }
            Ensemble p = prox(y, t);
            Ensemble q = prox(z, t);
            for (int i = 0; i < POINTS; i++) {
                double square = 0;
                double product = 0;
                double distance = 0;
                for (int j = 0; j < d; j++) {
                    double delta = p.get(i, j) - q.get(i, j);
                    double gap = y.get(i, j) - z.get(i, j);
                    square += delta * delta;
                    product += delta * gap;
                    distance += gap * gap;
                }
                double excess = (square - product) / distance;
                worst = Double.isNaN(excess) ? excess : Math.max(worst, excess);
            }
        }
        return Limits.atMost(
                "(|p − q|² − ⟨p − q, y − z⟩)/|y − z|² of proxes p, q of points y, z",
                worst,
                1e-7,
                "the prox of a convex potential is firmly non-expansive");
    }

    /**
     * The gradient of the Moreau envelope M(y) = ψ(p) + |p−y|²/(2t) is (y−p)/t and has the
     * Lipschitz constant 1/t, so that a central difference with step h along a unit vector errs by
     * at most h/(2t).
     */
    private String moreauGradient() {
        RandomStream random = Points.random(3);
        double worst = 0;
        for (double t : TIMES) {
            double h = 1e-3 * Math.sqrt(t);
            Ensemble y = Points.normal(random, POINTS, d, SCALE);
            Ensemble up = y.copy();
            Ensemble down = y.copy();
            double[][] direction = new double[POINTS][];
            for (int i = 0; i < POINTS; i++) {
                direction[i] = Points.normal(random, d);
                double norm = Limits.norm(direction[i]);
                for (int j = 0; j < d; j++) {
                    direction[i][j] /= norm;
                    up.data()[i * d + j] += h * direction[i][j];
                    down.data()[i * d + j] -= h * direction[i][j];
                }
            }
            Ensemble p = prox(y, t);
            Ensemble pUp = prox(up, t);
            Ensemble pDown = prox(down, t);
            for (int i = 0; i < POINTS; i++) {
                double slope = 0;
                for (int j = 0; j < d; j++) {
                    slope += direction[i][j] * (y.get(i, j) - p.get(i, j)) / t;
                }
                double high = objective(pUp.data(), i * d, up, i, t);
                double low = objective(pDown.data(), i * d, down, i, t);
                double error = Math.abs((high - low) / (2 * h) - slope);
                double allowed =
                        h / (2 * t)
                                + 1e-6 * (1 + Math.abs(slope))
                                + 1e-14 * (1 + Math.abs(high)) / h;
                worst = Double.isNaN(error) ? error : Math.max(worst, error / allowed);
            }
        }
        return Limits.atMost(
                "error of (y − prox)/t as slope of the Moreau envelope, over its bound",
                worst,
                1,
                "prox and potential do not belong to each other");
    }

    /** Each row by itself: reversed, alone and in place. */
    private String rowsAreIndependent() {
        Ensemble y = Points.normal(Points.random(4), POINTS, d, SCALE);
        double[] p = prox(y, 0.7).data();
        Ensemble back = Ensemble.of(POINTS, d, Points.reversed(y.data(), d));
        Limits.sameBytes(
                "the prox of the points in reverse order",
                Points.reversed(p, d),
                prox(back, 0.7).data(),
                "a point's prox must not depend on the other points");
        Limits.sameBytes(
                "the prox of a point alone",
                Arrays.copyOfRange(p, d, 2 * d),
                prox(Ensemble.of(1, d, y.point(1)), 0.7).data(),
                "a point's prox must not depend on the other points");
        prior.prox(y, 0.7, y);
        Limits.sameBytes(
                "the prox in place",
                p,
                y.data(),
                "out may be y itself: read a point before writing it");
        return "the same bytes in another order, one by one and in place";
    }

    private String inputsStay() {
        Ensemble y = Points.normal(Points.random(5), POINTS, d, SCALE);
        double[] before = y.data().clone();
        prox(y, 0.7);
        prior.potential(y.data(), d);
        Limits.sameBytes(
                "reading the points afterwards", before, y.data(), "do not modify the input");
        double[] padded = new double[d + 5];
        System.arraycopy(before, 0, padded, 5, d);
        Limits.sameBytes(
                "the potential at an offset",
                new double[] {prior.potential(before, 0)},
                new double[] {prior.potential(padded, 5)},
                "read x[offset .. offset+d-1]");
        return "prox and potential leave their input as it is and honour the offset";
    }

    /** Hints about scales, which no sampled density depends on. */
    private String scalesAreNumbers() {
        for (int j = 0; j < d; j++) {
            double curvature = prior.curvature(j);
            double slope = prior instanceof SeparablePrior s ? s.slope(j) : 0;
            Limits.require(
                    curvature >= 0
                            && Double.isFinite(curvature)
                            && slope >= 0
                            && Double.isFinite(slope),
                    "coordinate "
                            + j
                            + " has the curvature "
                            + curvature
                            + " and the slope "
                            + slope,
                    "both must be finite and ≥ 0; 0 when they are not known");
        }
        return "curvature and slope are finite and ≥ 0 for every coordinate";
    }

    /** ψ(θ) − ψ(0) = ½θᵀΛθ, and its gradient by differences. */
    private String quadratic(QuadraticPotential q) {
        Limits.require(
                q.dimension() == d,
                "the quadratic form acts on " + q.dimension() + " coordinates, the prior on " + d,
                "both must act on all of the field");
        RandomStream random = Points.random(6);
        double zero = prior.potential(new double[d], 0);
        double worst = 0;
        String slopes = "";
        for (int k = 0; k < 5; k++) {
            double[] x = Points.normal(random, d);
            double[] v = Points.normal(random, d);
            double[] g = new double[d];
            double value = q.addGradient(x, 0, g, 0);
            double found = prior.potential(x, 0) - zero;
            worst = Math.max(worst, Math.abs(found - value) / (1 + Math.abs(value)));
            slopes =
                    Differences.compare(
                            "the quadratic form's gradient",
                            h -> new double[] {prior.potential(moved(x, h, v), 0)},
                            new double[] {Limits.dot(g, v)},
                            Limits.norm(g) * Limits.norm(v) / Math.sqrt(d),
                            0.1,
                            "the form's matrix must be the potential's");
        }
        return Limits.atMost(
                        "difference of potential and quadratic form",
                        worst,
                        ROUNDING,
                        "quadratic() must be exactly the potential, or empty")
                + "; "
                + slopes;
    }

    private static double[] moved(double[] x, double h, double[] v) {
        double[] z = x.clone();
        for (int j = 0; j < z.length; j++) {
            z[j] += h * v[j];
        }
        return z;
    }

    /** NaN in a point: NaN in its prox or an exception, and the other points as without it. */
    private String nanStaysVisible() {
        Ensemble y = Points.normal(Points.random(7), 3, d, SCALE);
        double[] clean = prox(y, 0.7).data();
        y.data()[d] = Double.NaN;
        double[] p;
        try {
            p = prox(y, 0.7).data();
        } catch (RuntimeException e) {
            return "NaN is refused: " + Limits.describe(e);
        }
        Limits.require(
                Double.isNaN(Arrays.stream(p, d, 2 * d).sum()),
                "the prox of a point with NaN is finite",
                "let NaN through or throw; min and max of comparisons drop it silently");
        Arrays.fill(p, d, 2 * d, 0);
        Arrays.fill(clean, d, 2 * d, 0);
        Limits.sameBytes("the prox of the other points", clean, p, "NaN must stay in its own row");
        return "NaN in a point gives NaN in its prox and nowhere else";
    }

    /** The prox keeps to the bounds, and ψ is infinite beyond them. */
    private String boundsAreTheDomains() {
        Ensemble p = prox(Points.normal(Points.random(12), POINTS, d, SCALE), 0.1);
        int bounds = 0;
        for (int j = 0; j < d; j++) {
            for (int side = -1; side <= 1; side += 2) {
                double bound = side < 0 ? prior.lower(j) : prior.upper(j);
                if (bound == side * Double.POSITIVE_INFINITY) {
                    continue;
                }
                bounds++;
                double[] beyond = p.point(0);
                beyond[j] = bound + side * 1e-6 * (1 + Math.abs(bound));
                double there = prior.potential(beyond, 0);
                Limits.require(
                        there == Double.POSITIVE_INFINITY,
                        "the potential beyond the bound " + bound + " is " + there,
                        "lower and upper must be where the potential becomes infinite");
                for (int i = 0; i < POINTS; i++) {
                    Limits.require(
                            side * (p.get(i, j) - bound) <= 0,
                            "the prox gives " + p.get(i, j) + " beyond the bound " + bound,
                            "the prox must stay where the potential is finite");
                }
            }
        }
        return bounds + " bounds, beyond which the potential is infinite and the prox never goes";
    }

    private String wrongShapeIsRefused() {
        Ensemble wide = Points.normal(Points.random(8), 4, d + 1, SCALE);
        Ensemble right = Ensemble.zeros(4, d);
        refuse("points with " + (d + 1) + " coordinates", wide, Ensemble.zeros(4, d + 1));
        refuse("a result with " + (d + 1) + " coordinates", right, Ensemble.zeros(4, d + 1));
        refuse("a result with fewer points", right, Ensemble.zeros(3, d));
        return "points and results of a wrong shape are refused";
    }

    private void refuse(String what, Ensemble y, Ensemble out) {
        try {
            prior.prox(y, 0.7, out);
        } catch (RuntimeException e) {
            return;
        }
        throw new Violation(
                what
                        + " for a prior of dimension "
                        + d
                        + " were accepted; compare the sizes first and throw an"
                        + " IllegalArgumentException");
    }

    private String sameAgain() {
        double[] first = call(0);
        Limits.sameBytes("a second call", first, call(0), "keep nothing from call to call");
        Prior other = factory.get();
        Ensemble y = Points.normal(Points.random(10), POINTS, d, SCALE);
        Ensemble out = Ensemble.zeros(POINTS, d);
        other.prox(y, 0.9, out);
        Limits.sameBytes(
                "a second prior of the same settings",
                prox(y, 0.9).data(),
                out.data(),
                "a prior must depend on its settings and shape only");
        return "the same bytes from a second call and a second instance";
    }

    private double[] call(int k) {
        Ensemble y = Points.normal(Points.random(100 + k), POINTS, d, SCALE);
        Ensemble p = prox(y, 0.4 + 0.1 * k);
        double[] all = Arrays.copyOf(p.data(), p.data().length + POINTS);
        for (int i = 0; i < POINTS; i++) {
            all[p.data().length + i] = prior.potential(p.data(), i * d);
        }
        return all;
    }

    private Ensemble prox(Ensemble y, double t) {
        Ensemble p = Ensemble.zeros(y.size(), d);
        prior.prox(y, t, p);
        return p;
    }
}
