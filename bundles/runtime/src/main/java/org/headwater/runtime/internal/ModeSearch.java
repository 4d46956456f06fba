package org.headwater.runtime.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.headwater.api.Ensemble;
import org.headwater.api.InvalidInputException;
import org.headwater.api.Posterior;
import org.headwater.api.Problem;
import org.headwater.api.RandomStream;
import org.headwater.api.Reason;
import org.headwater.api.Reason.Status;
import org.headwater.diagnostics.Samples;
import org.headwater.kernels.laplace.LaplaceApproximation;
import org.headwater.kernels.laplace.MapFinder;

/**
 * Looks for modes that the draws have missed: descents by {@link MapFinder} from over-dispersed
 * starts, draws of the prior where there is a way to draw them and points far around the draws
 * elsewhere. Where a descent ends at a mode apart, the Laplace approximations of both tell its
 * share of the posterior. What is found counts, what is not found proves nothing: a posterior that
 * may have several modes is said to be drawn "within the mode explored".
 *
 * <p>A posterior with a linear model, a convex misfit and a convex prior has one mode; nothing is
 * searched there.
 */
final class ModeSearch {
    private static final int STARTS = 8;
    private static final int MOST_STEPS = 15;

    /** Widths around the draws, in standard deviations: start k has 4 · 2^{k mod 4}. */
    private static final double WIDTH = 4;

    /** Modes nearer than so many conditional standard deviations are one. */
    private static final double APART = 4;

    /** The density between two modes must fall by this factor, as a logarithm. */
    private static final double BARRIER = 2;

    private static final int ON_THE_WAY = 15;

    /** A share of the posterior that may be missed. */
    private static final double MATTERS = 0.01;

    private static final double HOPELESS = 0.5;

    private final AssembledProblem assembled;
    private final Problem problem;
    private final MapFinder finder;
    private final int d;
    private final PriorDraw prior;

    private ModeSearch(AssembledProblem assembled) {
        this.assembled = assembled;
        this.problem = assembled.problem();
        this.finder = new MapFinder(problem);
        this.d = problem.dimension();
        this.prior = new PriorDraw(assembled);
    }

    /**
     * A local maximum with the Gaussian around it.
     *
     * @param x where
     * @param potential β(f + ψ) there
     * @param gauss the Laplace approximation
     */
    private record Mode(double[] x, double potential, LaplaceApproximation gauss) {
        /** log of the mass of the Gaussian, up to what all have in common. */
        double logMass() {
            int d = x.length;
            double sum = -potential;
            for (int j = 0; j < d; j++) {
                sum += Math.log(gauss.factor()[j * d + j]);
            }
            return sum;
        }

        /** |L⁻¹(y − x)|. */
        double distance(double[] y, int offset) {
            int d = x.length;
            double[] w = new double[d];
            double square = 0;
            for (int i = 0; i < d; i++) {
                double v = y[offset + i] - x[i];
                for (int j = 0; j < i; j++) {
                    v -= gauss.factor()[i * d + j] * w[j];
                }
                w[i] = v / gauss.factor()[i * d + i];
                square += w[i] * w[i];
            }
            return Math.sqrt(square);
        }
    }

    static void judge(
            AssembledProblem assembled,
            Posterior posterior,
            RandomStream random,
            List<Reason> reasons) {
        boolean convex = assembled.model().isLinear() && assembled.noise().isConvex();
        if (!convex) {
            ModeSearch search = new ModeSearch(assembled);
            assembled
                    .target()
                    .failures()
                    .expectedIn(() -> search.judge(posterior, random, reasons));
        }
    }

    private void judge(Posterior posterior, RandomStream random, List<Reason> reasons) {
        Ensemble draws = posterior.draws();
        double[] near = posterior.mode() == null ? Samples.mean(draws) : posterior.mode();
        Optional<Mode> explored = descend(near, List.of());
        List<Mode> missed = new ArrayList<>();
        double share = 0;
        if (explored.isPresent()) {
            List<Mode> modes = new ArrayList<>(List.of(explored.get()));
            for (int k = 0; k < STARTS; k++) {
                start(draws, k, random.split(k))
                        .flatMap(x -> descend(x, modes))
                        .filter(m -> modes.stream().allMatch(other -> apart(m, other)))
                        .ifPresent(modes::add);
            }
            double[] shares = shares(modes);
            double[] visits = visits(modes, draws);
            for (int k = 1; k < shares.length; k++) {
                if (visits[k] < 0.1 * shares[k]) {
                    share += shares[k];
                    missed.add(modes.get(k));
                }
            }
            // the explored mode is where the draws are, not where the search began
            if (visits[0] < 0.1 * shares[0]) {
                share += shares[0];
                missed.add(modes.get(0));
            }
        }
        if (share > MATTERS) {
            reasons.add(
                    new Reason(
                            share > HOPELESS ? Status.FAIL : Status.WARN,
                            "several-modes",
                            "descents from "
                                    + STARTS
                                    + " over-dispersed starts found "
                                    + missed.size()
                                    + (missed.size() == 1 ? " mode" : " modes")
                                    + " that the draws do not visit, "
                                    + place(missed, draws)
                                    + ": they hold within the mode explored only (share of the"
                                    + " posterior that is missed, by Laplace approximations)",
                            share,
                            MATTERS,
                            "measure more, or use a prior that tells the modes apart; in a few"
                                    + " dimensions solver.type ensemble-kalman goes from mode to"
                                    + " mode"));
        } else {
            reasons.add(
                    new Reason(
                            Status.PASS,
                            "within-the-mode-explored",
                            "the model is not linear, so there may be modes that nothing here has"
                                    + " seen: the posterior holds within the mode explored; descents"
                                    + " from "
                                    + STARTS
                                    + " over-dispersed starts found no other that matters",
                            Double.NaN,
                            Double.NaN,
                            ""));
        }
    }

    /** Where the heaviest of some modes is, by the parameter in which it is furthest away. */
    private String place(List<Mode> modes, Ensemble draws) {
        Mode heaviest = modes.stream().max(Comparator.comparingDouble(Mode::logMass)).orElseThrow();
        double[] mean = Samples.mean(draws);
        double[] sd = Samples.sd(draws, mean);
        int furthest = 0;
        double most = 0;
        for (int j = 0; j < d; j++) {
            double away = Math.abs(heaviest.x()[j] - mean[j]) / sd[j];
            if (away > most) {
                furthest = j;
                most = away;
            }
        }
        String name =
                assembled.model().blocks().stream()
                        .flatMap(b -> b.parameters().stream())
                        .skip(furthest)
                        .findFirst()
                        .orElseThrow();
        return String.format(
                Locale.ROOT,
                "%swith %s near %.3g (the draws' mean is %.3g)",
                modes.size() == 1 ? "" : "the heaviest ",
                name,
                heaviest.x()[furthest],
                mean[furthest]);
    }

    /** Draws of the prior, and every other time points around the draws; empty where ψ = ∞. */
    private Optional<double[]> start(Ensemble draws, int k, RandomStream random) {
        Optional<double[]> drawn = k % 2 == 0 ? prior.draw(random) : Optional.empty();
        double[] x = drawn.orElseGet(() -> around(draws, k, random));
        if (!Double.isFinite(problem.prior().potential(x, 0))) {
            Ensemble one = Ensemble.of(1, d, x);
            problem.prior().prox(one, Double.MIN_NORMAL, one);
        }
        return Double.isFinite(problem.prior().potential(x, 0)) ? Optional.of(x) : Optional.empty();
    }

    private double[] around(Ensemble draws, int k, RandomStream random) {
        double[] mean = Samples.mean(draws);
        double[] sd = Samples.sd(draws, mean);
        double[] x = new double[d];
        for (int j = 0; j < d; j++) {
            double width = WIDTH * (1 << (k / 2 % 4)) * sd[j];
            x[j] = mean[j] + width * random.gaussian();
        }
        return x;
    }

    /**
     * The mode that a descent ends at; empty if it fails, does not end, or comes near to a mode
     * that is known.
     */
    private Optional<Mode> descend(double[] from, List<Mode> known) {
        double[] x = from;
        boolean ended = false;
        for (int k = 0; k < MOST_STEPS && !ended; k++) {
            MapFinder.Step step = finder.step(x);
            if (step.failed()) {
                return Optional.empty();
            }
            x = step.point();
            double[] here = x;
            if (known.stream().anyMatch(m -> m.distance(here, 0) < APART / 4)) {
                return Optional.empty();
            }
            ended = !(step.change() >= MapFinder.TOLERANCE);
        }
        if (!ended) {
            return Optional.empty();
        }
        double potential = potential(Ensemble.of(1, d, x))[0];
        if (!Double.isFinite(potential)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Mode(x, potential, LaplaceApproximation.at(problem, x)));
        } catch (InvalidInputException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private double[] potential(Ensemble x) {
        int n = x.size();
        double[] u = new double[n];
        boolean[] failed = new boolean[n];
        problem.target().evaluate(x, u, Ensemble.zeros(n, d), failed);
        for (int i = 0; i < n; i++) {
            double psi = problem.prior().potential(x.data(), x.offset(i));
            u[i] = failed[i] ? Double.POSITIVE_INFINITY : problem.beta() * (u[i] + psi);
        }
        return u;
    }

    /** Far from each other, with a barrier on the straight line between them. */
    private boolean apart(Mode a, Mode b) {
        if (Math.min(a.distance(b.x(), 0), b.distance(a.x(), 0)) < APART) {
            return false;
        }
        Ensemble between = Ensemble.zeros(ON_THE_WAY, d);
        for (int i = 0; i < ON_THE_WAY; i++) {
            double t = (i + 1.0) / (ON_THE_WAY + 1);
            for (int j = 0; j < d; j++) {
                between.data()[i * d + j] = (1 - t) * a.x()[j] + t * b.x()[j];
            }
        }
        double highest = Double.NEGATIVE_INFINITY;
        for (double u : potential(between)) {
            highest = Math.max(highest, u);
        }
        return highest > Math.max(a.potential(), b.potential()) + BARRIER;
    }

    private static double[] shares(List<Mode> modes) {
        double largest = modes.stream().mapToDouble(Mode::logMass).max().orElse(0);
        double sum = modes.stream().mapToDouble(m -> Math.exp(m.logMass() - largest)).sum();
        return modes.stream().mapToDouble(m -> Math.exp(m.logMass() - largest) / sum).toArray();
    }

    /** The share of the draws that lie nearest to each mode. */
    private static double[] visits(List<Mode> modes, Ensemble draws) {
        double[] visits = new double[modes.size()];
        for (int i = 0; i < draws.size(); i++) {
            int nearest = 0;
            double least = Double.POSITIVE_INFINITY;
            for (int k = 0; k < modes.size(); k++) {
                double distance = modes.get(k).distance(draws.data(), draws.offset(i));
                if (distance < least) {
                    least = distance;
                    nearest = k;
                }
            }
            visits[nearest] += 1.0 / draws.size();
        }
        return visits;
    }
}
